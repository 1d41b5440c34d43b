//! Comparing expected and actual requests and responses.

use cucumber::gherkin::Step;
use cucumber::{given, then, when};
use intact_matching::{ActualRequest, ActualResponse, Mismatch, RequestMatcher, ResponseMatcher};
use intact_pact_model::{Body, HttpRequest, HttpResponse};
use regex::Regex;

use crate::steps::{is_of_kind, listed};
use crate::suite::{Suite, unquoted};
use crate::table;

#[given(regex = r#"^an expected request with an? "([^"]*)" header of "([^"]*)"$"#)]
fn expected_header(suite: &mut Suite, name: String, line: String) {
    suite.matching.expected_request.headers.append_line(&name, &line);
}

#[given(regex = r#"^an expected response with an? "([^"]*)" header of "([^"]*)"$"#)]
fn expected_response_header(suite: &mut Suite, name: String, line: String) {
    suite.matching.expected_response.headers.append_line(&name, &line);
}

#[given(regex = r#"^a request is received with an? "([^"]*)" header of "([^"]*)"$"#)]
fn received_header(suite: &mut Suite, name: String, line: String) {
    let mut request = HttpRequest::default();
    request.headers.append_line(&name, &line);
    suite.matching.requests.push(request);
}

#[given(regex = r#"^a response is received with an? "([^"]*)" header of "([^"]*)"$"#)]
fn received_response_header(suite: &mut Suite, name: String, line: String) {
    let mut response = HttpResponse::default();
    response.headers.append_line(&name, &line);
    suite.matching.responses.push(response);
}

#[given(regex = r"^an expected request configured with the following:$")]
fn expected_request(suite: &mut Suite, step: &Step) {
    table::change_request(&mut suite.matching.expected_request, &table::row(step));
}

#[given(regex = r"^an expected response configured with the following:$")]
fn expected_response(suite: &mut Suite, step: &Step) {
    table::change_response(&mut suite.matching.expected_response, &table::response_row(table::row(step)));
}

#[given(regex = r"^(?:a request is received with the following|the following requests are received):$")]
fn received_requests(suite: &mut Suite, step: &Step) {
    for row in table::rows(step) {
        let mut request = HttpRequest::default();
        table::change_request(&mut request, &row);
        suite.matching.requests.push(request);
    }
}

#[given(regex = r"^(?:a response is received with the following|the following responses are received):$")]
fn received_responses(suite: &mut Suite, step: &Step) {
    for row in table::rows(step) {
        let mut response = HttpResponse::default();
        table::change_response(&mut response, &table::response_row(row));
        suite.matching.responses.push(response);
    }
}

#[given(regex = r"^a status \{?(\d+)\}? response is received$")]
fn received_status(suite: &mut Suite, status: u16) {
    suite.matching.responses.push(HttpResponse { status, ..HttpResponse::default() });
}

#[when(regex = r"^the requests? (?:is|are) compared to the expected one$")]
fn compare_requests(suite: &mut Suite) {
    let matching = &mut suite.matching;
    let matcher = RequestMatcher::compile(&matching.expected_request, suite.version).expect("usable rules");
    for request in &matching.requests {
        let query = request.query.raw().map_or_else(|| request.query.to_query_string(), ToOwned::to_owned);
        let actual = ActualRequest {
            method: &request.method,
            path: &request.path,
            query: (!query.is_empty()).then_some(query.as_str()),
            headers: &request.headers,
            body: sent(&request.body),
        };
        let comparison = matcher.compare(&actual);
        assert_eq!(matcher.matches(&actual), comparison.is_match(), "the short and the long form agree");
        matching.compared.push(comparison.into_mismatches());
    }
}

#[when(regex = r"^the responses? (?:is|are) compared to the expected one$")]
fn compare_responses(suite: &mut Suite) {
    let matching = &mut suite.matching;
    let matcher = ResponseMatcher::compile(&matching.expected_response, suite.version).expect("usable rules");
    for response in &matching.responses {
        let actual = ActualResponse { status: response.status, headers: &response.headers, body: sent(&response.body) };
        let comparison = matcher.compare(&actual);
        assert_eq!(matcher.matches(&actual), comparison.is_match(), "the short and the long form agree");
        matching.compared.push(comparison.into_mismatches());
    }
}

fn sent(body: &Body) -> Option<&[u8]> {
    match body {
        Body::Missing => None,
        Body::Empty => Some(b""),
        Body::Null => Some(b"null"),
        Body::Present(content) => Some(&content.bytes),
    }
}

#[then(regex = r"^the (?:response )?comparison should be OK$")]
fn all_match(suite: &mut Suite) {
    let compared = &suite.matching.compared;
    assert!(!compared.is_empty(), "nothing was compared");
    assert!(compared.iter().all(Vec::is_empty), "mismatches:{}", listed(all(suite)));
}

#[then(regex = r"^the (?:response )?comparison should NOT be OK$")]
fn none_matches(suite: &mut Suite) {
    let compared = &suite.matching.compared;
    assert!(!compared.is_empty(), "nothing was compared");
    for (at, mismatches) in compared.iter().enumerate() {
        assert!(!mismatches.is_empty(), "the part {} matches", at + 1);
    }
}

#[then(regex = r#"^the mismatches will contain a mismatch with error "(.*?)" -> "(.*)"$"#)]
fn mismatch_at(suite: &mut Suite, path: String, text: String) {
    let (path, text) = (unquoted(&path), unquoted(&text));
    // Some texts of the suite are regular expressions, others only look like them.
    let pattern = Regex::new(&text).ok();
    let says = |mismatch: &Mismatch| {
        let description = mismatch.description();
        description.contains(&text) || pattern.as_ref().is_some_and(|pattern| pattern.is_match(description))
    };
    let found = all(suite).any(|mismatch| mismatch.identifier() == Some(&*path) && says(mismatch));
    assert!(found, "none of the mismatches is {path} -> {text}:{}", listed(all(suite)));
}

#[then(regex = r#"^the response mismatches will contain an? "([^"]*)" mismatch with error "(.*)"$"#)]
fn response_mismatch(suite: &mut Suite, kind: String, text: String) {
    let text = unquoted(&text);
    let found = all(suite).any(|mismatch| is_of_kind(mismatch, &kind) && mismatch.description() == text);
    assert!(found, "no {kind} mismatch says {text}:{}", listed(all(suite)));
}

fn all(suite: &Suite) -> impl Iterator<Item = &Mismatch> {
    suite.matching.compared.iter().flatten()
}
