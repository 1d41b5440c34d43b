//! Excerpts of texts: the lines that differ.

use crate::mismatch::Mismatch;
use crate::rule_tree::RuleTree;

use super::parts::{MOST_ROWS, Parts};
use super::visible::{WIDEST, cut, cut_around, visible};
use super::{Finding, Hide, Row, hints, words};

/// A text body.
pub(super) struct TextParts<'b> {
    pub(super) expected: &'b str,
    pub(super) actual: &'b str,
    pub(super) rules: &'b RuleTree,
    pub(super) hide: Hide<'b>,
}

impl Parts for TextParts<'_> {
    fn part_of(&self, path: &str) -> String {
        path.to_owned()
    }

    fn show(&self, _part: &str, _mismatches: &[&Mismatch], finding: &mut Finding) {
        let set = self.rules.cursor().exact_rules();
        match words::of_text(set, self.hide) {
            Some(rule) => {
                let actual = (self.hide)(self.actual);
                let mut lines = actual.lines().take(MOST_ROWS / 2).map(|line| visible(&cut(line, WIDEST)));
                finding.excerpt.push(Row::different(Some(visible(&rule)), lines.next()));
                finding.excerpt.extend(lines.map(|line| Row { actual: Some(line), ..Row::default() }));
            }
            None => excerpt(self.expected.as_bytes(), self.actual.as_bytes(), true, self.hide, finding),
        }
        let fits = |text: &str| match set {
            Some(set) => set.holds(|rule| rule.check_text(self.expected, text)),
            None => text == self.expected,
        };
        let hint = hints::of_text(self.actual, &fits).or_else(|| hints::of_kind(self.expected, set, self.actual));
        if let Some(hint) = hint {
            finding.hint(format!("the text {hint}"));
        }
    }
}

/// Lines that differ, with one or two around them; or the first lines, if these are no two versions of one text.
pub(super) fn excerpt(expected: &[u8], actual: &[u8], versions: bool, hide: Hide<'_>, finding: &mut Finding) {
    const AROUND: usize = 2;
    const MOST: usize = 6;
    let (Ok(expected), Ok(actual)) = (str::from_utf8(expected), str::from_utf8(actual)) else { return };
    let (expected, actual) = (hide(expected), hide(actual));
    let (expected, actual): (Vec<&str>, Vec<&str>) = (lines(&expected), lines(&actual));
    let (mut before, mut after) = (0, 0);
    if versions {
        before = expected.iter().zip(&actual).take_while(|(a, b)| a == b).count();
        let rest = expected.len().min(actual.len()) - before;
        after = expected.iter().rev().zip(actual.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    }
    let shown_before = before.saturating_sub(AROUND);
    if shown_before > 0 {
        finding.excerpt.push(Row::left_out(shown_before, ""));
    }
    let same = |line: &str| Row::same(visible(&cut(line, WIDEST)), visible(&cut(line, WIDEST)));
    finding.excerpt.extend(expected[shown_before..before].iter().map(|line| same(line)));
    let (ours, theirs) = (&expected[before..expected.len() - after], &actual[before..actual.len() - after]);
    for at in 0..ours.len().max(theirs.len()).min(MOST) {
        let row = match (ours.get(at), theirs.get(at)) {
            (Some(one), Some(other)) if versions => {
                let (one, other) = cut_around(one, other, WIDEST);
                (Some(visible(&one)), Some(visible(&other)))
            }
            (one, other) => {
                let shown = |line: Option<&&str>| line.map(|line| visible(&cut(line, WIDEST)));
                (shown(one), shown(other))
            }
        };
        finding.excerpt.push(Row { expected: row.0, actual: row.1, differs: versions });
    }
    let more =
        |lines: &[&str]| lines.len().checked_sub(MOST).filter(|more| *more > 0).map(|more| format!("… {more} more"));
    let (more_ours, more_theirs) = (more(ours), more(theirs));
    if more_ours.is_some() || more_theirs.is_some() {
        finding.excerpt.push(Row { expected: more_ours, actual: more_theirs, differs: false });
    }
    let end = expected.len() - after;
    finding.excerpt.extend(expected[end..].iter().take(AROUND).map(|line| same(line)));
    if after > AROUND {
        finding.excerpt.push(Row::left_out(after - AROUND, ""));
    }
}

/// The lines, each without its `\n`; a text that ends with one has an empty line at its end, so that it can be seen.
fn lines(text: &str) -> Vec<&str> {
    if text.is_empty() { Vec::new() } else { text.split('\n').collect() }
}
