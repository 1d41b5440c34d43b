//! What rules and generators select in the example: those that select nothing are mistyped, mostly.

use intact_pact_model::path::{PathExpression, Segment};
use intact_pact_model::{Body, Json, MatchingRule};

use super::file::Part;
use super::rules::{generators, lists};
use super::{Code, Notes};

pub(super) fn check(part: &Part<'_>, notes: &mut Notes) {
    let document = part.json();
    let reach = Reach { part, document: document.as_ref() };
    for (category, key, list) in lists(part.rules) {
        if let Some(why) = reach.nothing(category, key) {
            notes.add(Code::RuleMatchesNothing, || part.place.rule(category, key), || why);
        } else if category == "body" {
            let variants = list.rules.iter().filter_map(|rule| match rule {
                MatchingRule::ArrayContains(variants) => Some(variants),
                _ => None,
            });
            for variant in variants.flatten() {
                let item = reach.item(key, variant.index);
                for own in variant.rules.keys() {
                    let selected = item
                        .zip(own.parse::<PathExpression>().ok())
                        .is_none_or(|(item, path)| selects(item, path.segments()));
                    if !selected {
                        let text = || format!("`{own}` selects nothing in the item {} of `{key}`", variant.index);
                        notes.add(Code::RuleMatchesNothing, || part.place.rule(category, key), text);
                    }
                }
            }
        }
    }
    for (category, key, _) in generators(part) {
        if let Some(why) = reach.nothing(category, key) {
            notes.add(Code::GeneratorMatchesNothing, || part.place.generator(category, key), || why);
        }
    }
}

struct Reach<'r, 'p> {
    part: &'r Part<'p>,
    document: Option<&'r Json<'r>>,
}

impl Reach<'_, '_> {
    /// Why nothing is selected, if that is known.
    fn nothing(&self, category: &str, key: &str) -> Option<String> {
        let part = self.part;
        match category {
            "method" | "path" if part.request.is_none() => Some(format!("only requests have a {category}")),
            "status" if part.response.is_none() => Some("only responses have a status code".to_owned()),
            "query" => {
                let named = |name: &str| part.request.is_some_and(|request| request.query.get(name).is_some());
                (!named(key) && !named(&plain_name(key))).then(|| format!("the example has no query parameter `{key}`"))
            }
            "header" => {
                let named = |name: &str| part.headers().is_some_and(|headers| headers.get(name).is_some());
                let is_type = key.eq_ignore_ascii_case("content-type") && part.body.content().is_some();
                (!is_type && !named(key) && !named(&plain_name(key)))
                    .then(|| format!("the example has no header `{key}`"))
            }
            "metadata" => {
                let message = part.message?;
                let path: PathExpression = key.parse().ok()?;
                let is_type = key.replace('-', "").eq_ignore_ascii_case("contenttype");
                let metadata = Json::Object(message.metadata.clone());
                (!is_type && !selects(&metadata, path.segments()))
                    .then(|| format!("the example has no metadata `{key}`"))
            }
            "body" => {
                let path: PathExpression = key.parse().ok()?;
                match (part.body, self.document) {
                    (Body::Missing, _) => Some("the example has no body".to_owned()),
                    (_, Some(document)) => (!selects(document, without_last_wildcards(path.segments())))
                        .then(|| format!("`{key}` selects nothing in the example")),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The item of an array in the body.
    fn item(&self, key: &str, index: usize) -> Option<&Json<'_>> {
        let path: PathExpression = key.parse().ok()?;
        let array = path.segments().iter().try_fold(self.document?, |at, segment| match segment {
            Segment::Field(name) => at.get(name),
            Segment::Index(index) => at.as_array()?.get(*index),
            Segment::Star | Segment::StarIndex => None,
        });
        array?.as_array()?.get(index)
    }
}

/// The name in `$.name[0]`, `$['name']` and `name[*]`; else the key.
fn plain_name(key: &str) -> String {
    let path = key.parse::<PathExpression>();
    let first = path.as_ref().ok().and_then(|path| path.segments().first());
    if let Some(Segment::Field(name)) = first { name.clone() } else { key.to_owned() }
}

/// Some libraries put `[*].*` at the end for whatever the items are; texts and numbers have nothing below.
pub(crate) fn without_last_wildcards(path: &[Segment]) -> &[Segment] {
    let is_wild = |step: &Segment| matches!(step, Segment::Star | Segment::StarIndex);
    let end = path.iter().rposition(|step| !is_wild(step)).map_or(0, |last| last + 1);
    &path[..end]
}

/// Does the path name a value of the document?
pub(crate) fn selects(value: &Json<'_>, path: &[Segment]) -> bool {
    let Some((first, rest)) = path.split_first() else { return true };
    match (first, value) {
        (Segment::Field(name), Json::Object(members)) => members.get(name).is_some_and(|below| selects(below, rest)),
        // As names can be numbers, numbers can be names.
        (Segment::Field(name), Json::Array(items)) => {
            name.parse().ok().and_then(|index: usize| items.get(index)).is_some_and(|below| selects(below, rest))
        }
        (Segment::Index(index), Json::Array(items)) => items.get(*index).is_some_and(|below| selects(below, rest)),
        (Segment::Index(index), Json::Object(members)) => {
            members.get(&index.to_string()).is_some_and(|below| selects(below, rest))
        }
        (Segment::Star | Segment::StarIndex, Json::Array(items)) => items.iter().any(|below| selects(below, rest)),
        (Segment::Star, Json::Object(members)) => members.values().any(|below| selects(below, rest)),
        _ => false,
    }
}
