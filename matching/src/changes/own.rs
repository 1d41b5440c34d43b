//! What rules ask of an array or object itself: its size, what it may be instead, and how what is in it is looked at.

use intact_pact_model::{Combine, Json};

use super::constraint::{Limits, both_limits};
use super::json::At;
use crate::rule::{Asks, Rule, RuleSet};
use crate::rule_tree::{Cursor, Rules};

/// What the rules of an array or object ask of itself.
#[derive(Default)]
pub(super) struct Own {
    pub(super) limits: Limits,
    /// What else they ask, in words and in order.
    pub(super) words: Vec<String>,
    /// Is `null` an alternative?
    pub(super) or_null: bool,
    /// Is one of several rules enough?
    pub(super) is_or: bool,
}

impl Own {
    pub(super) fn of(at: At<'_, '_, '_>) -> Self {
        let Some(Rules { set, cascaded }) = at.1.rules() else { return Self::default() };
        let is_null = |rule: &&Rule| matches!(rule.asks, Asks::Null);
        let is_or = set.combine == Combine::Or;
        // No array or object is null: as an alternative it only allows something else.
        let or_null = is_or && set.rules.iter().any(|rule| is_null(&rule));
        let rules: Vec<&Rule> = set.rules.iter().filter(|rule| !(is_or && is_null(rule))).collect();
        let is_or = match rules[..] {
            [one] => is_or && !is_about_containers(one),
            _ => is_or,
        };
        if Self::is_equality(set) {
            // That it is compared as a whole is seen by `is_whole`.
            return Self { or_null, ..Self::default() };
        }
        let (mut limits, mut words) = ((None, None), Vec::new());
        for rule in rules {
            match &rule.asks {
                _ if cascaded && !is_or && is_about_containers(rule) => {}
                Asks::Type { min, max } if !is_or => limits = both_limits(limits, (*min, *max)),
                Asks::Type { min, max } => words.push(format!("something with {}", size((*min, *max)))),
                // It may be long, or a secret.
                Asks::Equality => words.push("exactly this".to_owned()),
                // What the rest of the document says of the values is seen there.
                Asks::EachValue(_) | Asks::Values => words.push("any keys".to_owned()),
                _ if !is_or && asks_only_contents(rule, at.0) => {}
                _ => words.push(crate::in_words::rule(rule, at.0)),
            }
        }
        words.sort();
        words.dedup();
        if is_or && words.is_empty() {
            words.push("null".to_owned());
        }
        Self { limits, words, or_null, is_or }
    }

    /// Is it equality, with or without `null` as an alternative?
    pub(super) fn is_equality(set: &RuleSet) -> bool {
        let mut rules = set.rules.iter().filter(|rule| set.combine == Combine::And || !matches!(rule.asks, Asks::Null));
        rules.next().is_some_and(|first| {
            matches!(first.asks, Asks::Equality) && rules.all(|rule| matches!(rule.asks, Asks::Equality))
        })
    }

    pub(super) fn words(&self) -> String {
        match &self.words[..] {
            [] if self.limits == (None, None) => "just these members".to_owned(),
            [] => size(self.limits),
            words => words.join(if self.is_or { " or " } else { " and " }),
        }
    }

    /// Is it sure that, but for their number and what they are, these items satisfy what is asked of the array?
    pub(super) fn accepts(&self, at: (&[Json<'_>], &Cursor<'_>), items: &[Json<'_>]) -> bool {
        let rules = at.1.rules();
        let holds = |rule: &Rule| {
            let cascaded = rules.is_some_and(|rules| rules.cascaded);
            rule.check_array(at.0, items, cascaded).is_ok()
        };
        self.words.is_empty() || !self.is_or && rules.is_none_or(|rules| rules.set.rules.iter().all(holds))
    }
}

/// Can an array or object satisfy the rule, and nothing but one of its kind?
fn is_about_containers(rule: &Rule) -> bool {
    matches!(
        rule.asks,
        Asks::Type { .. }
            | Asks::Equality
            | Asks::Values
            | Asks::EachKey(_)
            | Asks::EachValue(_)
            | Asks::ArrayContains(_)
    )
}

/// Is it sure that the rule asks nothing of the array or object itself? Rules about scalars are for those in it.
fn asks_only_contents(rule: &Rule, value: &Json<'_>) -> bool {
    let is_scalar = |value: &Json<'_>| !matches!(value, Json::Array(_) | Json::Object(_));
    match (&rule.asks, value) {
        (Asks::Regex(_), _) => true,
        (Asks::Null, _) => false,
        (_, Json::Array(items)) => rule.is_about_scalars() && items.iter().all(is_scalar),
        _ => false,
    }
}

/// Bounds in words.
pub(super) fn size(limits: Limits) -> String {
    match limits {
        (None, None) => "any size".to_owned(),
        (Some(min), None) => format!("a size of at least {min}"),
        (None, Some(max)) => format!("a size of at most {max}"),
        (Some(min), Some(max)) => format!("a size of {min} to {max}"),
    }
}
