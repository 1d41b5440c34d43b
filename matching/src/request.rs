//! Requests: what a consumer sent, held against what the contract says it sends.

use intact_pact_model::{HttpRequest, SpecVersion};

use crate::actual::{ActualBody, ActualRequest};
use crate::body::{BodyMatcher, Of};
use crate::comparison::{Comparison, Flow, Report, Sink, Verdict};
use crate::explanation::{self, Explanation, Hide};
use crate::mismatch::{Location, Mismatch};
use crate::pact_regex::Budget;
use crate::parts::headers::HeadersMatcher;
use crate::parts::path::TargetMatcher;
use crate::parts::query::QueryMatcher;
use crate::rule::CompileError;

/// Decides whether requests satisfy the one a contract expects.
///
/// Requests are compared strictly: what the contract does not mention (members of JSON objects, query parameters) must not
/// be there; additional headers may. A matcher is compiled once and used for any number of requests, also in parallel.
#[derive(Debug)]
pub struct RequestMatcher {
    target: TargetMatcher,
    query: QueryMatcher,
    headers: HeadersMatcher,
    body: BodyMatcher,
}

impl RequestMatcher {
    /// Prepares the comparison: rules, paths and the expected body are read once. `version` decides how the query is
    /// compared (as text, order included, in version 1).
    ///
    /// # Errors
    ///
    /// See [`CompileError`]. A single rule that cannot be understood is none: it is a mismatch of the part it governs.
    pub fn compile(expected: &HttpRequest, version: SpecVersion) -> Result<Self, CompileError> {
        let rules = &expected.matching_rules;
        Ok(Self {
            target: TargetMatcher::compile(expected)?,
            query: QueryMatcher::compile(&expected.query, rules, version)?,
            headers: HeadersMatcher::compile(&expected.headers, rules)?,
            body: BodyMatcher::compile(&expected.body, expected.content_type(), rules, Of::Request)?,
        })
    }

    /// All differences between the expected request and an actual one.
    pub fn compare(&self, actual: &ActualRequest<'_>) -> Comparison {
        self.report(actual, &ActualBody::received(actual.body, actual.headers.content_type()))
    }

    /// What differs, as people want to see it: `mismatches` are those that comparing with the same `actual` gave; `hide` takes
    /// out of all texts what must not be shown.
    pub fn explain(&self, actual: &ActualRequest<'_>, mismatches: &[Mismatch], hide: Hide<'_>) -> Explanation {
        let body = ActualBody::received(actual.body, actual.headers.content_type());
        explanation::explain(mismatches, hide, (&self.body, &body), &|mismatch, finding| match &mismatch.at {
            Location::Path => self.target.explain_path(actual.path, hide, finding),
            Location::Query(name) => self.query.explain(name, actual.query, hide, finding),
            Location::Header(name) => self.headers.explain(name, actual.headers, hide, finding),
            _ => {}
        })
    }

    /// Is there no difference? The same answer as that of [`RequestMatcher::compare`], but stops at the first.
    pub fn matches(&self, actual: &ActualRequest<'_>) -> bool {
        let _budget = Budget::begin();
        let body = ActualBody::received(actual.body, actual.headers.content_type());
        self.walk(actual, &body, &mut Verdict).is_continue()
    }

    /// Compares a request of the model as if it had been received: the contract's own example, for instance.
    pub fn compare_with(&self, request: &HttpRequest) -> Comparison {
        let query = request.query.raw().map_or_else(|| request.query.to_query_string(), ToOwned::to_owned);
        let actual = ActualRequest {
            method: &request.method,
            path: &request.path,
            query: Some(&query),
            headers: &request.headers,
            body: None,
        };
        self.report(&actual, &ActualBody::of_model(&request.body, request.headers.content_type()))
    }

    fn report(&self, actual: &ActualRequest<'_>, body: &ActualBody<'_>) -> Comparison {
        let _budget = Budget::begin();
        let mut report = Report::default();
        let _ = self.walk(actual, body, &mut report);
        report.finish()
    }

    fn walk<S: Sink>(&self, actual: &ActualRequest<'_>, body: &ActualBody<'_>, sink: &mut S) -> Flow {
        self.target.compare(actual.method, actual.path, sink)?;
        self.query.compare(actual.query, sink)?;
        self.headers.compare(actual.headers, sink)?;
        self.body.compare(body, self.headers.content_type_rules(), sink)
    }
}
