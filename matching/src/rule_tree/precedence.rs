//! Which of several path expressions that match a value governs it.

use std::cmp::Ordering;

use intact_pact_model::path::Segment;

/// How an expression stands against others that match the same value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Precedence<'k> {
    literals: usize,
    pub(super) length: usize,
    wildcards: Vec<usize>,
    of: Of,
    pub(super) key: &'k str,
}

/// Where rules come from that are of the same path; the later counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    /// An `eachValue` rule at the parent that holds no rules: what is said of the values elsewhere counts.
    EmptyEachValue,
    /// Their own path.
    Path,
    /// An `eachValue` rule at the parent.
    EachValue,
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
            of: Of::Path,
            key,
        }
    }

    /// The same for the values of an `eachValue` rule, which may hold no rules.
    pub(super) fn for_each_value(self, is_empty: bool) -> Self {
        Self { of: if is_empty { Of::EmptyEachValue } else { Of::EachValue }, ..self }
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
            .then_with(|| self.of.cmp(&other.of))
            .then_with(|| other.key.cmp(self.key))
    }
}

impl PartialOrd for Precedence<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
