//! Generators of a body: values put in place at paths of a JSON or XML document or a form post.

use indexmap::IndexMap;
use intact_pact_model::path::{PathExpression, Segment};
use intact_pact_model::rules::ArrayVariant;
use intact_pact_model::{Body, ContentType, Generator, Json, JsonValue, MatchingRule, MatchingRules, Query, RuleList};

use crate::body::json;
use crate::generate::{Applying, xml};
use crate::rule::Compiling;
use crate::rule_tree::RuleTree;

/// What would be made of another charset is not what the contract has.
const NO_UTF_8: &str = "values are generated only into bodies in UTF-8";

/// The body with generated values; `None` if nothing changes.
pub(super) fn generated(
    body: &Body,
    content_type: Option<&ContentType>,
    generators: &IndexMap<String, Generator>,
    rules: &MatchingRules,
    applying: &mut Applying<'_, '_>,
) -> Option<Body> {
    let content = body.content()?;
    let has_variants = rules.body.values().flat_map(|list| &list.rules).any(|rule| {
        matches!(rule, MatchingRule::ArrayContains(variants) if variants.iter().any(|variant| !variant.generators.is_empty()))
    });
    if (generators.is_empty() && !has_variants) || applying.failed() {
        return None;
    }
    let bytes = match content_type {
        Some(found) if found.is_json() => match Json::parse(&content.bytes) {
            Ok(document) => {
                let mut document = document.into_owned();
                apply_all(&mut document, generators, "body", applying);
                for_variants(&mut document, &rules.body, applying);
                document.to_compact()
            }
            Err(error) => {
                applying.warn("body", "", format!("the body is no JSON document: {error}"));
                return None;
            }
        },
        Some(found) if found.is_xml() => {
            let text = str::from_utf8(&content.bytes).map_err(|_| NO_UTF_8.to_owned());
            match text.and_then(|text| xml::generated(text.trim_start_matches('\u{feff}'), generators, applying)) {
                Ok(text) => text,
                Err(error) => {
                    applying.warn("body", "", error);
                    return None;
                }
            }
        }
        Some(found) if found.is_form() => {
            if let Ok(text) = str::from_utf8(&content.bytes) {
                form(text, generators, applying)
            } else {
                applying.warn("body", "", NO_UTF_8.to_owned());
                return None;
            }
        }
        _ => {
            for (path, generator) in generators {
                let kind = content_type.map_or_else(|| "unknown type".to_owned(), |found| format!("type {found}"));
                applying.warn(
                    &format!("body {path}"),
                    &generator.kind,
                    format!("bodies of {kind} cannot be generated into"),
                );
            }
            return None;
        }
    };
    let mut content = content.clone();
    content.bytes = bytes.into();
    Some(Body::Present(content))
}

fn apply_all(
    document: &mut JsonValue,
    generators: &IndexMap<String, Generator>,
    what: &str,
    applying: &mut Applying<'_, '_>,
) {
    for (key, generator) in generators {
        let at = format!("{what} {key}");
        match key.parse::<PathExpression>() {
            Ok(path) => at_path(document, path.segments(), &mut |value| {
                if let Some(made) = applying.make(&at, generator, Some(value)) {
                    *value = made;
                }
            }),
            Err(error) => applying.warn(&at, &generator.kind, error.to_string()),
        }
    }
}

/// Calls `change` for each value at the path.
fn at_path(value: &mut JsonValue, path: &[Segment], change: &mut dyn FnMut(&mut JsonValue)) {
    let Some((step, rest)) = path.split_first() else { return change(value) };
    match value {
        Json::Array(items) => match step {
            Segment::Star | Segment::StarIndex => items.iter_mut().for_each(|item| at_path(item, rest, change)),
            Segment::Index(index) => items.get_mut(*index).into_iter().for_each(|item| at_path(item, rest, change)),
            Segment::Field(name) => {
                let item = name.parse::<usize>().ok().and_then(|index| items.get_mut(index));
                if let Some(item) = item {
                    at_path(item, rest, change);
                }
            }
        },
        Json::Object(members) => {
            let names: Vec<String> = match step {
                Segment::Star => members.names().map(ToOwned::to_owned).collect(),
                Segment::Field(name) => vec![name.clone()],
                Segment::Index(index) => vec![index.to_string()],
                Segment::StarIndex => Vec::new(),
            };
            for name in names {
                if let Some(value) = members.get_mut(&name) {
                    at_path(value, rest, change);
                }
            }
        }
        _ => {}
    }
}

/// Variants of `arrayContains` carry generators for the items that are like them.
fn for_variants(document: &mut JsonValue, rules: &IndexMap<String, RuleList>, applying: &mut Applying<'_, '_>) {
    for (key, list) in rules {
        let Ok(path) = key.parse::<PathExpression>() else { continue };
        for rule in &list.rules {
            let MatchingRule::ArrayContains(variants) = rule else { continue };
            at_path(document, path.segments(), &mut |value| {
                let Json::Array(items) = value else { return };
                let compiled = variants.iter().filter(|variant| !variant.generators.is_empty()).filter_map(|variant| {
                    Some((variant, RuleTree::compile(&variant.rules, Compiling::category("body")).ok()?))
                });
                let compiled: Vec<(&ArrayVariant, RuleTree)> = compiled.collect();
                let asked: Vec<(usize, &RuleTree)> =
                    compiled.iter().map(|(variant, rules)| (variant.index, rules)).collect();
                for ((variant, _), like_it) in compiled.iter().zip(json::like_variants(items, &asked)) {
                    for at in like_it {
                        let place = format!("body {key}, variant {}", variant.index);
                        apply_all(&mut items[at], &variant.generators, &place, applying);
                    }
                }
            });
        }
    }
}

fn form(text: &str, generators: &IndexMap<String, Generator>, applying: &mut Applying<'_, '_>) -> String {
    let mut form = Query::parse(text);
    for (key, generator) in generators {
        let at = format!("body {key}");
        let (name, index) = match key.parse::<PathExpression>().as_ref().map(PathExpression::segments) {
            Ok([Segment::Field(name)]) => (name.clone(), None),
            Ok([Segment::Field(name), Segment::Index(index)]) => (name.clone(), Some(*index)),
            Ok(_) => {
                applying.warn(
                    &at,
                    &generator.kind,
                    "a form post has values only at `$.name` and `$.name[0]`".to_owned(),
                );
                continue;
            }
            Err(error) => {
                applying.warn(&at, &generator.kind, error.to_string());
                continue;
            }
        };
        let Some(values) = form.get(&name) else { continue };
        let mut values = values.to_vec();
        for (at_index, value) in values.iter_mut().enumerate() {
            if index.is_none_or(|index| index == at_index) {
                let example = value.clone().map(Json::from);
                if let Some(made) = applying.make(&at, generator, example.as_ref()) {
                    *value = Some(made.to_text().into_owned());
                }
            }
        }
        form.set(name, values);
    }
    form.to_query_string()
}
