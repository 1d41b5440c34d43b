//! Bytes: by the rules at the root, else equal.

use std::fmt::Write as _;

use intact_pact_model::ContentType;

use crate::comparison::{Flow, Sink};
use crate::mismatch::{Location, Mismatch, Reason, Shown};
use crate::rule::{Asks, Outcome, Rule, content};
use crate::rule_tree::RuleTree;

type Typed<'b> = (&'b [u8], Option<&'b ContentType>);

/// What `notEmpty` says of a body without bytes.
pub(crate) const EMPTY: &str = "Expected [] (0 bytes) to not be empty";

pub(crate) fn compare<S: Sink>(expected: Typed<'_>, actual: Typed<'_>, rules: &RuleTree, sink: &mut S) -> Flow {
    let at = || Location::Body("$".to_owned());
    let show = |(bytes, _): Typed<'_>| Shown::bytes(bytes);
    match rules.cursor().exact_rules() {
        Some(set) => {
            for (rule, reason) in set.failing(|rule| check(rule, expected, actual)) {
                sink.mismatch(|| {
                    Mismatch::new(at(), reason, explain(rule, expected, actual, reason))
                        .showing(show(expected), show(actual))
                        .ruled(rule.name(), &set.key)
                })?;
            }
            Flow::Continue(())
        }
        None if expected.0 == actual.0 => Flow::Continue(()),
        None => sink.mismatch(|| {
            Mismatch::new(at(), Reason::Different, explain_equality(expected, actual))
                .showing(show(expected), show(actual))
        }),
    }
}

fn check(rule: &Rule, expected: Typed<'_>, actual: Typed<'_>) -> Outcome {
    let satisfied = match &rule.asks {
        Asks::Equality | Asks::Values => return if expected.0 == actual.0 { Ok(()) } else { Err(Reason::Different) },
        Asks::Type { .. } => true,
        Asks::NotEmpty => !actual.0.is_empty(),
        Asks::ContentType(content_type) => content::check(content_type, actual.0).is_ok(),
        _ => match str::from_utf8(actual.0) {
            Ok(text) => return rule.check_text(&String::from_utf8_lossy(expected.0), text),
            Err(_) => return Err(Reason::NotApplicable),
        },
    };
    if satisfied { Ok(()) } else { Err(Reason::RuleNotSatisfied) }
}

fn explain(rule: &Rule, expected: Typed<'_>, actual: Typed<'_>, reason: Reason) -> String {
    match &rule.asks {
        Asks::Equality | Asks::Values => explain_equality(expected, actual),
        Asks::NotEmpty => EMPTY.to_owned(),
        Asks::ContentType(content_type) => content::explain(content_type, actual.0),
        _ => match str::from_utf8(actual.0) {
            Ok(text) => rule.explain_text(&String::from_utf8_lossy(expected.0), text, reason),
            Err(_) => {
                format!("Unable to match {} using {}: the bytes are no UTF-8 text", describe(actual), rule.name())
            }
        },
    }
}

fn explain_equality(expected: Typed<'_>, actual: Typed<'_>) -> String {
    format!("Actual body {} is not equal to the expected body {}", describe(actual), describe(expected))
}

/// `[image/jpeg, 28058 bytes, starting with ffd8ffe0…]`
fn describe((bytes, content_type): Typed<'_>) -> String {
    let mut hex = String::new();
    for byte in bytes.iter().take(32) {
        let _ = write!(hex, "{byte:02x}");
    }
    let content_type = content_type.map_or_else(|| "*/*".to_owned(), ToString::to_string);
    format!("[{content_type}, {} bytes, starting with {hex}]", bytes.len())
}
