//! Text: by the rules at the root, else equal.

use crate::comparison::{Flow, Sink};
use crate::mismatch::{Location, Mismatch, Reason, Shown};
use crate::rule::{Asks, Rule};
use crate::rule_tree::RuleTree;
use crate::show;

pub(crate) fn compare<S: Sink>(expected: &[u8], actual: &[u8], rules: &RuleTree, sink: &mut S) -> Flow {
    let at = || Location::Body("$".to_owned());
    match rules.cursor().exact_rules() {
        Some(set) => {
            let same_bytes = expected == actual;
            let (expected, actual) = (String::from_utf8_lossy(expected), String::from_utf8_lossy(actual));
            let check = |rule: &Rule| match &rule.asks {
                // Different bytes that are no text may look the same.
                Asks::Equality | Asks::Values if !same_bytes => Err(Reason::Different),
                _ => rule.check_text(&expected, &actual),
            };
            for (rule, reason) in set.failing(check) {
                sink.mismatch(|| {
                    Mismatch::new(at(), reason, rule.explain_text(&expected, &actual, reason))
                        .showing(&*expected, &*actual)
                        .ruled(rule.name(), &set.key)
                })?;
            }
            Flow::Continue(())
        }
        None if expected == actual => Flow::Continue(()),
        None => sink.mismatch(|| {
            let shown = |bytes: &[u8]| show::cut(&String::from_utf8_lossy(bytes));
            let text = format!(
                "Expected body '{}' to match '{}' using equality but did not match",
                shown(expected),
                shown(actual)
            );
            Mismatch::new(at(), Reason::Different, text).showing(Shown::bytes(expected), Shown::bytes(actual))
        }),
    }
}
