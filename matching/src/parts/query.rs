//! The query: by name, or in version 1 of the specification as text, in which only the spelling of characters is free.

use std::borrow::Cow;
use std::collections::HashMap;

use intact_pact_model::{MatchingRules, Query, SpecVersion};
use percent_encoding::percent_decode_str;

use crate::comparison::{Flow, Sink};
use crate::mismatch::{Location, Mismatch, Reason};
use crate::parts::parameters::{self, Called};
use crate::parts::values::{CompiledValueRules, NamedRules};
use crate::rule::CompileError;

/// An expected query, ready to be compared.
#[derive(Debug)]
pub(crate) struct QueryMatcher {
    pub(crate) expected: Query,
    pub(crate) rules: HashMap<String, CompiledValueRules>,
    /// The text that must come (version 1).
    raw: Option<String>,
}

impl QueryMatcher {
    pub(crate) fn compile(expected: &Query, rules: &MatchingRules, version: SpecVersion) -> Result<Self, CompileError> {
        let rules = NamedRules::new(&rules.query, |name| Cow::Borrowed(name), "query");
        let of_name = |(name, _): (&str, _)| Ok((name.to_owned(), rules.compile(name)?));
        let raw = match version {
            SpecVersion::V1 => Some(expected.raw().map_or_else(|| expected.to_query_string(), ToOwned::to_owned)),
            _ => None,
        };
        Ok(Self { expected: expected.clone(), rules: expected.iter().map(of_name).collect::<Result<_, _>>()?, raw })
    }

    pub(crate) fn compare<S: Sink>(&self, actual: Option<&str>, sink: &mut S) -> Flow {
        let actual = actual.unwrap_or_default();
        if self.raw.as_deref().is_some_and(|expected| is_same_text(expected, actual)) {
            for _ in 0..self.expected.len() {
                sink.part(true);
            }
            return Flow::Continue(());
        }
        let mut seen = Seen { sink, any: false };
        let rules_of = |name: &str, _| self.rules.get(name).map(CompiledValueRules::as_rules).unwrap_or_default();
        parameters::compare(&self.expected, &Query::parse(actual), &Called::QUERY, rules_of, &mut seen)?;
        match &self.raw {
            Some(expected) if !seen.any => seen.sink.mismatch(|| {
                let text = format!("Expected query string '{expected}' but was '{actual}'");
                Mismatch::new(Location::Query(String::new()), Reason::Different, text)
                    .showing(expected.as_str(), actual)
            }),
            _ => Flow::Continue(()),
        }
    }
}

/// Are the texts the same, parameter by parameter? Percent-encoding says nothing: contracts are often written without.
fn is_same_text(expected: &str, actual: &str) -> bool {
    fn decoded(text: &str) -> String {
        percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
    }
    fn parameters(query: &str) -> impl Iterator<Item = (String, Option<String>)> {
        query.split('&').map(|parameter| match parameter.split_once('=') {
            Some((name, value)) => (decoded(name), Some(decoded(value))),
            None => (decoded(parameter), None),
        })
    }
    expected == actual || parameters(expected).eq(parameters(actual))
}

/// Remembers whether there was a mismatch.
struct Seen<'s, S> {
    sink: &'s mut S,
    any: bool,
}

impl<S: Sink> Sink for Seen<'_, S> {
    const WANTS_ALL: bool = S::WANTS_ALL;

    fn mismatch(&mut self, make: impl FnOnce() -> Mismatch) -> Flow {
        self.any = true;
        self.sink.mismatch(make)
    }

    fn part(&mut self, matched: bool) {
        self.sink.part(matched);
    }
}
