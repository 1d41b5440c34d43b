//! What rules ask of texts outside of JSON: paths, headers, query and form parameters, text bodies.
//!
//! Here numbers and booleans come as text, so `100` is a number.

use crate::mismatch::Reason;
use crate::rule::{Asks, Outcome, Rule, content, explain_regex, is_status_of};
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
        let satisfied = match &self.asks {
            Asks::Equality | Asks::Values => return if expected == actual { Ok(()) } else { Err(Reason::Different) },
            Asks::Type { .. } => true,
            Asks::Regex(regex) => return Ok(regex.matches(actual)?),
            Asks::Include(part) => actual.contains(part.as_str()),
            Asks::Number | Asks::Decimal => is_number(actual),
            Asks::Integer => is_integer(actual),
            Asks::Boolean => matches!(actual, "true" | "false"),
            Asks::DateTime(rule) => match &rule.pattern {
                Ok(pattern) => pattern.check(actual).is_ok(),
                Err(_) => return Err(Reason::InvalidRule),
            },
            Asks::ContentType(content_type) => content::check(content_type, actual.as_bytes()).is_ok(),
            Asks::NotEmpty => !actual.is_empty(),
            Asks::Semver => semver::Version::parse(actual).is_ok(),
            Asks::StatusCode(class) => actual.parse().is_ok_and(|status| is_status_of(status, class)),
            Asks::Null | Asks::ArrayContains(_) | Asks::EachKey(_) | Asks::EachValue(_) => {
                return Err(Reason::NotApplicable);
            }
            Asks::Invalid(_) => return Err(Reason::InvalidRule),
        };
        if satisfied { Ok(()) } else { Err(Reason::RuleNotSatisfied) }
    }

    /// The sentence about a text for which [`Rule::check_text`] gave `reason`.
    pub(crate) fn explain_text(&self, expected: &str, actual: &str, reason: Reason) -> String {
        let shown = show::cut(actual);
        match &self.asks {
            Asks::Equality | Asks::Values => format!("Expected '{shown}' to be equal to '{}'", show::cut(expected)),
            Asks::Regex(regex) => explain_regex(regex, &shown, reason),
            Asks::Include(part) => format!("Expected '{shown}' to include '{part}'"),
            Asks::Number | Asks::Decimal => format!("Expected '{shown}' to match a number"),
            Asks::Integer => format!("Expected '{shown}' to match an integer number"),
            Asks::Boolean => format!("Expected {shown} to match a boolean"),
            Asks::DateTime(rule) => {
                let why = match &rule.pattern {
                    Ok(pattern) => pattern.check(actual).err().unwrap_or_default(),
                    Err(error) => error.clone(),
                };
                format!("Expected '{shown}' to match {} pattern of '{}': {why}", rule.called, rule.format)
            }
            Asks::ContentType(content_type) => content::explain(content_type, actual.as_bytes()),
            Asks::NotEmpty => format!("Expected '{shown}' to not be empty"),
            Asks::Semver => {
                let why = semver::Version::parse(actual).err().map(|error| error.to_string()).unwrap_or_default();
                format!("'{shown}' is not a valid semantic version - {why}")
            }
            Asks::Invalid(text) => text.clone(),
            _ => format!("Unable to match '{shown}' using {}", self.name()),
        }
    }
}
