//! The status code.

use intact_pact_model::{HttpResponse, Json};

use crate::comparison::{Flow, Sink};
use crate::mismatch::{Location, Mismatch, Reason, Shown};
use crate::rule::{Asks, CompileError, Compiling, Outcome, Rule, RuleSet, describe_status, is_status_of};

/// An expected status code, ready to be compared.
#[derive(Debug)]
pub(crate) struct StatusMatcher {
    expected: u16,
    rules: RuleSet,
}

impl StatusMatcher {
    pub(crate) fn compile(expected: &HttpResponse) -> Result<Self, CompileError> {
        let rules = RuleSet::compile(&expected.matching_rules.status, "", Compiling::category("status"))?;
        Ok(Self { expected: expected.status, rules })
    }

    pub(crate) fn compare<S: Sink>(&self, actual: u16, sink: &mut S) -> Flow {
        let shown = |mismatch: Mismatch| mismatch.showing(Shown::Number(self.expected), Shown::Number(actual));
        if self.rules.rules.is_empty() {
            sink.part(self.expected == actual);
            if self.expected == actual {
                return Flow::Continue(());
            }
            return sink.mismatch(|| {
                let text = format!("expected {} but was {actual}", self.expected);
                shown(Mismatch::new(Location::Status, Reason::Different, text))
            });
        }
        let failures = self.rules.failing(|rule| check(rule, self.expected, actual));
        sink.part(failures.is_empty());
        for (rule, reason) in failures {
            sink.mismatch(|| {
                let text = explain(rule, self.expected, actual, reason);
                shown(Mismatch::new(Location::Status, reason, text)).ruled(rule.name(), "")
            })?;
        }
        Flow::Continue(())
    }
}

fn check(rule: &Rule, expected: u16, actual: u16) -> Outcome {
    match &rule.asks {
        Asks::StatusCode(class) if is_status_of(actual, class) => Ok(()),
        Asks::StatusCode(_) => Err(Reason::RuleNotSatisfied),
        Asks::Equality
        | Asks::Values
        | Asks::Type { .. }
        | Asks::Number
        | Asks::Integer
        | Asks::Decimal
        | Asks::Regex(_)
        | Asks::Include(_)
        | Asks::Invalid(_) => rule.check_scalar(&Json::from(expected), &Json::from(actual)),
        _ => Err(Reason::NotApplicable),
    }
}

fn explain(rule: &Rule, expected: u16, actual: u16, reason: Reason) -> String {
    match &rule.asks {
        Asks::StatusCode(class) => format!("Expected status code {actual} to be a {}", describe_status(class)),
        Asks::Equality => format!("expected {expected} but was {actual}"),
        _ if reason == Reason::NotApplicable => format!("Unable to match {actual} using {}", rule.name()),
        _ => rule.explain_scalar(&Json::from(expected), &Json::from(actual), reason),
    }
}
