//! What people see of the matching engine: mismatches in their words, the laws it keeps, and hostile input.

mod against_naive;
mod bodies;
mod contains;
mod damaged;
mod explaining;
mod generated;
mod hostile;
mod json_rules;
mod laws;
mod messages;
mod naive;
mod named;
mod optional;
mod own_examples;
mod parts;
mod random;
mod secrets;
mod statements;
mod xml;

use intact_matching::{ActualRequest, ActualResponse, Comparison, RequestMatcher, ResponseMatcher};
use intact_pact_model::{Headers, HttpRequest, HttpResponse, Json, SpecVersion, read};

/// A request written as in a V4 pact file.
fn request(json: &str) -> HttpRequest {
    let json = Json::parse(json.as_bytes()).expect("the test's own JSON");
    read::http_request(&json, SpecVersion::V4).expect("the test's own request").value
}

/// A response written as in a V4 pact file.
fn response(json: &str) -> HttpResponse {
    let json = Json::parse(json.as_bytes()).expect("the test's own JSON");
    read::http_response(&json, SpecVersion::V4).expect("the test's own response").value
}

/// Compares a JSON body as a response, with body rules written as in a pact file; one line for each mismatch.
fn compare_response_json(expected: &str, rules: &str, actual: &str) -> String {
    let expected = response(&format!(
        r#"{{"body": {{"content": {expected}, "contentType": "application/json", "encoded": false}}, "matchingRules": {{"body": {rules}}}}}"#
    ));
    let matcher = ResponseMatcher::compile(&expected, SpecVersion::V4).expect("rules that compile");
    let headers = json_headers();
    let actual = ActualResponse::new(200, &headers).with_body(actual.as_bytes());
    let comparison = matcher.compare(&actual);
    assert_eq!(matcher.matches(&actual), comparison.is_match());
    lines(&comparison)
}

/// The same as a request.
fn compare_request_json(expected: &str, rules: &str, actual: &str) -> String {
    let expected = request(&format!(
        r#"{{"body": {{"content": {expected}, "contentType": "application/json", "encoded": false}}, "matchingRules": {{"body": {rules}}}}}"#
    ));
    let matcher = RequestMatcher::compile(&expected, SpecVersion::V4).expect("rules that compile");
    let headers = json_headers();
    let actual = ActualRequest::new("GET", "/", &headers).with_body(actual.as_bytes());
    let comparison = matcher.compare(&actual);
    assert_eq!(matcher.matches(&actual), comparison.is_match());
    lines(&comparison)
}

fn json_headers() -> Headers {
    Headers::from_iter([("Content-Type".to_owned(), vec!["application/json".to_owned()])])
}

/// One line for each mismatch: `identifier -> text`.
fn lines(comparison: &Comparison) -> String {
    let line = |mismatch: &intact_matching::Mismatch| match mismatch.identifier() {
        Some(identifier) => format!("{identifier} -> {mismatch}"),
        None => format!("{} -> {mismatch}", mismatch.attribute()),
    };
    comparison.mismatches().iter().map(line).collect::<Vec<_>>().join("\n")
}
