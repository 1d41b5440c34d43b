//! Responses: what a provider answered, held against what the contract says it answers.

use intact_pact_model::{HttpResponse, SpecVersion};

use crate::actual::{ActualBody, ActualResponse};
use crate::body::{BodyMatcher, Of};
use crate::comparison::{Comparison, Flow, Report, Sink, Verdict};
use crate::explanation::{self, Explanation, Hide};
use crate::mismatch::{Location, Mismatch};
use crate::pact_regex::Budget;
use crate::parts::headers::HeadersMatcher;
use crate::parts::status::StatusMatcher;
use crate::rule::CompileError;

/// Decides whether responses satisfy the one a contract expects.
///
/// Responses are compared leniently: what the contract does not mention may be there. A matcher is compiled once and used
/// for any number of responses, also in parallel.
#[derive(Debug)]
pub struct ResponseMatcher {
    status: StatusMatcher,
    headers: HeadersMatcher,
    body: BodyMatcher,
}

impl ResponseMatcher {
    /// Prepares the comparison: rules, paths and the expected body are read once. All versions of the specification compare
    /// responses alike.
    ///
    /// # Errors
    ///
    /// See [`CompileError`]. A single rule that cannot be understood is none: it is a mismatch of the part it governs.
    pub fn compile(expected: &HttpResponse, _version: SpecVersion) -> Result<Self, CompileError> {
        let rules = &expected.matching_rules;
        Ok(Self {
            status: StatusMatcher::compile(expected)?,
            headers: HeadersMatcher::compile(&expected.headers, rules)?,
            body: BodyMatcher::compile(&expected.body, expected.content_type(), rules, Of::Response)?,
        })
    }

    /// All differences between the expected response and an actual one.
    pub fn compare(&self, actual: &ActualResponse<'_>) -> Comparison {
        self.report(actual, &ActualBody::received(actual.body, actual.headers.content_type()))
    }

    /// What differs, as people want to see it: `mismatches` are those that comparing with the same `actual` gave; `hide` takes
    /// out of all texts what must not be shown.
    pub fn explain(&self, actual: &ActualResponse<'_>, mismatches: &[Mismatch], hide: Hide<'_>) -> Explanation {
        let body = ActualBody::received(actual.body, actual.headers.content_type());
        explanation::explain(mismatches, hide, (&self.body, &body), &|mismatch, finding| match &mismatch.at {
            Location::Status => explanation::explain_status(actual.status, actual.headers, hide, finding),
            Location::Header(name) => self.headers.explain(name, actual.headers, hide, finding),
            _ => {}
        })
    }

    /// Is there no difference? The same answer as that of [`ResponseMatcher::compare`], but stops at the first.
    pub fn matches(&self, actual: &ActualResponse<'_>) -> bool {
        let _budget = Budget::begin();
        let body = ActualBody::received(actual.body, actual.headers.content_type());
        self.walk(actual, &body, &mut Verdict).is_continue()
    }

    /// Compares a response of the model as if it had been received: the contract's own example, for instance.
    pub fn compare_with(&self, response: &HttpResponse) -> Comparison {
        let actual = ActualResponse { status: response.status, headers: &response.headers, body: None };
        self.report(&actual, &ActualBody::of_model(&response.body, response.headers.content_type()))
    }

    fn report(&self, actual: &ActualResponse<'_>, body: &ActualBody<'_>) -> Comparison {
        let _budget = Budget::begin();
        let mut report = Report::default();
        let _ = self.walk(actual, body, &mut report);
        report.finish()
    }

    fn walk<S: Sink>(&self, actual: &ActualResponse<'_>, body: &ActualBody<'_>, sink: &mut S) -> Flow {
        self.status.compare(actual.status, sink)?;
        self.headers.compare(actual.headers, sink)?;
        self.body.compare(body, self.headers.content_type_rules(), sink)
    }
}
