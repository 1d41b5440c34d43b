//! Messages: what was produced, held against what the contract says is produced.

use intact_pact_model::{ContentType, MessagePart, SpecVersion};

use crate::actual::{ActualBody, ActualMessage};
use crate::body::{BodyMatcher, Of};
use crate::comparison::{Comparison, Flow, Report, Sink, Verdict};
use crate::explanation::{self, Explanation, Finding, Hide};
use crate::mismatch::{Location, Mismatch, Reason};
use crate::pact_regex::Budget;
use crate::parts::metadata::{MetadataMatcher, content_type_entry};
use crate::rule::CompileError;

/// Decides whether messages satisfy the one a contract expects.
///
/// Messages are compared leniently, like responses: what the contract does not mention may be there. A matcher is compiled
/// once and used for any number of messages, also in parallel.
#[derive(Debug)]
pub struct MessageMatcher {
    contents: BodyMatcher,
    metadata: MetadataMatcher,
}

impl MessageMatcher {
    /// Prepares the comparison: rules, paths and the expected contents are read once. All versions of the specification
    /// compare messages alike.
    ///
    /// # Errors
    ///
    /// See [`CompileError`]. A single rule that cannot be understood is none: it is a mismatch of the part it governs.
    pub fn compile(expected: &MessagePart, _version: SpecVersion) -> Result<Self, CompileError> {
        let rules = &expected.matching_rules;
        Ok(Self {
            contents: BodyMatcher::compile(&expected.contents, expected.content_type(), rules, Of::Message)?,
            metadata: MetadataMatcher::compile(&expected.metadata, rules)?,
        })
    }

    /// All differences between the expected message and an actual one.
    pub fn compare(&self, actual: &ActualMessage<'_>) -> Comparison {
        let _budget = Budget::begin();
        let mut report = Report::default();
        let _ = self.walk(actual, &body(actual), &mut report);
        report.finish()
    }

    /// What differs, as people want to see it: `mismatches` are those that comparing with the same `actual` gave; `hide` takes
    /// out of all texts what must not be shown.
    pub fn explain(&self, actual: &ActualMessage<'_>, mismatches: &[Mismatch], hide: Hide<'_>) -> Explanation {
        explanation::explain(mismatches, hide, (&self.contents, &body(actual)), &|mismatch, finding| {
            if let Location::Metadata(key) = &mismatch.at {
                self.metadata.explain(key, actual.metadata, hide, finding);
            }
        })
    }

    /// Is there no difference? The same answer as that of [`MessageMatcher::compare`], but stops at the first.
    pub fn matches(&self, actual: &ActualMessage<'_>) -> bool {
        let _budget = Budget::begin();
        self.walk(actual, &body(actual), &mut Verdict).is_continue()
    }

    /// Compares a message of the model as if it had been produced: the contract's own example, for instance.
    pub fn compare_with(&self, message: &MessagePart) -> Comparison {
        let actual = ActualMessage::new(None, &message.metadata);
        let contents = ActualBody::of_model(&message.contents, stated_type(&actual));
        let _budget = Budget::begin();
        let mut report = Report::default();
        let _ = self.walk(&actual, &contents, &mut report);
        report.finish()
    }

    fn walk<S: Sink>(&self, actual: &ActualMessage<'_>, contents: &ActualBody<'_>, sink: &mut S) -> Flow {
        self.contents.compare(contents, self.metadata.content_type_rules(), sink)?;
        self.metadata.compare(actual.metadata, actual.content_type, sink)
    }
}

fn body<'a>(actual: &ActualMessage<'a>) -> ActualBody<'a> {
    ActualBody::received(actual.contents, stated_type(actual))
}

fn stated_type(actual: &ActualMessage<'_>) -> Option<ContentType> {
    let in_metadata = || content_type_entry(actual.metadata).and_then(|value| value.as_str());
    actual.content_type.or_else(in_metadata).and_then(ContentType::parse)
}

/// The replies to a synchronous message: as many as expected, each like the expected one at its place.
///
/// The mismatches of all replies come as one comparison.
pub fn compare_replies(expected: &[MessageMatcher], actual: &[ActualMessage<'_>]) -> Comparison {
    let _budget = Budget::begin();
    let mut report = Report::default();
    if let Some(mismatch) = wrong_number(expected.len(), actual.len()) {
        let _ = report.mismatch(|| mismatch);
    }
    for (matcher, actual) in expected.iter().zip(actual) {
        let _ = matcher.walk(actual, &body(actual), &mut report);
    }
    report.finish()
}

/// Explains what differs between the replies to a synchronous message and the expected ones. They are compared again: the
/// mismatches that [`compare_replies`] gives do not say which reply they are about.
pub fn explain_replies(expected: &[MessageMatcher], actual: &[ActualMessage<'_>], hide: Hide<'_>) -> Explanation {
    let mut explanation = Explanation::default();
    if let Some(mismatch) = wrong_number(expected.len(), actual.len()) {
        let mismatches = vec![(mismatch, 0)];
        explanation.findings.push(Finding { place: "body".to_owned(), mismatches, ..Finding::default() });
    }
    for (matcher, actual) in expected.iter().zip(actual) {
        explanation.extend(matcher.explain(actual, matcher.compare(actual).mismatches(), hide));
    }
    explanation
}

fn wrong_number(expected: usize, actual: usize) -> Option<Mismatch> {
    let text = match actual {
        same if same == expected => return None,
        0 => "Expected a message with a response, but the actual response was empty".to_owned(),
        received => format!("Expected a message with {expected} responses, but the actual response had {received}"),
    };
    let mismatch = Mismatch::new(Location::Body("$".to_owned()), Reason::WrongSize, text);
    Some(mismatch.showing(expected.to_string(), actual.to_string()))
}
