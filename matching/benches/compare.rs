//! How long comparing takes: compiling, one megabyte of JSON, yes or no against the full report.
//!
//! The baseline reads both documents into `serde_json::Value`, copies them as a simple engine would, and compares for
//! equality: it knows no rules.

use divan::{Bencher, black_box};
use intact_matching::{ActualResponse, ResponseMatcher};
use intact_pact_model::rules::MatchingRule;
use intact_pact_model::{Body, ContentType, Headers, HttpResponse, Json, JsonValue, RuleList, SpecVersion};

fn main() {
    divan::main();
}

/// A list of orders of about one megabyte.
fn orders(count: usize) -> JsonValue {
    let order = |at: usize| {
        let lines =
            (0..4).map(|line| Json::object([("sku", Json::from(format!("A-{line}"))), ("quantity", Json::from(line))]));
        Json::object([
            ("id", Json::from(at)),
            ("customer", Json::from(format!("Customer number {at}"))),
            ("created", Json::from("2024-02-29T12:00:00Z")),
            ("lines", Json::array(lines)),
        ])
    };
    Json::object([("orders", Json::array((0..count).map(order)))])
}

fn expected(document: &JsonValue) -> HttpResponse {
    HttpResponse { body: Body::new(document.to_compact(), Some(ContentType::json())), ..HttpResponse::default() }
}

fn ruled(document: &JsonValue) -> HttpResponse {
    let mut expected = expected(document);
    let mut rule = |path: &str, rule| expected.matching_rules.body.insert(path.to_owned(), RuleList::of(rule));
    rule("$.orders", MatchingRule::Type { min: Some(1), max: None });
    rule("$.orders[*].id", MatchingRule::Integer);
    rule("$.orders[*].customer", MatchingRule::Regex(r"Customer number \d+".to_owned()));
    rule("$.orders[*].created", MatchingRule::DateTime(String::new()));
    rule("$.orders[*].lines[*].quantity", MatchingRule::Number);
    expected
}

fn headers() -> Headers {
    Headers::from_iter([("Content-Type".to_owned(), vec!["application/json".to_owned()])])
}

const COUNT: usize = 5500;

#[divan::bench]
fn compile_rules(bencher: Bencher<'_, '_>) {
    let expected = ruled(&orders(1));
    bencher.bench(|| ResponseMatcher::compile(black_box(&expected), SpecVersion::V4).expect("rules that compile"));
}

#[divan::bench]
fn compile_one_megabyte(bencher: Bencher<'_, '_>) {
    let expected = expected(&orders(COUNT));
    bencher.bench(|| ResponseMatcher::compile(black_box(&expected), SpecVersion::V4).expect("no rules"));
}

fn compare(bencher: Bencher<'_, '_>, expected: &HttpResponse, actual: &JsonValue, verdict: bool) {
    let matcher = ResponseMatcher::compile(expected, SpecVersion::V4).expect("rules that compile");
    let (headers, text) = (headers(), actual.to_compact());
    let actual = ActualResponse::new(200, &headers).with_body(text.as_bytes());
    if verdict {
        bencher.bench(|| matcher.matches(black_box(&actual)));
    } else {
        bencher.bench(|| matcher.compare(black_box(&actual)));
    }
}

#[divan::bench]
fn one_megabyte_by_equality(bencher: Bencher<'_, '_>) {
    compare(bencher, &expected(&orders(COUNT)), &orders(COUNT), false);
}

#[divan::bench]
fn one_megabyte_by_rules(bencher: Bencher<'_, '_>) {
    compare(bencher, &ruled(&orders(1)), &orders(COUNT), false);
}

#[divan::bench]
fn one_megabyte_all_different_report(bencher: Bencher<'_, '_>) {
    let actual = orders(COUNT).to_compact().replace("\"A-", "\"B-");
    let actual = Json::parse(actual.as_bytes()).expect("a document").into_owned();
    compare(bencher, &expected(&orders(COUNT)), &actual, false);
}

#[divan::bench]
fn one_megabyte_all_different_verdict(bencher: Bencher<'_, '_>) {
    let actual = orders(COUNT).to_compact().replace("\"A-", "\"B-");
    let actual = Json::parse(actual.as_bytes()).expect("a document").into_owned();
    compare(bencher, &expected(&orders(COUNT)), &actual, true);
}

#[divan::bench]
fn baseline_serde_json_values_copied_and_compared(bencher: Bencher<'_, '_>) {
    let text = orders(COUNT).to_compact();
    let expected: serde_json::Value = serde_json::from_str(&text).expect("a document");
    bencher.bench(|| {
        let actual: serde_json::Value = serde_json::from_str(black_box(&text)).expect("a document");
        black_box(&expected).clone() == actual.clone()
    });
}
