//! One matching rule or generator from its object.

use crate::expression::{Definition, is_definition};
use crate::generators::Generator;
use crate::json::{Json, Object};
use crate::rules::{ArrayVariant, Combine, EachRule, MatchingRule, RuleList, StatusClass};

use super::owned;
use crate::place::{describe, shortened};

/// Reads one matching rule: `{"match": "regex", "regex": "\\d+"}`, an old one that can be guessed (`{"min": 1}`), or the
/// integration form that language bindings use (`{"pact:matcher:type": "regex", …}`, without its example).
///
/// What cannot be understood is a [`MatchingRule::Unreadable`].
pub fn matching_rule(json: &Json<'_>) -> MatchingRule {
    understood(json).unwrap_or_else(|reason| MatchingRule::Unreadable { json: json.clone().into_owned(), reason })
}

/// Reads a rule list, `{"combine": "AND", "matchers": […]}`; or a rule alone, or an array of rules.
pub(super) fn rule_list(json: &Json<'_>) -> RuleList {
    let rules_of = |items: &[Json<'_>]| items.iter().map(matching_rule).collect();
    match json {
        Json::Null => RuleList::default(),
        Json::Array(items) => RuleList { combine: Combine::And, rules: rules_of(items) },
        Json::Object(object) => {
            let is_or =
                object.get("combine").and_then(Json::as_str).is_some_and(|text| text.eq_ignore_ascii_case("or"));
            let combine = if is_or { Combine::Or } else { Combine::And };
            match object.get("matchers") {
                Some(Json::Array(items)) => RuleList { combine, rules: rules_of(items) },
                Some(Json::Null) => RuleList::default(),
                None if object.names().all(|name| name == "combine") => RuleList::default(),
                None => RuleList::of(matching_rule(json)),
                Some(other) => RuleList::of(MatchingRule::Unreadable {
                    json: json.clone().into_owned(),
                    reason: format!("`matchers` is an array of rules, found {}", describe(other)),
                }),
            }
        }
        other => RuleList::of(matching_rule(other)),
    }
}

/// Reads a generator; `None` if it is not an object with a `type`.
pub(super) fn generator(json: &Json<'_>) -> Option<Generator> {
    let object = json.as_object()?;
    let kind = object.get("type")?.as_str()?.to_owned();
    let mut params = owned(object);
    params.remove("type");
    Some(Generator { kind, params })
}

/// What is wrong with the rule, or with a rule inside it.
pub(super) fn fault(rule: &MatchingRule) -> Option<&str> {
    match rule {
        MatchingRule::Unreadable { reason, .. } => Some(reason),
        MatchingRule::EachKey(each) | MatchingRule::EachValue(each) => each.rules.iter().find_map(fault),
        MatchingRule::ArrayContains(variants) => {
            variants.iter().flat_map(|variant| variant.rules.values()).flat_map(|list| &list.rules).find_map(fault)
        }
        _ => None,
    }
}

fn understood(json: &Json<'_>) -> Result<MatchingRule, String> {
    let rule = json.as_object().ok_or_else(|| format!("a matching rule is an object, found {}", describe(json)))?;
    let (name, integration) = match (rule.get("match"), rule.get("pact:matcher:type")) {
        (Some(name), _) => {
            (name.as_str().ok_or_else(|| format!("`match` is a name, found {}", describe(name)))?, false)
        }
        (None, Some(name)) => (
            name.as_str().ok_or_else(|| format!("`pact:matcher:type` is a name here, found {}", describe(name)))?,
            true,
        ),
        (None, None) => (guessed(rule).ok_or("it has no `match`, and its members do not tell what it asks")?, false),
    };
    if integration && is_definition(name) {
        let mut rules = Definition::parse(name).map_err(|error| error.to_string())?.value.rules;
        return match (rules.pop(), rules.is_empty()) {
            (Some(rule), true) => Ok(rule),
            _ => Err(format!("`{}` is more than one rule", shortened(name))),
        };
    }
    Ok(match name {
        "equality" => MatchingRule::Equality,
        "regex" => MatchingRule::Regex(required_text(rule, "regex")?),
        "type" => MatchingRule::Type { min: bound(rule, "min")?, max: bound(rule, "max")? },
        "min" | "min-type" => match bound(rule, "min")? {
            None => return Err("`min` is missing".to_owned()),
            min => MatchingRule::Type { min, max: bound(rule, "max")? },
        },
        "max" | "max-type" => match bound(rule, "max")? {
            None => return Err("`max` is missing".to_owned()),
            max => MatchingRule::Type { min: bound(rule, "min")?, max },
        },
        "include" => MatchingRule::Include(required_text(rule, "value")?),
        "number" => MatchingRule::Number,
        "integer" => MatchingRule::Integer,
        "decimal" | "real" => MatchingRule::Decimal,
        "boolean" => MatchingRule::Boolean,
        "null" => MatchingRule::Null,
        "date" => MatchingRule::Date(format(rule, &["format", "date"])?),
        "time" => MatchingRule::Time(format(rule, &["format", "time"])?),
        "datetime" | "timestamp" => MatchingRule::DateTime(format(rule, &["format", "datetime", "timestamp"])?),
        "contentType" | "content-type" => MatchingRule::ContentType(required_text(rule, "value")?),
        "values" => MatchingRule::Values,
        "arrayContains" | "array-contains" => MatchingRule::ArrayContains(variants(rule)?),
        "statusCode" | "status-code" => MatchingRule::StatusCode(status_class(rule.get("status"))?),
        "notEmpty" | "not-empty" => MatchingRule::NotEmpty,
        "semver" => MatchingRule::Semver,
        "eachKey" | "each-key" => MatchingRule::EachKey(each(rule)?),
        "eachValue" | "each-value" => MatchingRule::EachValue(each(rule)?),
        "" => return Err("`match` is empty".to_owned()),
        name => {
            let mut params = owned(rule);
            params.remove("match");
            if integration {
                let foreign: Vec<String> =
                    params.names().filter(|name| name.starts_with("pact:")).map(str::to_owned).collect();
                for name in foreign.iter().map(String::as_str).chain(["value"]) {
                    params.remove(name);
                }
            }
            MatchingRule::Other { name: name.to_owned(), params }
        }
    })
}

/// The rule that an object without `match` must mean.
fn guessed(rule: &Object<'_>) -> Option<&'static str> {
    [
        ("regex", "regex"),
        ("min", "type"),
        ("max", "type"),
        ("timestamp", "datetime"),
        ("time", "time"),
        ("date", "date"),
    ]
    .into_iter()
    .find_map(|(member, name)| rule.contains(member).then_some(name))
}

fn required_text(rule: &Object<'_>, name: &str) -> Result<String, String> {
    match rule.get(name) {
        Some(Json::String(text)) => Ok(text.clone().into_owned()),
        Some(number @ Json::Number(_)) => Ok(number.to_compact()),
        Some(other) => Err(format!("`{name}` is a text, found {}", describe(other))),
        None => Err(format!("`{name}` is missing")),
    }
}

fn format(rule: &Object<'_>, names: &[&str]) -> Result<String, String> {
    match names.iter().find_map(|name| Some((name, rule.get(name)?))) {
        None | Some((_, Json::Null)) => Ok(String::new()),
        Some((_, Json::String(text))) => Ok(text.clone().into_owned()),
        Some((name, other)) => Err(format!("`{name}` is a date or time pattern, found {}", describe(other))),
    }
}

/// A length: a number or its text; zero is one.
fn bound(rule: &Object<'_>, name: &str) -> Result<Option<u64>, String> {
    let Some(json) = rule.get(name).filter(|json| !json.is_null()) else { return Ok(None) };
    whole_number(json).map(Some).ok_or_else(|| format!("`{name}` is a length, found {}", describe(json)))
}

fn whole_number(json: &Json<'_>) -> Option<u64> {
    match json {
        Json::String(text) => text.trim().parse().ok(),
        Json::Number(number) => number.as_u64().or_else(|| {
            let value = number.as_f64();
            // Integers up to here have a `f64` of their own.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "whole, not negative and small: checked"
            )]
            (value.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(&value)).then_some(value as u64)
        }),
        _ => None,
    }
}

fn status_class(status: Option<&Json<'_>>) -> Result<StatusClass, String> {
    let code = |json: &Json<'_>| {
        let code = whole_number(json).and_then(|code| u16::try_from(code).ok());
        code.ok_or_else(|| format!("expected a status code, found {}", describe(json)))
    };
    Ok(match status {
        None | Some(Json::Null) => StatusClass::Success,
        Some(Json::Array(codes)) => StatusClass::Codes(codes.iter().map(code).collect::<Result<_, _>>()?),
        Some(number @ Json::Number(_)) => StatusClass::Codes(vec![code(number)?]),
        Some(other) => match other.as_str() {
            Some("info" | "information") => StatusClass::Information,
            Some("success") => StatusClass::Success,
            Some("redirect") => StatusClass::Redirect,
            Some("clientError") => StatusClass::ClientError,
            Some("serverError") => StatusClass::ServerError,
            Some("nonError") => StatusClass::NonError,
            Some("error") => StatusClass::Error,
            _ => {
                return Err(format!(
                    "`status` is a class of status codes or a list of them, found {}",
                    describe(other)
                ));
            }
        },
    })
}

fn variants(rule: &Object<'_>) -> Result<Vec<ArrayVariant>, String> {
    let variants = match rule.get("variants") {
        Some(Json::Array(variants)) => variants,
        Some(other) => return Err(format!("`variants` is an array, found {}", describe(other))),
        None => return Err("`variants` is missing".to_owned()),
    };
    variants.iter().map(variant).collect()
}

fn variant(json: &Json<'_>) -> Result<ArrayVariant, String> {
    let object = json.as_object().ok_or_else(|| format!("a variant is an object, found {}", describe(json)))?;
    let index = match object.get("index") {
        None | Some(Json::Null) => 0,
        Some(index) => whole_number(index)
            .and_then(|index| usize::try_from(index).ok())
            .ok_or_else(|| format!("`index` of a variant is a position, found {}", describe(index)))?,
    };
    let mut variant = ArrayVariant { index, ..ArrayVariant::default() };
    match object.get("rules") {
        Some(Json::Object(rules)) => {
            for (path, list) in rules.iter() {
                variant.rules.insert(path.to_owned(), rule_list(list));
            }
        }
        None | Some(Json::Null) => {}
        Some(Json::Array(items)) if items.is_empty() => {}
        Some(other) => return Err(format!("`rules` of a variant is an object, found {}", describe(other))),
    }
    variant.rules.retain(|_, list| !list.is_empty());
    if let Some(Json::Object(generators)) = object.get("generators") {
        variant.generators =
            generators.iter().filter_map(|(path, json)| Some((path.to_owned(), generator(json)?))).collect();
    }
    Ok(variant)
}

fn each(rule: &Object<'_>) -> Result<EachRule, String> {
    let rules = match rule.get("rules") {
        None | Some(Json::Null) => Vec::new(),
        Some(Json::Array(rules)) => rules.iter().map(matching_rule).collect(),
        Some(other) => return Err(format!("`rules` is an array of rules, found {}", describe(other))),
    };
    Ok(EachRule {
        rules,
        example: rule.get("value").map(|value| value.clone().into_owned()),
        generator: rule.get("generator").and_then(generator).map(Box::new),
    })
}
