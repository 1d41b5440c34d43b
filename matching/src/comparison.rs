//! The outcome of a comparison, and the two ways to come to it: all mismatches, or just yes or no.

use std::collections::HashSet;
use std::ops::ControlFlow;

use crate::mismatch::{Location, Mismatch};

/// All differences between one expected and one actual request, response or message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    mismatches: Vec<Mismatch>,
    score: i64,
}

impl Comparison {
    /// Is there no difference?
    pub fn is_match(&self) -> bool {
        self.mismatches.is_empty()
    }

    /// The differences: of the method first, then path, query or status, headers, body, metadata. All of them, up to a
    /// hundred thousand; the last then says that there are more.
    pub fn mismatches(&self) -> &[Mismatch] {
        &self.mismatches
    }

    /// The differences, by value.
    pub fn into_mismatches(self) -> Vec<Mismatch> {
        self.mismatches
    }

    /// How near the actual request came: one more for the method, the path, each query parameter and each header that
    /// match, one less for each that does not, for a body of the wrong type, and for each place of the body that differs.
    ///
    /// A mock server offers a request to every interaction. A full match ([`Comparison::is_match`]) beats any partial one;
    /// among equals the greatest score wins, and the first defined if the scores are equal.
    pub fn score(&self) -> i64 {
        self.score
    }

    /// Does the method or the path differ, so that the request is not meant for the interaction at all?
    pub fn has_method_or_path_mismatch(&self) -> bool {
        self.mismatches.iter().any(|mismatch| matches!(mismatch.at, Location::Method | Location::Path))
    }
}

/// Whether to look for more mismatches.
pub(crate) type Flow = ControlFlow<()>;

/// What a comparison tells its findings to: the one walk over the documents serves the full report and the yes or no.
pub(crate) trait Sink {
    /// Is more than the first mismatch of interest?
    const WANTS_ALL: bool;

    /// Takes a mismatch; the text is made only if somebody wants to read it.
    fn mismatch(&mut self, make: impl FnOnce() -> Mismatch) -> Flow;

    /// Takes note that a part that counts in the score matched or not.
    fn part(&mut self, matched: bool);
}

/// More differences than this are not listed: nobody reads them, and they take more memory than the bodies.
const MOST_MISMATCHES: usize = 100_000;

/// Collects everything.
#[derive(Debug, Default)]
pub(crate) struct Report {
    mismatches: Vec<Mismatch>,
    score: i64,
}

impl Sink for Report {
    const WANTS_ALL: bool = true;

    fn mismatch(&mut self, make: impl FnOnce() -> Mismatch) -> Flow {
        if self.mismatches.len() < MOST_MISMATCHES {
            self.mismatches.push(make());
            return Flow::Continue(());
        }
        let text = format!("There are more than {MOST_MISMATCHES} differences: the others are not listed");
        self.mismatches.push(Mismatch { text, ..make() });
        Flow::Break(())
    }

    fn part(&mut self, matched: bool) {
        self.score += if matched { 1 } else { -1 };
    }
}

impl Report {
    /// The outcome; each place of the body that differs counts once.
    pub(crate) fn finish(self) -> Comparison {
        let mut body_places = HashSet::new();
        for mismatch in &self.mismatches {
            match &mismatch.at {
                Location::Body(path) => _ = body_places.insert(path.as_str()),
                Location::ContentType => _ = body_places.insert(""),
                _ => {}
            }
        }
        let score = self.score - i64::try_from(body_places.len()).unwrap_or(i64::MAX);
        Comparison { mismatches: self.mismatches, score }
    }
}

/// Stops at the first mismatch.
#[derive(Debug)]
pub(crate) struct Verdict;

impl Sink for Verdict {
    const WANTS_ALL: bool = false;

    fn mismatch(&mut self, _make: impl FnOnce() -> Mismatch) -> Flow {
        Flow::Break(())
    }

    fn part(&mut self, _matched: bool) {}
}
