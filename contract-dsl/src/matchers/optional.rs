//! Members that may be missing.
//!
//! The rules of such a member are written, the member is not in the example: then nobody asks for it, and where it comes, Intact
//! judges it by its rules. Rules that compare with the example would have none, so others that need none take their place.

use intact_pact_model::Json;
use intact_pact_model::json::{JsonValue, Object};
use serde::ser::Serialize;

use super::text::escape;
use crate::template::{GENERATOR, MATCHER, Template};

/// Marks a matcher whose value may be missing. Only in templates, never in a file.
pub(crate) const MAY_BE_MISSING: &str = "pact:matcher:optional";

/// For a member of an object in a JSON body: it may be missing, and if it is there it satisfies the matcher (a plain example stands
/// for its type).
///
/// Written as the rules at its place (V2 and later), without the member in the example. So **the mock server answers without it**,
/// and the verifier sends requests without it: if your client has something to do where the member is there, describe that case in an
/// interaction of its own, with a provider state. Intact compares the member where it comes, in responses, messages and requests. The
/// official verifier takes it for any other member that the contract does not mention, and does not look at it; the official mock
/// server refuses requests that have it.
///
/// What the member is compared with are rules alone: `optional("x")` accepts every text (and number), `optional(json_like!({ "a": 1
/// }))` an object whose `a`, if it is there, is a number.
///
/// ```
/// use intact::json_like;
/// use intact::matchers::{date, like, nullable, optional};
///
/// let product = json_like!({
///     "name": like("Desk"),
///     "soldOutSince": optional(date("yyyy-MM-dd", "2024-03-05")),
///     "note": optional(nullable("gift")),
/// });
/// assert_eq!(product.example(), serde_json::json!({ "name": "Desk" }));
/// ```
pub fn optional(example: impl Serialize) -> Template {
    let example = Template::of(&example);
    let Some(json) = example.as_json() else { return example };
    let json = if is_matcher(json) { json.clone() } else { of_type(json.clone()) };
    match without_example(&json, false) {
        Ok(rules) if is_matcher(&rules) => Template::from_json(rules).with(MAY_BE_MISSING, true),
        // An object that says nothing of itself, only of its members.
        Ok(members) => Template::from_json(of_type(members)).with(MAY_BE_MISSING, true),
        Err(reason) => Template::senseless(reason),
    }
}

fn is_matcher(json: &JsonValue) -> bool {
    json.as_object().is_some_and(|object| object.contains(MATCHER) || object.contains(GENERATOR))
}

fn of_type(value: JsonValue) -> JsonValue {
    let mut matcher = Object::new();
    matcher.insert(MATCHER, "type");
    matcher.insert("value", value);
    Json::Object(matcher)
}

/// The template, with rules that decide without an example; `exact` if plain values stand for themselves.
fn without_example(json: &JsonValue, exact: bool) -> Result<JsonValue, &'static str> {
    match json {
        Json::Object(object) if object.contains(GENERATOR) && !object.contains(MATCHER) => {
            Err("a member that may be missing has no value in the example, so none can be generated for it")
        }
        Json::Object(object) if object.contains(MATCHER) => matcher_without_example(object),
        Json::Object(object) => {
            let member = |(name, value): (&str, &JsonValue)| Ok((name.to_owned(), without_example(value, exact)?));
            Ok(Json::object(object.iter().map(member).collect::<Result<Vec<_>, &'static str>>()?))
        }
        Json::Array(items) => {
            Ok(Json::Array(items.iter().map(|item| without_example(item, exact)).collect::<Result<_, _>>()?))
        }
        scalar => scalar_rule(scalar, exact),
    }
}

fn matcher_without_example(object: &Object<'static>) -> Result<JsonValue, &'static str> {
    let mut matcher = object.clone();
    // The links of `url` and values from a provider state have one, which nobody uses here.
    for parameter in matcher.remove(GENERATOR).map_or(&[][..], |_| &["expression", "dataType", "example"]) {
        matcher.remove(parameter);
    }
    let value = object.get("value");
    match (object.get(MATCHER), value) {
        (Some(Json::String(name)), Some(value)) => match (&**name, value) {
            ("type", Json::Object(_) | Json::Array(_)) => {
                matcher.insert("value", without_example(value, false)?);
            }
            ("type", scalar) => return scalar_rule(scalar, false),
            ("equality", value) => return without_example(value, true),
            // There `value` is the rule's parameter.
            ("include" | "contentType", _) => {}
            (_, Json::Object(_) | Json::Array(_)) => {
                matcher.insert("value", without_example(value, false)?);
            }
            _ => {}
        },
        (Some(Json::Array(rules)), value) => {
            let rules = rules.iter().map(|rule| match rule {
                Json::Object(rule) if rule.contains(MATCHER) => matcher_without_example(rule),
                rule => Ok(rule.clone()),
            });
            matcher.insert(MATCHER, Json::Array(rules.collect::<Result<_, &'static str>>()?));
            if let Some(value @ (Json::Object(_) | Json::Array(_))) = value {
                matcher.insert("value", without_example(value, false)?);
            }
        }
        _ => {}
    }
    Ok(Json::Object(matcher))
}

/// A matcher for values like this one, that needs no example; `exact` for this value only.
pub(super) fn scalar_rule(scalar: &JsonValue, exact: bool) -> Result<JsonValue, &'static str> {
    let mut matcher = Object::new();
    match scalar {
        Json::String(_) | Json::Number(_) if exact => {
            matcher.insert(MATCHER, "regex");
            matcher.insert("regex", escape(&scalar.to_text()));
        }
        Json::String(_) => {
            matcher.insert(MATCHER, "regex");
            matcher.insert("regex", r"[\s\S]*");
        }
        Json::Number(_) => matcher.insert(MATCHER, "number"),
        Json::Bool(_) if exact => {
            return Err("of a member that may be missing, only any boolean can be expected, not one of them");
        }
        Json::Bool(_) => matcher.insert(MATCHER, "boolean"),
        _ => matcher.insert(MATCHER, "null"),
    }
    matcher.insert("value", scalar.clone());
    Ok(Json::Object(matcher))
}

/// Is there a member somewhere that may be missing?
pub(crate) fn has_optional_members(json: &JsonValue) -> bool {
    match json {
        Json::Object(object) => {
            object.contains(MAY_BE_MISSING) || object.iter().any(|(_, value)| has_optional_members(value))
        }
        Json::Array(items) => items.iter().any(has_optional_members),
        _ => false,
    }
}

/// The template without the members that may be missing.
pub(crate) fn without_optional_members(json: &JsonValue) -> Result<JsonValue, &'static str> {
    match json {
        Json::Object(object) if object.contains(MAY_BE_MISSING) => Err("`optional` is for members of objects in JSON"),
        Json::Object(object) => {
            let stays = |value: &JsonValue| !value.as_object().is_some_and(|own| own.contains(MAY_BE_MISSING));
            // What a matcher says stands in members too, but they are not those of an object.
            let is_matcher = is_matcher(json);
            let mut left = Object::new();
            for (name, value) in object.iter().filter(|(_, value)| is_matcher || stays(value)) {
                left.insert(name.to_owned(), without_optional_members(value)?);
            }
            Ok(Json::Object(left))
        }
        Json::Array(items) => Ok(Json::Array(items.iter().map(without_optional_members).collect::<Result<_, _>>()?)),
        scalar => Ok(scalar.clone()),
    }
}
