//! Which of several path expressions that match a value governs it.

use std::cmp::Ordering;

use intact_pact_model::path::Segment;

/// How an expression stands against others that match the same value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Precedence<'k> {
    literals: usize,
    pub(super) length: usize,
    wildcards: Vec<usize>,
    /// The values of an `eachValue` rule at the parent.
    of_each_value: bool,
    pub(super) key: &'k str,
}

impl<'k> Precedence<'k> {
    pub(super) fn of(segments: &[Segment], key: &'k str) -> Self {
        let wildcards: Vec<usize> = segments
            .iter()
            .enumerate()
            .filter(|(_, segment)| matches!(segment, Segment::Star | Segment::StarIndex))
            .map(|(at, _)| at)
            .collect();
        Self {
            literals: segments.len() - wildcards.len() + 1,
            length: segments.len() + 1,
            wildcards,
            of_each_value: false,
            key,
        }
    }

    /// The same for the values of an `eachValue` rule.
    pub(super) fn for_each_value(self) -> Self {
        Self { of_each_value: true, ..self }
    }

    /// Weight times length: two to the power of `literals`, times `length`.
    fn cmp_weight(&self, other: &Self) -> Ordering {
        let shared = self.literals.min(other.literals);
        let value = |own: &Self| match u32::try_from(own.literals - shared) {
            Ok(shift) if shift < 64 => (own.length as u128) << shift,
            _ => u128::MAX,
        };
        value(self).cmp(&value(other)).then_with(|| self.literals.cmp(&other.literals))
    }
}

impl Ord for Precedence<'_> {
    /// The greater governs: by weight, then fewer wildcards, then the longer path, then later wildcards, then the text.
    fn cmp(&self, other: &Self) -> Ordering {
        self.cmp_weight(other)
            .then_with(|| other.wildcards.len().cmp(&self.wildcards.len()))
            .then_with(|| self.length.cmp(&other.length))
            .then_with(|| self.wildcards.cmp(&other.wildcards))
            .then_with(|| self.of_each_value.cmp(&other.of_each_value))
            .then_with(|| other.key.cmp(self.key))
    }
}

impl PartialOrd for Precedence<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
