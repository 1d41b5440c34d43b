//! `matchingRules` and `generators`: which rule or generator is for which part.
//!
//! V3 and later group them by category. A key that begins with `$` is a flat one of V2 and read by [`super::v2`]: shape
//! decides, not version, since writers mix them up.

use indexmap::IndexMap;

use crate::generators::{Generator, Generators};
use crate::json::{Json, Object};
use crate::path::{PathExpression, Segment};
use crate::rules::{MatchingRules, RuleList};

use super::{ReadError, rule, v2};
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
}

pub(super) fn matching_rules(
    json: Option<&Json<'_>>,
    at: &At<'_>,
    notes: &mut Notes,
) -> Result<MatchingRules, ReadError> {
    let mut rules = MatchingRules::default();
    let Some(object) = members(json, "an object of matching rules", at)? else { return Ok(rules) };
    for (key, value) in object.iter() {
        let at = at.field(key);
        if key.starts_with('$') {
            match v2::target(key) {
                Some((category, name)) => {
                    let list = read_list(value, &at, notes);
                    add(&mut rules, category, name, list, &at, notes);
                }
                None => notes.warn(&at, "names no part of a request or response, ignored"),
            }
            continue;
        }
        match Category::of(key) {
            None => notes.warn(&at, "unknown category of matching rules, ignored"),
            Some(category @ (Category::Method | Category::Path | Category::Status)) => {
                let list = single(value).map_or_else(RuleList::default, |(name, list)| match name {
                    Some(name) => read_list(list, &at.field(name), notes),
                    None => read_list(list, &at, notes),
                });
                add(&mut rules, category, String::new(), list, &at, notes);
            }
            Some(category) => {
                let Some(named) = members(Some(value), "an object of rule lists by name or path", &at)? else {
                    continue;
                };
                for (name, value) in named.iter() {
                    let at = at.field(name);
                    let list = read_list(value, &at, notes);
                    let name = if category == Category::Header { header_name(name) } else { name.to_owned() };
                    add(&mut rules, category, name, list, &at, notes);
                }
            }
        }
    }
    Ok(rules)
}

/// Puts a list where it belongs. An empty list is no rule and leaves no trace.
fn add(rules: &mut MatchingRules, category: Category, name: String, list: RuleList, at: &At<'_>, notes: &mut Notes) {
    if list.is_empty() {
        return;
    }
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

/// A header's name; some writers make it a path, `$.Name[0]` or `$['Name']`.
fn header_name(key: &str) -> String {
    if (key.starts_with("$.") || key.starts_with("$["))
        && let Ok(path) = key.parse::<PathExpression>()
        && let Some((Segment::Field(name), rest)) = path.segments().split_first()
        && rest.iter().all(|segment| matches!(segment, Segment::Index(_) | Segment::StarIndex))
    {
        return name.clone();
    }
    key.to_owned()
}

pub(super) fn generators(json: Option<&Json<'_>>, at: &At<'_>, notes: &mut Notes) -> Result<Generators, ReadError> {
    let mut generators = Generators::default();
    let Some(object) = members(json, "an object of generators", at)? else { return Ok(generators) };
    for (key, value) in object.iter() {
        let at = at.field(key);
        let Some(category) = Category::of(key) else {
            notes.warn(&at, "unknown category of generators, ignored");
            continue;
        };
        let named = match category {
            Category::Method => {
                generators.method = one(value, &at, notes);
                continue;
            }
            Category::Path => {
                generators.path = one(value, &at, notes);
                continue;
            }
            Category::Status => {
                generators.status = one(value, &at, notes);
                continue;
            }
            Category::Query => &mut generators.query,
            Category::Header => &mut generators.header,
            Category::Body => &mut generators.body,
            Category::Metadata => &mut generators.metadata,
        };
        named.extend(by_name(value, &at, notes)?);
    }
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
        notes.warn(at, format!("a generator is an object with a `type`, found {}; ignored", describe(json)));
    }
    generator
}

fn by_name(json: &Json<'_>, at: &At<'_>, notes: &mut Notes) -> Result<IndexMap<String, Generator>, ReadError> {
    let mut named = IndexMap::new();
    for (name, json) in
        members(Some(json), "an object of generators by name or path", at)?.into_iter().flat_map(Object::iter)
    {
        if let Some(generator) = rule::generator(json) {
            named.insert(name.to_owned(), generator);
        } else {
            let text = format!("a generator is an object with a `type`, found {}; ignored", describe(json));
            notes.warn(&at.field(name), text);
        }
    }
    Ok(named)
}
