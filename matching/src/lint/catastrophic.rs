//! Regular expressions that take exponential time where they are matched by backtracking.

use regex_syntax::hir::{Hir, HirKind};

use crate::pact_regex::common_spelling;

/// Longer expressions, in bytes, are lists that a program wrote; they are not looked at.
const LONGEST: usize = 4096;

/// Does the expression repeat a repetition, so that a text can be divided between the two in very many ways?
///
/// Only the sure cases are told: the inner repetition stands alone, or beside what may be absent. In `([\w-]+\.)+` the dot divides.
pub(super) fn is_catastrophic(pattern: &str) -> bool {
    pattern.len() <= LONGEST
        && regex_syntax::parse(&common_spelling(pattern)).is_ok_and(|expression| repeats_a_repetition(&expression))
}

fn repeats_a_repetition(expression: &Hir) -> bool {
    match expression.kind() {
        HirKind::Repetition(repetition) => {
            let is_long = repetition.max.is_none_or(|max| max > 20);
            (is_long && is_ambiguous(&repetition.sub)) || repeats_a_repetition(&repetition.sub)
        }
        HirKind::Capture(capture) => repeats_a_repetition(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(repeats_a_repetition),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => false,
    }
}

/// Can the same text be one round of this or several?
fn is_ambiguous(expression: &Hir) -> bool {
    match expression.kind() {
        HirKind::Repetition(repetition) => {
            repetition.max.is_none() && repetition.sub.properties().maximum_len() != Some(0)
        }
        HirKind::Capture(capture) => is_ambiguous(&capture.sub),
        HirKind::Alternation(parts) => parts.iter().any(is_ambiguous),
        HirKind::Concat(parts) => {
            let divides = |part: &&Hir| part.properties().minimum_len() != Some(0);
            let dividing = parts.iter().filter(divides).count();
            parts.iter().any(|part| dividing == usize::from(divides(&part)) && is_ambiguous(part))
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_catastrophic;

    #[test]
    fn only_what_is_sure_is_told() {
        for pattern in ["(a+)+", "(a*)*b", r"^(\w+\s?)*$", "(a|b+)+", r"(?:\d+,?)+", r"((\d+)*)+x", "(x+x*)*"] {
            assert!(is_catastrophic(pattern), "{pattern}");
        }
        for pattern in [
            "a+",
            r"([\w-]+\.)+[\w-]{2,4}",
            r"\d{4}(-\d{2})+",
            "(ab)+",
            "(a+b)+",
            "(a{1,3})+",
            "(a+){2,4}",
            "(",
            r"(?=a)b+",
            r"^[\w-\.]+@([\w-]+\.)+[\w-]{2,4}$",
            r"(\s*,\s*\w+)*",
        ] {
            assert!(!is_catastrophic(pattern), "{pattern}");
        }
    }

    /// Were each part held against each other one, this would take minutes.
    #[test]
    fn very_long_expressions_are_not_looked_at() {
        let of_rounds = |rounds: usize| format!("({}b)+", "a*".repeat(rounds));
        assert!(!is_catastrophic(&of_rounds(30_000)) && !is_catastrophic(&of_rounds(2_000)));
        assert!(is_catastrophic(&format!("({})+", "a*".repeat(2_000))));
        assert!(!is_catastrophic(&format!("({})+", "a*".repeat(2_100))), "longer than is looked at");
    }
}
