//! Walks a document and collects what its matcher objects say.

use std::borrow::Cow;

use indexmap::IndexMap;

use super::matcher::{self, Example};
use super::{COMBINE, Document, IntegrationError, is_matcher};
use crate::generators::Generator;
use crate::json::{Json, JsonValue, MAX_DEPTH, Object};
use crate::path::{PathExpression, Segment};
use crate::place::{At, Notes};
use crate::rules::{ArrayVariant, Combine, MatchingRule, RuleList};
use crate::write;

/// What was found so far, and where the walk is.
#[derive(Default)]
pub(super) struct Walk {
    rules: IndexMap<Vec<Segment>, Rules>,
    generators: IndexMap<Vec<Segment>, Generator>,
    path: Vec<Segment>,
    depth: usize,
}

/// The rules of one path by their text, so that none is there twice: the items of an example say the same several times.
#[derive(Debug, Default, PartialEq)]
struct Rules {
    combine: Combine,
    rules: IndexMap<String, MatchingRule>,
}

/// How the paths of an object's or array's children are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Children {
    /// `.name` and `[0]`.
    ByName,
    /// `.*` and `[*]`: the rules are for all members, whatever they are called.
    Any,
    /// `.name` and `[*]`: how many items there will be is not known.
    AnyIndex,
    /// `.name`, and `[*]` if all items say the same, else `[0]`.
    AnyIndexIfAlike,
}

impl Walk {
    /// The example at the present path; rules and generators are collected.
    pub(super) fn example(
        &mut self,
        node: &Json<'_>,
        at: &At<'_>,
        notes: &mut Notes,
    ) -> Result<JsonValue, IntegrationError> {
        self.node(node, Children::ByName, at, notes)
    }

    /// Everything that was found.
    pub(super) fn finish(self, example: JsonValue) -> Document {
        let text = |path| PathExpression::from(path).to_string();
        let rules = self.rules.into_iter().map(|(path, list)| {
            (text(path), RuleList { combine: list.combine, rules: list.rules.into_values().collect() })
        });
        let generators = self.generators.into_iter().map(|(path, generator)| (text(path), generator));
        Document { example, rules: rules.collect(), generators: generators.collect() }
    }

    /// Goes down to a child, whose rules and generators are then collected under its own path.
    pub(super) fn enter(&mut self, segment: Segment) {
        self.path.push(segment);
    }

    /// Goes back up.
    pub(super) fn leave(&mut self) {
        self.path.pop();
    }

    /// Adds rules at the present path.
    pub(super) fn add_here(&mut self, rules: Vec<MatchingRule>, combine: Combine) {
        self.add(self.path.clone(), rules, combine);
    }

    /// Adds a generator at the present path, unless there is one.
    pub(super) fn generate_here(&mut self, generator: Option<Generator>) {
        if let Some(generator) = generator {
            self.generators.entry(self.path.clone()).or_insert(generator);
        }
    }

    fn node(
        &mut self,
        node: &Json<'_>,
        children: Children,
        at: &At<'_>,
        notes: &mut Notes,
    ) -> Result<JsonValue, IntegrationError> {
        if self.depth > MAX_DEPTH {
            return Err(IntegrationError::new(at, format!("nests deeper than {MAX_DEPTH} levels")));
        }
        self.depth += 1;
        let example = match node {
            Json::Object(object) if is_matcher(node) => self.matcher(node, object, at, notes)?,
            Json::Object(object) => self.members(object.iter(), children, at, notes)?,
            Json::Array(items) => Json::Array(self.items(items, children, at, notes)?),
            scalar => scalar.clone().into_owned(),
        };
        self.depth -= 1;
        Ok(example)
    }

    fn below(
        &mut self,
        segment: Segment,
        node: &Json<'_>,
        at: &At<'_>,
        notes: &mut Notes,
    ) -> Result<JsonValue, IntegrationError> {
        self.enter(segment);
        let example = self.node(node, Children::ByName, at, notes);
        self.leave();
        example
    }

    fn members<'n>(
        &mut self,
        members: impl Iterator<Item = (&'n str, &'n Json<'n>)>,
        children: Children,
        at: &At<'_>,
        notes: &mut Notes,
    ) -> Result<JsonValue, IntegrationError> {
        let mut example = Vec::new();
        for (name, value) in members.filter(|(name, _)| !name.starts_with("pact:")) {
            let segment = if children == Children::Any { Segment::Star } else { Segment::Field(name.to_owned()) };
            let value = self.below(segment, value, &at.field(name), notes)?;
            example.push((Cow::Owned(name.to_owned()), value));
        }
        Ok(Json::Object(example.into_iter().collect()))
    }

    fn items(
        &mut self,
        items: &[Json<'_>],
        children: Children,
        at: &At<'_>,
        notes: &mut Notes,
    ) -> Result<Vec<JsonValue>, IntegrationError> {
        let mut examples = Vec::with_capacity(items.len());
        if children != Children::AnyIndexIfAlike {
            for (index, item) in items.iter().enumerate() {
                let segment = if children == Children::ByName { Segment::Index(index) } else { Segment::StarIndex };
                examples.push(self.below(segment, item, &at.index(index), notes)?);
            }
            return Ok(examples);
        }
        let level = self.path.len();
        let mut parts = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let mut part = Self { path: self.path.clone(), depth: self.depth, ..Self::default() };
            examples.push(part.below(Segment::StarIndex, item, &at.index(index), notes)?);
            parts.push(part);
        }
        let alike = parts.windows(2).all(|two| two[0].rules == two[1].rules && two[0].generators == two[1].generators);
        for (index, part) in parts.into_iter().enumerate().take(if alike { 1 } else { items.len() }) {
            let own_path = |mut path: Vec<Segment>| {
                if !alike && let Some(segment) = path.get_mut(level) {
                    *segment = Segment::Index(index);
                }
                path
            };
            for (path, list) in part.rules {
                self.add(own_path(path), list.rules.into_values(), list.combine);
            }
            for (path, generator) in part.generators {
                self.generators.entry(own_path(path)).or_insert(generator);
            }
        }
        Ok(examples)
    }

    fn matcher(
        &mut self,
        node: &Json<'_>,
        object: &Object<'_>,
        at: &At<'_>,
        notes: &mut Notes,
    ) -> Result<JsonValue, IntegrationError> {
        let said = matcher::read(node, object, at, notes)?;
        let combine = combine(object, at)?;
        let is_bounded =
            |rule: &MatchingRule| matches!(rule, MatchingRule::Type { min, max } if min.or(*max).is_some());
        let is_about_values = |rule: &MatchingRule| matches!(rule, MatchingRule::Values | MatchingRule::EachValue(_));
        let children = if said.rules.iter().any(is_about_values) {
            Children::Any
        } else if said.rules.iter().any(is_bounded) {
            Children::AnyIndex
        } else {
            Children::AnyIndexIfAlike
        };
        self.add_here(said.rules, combine);
        self.generate_here(said.generator);
        match said.example {
            Example::Ready(example) => Ok(example),
            Example::Value(name, value) => self.node(value, children, &at.field(name), notes),
            Example::Beside(names) => {
                let members = object.iter().filter(|(name, _)| names.contains(name));
                self.members(members, children, at, notes)
            }
            Example::Each { name, key, item, count } => {
                let segment = if key.is_some() { Segment::Star } else { Segment::StarIndex };
                let example = self.below(segment, item, &at.field(name), notes)?;
                Ok(match key {
                    Some(key) => Json::object([(key, example)]),
                    None => Json::Array(vec![example; count]),
                })
            }
        }
    }

    fn add(&mut self, path: Vec<Segment>, rules: impl IntoIterator<Item = MatchingRule>, combine: Combine) {
        let mut rules = rules.into_iter().peekable();
        if rules.peek().is_none() {
            return;
        }
        let list = self.rules.entry(path).or_insert_with(|| Rules { combine, ..Rules::default() });
        for rule in rules {
            list.rules.entry(write::matching_rule(&rule).to_compact()).or_insert(rule);
        }
    }
}

/// Whether all rules of a matcher object must hold, or one.
pub(super) fn combine(object: &Object<'_>, at: &At<'_>) -> Result<Combine, IntegrationError> {
    match object.get(COMBINE).map(Json::as_str) {
        None | Some(Some("AND")) => Ok(Combine::And),
        Some(Some("OR")) => Ok(Combine::Or),
        Some(_) => Err(IntegrationError::new(at, format!("`{COMBINE}` is `AND` or `OR`"))),
    }
}

/// The variants of an `arrayContains` and their examples. Each is a document of its own.
pub(super) fn variants(
    items: &[Json<'_>],
    at: &At<'_>,
    notes: &mut Notes,
) -> Result<(Vec<ArrayVariant>, Vec<JsonValue>), IntegrationError> {
    let (mut variants, mut examples) = (Vec::with_capacity(items.len()), Vec::with_capacity(items.len()));
    for (index, item) in items.iter().enumerate() {
        let document = super::document_at(item, &at.index(index), notes)?;
        variants.push(ArrayVariant { index, rules: document.rules, generators: document.generators });
        examples.push(document.example);
    }
    Ok((variants, examples))
}
