//! `matchingRules` and `generators`: which rule or generator is for which part.
//!
//! V3 and later group them by category. A key that begins with `$` is a flat one of V2 and read by [`super::v2`]: shape
//! decides, not version, since writers mix them up.

use indexmap::IndexMap;

use crate::generators::{Generator, Generators};
use crate::json::{Json, Object};
use crate::path::{PathExpression, Segment};
use crate::rules::{MatchingRules, RuleList};

use super::{ReadError, rule, unknown, v2};
use crate::place::{At, Notes, describe, members};

/// A category of rules or generators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Category {
    Method,
    Path,
    Status,
    Query,
    Header,
    Body,
    Metadata,
}

impl Category {
    /// The category called `name`; message contents are called in three ways.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "method" => Self::Method,
            "path" => Self::Path,
            "status" => Self::Status,
            "query" => Self::Query,
            "header" | "headers" => Self::Header,
            "body" | "content" | "contents" => Self::Body,
            "metadata" => Self::Metadata,
            _ => return None,
        })
    }

    /// The name it has where Intact writes it.
    fn name(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Path => "path",
            Self::Status => "status",
            Self::Query => "query",
            Self::Header => "header",
            Self::Body => "body",
            Self::Metadata => "metadata",
        }
    }

    /// Does it hold one rule list, and none by name?
    fn is_unnamed(self) -> bool {
        matches!(self, Self::Method | Self::Path | Self::Status)
    }
}

/// Is this the name of a category?
pub(crate) fn is_rule_category(name: &str) -> bool {
    Category::of(name).is_some()
}

/// Is this the name of a category that holds one rule list, and none by name?
pub(crate) fn is_unnamed_category(name: &str) -> bool {
    Category::of(name).is_some_and(Category::is_unnamed)
}

pub(super) fn matching_rules(
    json: Option<&Json<'_>>,
    unknown: &mut Object<'static>,
    at: &At<'_>,
    notes: &mut Notes,
) -> Result<MatchingRules, ReadError> {
    let mut found = Found::default();
    let Some(object) = members(json, "an object of matching rules", at)? else { return Ok(found.rules) };
    for (key, value) in object.iter() {
        let at = at.field(key);
        if key.starts_with('$') {
            if let Some((category, name)) = v2::target(key) {
                found.add(category, name, value, &at, notes);
            } else {
                notes.warn(&at, "names no part of a request or response: kept, but not used");
                found.rest.insert(key.to_owned(), value.clone().into_owned());
            }
            continue;
        }
        match Category::of(key) {
            None => {
                notes.warn(&at, "unknown category of matching rules: kept, but not used");
                found.rest.insert(key.to_owned(), value.clone().into_owned());
            }
            Some(category) if category.is_unnamed() => match single(value) {
                Some((Some(name), list)) => found.add(category, String::new(), list, &at.field(name), notes),
                Some((None, list)) => found.add(category, String::new(), list, &at, notes),
                None => {}
            },
            Some(category) => {
                let Some(named) = members(Some(value), "an object of rule lists by name or path", &at)? else {
                    continue;
                };
                for (name, value) in named.iter() {
                    let at = at.field(name);
                    let name = if category == Category::Header { header_of_rule(name) } else { name.to_owned() };
                    found.add(category, name, value, &at, notes);
                }
            }
        }
    }
    let Found { mut rules, mut rest, rest_by_name } = found;
    // There are thousands of these in large pacts, most with few rules, and maps grow by more than that.
    for named in [&mut rules.query, &mut rules.header, &mut rules.body, &mut rules.metadata] {
        named.shrink_to_fit();
    }
    for (category, named) in rest_by_name {
        unknown::keep(&mut rest, category, named);
    }
    unknown::keep(unknown, "matchingRules", rest);
    Ok(rules)
}

/// The rules so far, and what is not known of them.
#[derive(Default)]
struct Found {
    rules: MatchingRules,
    rest: Object<'static>,
    rest_by_name: IndexMap<&'static str, Object<'static>>,
}

impl Found {
    /// Reads a list and puts it where it belongs. An empty list is no rule and leaves no trace.
    fn add(&mut self, category: Category, name: String, json: &Json<'_>, at: &At<'_>, notes: &mut Notes) {
        let list = read_list(json, at, notes);
        let rest = unknown::of_rule_list(json, &list);
        if !rest.is_empty() {
            if category.is_unnamed() {
                self.rest.insert(category.name(), rest);
            } else {
                self.rest_by_name.entry(category.name()).or_default().insert(name.clone(), rest);
            }
        }
        if list.is_empty() {
            return;
        }
        let rules = &mut self.rules;
        let named = match category {
            Category::Method => return rules.method = list,
            Category::Path => return rules.path = list,
            Category::Status => return rules.status = list,
            Category::Query => &mut rules.query,
            Category::Header => &mut rules.header,
            Category::Body => &mut rules.body,
            Category::Metadata => &mut rules.metadata,
        };
        if matches!(category, Category::Body | Category::Metadata)
            && let Err(error) = name.parse::<PathExpression>()
        {
            notes.warn(at, format!("{}; kept, but comparing this part will fail", error.reason));
        }
        named.insert(name, list);
    }
}

fn read_list(json: &Json<'_>, at: &At<'_>, notes: &mut Notes) -> RuleList {
    let list = rule::rule_list(json);
    let in_matchers = json.get("matchers").is_some_and(|matchers| matchers.as_array().is_some());
    for (index, rule) in list.rules.iter().enumerate() {
        if let Some(fault) = rule::fault(rule) {
            let text =
                format!("this matching rule cannot be understood: {fault}; kept, but comparing this part will fail");
            if in_matchers {
                notes.warn(&at.field("matchers").index(index), text);
            } else {
                notes.warn(at, text);
            }
        }
    }
    list
}

/// The value for a category without names: itself, or the one member of a map that has such a value under `""`, `$` or
/// `$.path`, as some writers make it. With the name of the member.
fn single<'j, 'a>(json: &'j Json<'a>) -> Option<(Option<&'j str>, &'j Json<'a>)> {
    match json {
        Json::Object(object) if is_wrapped(object) => object.iter().next().map(|(name, value)| (Some(name), value)),
        Json::Array(items) if items.is_empty() => None,
        other => Some((None, other)),
    }
}

fn is_wrapped(object: &Object<'_>) -> bool {
    object
        .iter()
        .next()
        .is_some_and(|(name, value)| (name.is_empty() || name.starts_with('$')) && value.as_object().is_some())
}

/// The header that a rule is for; an index stays, since it says which of several values is meant.
fn header_of_rule(key: &str) -> String {
    let has_index = key.parse::<PathExpression>().is_ok_and(|path| matches!(path.segments(), [_, Segment::Index(_)]));
    if has_index { key.to_owned() } else { header_name(key) }
}

/// A header's name; some writers make it a path, `$.Name[0]` or `$['Name']`.
fn header_name(key: &str) -> String {
    let is_index = |segment: &Segment| matches!(segment, Segment::Index(_) | Segment::StarIndex);
    if (key.starts_with("$.") || key.starts_with("$["))
        && let Ok(path) = key.parse::<PathExpression>()
        && let Some((Segment::Field(name), rest)) = path.segments().split_first()
        && rest.iter().all(is_index)
    {
        return name.clone();
    }
    key.to_owned()
}

pub(super) fn generators(
    json: Option<&Json<'_>>,
    unknown: &mut Object<'static>,
    at: &At<'_>,
    notes: &mut Notes,
) -> Result<Generators, ReadError> {
    let mut generators = Generators::default();
    let mut rest = Object::new();
    let Some(object) = members(json, "an object of generators", at)? else { return Ok(generators) };
    for (key, value) in object.iter() {
        let at = at.field(key);
        let Some(category) = Category::of(key) else {
            notes.warn(&at, "unknown category of generators: kept, but not used");
            rest.insert(key.to_owned(), value.clone().into_owned());
            continue;
        };
        let single = match category {
            Category::Method => &mut generators.method,
            Category::Path => &mut generators.path,
            Category::Status => &mut generators.status,
            Category::Query | Category::Header | Category::Body | Category::Metadata => {
                let named = match category {
                    Category::Query => &mut generators.query,
                    Category::Header => &mut generators.header,
                    Category::Metadata => &mut generators.metadata,
                    _ => &mut generators.body,
                };
                unknown::keep(&mut rest, category.name(), by_name(value, named, &at, notes)?);
                continue;
            }
        };
        *single = one(value, &at, notes);
        if single.is_none() && !value.as_object().is_some_and(Object::is_empty) {
            unknown::keep(&mut rest, category.name(), value.clone().into_owned());
        }
    }
    unknown::keep(unknown, "generators", rest);
    Ok(generators)
}

fn one(json: &Json<'_>, at: &At<'_>, notes: &mut Notes) -> Option<Generator> {
    let (name, json) = single(json)?;
    if json.as_object().is_some_and(Object::is_empty) {
        return None;
    }
    let generator = rule::generator(json);
    if generator.is_none() {
        let at = match name {
            Some(name) => &at.field(name),
            None => at,
        };
        warn_of_no_generator(json, at, notes);
    }
    generator
}

/// Adds the generators to `named`; what is none is given back.
fn by_name(
    json: &Json<'_>,
    named: &mut IndexMap<String, Generator>,
    at: &At<'_>,
    notes: &mut Notes,
) -> Result<Object<'static>, ReadError> {
    let mut rest = Object::new();
    let entries = members(Some(json), "an object of generators by name or path", at)?;
    for (name, json) in entries.into_iter().flat_map(Object::iter) {
        if let Some(generator) = rule::generator(json) {
            named.insert(name.to_owned(), generator);
        } else {
            warn_of_no_generator(json, &at.field(name), notes);
            rest.insert(name.to_owned(), json.clone().into_owned());
        }
    }
    Ok(rest)
}

fn warn_of_no_generator(json: &Json<'_>, at: &At<'_>, notes: &mut Notes) {
    notes.warn(at, format!("a generator is an object with a `type`, found {}; kept, but not used", describe(json)));
}
