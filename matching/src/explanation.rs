//! What differs, as people want to see it: the smallest part that holds the difference, expected and actual beside each
//! other, and what probably happened.
//!
//! [`Mismatch`]es say what is wrong value by value, in the words of all Pact tools. A matcher that is asked again
//! (`explain`) still has the contract, its rules and the traffic at hand, and makes [`Finding`]s of them: mismatches of one
//! object, element, header … together, the first few of many that are alike, an excerpt in which the contract's rules stand
//! in words, and hints (a member that was renamed, a number in a string, a date of another pattern). A hint is given only
//! if the comparison itself says that the change it speaks of would help.
//!
//! Whatever the size of the bodies and the number of mismatches, an explanation is short. Mock server, verifier and command
//! line all print it with [`Explanation::write`].

mod binary;
mod body;
mod collect;
mod dates;
mod groups;
mod hints;
mod http;
mod json;
mod multipart;
mod named;
mod parts;
mod plain_text;
mod rename;
mod text;
mod visible;
mod words;
mod xml;

use std::borrow::Cow;

use intact_pact_model::json::{Json, JsonValue, Object};

use crate::mismatch::Mismatch;

pub(crate) use collect::explain;
pub(crate) use http::explain_status;
pub use text::{Layout, Tone};

/// Takes out of a text what must not be shown.
///
/// The texts of mismatches hold the beginnings of long values, each ended by `…`: what stands before one may be the beginning of
/// what must not be shown, and is to be taken out too.
pub type Hide<'h> = &'h dyn for<'t> Fn(&'t str) -> Cow<'t, str>;

/// For [`Hide`]: everything may be shown.
pub fn hide_nothing(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}

/// What differs between an expected and an actual request, response or message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Explanation {
    /// The parts that differ, in the order of the comparison.
    pub findings: Vec<Finding>,
    /// How many mismatches are in none of the findings, because there are too many.
    pub more: usize,
}

/// A part that differs: an object of a JSON body, an element, a header.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Finding {
    /// Where it is, for example `body $.items[0]` or `header Accept`.
    pub place: String,
    /// What differs in it, and how many more mismatches are alike: the same, for example, in other items of a list.
    pub mismatches: Vec<(Mismatch, usize)>,
    /// The lines of the part that differ, with some around them; none if the mismatches say it all.
    pub excerpt: Vec<Row>,
    /// What probably happened, in sentences.
    pub hints: Vec<String>,
}

/// A line of the contract and the line of the traffic that belongs to it. Control characters and those that cannot be seen
/// are written as escapes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// The contract's line, rules in words; `None` if it has nothing there.
    pub expected: Option<String>,
    /// The traffic's line; `None` if it has nothing there.
    pub actual: Option<String>,
    /// Is this what differs, rather than what is around it?
    pub differs: bool,
}

impl Explanation {
    /// Are there no findings?
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// One object for each finding that has more to tell than its mismatches: `place`, and where there are any, `expected` and `actual` (lines; `null` where a side
    /// has none), `differs` (the numbers of the lines that do) and `hints`.
    pub fn to_json(&self) -> JsonValue {
        let telling = self.findings.iter().filter(|finding| !finding.excerpt.is_empty() || !finding.hints.is_empty());
        Json::array(telling.map(Finding::to_json))
    }

    /// Takes out of all texts, also names and paths, what must not be shown. Explanations are made without it; this is for what
    /// is only known afterwards, and for what stands across the borders of names and values.
    pub fn hide(&mut self, hide: Hide<'_>) {
        for finding in &mut self.findings {
            for (mismatch, _) in &mut finding.mismatches {
                *mismatch = mismatch.map_texts(hide);
            }
            let rows = finding.excerpt.iter_mut().flat_map(|row| [&mut row.expected, &mut row.actual]).flatten();
            for text in rows.chain(&mut finding.hints).chain([&mut finding.place]) {
                if let Cow::Owned(hidden) = hide(text) {
                    *text = hidden;
                }
            }
        }
    }

    /// Appends another explanation.
    pub(crate) fn extend(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.more += other.more;
    }
}

impl Finding {
    fn to_json(&self) -> JsonValue {
        let mut json = Object::new();
        json.insert("place", self.place.clone());
        if !self.excerpt.is_empty() {
            let lines = |side: fn(&Row) -> &Option<String>| {
                Json::array(self.excerpt.iter().map(|row| side(row).clone().map_or(Json::Null, Json::from)))
            };
            json.insert("expected", lines(|row| &row.expected));
            json.insert("actual", lines(|row| &row.actual));
            let differing = self.excerpt.iter().enumerate().filter(|(_, row)| row.differs);
            json.insert("differs", Json::array(differing.map(|(at, _)| at)));
        }
        if !self.hints.is_empty() {
            json.insert("hints", Json::array(self.hints.iter().cloned()));
        }
        Json::Object(json)
    }

    /// Adds a hint, unless there are enough.
    fn hint(&mut self, hint: impl Into<String>) {
        const MOST: usize = 5;
        let hint = hint.into();
        if self.hints.len() < MOST && !self.hints.contains(&hint) {
            self.hints.push(hint);
        }
    }
}

impl Row {
    /// Lines that belong together and do not differ.
    fn same(expected: impl Into<String>, actual: impl Into<String>) -> Self {
        Self { expected: Some(expected.into()), actual: Some(actual.into()), differs: false }
    }

    /// Lines that differ.
    fn different(expected: Option<String>, actual: Option<String>) -> Self {
        Self { expected, actual, differs: true }
    }

    /// In place of lines that do not differ.
    fn left_out(count: usize, indent: &str) -> Self {
        let text = format!("{indent}… {count} more");
        Self::same(text.clone(), text)
    }
}
