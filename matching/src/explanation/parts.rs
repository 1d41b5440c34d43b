//! What bodies of all kinds offer: which part of the body a mismatch is in, and how that part is shown.

use crate::mismatch::Mismatch;

use super::{Finding, Hide, Row};

/// A body that can be looked into.
pub(super) trait Parts {
    /// The path of the smallest part of which a mismatch at `path` is best seen. Mismatches of one part are shown together.
    fn part_of(&self, path: &str) -> String;

    /// Adds excerpt and hints about the part at this path.
    fn show(&self, part: &str, mismatches: &[&Mismatch], finding: &mut Finding);
}

/// At most so many lines of a part are shown.
pub(super) const MOST_ROWS: usize = 24;

/// Rows of which those that do not differ are left out, unless they are next to one that does. `children` gives whether
/// each differs; `row` makes the row of one.
pub(super) fn with_context(differs: &[bool], indent: &str, row: impl Fn(usize) -> Row) -> Vec<Row> {
    const FEW: usize = 8;
    let mut wanted = vec![differs.len() <= FEW; differs.len()];
    let mut room = MOST_ROWS / 2;
    for (at, _) in differs.iter().enumerate().filter(|(_, differs)| **differs) {
        if room == 0 {
            break;
        }
        room -= 1;
        wanted[at.saturating_sub(1)..differs.len().min(at + 2)].fill(true);
    }
    let mut rows = Vec::new();
    let mut left_out = 0;
    for (at, wanted) in wanted.iter().enumerate() {
        if !wanted {
            left_out += 1;
            continue;
        }
        if left_out > 0 {
            rows.push(Row::left_out(std::mem::take(&mut left_out), indent));
        }
        rows.push(row(at));
    }
    if left_out > 0 {
        rows.push(Row::left_out(left_out, indent));
    }
    rows
}

/// A body, or a part of one, that cannot be taken apart: its first lines, for people to see what it is.
pub(super) struct Whole<'b> {
    pub(super) expected: &'b [u8],
    pub(super) actual: &'b [u8],
    pub(super) hide: Hide<'b>,
}

impl Parts for Whole<'_> {
    fn part_of(&self, path: &str) -> String {
        path.to_owned()
    }

    fn show(&self, _part: &str, mismatches: &[&Mismatch], finding: &mut Finding) {
        if mismatches.iter().any(|mismatch| mismatch.reason == crate::mismatch::Reason::InvalidRule) {
            return;
        }
        super::plain_text::excerpt(self.expected, self.actual, false, self.hide, finding);
        if let Some(hint) = super::body::looks_like(self.actual) {
            finding.hint(format!("the body {hint}"));
        }
    }
}
