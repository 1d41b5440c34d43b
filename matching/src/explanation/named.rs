//! Values that have a name outside of JSON and XML: headers, query parameters, metadata, and the fields of forms.

use intact_pact_model::Query;

use crate::body::form;
use crate::mismatch::{Mismatch, Reason};
use crate::parts::parameters::{are_as_expected, as_texts};
use crate::rule::RuleSet;
use crate::rule_tree::RuleTree;

use super::parts::{Parts, with_context};
use super::visible::{WIDEST, cut, cut_around, has_hidden, quoted, shown, visible};
use super::{Finding, Hide, Row, hints, rename, words};

/// A header, query parameter or field that differs.
pub(super) struct Named<'n> {
    pub(super) name: &'n str,
    pub(super) expected: Vec<&'n str>,
    /// Its values; `None` if it is missing.
    pub(super) actual: Option<Vec<&'n str>>,
    /// What is there and not expected.
    pub(super) others: Vec<(&'n str, Vec<&'n str>)>,
    /// Would these values match?
    pub(super) fits: &'n dyn Fn(&[&str]) -> bool,
    pub(super) set: Option<&'n RuleSet>,
}

impl Named<'_> {
    pub(super) fn hint(&self, hide: Hide<'_>, finding: &mut Finding) {
        let name = quoted(self.name, hide);
        let hint = match &self.actual {
            None => {
                let alike = rename::like(self.name, self.others.iter().map(|(name, _)| *name));
                let values = |name: &str| self.others.iter().find(|(own, _)| *own == name).map(|(_, values)| values);
                let fitting = alike.iter().find(|found| values(found).is_some_and(|values| (self.fits)(values)));
                fitting
                    .map(|found| format!("{name} is missing; {} is there and would match", quoted(found, hide)))
                    .or_else(|| {
                        let found = quoted(alike.first()?, hide);
                        Some(format!("{name} is missing; {found} is there, but its value would not match either"))
                    })
            }
            Some(actual) => self.hint_about_values(actual).map(|hint| format!("{name} {hint}")),
        };
        if let Some(hint) = hint {
            finding.hint(hide(&hint));
        }
    }

    fn hint_about_values(&self, actual: &[&str]) -> Option<String> {
        let example = |at: usize| self.expected.get(at).or(self.expected.first()).copied().unwrap_or_default();
        for (at, value) in actual.iter().enumerate().take(20) {
            let fits = |changed: &str| {
                let mut values = actual.to_vec();
                values[at] = changed;
                (self.fits)(&values)
            };
            let hint = hints::of_text(value, &fits).or_else(|| hints::of_kind(example(at), self.set, value));
            if hint.is_some() {
                return hint;
            }
        }
        let mut sorted = (self.expected.clone(), actual.to_vec());
        sorted.0.sort_unstable();
        sorted.1.sort_unstable();
        if sorted.0 == sorted.1 {
            return Some("has the expected values in another order".to_owned());
        }
        let joined = actual.join(",");
        let split: Vec<&str> = joined.split(',').map(str::trim).collect();
        if actual.len() > 1 && (self.fits)(&[&joined]) {
            return Some("would match as one value, separated by commas".to_owned());
        }
        (split.len() > actual.len() && (self.fits)(&split))
            .then(|| "is one value with commas; as several values it would match".to_owned())
    }

    /// Adds the two values, if a sentence does not show them well: they are long or hold what cannot be seen.
    pub(super) fn show_values(&self, hide: Hide<'_>, finding: &mut Finding) {
        let Some(actual) = &self.actual else { return };
        let is_hard_to_read = |values: &[&str]| {
            values.iter().any(|value| value.len() > WIDEST || has_hidden(value) || value.trim() != *value)
        };
        if !is_hard_to_read(&self.expected) && !is_hard_to_read(actual) {
            return;
        }
        let (expected, actual) = (self.expected.join(", "), actual.join(", "));
        finding.excerpt.push(lines(words::of_text(self.set, hide), &hide(&expected), &hide(&actual)));
    }
}

/// A row of two texts in quotation marks, or of what rules say and a text.
pub(super) fn lines(rules: Option<String>, expected: &str, actual: &str) -> Row {
    let quote = |text: &str| format!("\"{}\"", visible(text));
    let (expected, actual) = if let Some(rule) = rules {
        (visible(&rule), quote(&cut(actual, WIDEST)))
    } else {
        let (expected, actual) = cut_around(expected, actual, WIDEST);
        (quote(&expected), quote(&actual))
    };
    Row::different(Some(expected), Some(actual))
}

/// A form post.
pub(super) struct FormParts<'b> {
    pub(super) expected: Query,
    pub(super) actual: Query,
    pub(super) rules: &'b RuleTree,
    pub(super) hide: Hide<'b>,
}

impl Parts for FormParts<'_> {
    fn part_of(&self, _path: &str) -> String {
        "$".to_owned()
    }

    fn show(&self, _part: &str, mismatches: &[&Mismatch], finding: &mut Finding) {
        if mismatches.iter().all(|mismatch| mismatch.reason == Reason::InvalidRule) {
            return;
        }
        let root = self.rules.cursor();
        let expected = self.expected.iter().map(|(name, values)| (name, Some(values), self.actual.get(name)));
        let surplus = self.actual.iter().filter(|(name, _)| self.expected.get(name).is_none());
        let fields: Vec<_> = expected.chain(surplus.map(|(name, values)| (name, None, Some(values)))).collect();
        let fits = |name: &str, values: &[&str]| {
            let rules = form::rules_of(&root, name, values.len());
            self.expected.get(name).is_some_and(|expected| are_as_expected(&as_texts(expected), values, &rules))
        };
        let differs: Vec<bool> = fields
            .iter()
            .map(|(name, expected, actual)| match (expected, actual) {
                (Some(_), Some(actual)) => !fits(name, &as_texts(actual)),
                _ => true,
            })
            .collect();
        finding.excerpt = with_context(&differs, "", |at| {
            let (name, expected, actual) = fields[at];
            let rules = root.field(name).rules().map(|rules| rules.set);
            let values = |values: &[Option<String>]| (self.hide)(&as_texts(values).join(", ")).into_owned();
            let pair = |value: String| format!("{}={value}", visible(&shown(name, WIDEST, self.hide)));
            let row = lines(
                words::of_text(rules, self.hide),
                &expected.map(values).unwrap_or_default(),
                &actual.map(values).unwrap_or_default(),
            );
            Row {
                expected: row.expected.filter(|_| expected.is_some()).map(pair),
                actual: row.actual.filter(|_| actual.is_some()).map(pair),
                differs: differs[at],
            }
        });
        let others: Vec<_> = surplus_of(&self.expected, &self.actual);
        for ((name, expected, actual), _) in fields.iter().zip(&differs).filter(|(_, differs)| **differs).take(5) {
            let Some(expected) = expected else { continue };
            Named {
                name,
                expected: as_texts(expected),
                actual: actual.map(as_texts),
                others: others.clone(),
                fits: &|values| fits(name, values),
                set: root.field(name).rules().map(|rules| rules.set),
            }
            .hint(self.hide, finding);
        }
    }
}

/// What is there and not expected.
pub(super) fn surplus_of<'q>(expected: &Query, actual: &'q Query) -> Vec<(&'q str, Vec<&'q str>)> {
    let surplus = actual.iter().filter(|(name, _)| expected.get(name).is_none());
    surplus.map(|(name, values)| (name, as_texts(values))).collect()
}
