//! What rules ask of whole JSON arrays and objects; their contents are compared by the body.

use intact_pact_model::Json;
use intact_pact_model::json::Object;

use crate::mismatch::Reason;
use crate::rule::{Outcome, Rule, explain_size, within};
use crate::show;

impl Rule {
    /// Does the array satisfy the rule? Sizes are checked only where the rule stands, not in arrays below (`cascaded`).
    pub(crate) fn check_array(&self, expected: &[Json<'_>], actual: &[Json<'_>], cascaded: bool) -> Outcome {
        match self {
            Self::Type { min, max } if !cascaded && !within(actual.len(), *min, *max) => Err(Reason::WrongSize),
            Self::NotEmpty if actual.is_empty() => Err(Reason::RuleNotSatisfied),
            Self::Equality if expected != actual => Err(Reason::Different),
            Self::Null => Err(Reason::WrongType),
            Self::Invalid { .. } => Err(Reason::InvalidRule),
            _ => Ok(()),
        }
    }

    /// The sentence about an array for which [`Rule::check_array`] failed.
    pub(crate) fn explain_array(&self, expected: &[Json<'_>], actual: &[Json<'_>]) -> String {
        let shown = show::list(actual);
        match self {
            Self::Type { min, max } => explain_size(&shown, actual.len(), *min, *max),
            Self::NotEmpty => "Expected [] (Array) to not be empty".to_owned(),
            Self::Equality => format!("Expected {shown} (Array) to be equal to {} (Array)", show::list(expected)),
            Self::Null => format!("Expected {shown} (Array) to be a null value"),
            Self::Invalid { text, .. } => text.clone(),
            _ => format!("Unable to match {shown} using {}", self.name()),
        }
    }

    /// Does the object satisfy the rule? Sizes are checked only where the rule stands, not in objects below (`cascaded`).
    pub(crate) fn check_object(&self, expected: &Object<'_>, actual: &Object<'_>, cascaded: bool) -> Outcome {
        match self {
            Self::Type { min, max } if !cascaded && !within(actual.len(), *min, *max) => Err(Reason::WrongSize),
            Self::NotEmpty if actual.is_empty() => Err(Reason::RuleNotSatisfied),
            Self::Equality if expected != actual => Err(Reason::Different),
            Self::Include(_)
            | Self::Number
            | Self::Integer
            | Self::Decimal
            | Self::Boolean
            | Self::Null
            | Self::DateTime(_)
            | Self::Semver
            | Self::ContentType(_) => Err(Reason::NotApplicable),
            Self::Invalid { .. } => Err(Reason::InvalidRule),
            _ => Ok(()),
        }
    }

    /// The sentence about an object for which [`Rule::check_object`] failed.
    pub(crate) fn explain_object(&self, expected: &Json<'_>, actual: &Json<'_>) -> String {
        let shown = show::json(actual);
        match self {
            Self::Type { min, max } => explain_size(&shown, actual.as_object().map_or(0, Object::len), *min, *max),
            Self::NotEmpty => format!("Expected {shown} (Map) to not be empty"),
            Self::Equality => format!("Expected {shown} (Object) to be equal to {}", show::json_and_kind(expected)),
            Self::Invalid { text, .. } => text.clone(),
            _ => format!("Unable to match {shown} using {}", self.name()),
        }
    }
}
