//! One of several things.

use intact_pact_model::Json;
use intact_pact_model::json::{JsonValue, Object};
use serde::ser::Serialize;

use super::optional::scalar_rule;
use super::text::{escape, regex};
use super::values::{boolean, like, null};
use crate::template::{COMBINE, GENERATOR, MATCHER, Template};

/// `null`, or a value that satisfies the matcher (for a plain example: is like it).
///
/// Written as two rules of which one must hold, `"combine": "OR"` (V3 and later). **For objects and arrays, only if the provider is
/// verified with Intact**: of arrays the official verifier accepts no `null`, and of objects nothing at all, since it takes
/// alternatives there for conditions that must all hold. For it, write two interactions with different provider states.
///
/// ```
/// use intact::json_like;
/// use intact::matchers::{integer, nullable, regex};
///
/// assert_eq!(nullable(regex(r"\d{5}", "10115")).example(), "10115");
/// let address = nullable(json_like!({ "zip": regex(r"\d{5}", "10115"), "floor": nullable(integer(3)) }));
/// assert_eq!(address.example()["floor"], 3);
/// ```
pub fn nullable(example: impl Serialize) -> Template {
    any_of((example, null()))
}

/// What satisfies one of these matchers; the first has the example. A list or tuple, in which plain values stand for their type.
///
/// Written as rules of which one must hold, `"combine": "OR"` (V3 and later). Only the first may be about objects or arrays, for
/// only one example of them can be in the contract, and then the remark at [`nullable`] holds. See [`one_of`] for fixed values.
///
/// ```
/// use intact::matchers::{any_of, integer, null, regex};
///
/// let quantity = any_of((integer(3), regex("[0-9]+ kg", "3 kg"), null()));
/// assert_eq!(quantity.example(), 3);
/// ```
pub fn any_of(matchers: impl Serialize) -> Template {
    let matchers = Template::of(&matchers);
    let Some(json) = matchers.as_json() else { return matchers };
    let alternatives = json.as_array().ok_or("the matchers of `any_of` are a list or tuple");
    match alternatives.and_then(either) {
        Ok(template) => template,
        Err(reason) => Template::senseless(reason),
    }
}

fn either(alternatives: &[JsonValue]) -> Result<Template, &'static str> {
    let Some(first) = alternatives.first() else { return Err("`any_of` needs at least one matcher") };
    let mut rules = Vec::new();
    for (at, alternative) in alternatives.iter().enumerate() {
        let matcher = as_matcher(alternative)?;
        let is_type = matcher.get(MATCHER).and_then(Json::as_str) == Some("type");
        // Rules of the first are held against the example, those of the others must do without.
        let rule = match matcher.get("value") {
            Some(Json::Object(_) | Json::Array(_)) if at > 0 && is_type => {
                return Err("only the first of the matchers of `any_of` may be about objects or arrays");
            }
            Some(scalar) if at > 0 && is_type => scalar_rule(scalar, false)?,
            _ => Json::Object(matcher),
        };
        match rule.get(MATCHER).and_then(Json::as_array) {
            Some(several) if rule.get(COMBINE).and_then(Json::as_str) == Some("OR") || several.len() == 1 => {
                rules.extend(several.iter().cloned());
            }
            Some(_) => return Err("an alternative of `any_of` is one matcher, not several that must hold together"),
            None => rules.push(rule),
        }
    }
    let mut either = Template::from_json(Json::object([(MATCHER, Json::Array(rules)), (COMBINE, Json::from("OR"))]));
    if let Some(value) = example(&as_matcher(first)?) {
        // Below an object, each of the alternatives would hold for its members too.
        either = either.with("value", with_members_by_type(value));
    }
    match first {
        Json::Object(generated) if is_generated(generated) => {
            Ok(Template::from_json(first.clone()).with_template("value", &either))
        }
        _ => Ok(either),
    }
}

/// A generator around a matcher, as [`Template::generated_by`] puts it there.
fn is_generated(object: &Object<'_>) -> bool {
    object.contains(GENERATOR) && !object.contains(MATCHER)
}

fn as_matcher(json: &JsonValue) -> Result<Object<'static>, &'static str> {
    match json {
        Json::Object(object) if object.contains(MATCHER) => Ok(object.clone()),
        Json::Object(object) if is_generated(object) => match object.get("value") {
            Some(inner) => as_matcher(inner),
            None => Err("a generator in `any_of` needs a matcher"),
        },
        plain => match like(Template::from_json(plain.clone())).as_json() {
            Some(Json::Object(matcher)) => Ok(matcher.clone()),
            _ => Err("an alternative of `any_of` is a matcher, or a value that stands for its type"),
        },
    }
}

fn example<'m>(matcher: &'m Object<'static>) -> Option<&'m JsonValue> {
    matcher.get("example").filter(|_| !matcher.contains(GENERATOR)).or_else(|| matcher.get("value"))
}

fn with_members_by_type(value: &JsonValue) -> JsonValue {
    let by_type = |inner: &JsonValue| match inner {
        Json::Object(object) if object.contains(MATCHER) || object.contains(GENERATOR) => inner.clone(),
        plain => Json::object([(MATCHER, Json::from("type")), ("value", plain.clone())]).into_owned(),
    };
    match value {
        Json::Object(object) if !object.contains(MATCHER) => {
            Json::object(object.iter().map(|(name, inner)| (name.to_owned(), by_type(inner))))
        }
        Json::Array(items) => Json::Array(items.iter().map(by_type).collect()),
        other => other.clone(),
    }
}

/// One of these values; the first is the example. Texts and numbers, `null`, and both booleans or none: a list, or a tuple if they
/// are of different types.
///
/// Written as a `regex` rule (V2 and later), so the text `"1"` passes for the number `1` and the other way round; with `null` or
/// booleans as several rules of which one must hold (V3 and later).
///
/// ```
/// use intact::matchers::one_of;
///
/// assert_eq!(one_of(["new", "paid"]).example(), "new");
/// assert_eq!(one_of((1, "many", ())).example(), 1);
/// ```
pub fn one_of(values: impl Serialize) -> Template {
    let values = Template::of(&values);
    let Some(json) = values.as_json() else { return values };
    let Some(items) = json.as_array().filter(|items| !items.is_empty()) else {
        return Template::senseless("`one_of` needs at least one value, in a list or tuple");
    };
    let is_text = |item: &&JsonValue| matches!(item, Json::String(_) | Json::Number(_));
    let (texts, others): (Vec<_>, Vec<_>) = items.iter().partition(is_text);
    let pattern = texts.iter().map(|text| escape(&text.to_text())).collect::<Vec<_>>().join("|");
    let texts = texts.first().map(|first| regex(&pattern, Template::from_json((*first).clone())));
    let has = |wanted: &JsonValue| others.contains(&wanted);
    let (has_true, has_false) = (has(&Json::Bool(true)), has(&Json::Bool(false)));
    if has_true != has_false {
        return Template::senseless(
            "`one_of` can tell no boolean from the other: give both, or expect the one without a matcher",
        );
    }
    if others.iter().any(|other| matches!(other, Json::Object(_) | Json::Array(_))) {
        return Template::senseless("`one_of` is for single values; see `any_of` for matchers");
    }
    let booleans = has_true.then(|| boolean(items.iter().find_map(Json::as_bool).unwrap_or_default()));
    let mut all: Vec<Template> = texts.into_iter().chain(booleans).chain(has(&Json::Null).then(null)).collect();
    if all.len() == 1 {
        return all.remove(0);
    }
    any_of(all).with("value", items[0].clone())
}
