//! How a text is laid out.

use std::ops::Range;

/// What cannot be seen in a text without looking through all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Layout {
    /// Where the text before the interactions ends, and where that after them begins.
    pub(super) list: Range<usize>,
    /// How many interactions there are.
    pub(super) count: usize,
}

/// `<start> <end> <count>`
impl std::fmt::Display for Layout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.list.start, self.list.end, self.count)
    }
}

impl Layout {
    /// Reads what it is shown as.
    pub(in super::super) fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split(' ').map(|number| number.parse().ok());
        let mut next = || numbers.next().flatten();
        let layout = Self { list: next()?..next()?, count: next()? };
        numbers.next().is_none().then_some(layout)
    }
}
