//! Lays what Intact does not know over what it writes, at the place where it stood.
//!
//! How an `unknown` object mirrors the file is told in `read::unknown`. What the model says always wins, and nothing is laid where
//! the model has nothing any more: a rule that was taken out does not come back as its leftovers.

use crate::json::{Json, JsonValue, Object};
use crate::read;

/// How the rest of a known member is laid over it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Below {
    /// Not at all: this dialect has no place for it, or the writer has done it already.
    Nothing,
    /// Members are added to the objects that are there.
    Objects,
    /// Members are added to the object, which may have none yet.
    Map,
    /// The wrapping of a V4 body; without a body it may still have a type.
    Body,
    /// Matching rules by category.
    Rules,
    /// An older name for what the named member says: alone, it would be read in place of that.
    Beside(&'static str),
}

/// What a V4 request or response has below it.
pub(super) const HTTP_PART: &[(&str, Below)] =
    &[("body", Below::Body), ("generators", Below::Map), ("matchingRules", Below::Rules), ("query", Below::Map)];

/// What a V3 request or response has below it: the body is bare.
pub(super) const HTTP_PART_V3: &[(&str, Below)] =
    &[("body", Below::Nothing), ("generators", Below::Map), ("matchingRules", Below::Rules), ("query", Below::Map)];

/// What a request or response before V3 has below it.
pub(super) const HTTP_PART_V2: &[(&str, Below)] = &[
    ("body", Below::Nothing),
    ("generators", Below::Nothing),
    ("matchingRules", Below::Nothing),
    ("query", Below::Nothing),
];

/// What a V4 message has below it.
pub(super) const MESSAGE: &[(&str, Below)] = &[
    ("contents", Below::Body),
    ("generators", Below::Map),
    ("matchingRules", Below::Rules),
    ("providerStates", Below::Objects),
];

/// What a V3 message has below it, beside what it has as an interaction.
pub(super) const MESSAGE_V3: &[(&str, Below)] =
    &[("contents", Below::Nothing), ("generators", Below::Map), ("matchingRules", Below::Rules)];

/// What a V4 interaction has below it. Members that mean nothing in an older file, but something here, would be misread:
/// nothing of theirs is laid over.
pub(super) const INTERACTION_V4: &[(&str, Below)] = &[
    ("comments", Below::Nothing),
    ("interactionMarkup", Below::Nothing),
    ("key", Below::Nothing),
    ("pending", Below::Nothing),
    ("pluginConfiguration", Below::Nothing),
    ("providerState", Below::Beside("providerStates")),
    ("providerStates", Below::Objects),
    ("provider_state", Below::Beside("providerStates")),
    ("transport", Below::Nothing),
    ("type", Below::Nothing),
];

/// What a V3 interaction has below it.
pub(super) const INTERACTION: &[(&str, Below)] = &[
    ("providerState", Below::Beside("providerStates")),
    ("providerStates", Below::Objects),
    ("provider_state", Below::Beside("providerStates")),
];

/// What an interaction before V3 has below it.
pub(super) const INTERACTION_V2: &[(&str, Below)] = &[
    ("providerState", Below::Nothing),
    ("providerStates", Below::Nothing),
    ("provider_state", Below::Beside("providerState")),
];

/// What a pact has below it.
pub(super) const PACT: &[(&str, Below)] =
    &[("consumer", Below::Objects), ("metadata", Below::Objects), ("provider", Below::Objects)];

/// What a pact before V4 has below it. There, both lists mean something; what is unknown of that name comes from a V4 file.
pub(super) const PACT_V3: &[(&str, Below)] = &[
    ("consumer", Below::Objects),
    ("interactions", Below::Nothing),
    ("messages", Below::Nothing),
    ("metadata", Below::Objects),
    ("provider", Below::Objects),
];

/// Adds what Intact does not know to an object, then puts all in order.
pub(super) fn finished(
    mut object: Object<'static>,
    unknown: &Object<'static>,
    below: &[&[(&str, Below)]],
) -> Object<'static> {
    for (name, rest) in unknown.iter() {
        match below.iter().copied().flatten().find(|(own, _)| *own == name) {
            Some((_, below)) => lay_below(&mut object, name, rest, *below),
            None if object.contains(name) => {}
            None => object.insert(name.to_owned(), rest.clone()),
        }
    }
    object.sort();
    object
}

fn lay_below(object: &mut Object<'static>, name: &str, rest: &JsonValue, below: Below) {
    match (below, rest) {
        (Below::Objects, rest) => {
            if let Some(own) = object.get_mut(name) {
                lay_over(own, rest);
            }
        }
        (Below::Body, Json::Object(rest)) => match object.get_mut(name) {
            Some(Json::Object(own)) => add_members(own, rest),
            Some(_) => {}
            None => {
                let stated: Object<'static> = rest
                    .iter()
                    .filter(|(name, _)| read::BODY_MEMBERS.contains(name) && *name != "content")
                    .map(|(name, value)| (name.to_owned().into(), value.clone()))
                    .collect();
                if !stated.is_empty() {
                    object.insert(name.to_owned(), stated);
                }
            }
        },
        (Below::Map | Below::Rules, Json::Object(rest)) => {
            let mut own = match object.remove(name) {
                Some(Json::Object(own)) => own,
                _ => Object::new(),
            };
            if matches!(below, Below::Rules) {
                lay_over_rules(&mut own, rest);
            } else {
                add_members(&mut own, rest);
            }
            if !own.is_empty() {
                object.insert(name.to_owned(), own);
            }
        }
        (Below::Beside(newer), rest) => {
            if object.contains(newer) && !object.contains(name) {
                object.insert(name.to_owned(), rest.clone());
            }
        }
        (Below::Nothing | Below::Body | Below::Map | Below::Rules, _) => {}
    }
}

/// Adds members that are not there, everywhere where both have an object.
pub(super) fn lay_over(own: &mut JsonValue, rest: &JsonValue) {
    match (own, rest) {
        (Json::Object(own), Json::Object(rest)) => add_members(own, rest),
        (Json::Array(own), Json::Array(rest)) if own.len() == rest.len() => {
            for (own, rest) in own.iter_mut().zip(rest) {
                lay_over(own, rest);
            }
        }
        _ => {}
    }
}

fn add_members(own: &mut Object<'static>, rest: &Object<'static>) {
    let before = own.len();
    for (name, rest) in rest.iter() {
        match own.get_mut(name) {
            Some(own) => lay_over(own, rest),
            None => own.insert(name.to_owned(), rest.clone()),
        }
    }
    if own.len() > before {
        own.sort();
    }
}

/// Lays the rest of matching rules over those by category: over lists that are there, and what is no rule whole.
fn lay_over_rules(own: &mut Object<'static>, rest: &Object<'static>) {
    for (name, rest) in rest.iter() {
        if !read::is_rule_category(name) {
            // A flat key among categories would make other programs take all of them for flat ones.
            if !name.starts_with('$') {
                own.insert(name.to_owned(), rest.clone());
            }
        } else if read::is_unnamed_category(name) {
            lay_over_list(own, name, rest);
        } else if let Json::Object(rest) = rest {
            let mut named = match own.remove(name) {
                Some(Json::Object(named)) => named,
                _ => Object::new(),
            };
            for (name, rest) in rest.iter() {
                lay_over_list(&mut named, name, rest);
            }
            if !named.is_empty() {
                named.sort();
                own.insert(name.to_owned(), named);
            }
        }
    }
    own.sort();
}

fn lay_over_list(lists: &mut Object<'static>, name: &str, rest: &JsonValue) {
    match lists.get_mut(name) {
        Some(list) => lay_over(list, rest),
        None if is_list_without_rules(rest) => lists.insert(name.to_owned(), rest.clone()),
        None => {}
    }
}

fn is_list_without_rules(rest: &JsonValue) -> bool {
    rest.get("matchers").is_some_and(|matchers| matchers.is_null() || matchers.as_array().is_some_and(<[_]>::is_empty))
}
