//! Excerpts of bytes: some around the first difference, in hexadecimal digits.

use std::fmt::Write as _;

use crate::mismatch::Mismatch;
use crate::rule::Asks;
use crate::rule_tree::RuleTree;

use super::parts::Parts;
use super::{Finding, Hide, Row, words};

/// A binary body.
pub(super) struct BinaryParts<'b> {
    pub(super) expected: &'b [u8],
    pub(super) actual: &'b [u8],
    pub(super) rules: &'b RuleTree,
    pub(super) hide: Hide<'b>,
}

impl Parts for BinaryParts<'_> {
    fn part_of(&self, path: &str) -> String {
        path.to_owned()
    }

    fn show(&self, _part: &str, _mismatches: &[&Mismatch], finding: &mut Finding) {
        let set = self.rules.cursor().exact_rules();
        // Digits of what must not be shown would be recognised by nobody who looks for it, and read by everybody else.
        let may_be_shown = [self.expected, self.actual].iter().all(|bytes| {
            let text = String::from_utf8_lossy(bytes);
            (self.hide)(&text) == text
        });
        if let Some(rule) = words::of_text(set, self.hide) {
            let actual = may_be_shown.then(|| hex(self.actual, 0));
            finding.excerpt.push(Row::different(Some(super::visible::visible(&rule)), actual));
            if set.is_some_and(|set| set.rules.iter().any(|rule| matches!(rule.asks, Asks::ContentType(_))))
                && let Some(hint) = super::body::looks_like(self.actual)
            {
                finding.hint(format!("the body {hint}"));
            }
            return;
        }
        let same = self.expected.iter().zip(self.actual).take_while(|(a, b)| a == b).count();
        let first = (same / WIDTH).saturating_sub(1);
        if may_be_shown {
            self.show_bytes(first, finding);
        }
        let (wanted, received) = (self.expected.len(), self.actual.len());
        if self.expected.starts_with(self.actual) {
            finding.hint(format!("the body ends too early: the first {received} of {wanted} bytes are as expected"));
        } else if self.actual.starts_with(self.expected) {
            finding.hint(format!("the body has {} bytes more at its end", received - wanted));
        } else {
            finding.hint(format!(
                "the first byte that differs is at {same}; {wanted} bytes were expected, {received} came"
            ));
        }
    }
}

impl BinaryParts<'_> {
    /// The lines from this one on.
    fn show_bytes(&self, first: usize, finding: &mut Finding) {
        if first > 0 {
            finding.excerpt.push(Row::left_out(first * WIDTH, ""));
        }
        for at in (first..first + 4).map(|line| line * WIDTH) {
            let line = |bytes: &[u8]| (at < bytes.len()).then(|| hex(bytes, at));
            let (expected, actual) = (line(self.expected), line(self.actual));
            if expected.is_none() && actual.is_none() {
                break;
            }
            let differs = expected != actual;
            finding.excerpt.push(Row { expected, actual, differs });
        }
    }
}

/// Bytes in a line.
const WIDTH: usize = 8;

/// `00000010  89 50 4e 47 0d 0a 1a 0a  .PNG....`
fn hex(bytes: &[u8], at: usize) -> String {
    let shown = &bytes[at.min(bytes.len())..bytes.len().min(at + WIDTH)];
    let mut line = format!("{at:08x} ");
    for byte in shown {
        _ = write!(line, " {byte:02x}");
    }
    let text: String = shown.iter().map(|byte| if byte.is_ascii_graphic() { char::from(*byte) } else { '.' }).collect();
    _ = write!(line, "{}  {text}", "   ".repeat(WIDTH - shown.len()));
    line
}
