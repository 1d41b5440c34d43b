//! Consumer tests against a mock server.

use std::time::Duration;

use cucumber::gherkin::Step;
use cucumber::{given, then, when};
use intact_broker_client::http::{HttpOptions, http_client};
use intact_matching::Mismatch;
use intact_mock_server::{MockServer, Options, Outcome};
use intact_pact_model::{Headers, HttpRequest, Interaction, Kind};
use serde_json::Value;

use crate::fixture;
use crate::steps::{is_of_kind, listed};
use crate::suite::{Received, Suite, unquoted};
use crate::table;

#[given(regex = r"^the following HTTP interactions have been (?:defined|set ?up):$")]
fn interactions(suite: &mut Suite, step: &Step) {
    suite.interactions = table::interactions(step);
}

#[when(regex = r"^the mock server is started with interaction \{?(\d+)\}?$")]
fn start_with_one(suite: &mut Suite, number: usize) {
    start(suite, vec![suite.interaction(number).clone()]);
}

#[when(regex = r#"^the mock server is started with interactions "([^"]*)"$"#)]
fn start_with_several(suite: &mut Suite, numbers: String) {
    let numbers = numbers.split(',').map(|number| number.trim().parse().expect("a number"));
    let interactions = numbers.map(|number: usize| suite.interaction(number).clone()).collect();
    start(suite, interactions);
}

#[when(regex = r"^the mock server is started with interaction \{?(\d+)\}?,? but with the following changes:$")]
fn start_with_changed(suite: &mut Suite, number: usize, step: &Step) {
    let (mut request, mut response) = suite.http(number);
    let row = table::row(step);
    table::change_request(&mut request, &row);
    table::change_response(&mut response, &table::response_columns(&row));
    let description = suite.interaction(number).description.clone();
    start(suite, vec![Interaction::new(description, Kind::Http(request, response))]);
}

fn start(suite: &mut Suite, interactions: Vec<Interaction>) {
    let pact = suite.pact("consumer", "provider", interactions);
    let server = MockServer::start(pact.clone(), Options::default()).expect("a mock server");
    suite.consumer.server = Some((server, pact));
}

#[when(regex = r"^request \{?(\d+)\}? is made to the mock server$")]
async fn make_request(suite: &mut Suite, number: usize) {
    let (request, _) = suite.http(number);
    send(suite, &request).await;
}

#[when(regex = r"^request \{?(\d+)\}? is made to the mock server with the following changes:$")]
async fn make_changed_request(suite: &mut Suite, number: usize, step: &Step) {
    let (mut request, _) = suite.http(number);
    table::change_request(&mut request, &table::row(step));
    send(suite, &request).await;
}

async fn send(suite: &mut Suite, request: &HttpRequest) {
    let (server, _) = suite.consumer.server.as_ref().expect("a mock server was started");
    let query = request.query.raw().map_or_else(|| request.query.to_query_string(), ToOwned::to_owned);
    let mark = if query.is_empty() { "" } else { "?" };
    let url = format!("{}{}{mark}{query}", server.url(), request.path);
    let method = reqwest::Method::from_bytes(request.method.as_bytes()).expect("a method");
    let mut sending = client().request(method, url).body(request.body.bytes().to_vec());
    for (name, values) in request.headers.iter() {
        for value in values {
            sending = sending.header(name, value);
        }
    }
    let response = sending.send().await.expect("the mock server answers");
    let status = response.status().as_u16();
    let mut headers = Headers::default();
    for (name, value) in response.headers() {
        headers.append_line(name.as_str(), value.to_str().expect("headers are text"));
    }
    let body = response.bytes().await.expect("the mock server sends its answer").to_vec();
    suite.consumer.response = Some(Received { status, headers, body });
}

/// A client for one request, so that no connection keeps the server from stopping.
fn client() -> reqwest::Client {
    http_client(&HttpOptions::for_provider(Duration::from_secs(20))).expect("a client")
}

#[when("the pact test is done")]
pub(super) async fn done(suite: &mut Suite) {
    let (server, pact) = suite.consumer.server.take().expect("a mock server was started");
    let outcome = server.finish().await;
    if outcome.is_satisfied() {
        suite.pact_file().merge(&pact).expect("the pact file can be written");
    }
    suite.consumer.outcome = Some(outcome);
}

#[then(regex = r"^an? (\d+) (?:success|error) response is returned$")]
fn returned(suite: &mut Suite, status: u16) {
    let response = received(suite);
    assert_eq!(response.status, status, "{}", String::from_utf8_lossy(&response.body));
}

#[then(regex = r#"^the payload will contain the "([^"]*)" JSON document$"#)]
fn payload(suite: &mut Suite, name: String) {
    let body: Value = serde_json::from_slice(&received(suite).body).expect("JSON was returned");
    let expected: Value =
        serde_json::from_slice(&fixture::bytes(&format!("{name}.json"))).expect("the fixture is JSON");
    assert_eq!(body, expected);
}

#[then(regex = r#"^the content type will be set as "([^"]*)"$"#)]
fn content_type(suite: &mut Suite, expected: String) {
    assert_eq!(received(suite).headers.get("content-type"), Some(&[expected][..]));
}

fn received(suite: &Suite) -> &Received {
    suite.consumer.response.as_ref().expect("a request was made")
}

#[then("the mock server status will be OK")]
fn satisfied(suite: &mut Suite) {
    let outcome = suite.outcome();
    assert!(outcome.is_satisfied(), "{outcome}");
    assert_eq!(outcome.results().as_array(), Some(&[][..]));
}

#[then("the mock server status will NOT be OK")]
fn not_satisfied(suite: &mut Suite) {
    assert!(!suite.outcome().is_satisfied());
}

#[then("the mock server status will be mismatches")]
fn mismatched(suite: &mut Suite) {
    let outcome = suite.outcome();
    assert!(!outcome.mismatches.is_empty(), "{outcome}");
    assert!(results(&outcome).contains(&"request-mismatch".to_owned()), "{}", outcome.results());
}

#[then(regex = r"^the mock server status will be an expected but not received error for interaction \{?(\d+)\}?$")]
fn missing(suite: &mut Suite, number: usize) {
    let outcome = suite.outcome();
    let description = &suite.interaction(number).description;
    assert!(outcome.missing.iter().any(|missing| missing.interaction.description == *description), "{outcome}");
    assert!(results(&outcome).contains(&"missing-request".to_owned()), "{}", outcome.results());
}

#[then(
    regex = r#"^the mock server status will be an unexpected "([^"]*)" request received error for interaction \{?(\d+)\}?$"#
)]
fn unexpected(suite: &mut Suite, method: String, number: usize) {
    let (request, _) = suite.http(number);
    assert_unexpected(&suite.outcome(), &method, &request.path);
}

#[then(regex = r#"^the mock server status will be an unexpected "([^"]*)" request received error for path "([^"]*)"$"#)]
fn unexpected_path(suite: &mut Suite, method: String, path: String) {
    assert_unexpected(&suite.outcome(), &method, &path);
}

fn assert_unexpected(outcome: &Outcome, method: &str, path: &str) {
    let found = outcome.unexpected.iter().any(|seen| seen.request.method == method && seen.request.path == path);
    assert!(found, "no unexpected {method} {path}: {outcome}");
    assert!(results(outcome).contains(&"request-not-found".to_owned()), "{}", outcome.results());
}

/// The types in the list that other mock servers report too.
fn results(outcome: &Outcome) -> Vec<String> {
    let results = outcome.results();
    let results = results.as_array().expect("results are a list");
    results.iter().filter_map(|result| Some(result.get("type")?.to_text().into_owned())).collect()
}

#[then(regex = r#"^the mismatches will contain an? "([^"]*)" mismatch with error "(.*)"$"#)]
fn mismatch(suite: &mut Suite, kind: String, text: String) {
    let (mismatches, text) = (mismatches(suite), unquoted(&text));
    let found = mismatches.iter().any(|mismatch| is_of_kind(mismatch, &kind) && mismatch.description().contains(&text));
    assert!(found, "no {kind} mismatch says {text}:{}", listed(&mismatches));
}

#[then(regex = r#"^the mismatches will contain an? "([^"]*)" mismatch with path "([^"]*)" with error "(.*)"$"#)]
fn mismatch_at(suite: &mut Suite, kind: String, path: String, text: String) {
    let (mismatches, text) = (mismatches(suite), unquoted(&text));
    let fits = |mismatch: &&Mismatch| {
        is_of_kind(mismatch, &kind) && mismatch.identifier() == Some(&*path) && mismatch.description().contains(&text)
    };
    assert!(
        mismatches.iter().any(|mismatch| fits(&mismatch)),
        "no {kind} mismatch at {path} says {text}:{}",
        listed(&mismatches)
    );
}

fn mismatches(suite: &Suite) -> Vec<Mismatch> {
    suite.outcome().mismatches.into_iter().flat_map(|request| request.mismatches).collect()
}
