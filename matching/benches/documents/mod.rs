//! The documents that the measurements are about. Not every measurement needs all of them.
#![allow(dead_code, reason = "each of the benchmarks has a copy of its own")]

use intact_pact_model::rules::MatchingRule;
use intact_pact_model::{Body, ContentType, Headers, HttpResponse, Json, JsonValue, RuleList};

/// One megabyte.
pub(crate) const MB: usize = 1_000_000;

/// A list of orders of about so many bytes: objects in arrays, short texts, integers and decimals, an escape here and there.
pub(crate) fn orders(bytes: usize) -> String {
    let mut text = String::from("{\"orders\":[");
    let mut at = 0;
    while text.len() < bytes {
        let order = Json::object([
            ("id", Json::from(at)),
            ("customer", Json::from(format!("Customer number {at}"))),
            ("created", Json::from("2024-02-29T12:00:00Z")),
            ("note", Json::from(if at % 8 == 0 { "say \"when\"" } else { "nothing to say" })),
            ("express", Json::from(at % 3 == 0)),
            ("lines", Json::array((0..4).map(line))),
        ]);
        if at > 0 {
            text.push(',');
        }
        text.push_str(&order.to_compact());
        at += 1;
    }
    text.push_str("]}");
    text
}

fn line(at: usize) -> JsonValue {
    Json::object([
        ("sku", Json::from(format!("A-{at}"))),
        ("quantity", Json::from(at)),
        ("price", Json::parse(b"79.90").expect("a number")),
    ])
}

/// Twelve rules for [`orders`], as test authors write them.
pub(crate) fn twelve_rules(expected: &mut HttpResponse) {
    let like = || MatchingRule::Type { min: None, max: None };
    for (path, rule) in [
        ("$", like()),
        ("$.orders", MatchingRule::Type { min: Some(1), max: None }),
        ("$.orders[*].*", like()),
        ("$.orders[*].id", MatchingRule::Integer),
        ("$.orders[*].customer", MatchingRule::Regex(r"Customer number \d+".to_owned())),
        ("$.orders[*].created", MatchingRule::DateTime(String::new())),
        ("$.orders[*].note", MatchingRule::NotEmpty),
        ("$.orders[*].express", MatchingRule::Boolean),
        ("$.orders[*].lines", MatchingRule::Type { min: Some(1), max: Some(100) }),
        ("$.orders[*].lines[*].sku", MatchingRule::Include("A-".to_owned())),
        ("$.orders[*].lines[*].quantity", MatchingRule::Number),
        ("$.orders[*].lines[*].price", MatchingRule::Decimal),
    ] {
        expected.matching_rules.body.insert(path.to_owned(), RuleList::of(rule));
    }
}

/// A response that is expected to have this body.
pub(crate) fn expecting(document: &str) -> HttpResponse {
    HttpResponse { body: Body::new(document.to_owned(), Some(ContentType::json())), ..HttpResponse::default() }
}

/// The headers of an actual response with a JSON body.
pub(crate) fn headers() -> Headers {
    Headers::from_iter([("Content-Type".to_owned(), vec!["application/json".to_owned()])])
}

/// Ten thousand members under one rule, or under a rule each.
pub(crate) fn members_under_rules(rules: usize) -> (HttpResponse, String) {
    let name = |at: usize| format!("member{at}");
    let text = Json::object((0..10_000).map(|at| (name(at), at))).to_compact();
    let mut expected = expecting(&text);
    if rules == 1 {
        expected.matching_rules.body.insert("$.*".to_owned(), RuleList::of(MatchingRule::Integer));
    } else {
        for at in 0..rules {
            expected.matching_rules.body.insert(format!("$.{}", name(at)), RuleList::of(MatchingRule::Integer));
        }
    }
    (expected, text)
}

/// A list of texts under an expression that takes the square of the square of their length to refuse them.
pub(crate) fn catastrophic_values(count: usize) -> (HttpResponse, String) {
    let mut expected = expecting(r#"["ac"]"#);
    let rules = &mut expected.matching_rules.body;
    rules.insert("$".to_owned(), RuleList::of(MatchingRule::Type { min: None, max: None }));
    rules.insert("$[*]".to_owned(), RuleList::of(MatchingRule::Regex(r"(?=x?)(a|a)*\1c".to_owned())));
    (expected, Json::array((0..count).map(|_| Json::from("a".repeat(60)))).to_compact())
}
