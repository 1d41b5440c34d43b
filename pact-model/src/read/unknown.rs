//! What Intact does not know of a file, at the place where it stands.
//!
//! The `unknown` object of a pact, an interaction, a request, a response or a message mirrors the file. Members that this object
//! has and Intact does not know are in it as they are. What is unknown further below, in an object for which the model has no
//! `unknown` of its own (a rule, a rule list, a provider state, the wrapping of a body), is there under the name of the member it
//! belongs to: `{"matchingRules": {"body": {"$.id": {"matchers": [{"x-note": 1}]}}}}`. Nearly always there is nothing, and then it
//! costs nothing. The writer lays it over what it writes (`write::unknown`).

use std::borrow::Cow;

use crate::json::{Json, JsonValue, Object};
use crate::rules::{ArrayVariant, MatchingRule, RuleList};

/// The members whose names are in none of the lists.
pub(super) fn members(object: &Object<'_>, known: &[&[&str]]) -> Object<'static> {
    others(object, |name| known.iter().any(|known| known.contains(&name)))
}

fn others(object: &Object<'_>, is_known: impl Fn(&str) -> bool) -> Object<'static> {
    object
        .iter()
        .filter(|(name, _)| !is_known(name))
        .map(|(name, value)| (Cow::Owned(name.to_owned()), value.clone().into_owned()))
        .collect()
}

/// Puts the rest of a member under its name, if there is any.
pub(super) fn keep(unknown: &mut Object<'static>, name: &str, rest: impl Into<JsonValue>) {
    let rest = rest.into();
    let is_nothing = match &rest {
        Json::Object(members) => members.is_empty(),
        Json::Array(items) => items.iter().all(Json::is_null),
        other => other.is_null(),
    };
    if !is_nothing {
        unknown.insert(name.to_owned(), rest);
    }
}

/// The rests of several objects in a row; `null` for those of which all is known.
pub(super) fn of_each(rests: impl Iterator<Item = Object<'static>>) -> JsonValue {
    rests.map(|rest| if rest.is_empty() { Json::Null } else { rest.into() }).collect::<Vec<JsonValue>>().into()
}

/// The rest of a rule list, in the form `{"matchers": […]}` whatever form the list has. A list without rules leaves no trace in
/// the model; if it has members that nobody knows, it is kept whole.
pub(super) fn of_rule_list(json: &Json<'_>, list: &RuleList) -> Object<'static> {
    let (mut rest, items, known) = match json {
        Json::Array(items) => (Object::new(), items.as_slice(), &["match"][..]),
        Json::Object(object) => match object.get("matchers") {
            None => (Object::new(), std::slice::from_ref(json), &["match", "combine"][..]),
            Some(matchers) => {
                let rest = members(object, &[&["combine", "matchers"]]);
                if list.is_empty() && !rest.is_empty() {
                    return members(object, &[]);
                }
                (rest, matchers.as_array().unwrap_or_default(), &["match"][..])
            }
        },
        _ => return Object::new(),
    };
    keep(&mut rest, "matchers", of_rules(items, &list.rules, known));
    rest
}

fn of_rules(items: &[Json<'_>], rules: &[MatchingRule], known: &[&str]) -> JsonValue {
    of_each(items.iter().zip(rules).map(|(json, rule)| of_rule(json, rule, known)))
}

fn of_rule(json: &Json<'_>, rule: &MatchingRule, known: &[&str]) -> Object<'static> {
    let Json::Object(object) = json else { return Object::new() };
    let items = |name| object.get(name).and_then(Json::as_array).unwrap_or_default();
    let (parameters, nested): (&[&str], _) = match rule {
        // These are kept with all their members.
        MatchingRule::Other { .. } | MatchingRule::Unreadable { .. } => return Object::new(),
        MatchingRule::Regex(_) => (&["regex"], None),
        MatchingRule::Type { .. } => (&["min", "max"], None),
        MatchingRule::Include(_) | MatchingRule::ContentType(_) => (&["value"], None),
        MatchingRule::Date(_) => (&["format", "date"], None),
        MatchingRule::Time(_) => (&["format", "time"], None),
        MatchingRule::DateTime(_) => (&["format", "datetime", "timestamp"], None),
        MatchingRule::StatusCode(_) => (&["status"], None),
        MatchingRule::ArrayContains(variants) => {
            let rests = items("variants").iter().zip(variants).map(|(json, own)| of_variant(json, own));
            (&["variants"], Some(("variants", of_each(rests))))
        }
        MatchingRule::EachKey(each) | MatchingRule::EachValue(each) => {
            let known: &[&str] = match each.generator {
                Some(_) => &["rules", "value", "generator"],
                None => &["rules", "value"],
            };
            (known, Some(("rules", of_rules(items("rules"), &each.rules, &["match"]))))
        }
        MatchingRule::Equality
        | MatchingRule::Number
        | MatchingRule::Integer
        | MatchingRule::Decimal
        | MatchingRule::Boolean
        | MatchingRule::Null
        | MatchingRule::Values
        | MatchingRule::NotEmpty
        | MatchingRule::Semver => (&[], None),
    };
    // In the integration form, what is beside the rule is the example or belongs to a generator.
    let integration = !object.contains("match") && object.contains("pact:matcher:type");
    let mut rest = others(object, |name| {
        known.contains(&name)
            || parameters.contains(&name)
            || (integration && (name == "value" || name.starts_with("pact:")))
    });
    if let Some((name, nested)) = nested {
        keep(&mut rest, name, nested);
    }
    rest
}

fn of_variant(json: &Json<'_>, variant: &ArrayVariant) -> Object<'static> {
    let Json::Object(object) = json else { return Object::new() };
    let mut rest = members(object, &[&["index", "rules", "generators"]]);
    if let Some(Json::Object(lists)) = object.get("rules") {
        let mut rules = Object::new();
        for (path, json) in lists.iter() {
            let list = variant.rules.get(path);
            keep(&mut rules, path, list.map_or_else(Object::new, |list| of_rule_list(json, list)));
        }
        keep(&mut rest, "rules", rules);
    }
    if let Some(Json::Object(generators)) = object.get("generators") {
        keep(&mut rest, "generators", others(generators, |path| variant.generators.contains_key(path)));
    }
    rest
}
