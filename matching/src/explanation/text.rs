//! Explanations as text, for terminals and for the failure texts of tests.

use std::fmt::{self, Display, Formatter, Write};

use super::visible::{cut, visible};
use super::{Explanation, Finding, Row};

/// What a piece of the text is, for those who print with colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// The place of a mismatch.
    Place,
    /// A matching rule, and other things of less interest.
    Quiet,
    /// The contract's side of a line that differs.
    Expected,
    /// The traffic's side of a line that differs.
    Actual,
    /// A hint.
    Hint,
}

/// How an explanation is laid out.
#[derive(Clone, Copy)]
pub struct Layout<'l> {
    /// Spaces before each line; those of excerpts have two more, for marks.
    pub indent: usize,
    /// The widest a line with both sides may be; what is wider stands one under the other.
    pub width: usize,
    /// Whether mismatches are followed by the rule that was broken.
    pub rules: bool,
    /// Puts colours around a piece of text.
    pub paint: &'l dyn Fn(Tone, &str) -> String,
}

impl Default for Layout<'_> {
    /// For terminals of 100 columns, without rules and colours.
    fn default() -> Self {
        Self { indent: 0, width: 100, rules: false, paint: &|_, text| text.to_owned() }
    }
}

impl fmt::Debug for Layout<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { indent, width, rules, paint: _ } = self;
        f.debug_struct("Layout")
            .field("indent", indent)
            .field("width", width)
            .field("rules", rules)
            .finish_non_exhaustive()
    }
}

impl Display for Explanation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.write(f, &Layout::default())
    }
}

/// Longer places do not move what stands behind those of others.
const WIDEST_PLACE: usize = 30;
/// Sentences show whole values; the excerpt below shows where these differ.
const WIDEST_SENTENCE: usize = 200;

impl Explanation {
    /// Writes the findings, each line ended by `\n`: the mismatches with their places, below them the excerpt, below that
    /// the hints.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn write(&self, out: &mut dyn Write, layout: &Layout<'_>) -> fmt::Result {
        let mismatches = self.findings.iter().flat_map(|finding| &finding.mismatches);
        let places = mismatches.map(|(mismatch, _)| mismatch.place().chars().count());
        let width = places.max().unwrap_or_default().min(WIDEST_PLACE);
        for finding in &self.findings {
            finding.write(out, layout, width)?;
        }
        if self.more > 0 {
            let Layout { indent, .. } = *layout;
            writeln!(out, "{:indent$}and {} more differences", "", self.more)?;
        }
        Ok(())
    }
}

impl Finding {
    /// The excerpt as lines, each ended by `\n`: both sides beside each other if that fits the width, else one under the other.
    pub fn excerpt_text(&self, layout: &Layout<'_>) -> String {
        let mut text = String::new();
        _ = write_excerpt(&mut text, &self.excerpt, layout);
        text
    }

    fn write(&self, out: &mut dyn Write, layout: &Layout<'_>, width: usize) -> fmt::Result {
        let Layout { indent, paint, .. } = *layout;
        for (mismatch, alike) in &self.mismatches {
            let place = format!("{:width$}", cut(&mismatch.place(), WIDEST_SENTENCE));
            let rule = mismatch.rule.as_ref().filter(|_| layout.rules).map(|governing| match governing.key.as_str() {
                "" => format!("   (rule {})", governing.rule),
                key => format!("   (rule {} at {key})", governing.rule),
            });
            let (place, sentence) =
                (paint(Tone::Place, &visible(&place)), visible(&cut(mismatch.sentence(), WIDEST_SENTENCE)));
            write!(out, "{:indent$}{place}  {sentence}", "")?;
            if let Some(rule) = rule {
                out.write_str(&paint(Tone::Quiet, &visible(&rule)))?;
            }
            out.write_char('\n')?;
            if *alike > 0 {
                let more = format!("and {alike} more like it");
                writeln!(out, "{:indent$}{:width$}  {}", "", "", paint(Tone::Quiet, &more))?;
            }
        }
        write_excerpt(out, &self.excerpt, &Layout { indent: indent + 2, ..*layout })?;
        for hint in &self.hints {
            writeln!(out, "{:indent$}  {} {}", "", paint(Tone::Hint, "→"), visible(hint))?;
        }
        Ok(())
    }
}

fn write_excerpt(out: &mut dyn Write, rows: &[Row], layout: &Layout<'_>) -> fmt::Result {
    let Layout { indent, width, paint, .. } = *layout;
    let widest = |side: fn(&Row) -> &Option<String>| {
        rows.iter().filter_map(|row| side(row).as_ref()).map(|line| line.chars().count()).max().unwrap_or_default()
    };
    let (left, right) = (widest(|row| &row.expected), widest(|row| &row.actual));
    let left = left.max("expected".len());
    if rows.is_empty() {
        return Ok(());
    }
    if indent + 2 + left + 4 + right <= width {
        writeln!(out, "{:indent$}  {}", "", paint(Tone::Quiet, &format!("{:left$}    actual", "expected")))?;
        for row in rows {
            let expected = format!("{:left$}", row.expected.as_deref().unwrap_or_default());
            let actual = row.actual.as_deref().unwrap_or_default();
            let line = if row.differs {
                let (expected, actual) = (paint(Tone::Expected, &expected), paint(Tone::Actual, actual));
                format!("{:indent$}✗ {expected}  ✗ {actual}", "")
            } else {
                format!("{:indent$}  {expected}    {actual}", "")
            };
            writeln!(out, "{}", line.trim_end())?;
        }
        return Ok(());
    }
    let legend = paint(Tone::Quiet, "- expected  + actual");
    writeln!(out, "{:indent$}{legend}", "")?;
    let mut rest = rows;
    while let Some(first) = rest.first() {
        let count = rest.iter().take_while(|row| row.differs == first.differs).count();
        let (block, after) = rest.split_at(count);
        if first.differs {
            for line in block.iter().filter_map(|row| row.expected.as_ref()) {
                writeln!(out, "{:indent$}{}", "", paint(Tone::Expected, &format!("- {line}")))?;
            }
            for line in block.iter().filter_map(|row| row.actual.as_ref()) {
                writeln!(out, "{:indent$}{}", "", paint(Tone::Actual, &format!("+ {line}")))?;
            }
        } else {
            for line in block.iter().filter_map(|row| row.actual.as_ref().or(row.expected.as_ref())) {
                writeln!(out, "{:indent$}  {line}", "")?;
            }
        }
        rest = after;
    }
    Ok(())
}
