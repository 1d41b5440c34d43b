//! What rules ask of texts outside of JSON: paths, headers, query and form parameters, text bodies.
//!
//! Here numbers and booleans come as text, so `100` is a number.

use crate::mismatch::Reason;
use crate::rule::{Outcome, Rule, content, explain_regex, is_status_of};
use crate::show;

fn is_number(text: &str) -> bool {
    // Rust also reads `inf` and `NaN`, which have no digit.
    text.parse::<f64>().is_ok() && text.bytes().any(|byte| byte.is_ascii_digit())
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

impl Rule {
    /// Does the text satisfy the rule?
    pub(crate) fn check_text(&self, expected: &str, actual: &str) -> Outcome {
        let satisfied = match self {
            Self::Equality | Self::Values => return if expected == actual { Ok(()) } else { Err(Reason::Different) },
            Self::Type { .. } => true,
            Self::Regex(regex) => return Ok(regex.matches(actual)?),
            Self::Include(part) => actual.contains(part.as_str()),
            Self::Number | Self::Decimal => is_number(actual),
            Self::Integer => is_integer(actual),
            Self::Boolean => matches!(actual, "true" | "false"),
            Self::DateTime(rule) => match &rule.pattern {
                Ok(pattern) => pattern.check(actual).is_ok(),
                Err(_) => return Err(Reason::InvalidRule),
            },
            Self::ContentType(content_type) => content::check(content_type, actual.as_bytes()).is_ok(),
            Self::NotEmpty => !actual.is_empty(),
            Self::Semver => semver::Version::parse(actual).is_ok(),
            Self::StatusCode(class) => actual.parse().is_ok_and(|status| is_status_of(status, class)),
            Self::Null | Self::ArrayContains(_) | Self::EachKey(_) | Self::EachValue(_) => {
                return Err(Reason::NotApplicable);
            }
            Self::Invalid { .. } => return Err(Reason::InvalidRule),
        };
        if satisfied { Ok(()) } else { Err(Reason::RuleNotSatisfied) }
    }

    /// The sentence about a text for which [`Rule::check_text`] gave `reason`.
    pub(crate) fn explain_text(&self, expected: &str, actual: &str, reason: Reason) -> String {
        let shown = show::cut(actual);
        match self {
            Self::Equality | Self::Values => format!("Expected '{shown}' to be equal to '{}'", show::cut(expected)),
            Self::Regex(regex) => explain_regex(regex, &shown, reason),
            Self::Include(part) => format!("Expected '{shown}' to include '{part}'"),
            Self::Number => format!("Expected '{shown}' to match a number"),
            Self::Decimal => format!("Expected '{shown}' to match a decimal number"),
            Self::Integer => format!("Expected '{shown}' to match an integer number"),
            Self::Boolean => format!("Expected {shown} to match a boolean"),
            Self::DateTime(rule) => {
                let why = match &rule.pattern {
                    Ok(pattern) => pattern.check(actual).err().unwrap_or_default(),
                    Err(error) => error.clone(),
                };
                format!("Expected '{shown}' to match {} pattern of '{}': {why}", rule.called, rule.format)
            }
            Self::ContentType(content_type) => content::explain(content_type, actual.as_bytes()),
            Self::NotEmpty => format!("Expected '{shown}' to not be empty"),
            Self::Semver => {
                let why = semver::Version::parse(actual).err().map(|error| error.to_string()).unwrap_or_default();
                format!("'{shown}' is not a valid semantic version - {why}")
            }
            Self::Invalid { text, .. } => text.clone(),
            _ => format!("Unable to match '{shown}' using {}", self.name()),
        }
    }
}
