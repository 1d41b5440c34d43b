//! What rules ask of whole JSON arrays and objects; their contents are compared by the body.

use intact_pact_model::Json;
use intact_pact_model::json::Object;

use crate::mismatch::Reason;
use crate::rule::{Asks, Outcome, Rule, explain_size, within};
use crate::show;

impl Rule {
    /// Can only a scalar satisfy the rule?
    pub(crate) fn is_about_scalars(&self) -> bool {
        matches!(
            self.asks,
            Asks::Regex(_)
                | Asks::Include(_)
                | Asks::Number
                | Asks::Integer
                | Asks::Decimal
                | Asks::Boolean
                | Asks::Null
                | Asks::DateTime(_)
                | Asks::ContentType(_)
                | Asks::Semver
        )
    }

    /// Does the array satisfy the rule? Sizes are checked only where the rule stands, not in arrays below (`cascaded`).
    pub(crate) fn check_array(&self, expected: &[Json<'_>], actual: &[Json<'_>], cascaded: bool) -> Outcome {
        match &self.asks {
            Asks::Type { min, max } if !cascaded && !within(actual.len(), *min, *max) => Err(Reason::WrongSize),
            Asks::NotEmpty if actual.is_empty() => Err(Reason::RuleNotSatisfied),
            Asks::Equality if expected != actual => Err(Reason::Different),
            Asks::Null => Err(Reason::WrongType),
            Asks::Invalid(_) => Err(Reason::InvalidRule),
            _ => Ok(()),
        }
    }

    /// The sentence about an array for which [`Rule::check_array`] failed.
    pub(crate) fn explain_array(&self, expected: &[Json<'_>], actual: &[Json<'_>]) -> String {
        let shown = show::list(actual);
        match &self.asks {
            Asks::Type { min, max } => explain_size(&shown, actual.len(), *min, *max),
            Asks::NotEmpty => "Expected [] (Array) to not be empty".to_owned(),
            Asks::Equality => format!("Expected {shown} (Array) to be equal to {} (Array)", show::list(expected)),
            Asks::Null => format!("Expected {shown} (Array) to be a null value"),
            Asks::Invalid(text) => text.clone(),
            _ => format!("Unable to match {shown} using {}", self.name()),
        }
    }

    /// Does the object satisfy the rule? Sizes are checked only where the rule stands, not in objects below (`cascaded`).
    pub(crate) fn check_object(&self, expected: &Object<'_>, actual: &Object<'_>, cascaded: bool) -> Outcome {
        match &self.asks {
            Asks::Type { min, max } if !cascaded && !within(actual.len(), *min, *max) => Err(Reason::WrongSize),
            Asks::NotEmpty if actual.is_empty() => Err(Reason::RuleNotSatisfied),
            Asks::Equality if expected != actual => Err(Reason::Different),
            Asks::Invalid(_) => Err(Reason::InvalidRule),
            // A regular expression is for the texts in the object.
            asks if self.is_about_scalars() && !matches!(asks, Asks::Regex(_)) => Err(Reason::NotApplicable),
            _ => Ok(()),
        }
    }

    /// The sentence about an object for which [`Rule::check_object`] failed.
    pub(crate) fn explain_object(&self, expected: &Json<'_>, actual: &Json<'_>) -> String {
        let shown = show::json(actual);
        match &self.asks {
            Asks::Type { min, max } => explain_size(&shown, actual.as_object().map_or(0, Object::len), *min, *max),
            Asks::NotEmpty => format!("Expected {shown} (Map) to not be empty"),
            Asks::Equality => format!("Expected {shown} (Object) to be equal to {}", show::json_and_kind(expected)),
            Asks::Invalid(text) => text.clone(),
            _ => format!("Unable to match {shown} using {}", self.name()),
        }
    }
}
