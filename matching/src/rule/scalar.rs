//! What rules ask of JSON values where the contract's example is a scalar.

use std::borrow::Cow;

use base64::Engine as _;
use intact_pact_model::Json;
use intact_pact_model::json::JsonKind;

use crate::mismatch::Reason;
use crate::rule::{Asks, Outcome, Rule, content, explain_regex};
use crate::show;

/// `yes`, or the reason.
fn unless(yes: bool, reason: Reason) -> Outcome {
    if yes { Ok(()) } else { Err(reason) }
}

/// Are the values of one type? Integers and decimals are both numbers.
pub(crate) fn same_type(expected: &Json<'_>, actual: &Json<'_>) -> bool {
    let type_of = |value: &Json<'_>| match value.kind() {
        JsonKind::Decimal => JsonKind::Integer,
        kind => kind,
    };
    type_of(expected) == type_of(actual)
}

/// The text that rules about text look at: that of strings and, as it was written, of numbers.
fn text_of<'v>(value: &'v Json<'_>) -> Option<&'v str> {
    match value {
        Json::String(text) => Some(text),
        Json::Number(number) => Some(number.as_str()),
        _ => None,
    }
}

/// The bytes a string stands for, if it is base64.
fn decoded(value: &Json<'_>) -> Option<Vec<u8>> {
    base64::engine::general_purpose::STANDARD.decode(value.as_str()?).ok()
}

fn bytes_of<'v>(value: &'v Json<'_>) -> Cow<'v, [u8]> {
    match text_of(value) {
        Some(text) => Cow::Borrowed(text.as_bytes()),
        None => Cow::Owned(value.to_compact().into_bytes()),
    }
}

impl Rule {
    /// Does `actual` satisfy the rule, where the example is the scalar `expected`? `actual` may be anything.
    pub(crate) fn check_scalar(&self, expected: &Json<'_>, actual: &Json<'_>) -> Outcome {
        use Reason::{Different, InvalidRule, RuleNotSatisfied, WrongType};
        match &self.asks {
            Asks::Equality | Asks::Values => unless(expected == actual, Different),
            Asks::Type { .. } => unless(same_type(expected, actual), WrongType),
            Asks::Regex(regex) => match text_of(actual) {
                Some(text) => Ok(regex.matches(text)?),
                None if regex.error().is_some() => Err(InvalidRule),
                None => Err(RuleNotSatisfied),
            },
            Asks::Include(part) => {
                unless(text_of(actual).is_some_and(|text| text.contains(part.as_str())), RuleNotSatisfied)
            }
            Asks::Number => unless(actual.as_number().is_some(), WrongType),
            Asks::Integer => unless(actual.kind() == JsonKind::Integer, WrongType),
            Asks::Decimal => unless(actual.kind() == JsonKind::Decimal, WrongType),
            Asks::Boolean => unless(
                actual.as_bool().is_some() || matches!(actual.as_str(), Some("true" | "false")),
                RuleNotSatisfied,
            ),
            Asks::Null => unless(actual.is_null(), WrongType),
            Asks::DateTime(rule) => match &rule.pattern {
                Err(_) => Err(InvalidRule),
                Ok(pattern) => {
                    unless(text_of(actual).is_some_and(|text| pattern.check(text).is_ok()), RuleNotSatisfied)
                }
            },
            Asks::ContentType(content_type) => unless(
                content::check(content_type, &bytes_of(actual)).is_ok()
                    || decoded(actual).is_some_and(|bytes| content::check(content_type, &bytes).is_ok()),
                RuleNotSatisfied,
            ),
            Asks::NotEmpty => {
                let empty = match actual {
                    Json::Null => true,
                    Json::String(text) => text.is_empty(),
                    Json::Array(items) => items.is_empty(),
                    Json::Object(members) => members.is_empty(),
                    Json::Bool(_) | Json::Number(_) => false,
                };
                unless(!empty, RuleNotSatisfied)
            }
            Asks::Semver => {
                unless(actual.as_str().is_some_and(|text| semver::Version::parse(text).is_ok()), RuleNotSatisfied)
            }
            Asks::EachKey(_) | Asks::EachValue(_) | Asks::ArrayContains(_) | Asks::StatusCode(_) => Ok(()),
            Asks::Invalid(_) => Err(InvalidRule),
        }
    }

    /// The sentence about a value for which [`Rule::check_scalar`] gave `reason`.
    pub(crate) fn explain_scalar(&self, expected: &Json<'_>, actual: &Json<'_>, reason: Reason) -> String {
        let is = show::json_and_kind(actual);
        match &self.asks {
            Asks::Equality | Asks::Values => format!("Expected {is} to be equal to {}", show::json_and_kind(expected)),
            Asks::Type { .. } => format!("Expected {is} to be the same type as {}", show::json_and_kind(expected)),
            Asks::Regex(regex) => explain_regex(regex, &show::plain(actual), reason),
            Asks::Include(part) => format!("Expected '{}' to include '{part}'", show::plain(actual)),
            Asks::Number => format!("Expected {is} to be a number"),
            Asks::Integer => format!("Expected {is} to be an integer"),
            Asks::Decimal => format!("Expected {is} to be a decimal number"),
            Asks::Boolean => format!("Expected {is} to match a boolean"),
            Asks::Null => format!("Expected {is} to be a null value"),
            Asks::DateTime(rule) => {
                let why = match (&rule.pattern, text_of(actual)) {
                    (Err(error), _) => error.clone(),
                    (Ok(pattern), Some(text)) => pattern.check(text).err().unwrap_or_default(),
                    (Ok(_), None) => format!("{} is no text", actual.kind()),
                };
                format!(
                    "Expected '{}' to match {} pattern of '{}': {why}",
                    show::plain(actual),
                    rule.called,
                    rule.format
                )
            }
            Asks::ContentType(content_type) => {
                let bytes = decoded(actual).map_or_else(|| bytes_of(actual), Cow::Owned);
                content::explain(content_type, &bytes)
            }
            Asks::NotEmpty if actual.is_null() => "Expected non-empty value but got a NULL".to_owned(),
            Asks::NotEmpty => format!("Expected {is} to not be empty"),
            Asks::Semver => {
                let why = match actual.as_str() {
                    Some(text) => semver::Version::parse(text).err().map(|error| error.to_string()).unwrap_or_default(),
                    None => format!("{} is no text", actual.kind()),
                };
                format!("'{}' is not a valid semantic version - {why}", show::plain(actual))
            }
            Asks::EachKey(_) | Asks::EachValue(_) | Asks::ArrayContains(_) | Asks::StatusCode(_) => {
                format!("Unable to match {} using {}", show::json(actual), self.name())
            }
            Asks::Invalid(text) => text.clone(),
        }
    }
}
