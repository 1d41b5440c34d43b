//! Rules for lists of values under a name: headers, query and form parameters.

use insta::assert_snapshot;
use intact_matching::{ActualRequest, RequestMatcher};
use intact_pact_model::{Headers, HttpRequest, MatchingRule, Query, RuleList, SpecVersion};

use crate::{lines, request};

fn requests(expected: &str, actual: &str) -> String {
    let (expected, actual) = (request(expected), request(actual));
    let matcher = RequestMatcher::compile(&expected, SpecVersion::V4).expect("rules that compile");
    let comparison = matcher.compare_with(&actual);
    assert_eq!(matcher.compare_with(&actual).is_match(), comparison.is_match());
    lines(&comparison)
}

fn forms(expected: &str, rules: &str, actual: &str) -> String {
    let form = |content: &str, rules: &str| {
        format!(
            r#"{{"body": {{"content": "{content}", "contentType": "application/x-www-form-urlencoded", "encoded": false}},
                "matchingRules": {{"body": {rules}}}}}"#
        )
    };
    requests(&form(expected, rules), &form(actual, "{}"))
}

fn queries(expected: &str, rules: &str, actual: &str) -> String {
    requests(
        &format!(r#"{{"query": "{expected}", "matchingRules": {{"query": {rules}}}}}"#),
        &format!(r#"{{"query": "{actual}"}}"#),
    )
}

#[test]
fn sizes_above_a_form_field_are_not_asked_of_the_field() {
    let at = |path: &str| format!(r#"{{"{path}": {{"matchers": [{{"match": "type", "min": 2, "max": 2}}]}}}}"#);
    assert_eq!(forms("a=1", &at("$"), "a=2"), "");
    assert_eq!(forms("a=1", &at("$"), "a=2&a=3&a=4"), "");
    assert_snapshot!(forms("a=1", &at("$.a"), "a=2"), @"$.a -> Expected [2] (size 1) to have minimum size of 2");
    assert_snapshot!(forms("a=1", &at("$.*"), "a=2&a=3&a=4"), @"$.a -> Expected [2, 3, 4] (size 3) to have maximum size of 2");
}

#[test]
fn rules_about_collections_hold_for_form_fields_and_do_not_cascade() {
    let at = |path: &str, rule: &str| format!(r#"{{"{path}": {{"matchers": [{rule}]}}}}"#);
    let integers = r#"{"match": "eachValue", "rules": [{"match": "integer"}]}"#;
    assert_eq!(forms("a=1", &at("$.a", integers), "a=2&a=3"), "");
    assert_snapshot!(forms("a=1", &at("$.a", integers), "a=2&a=x"), @"$.a -> Expected 'x' to match an integer number");
    assert_eq!(forms("a=1", &at("$", integers), "a=x"), "");
    let nothing = r#"{"match": "eachValue", "rules": []}"#;
    assert_eq!(forms("a=1&a=2", &at("$.a", nothing), "a=1&a=2&a=1"), "");
    assert_snapshot!(forms("a=1&a=2", &at("$.a", nothing), "a=1&a=3"), @"$.a -> Expected '3' to be equal to '2'");
    let contains = r#"{"match": "arrayContains", "variants": [{"index": 0, "rules": {"$": {"matchers": [{"match": "regex", "regex": "b.*"}]}}}]}"#;
    assert_eq!(forms("a=b", &at("$.a", contains), "a=x&a=bx"), "");
    assert_snapshot!(forms("a=b", &at("$.a", contains), "a=x"), @"$.a -> Variant at index 0 ('b') was not found in the actual list");
    assert_eq!(forms("a=b", &at("$", contains), "a=x"), "");
    assert_snapshot!(forms("a=b&a=1", &at("$.a[1]", r#"{"match": "integer"}"#), "a=b&a=x"), @"$.a -> Expected 'x' to match an integer number");
}

#[test]
fn alternatives_hold_for_the_list_or_for_each_value() {
    let either = |one: &str, other: &str| format!(r#"{{"a": {{"combine": "OR", "matchers": [{one}, {other}]}}}}"#);
    let (two, digits) = (r#"{"match": "type", "min": 2}"#, r#"{"match": "regex", "regex": "\\d"}"#);
    assert_eq!(queries("a=1", &either(two, digits), "a=x&a=y"), "");
    assert_eq!(queries("a=1", &either(two, digits), "a=7"), "");
    assert_snapshot!(queries("a=1", &either(two, digits), "a=x"), @r"
    a -> Expected [x] (size 1) to have minimum size of 2
    a -> Expected 'x' to match '\d'
    ");
    let contains = r#"{"match": "arrayContains", "variants": [{"index": 0}, {"index": 1}]}"#;
    assert_eq!(queries("a=1&a=2", &either(contains, two), "a=7&a=8"), "");
    assert_eq!(queries("a=1&a=2", &either(contains, r#"{"match": "integer"}"#), "a=x&a=2&a=1"), "");
    assert_eq!(queries("a=1", &either(digits, r#"{"match": "include", "value": "x"}"#), "a=7&a=xx"), "");
}

#[test]
fn a_rule_about_keys_says_nothing_of_a_value() {
    let keys = r#"{"a": {"matchers": [{"match": "eachKey", "rules": [{"match": "type"}]}]}}"#;
    assert_snapshot!(queries("a=1", keys, "a=2"), @"a -> Unable to match '2' using eachKey");
}

#[test]
fn names_are_found_in_every_spelling() {
    let integer = |key: &str| format!(r#"{{"{key}": {{"matchers": [{{"match": "integer"}}]}}}}"#);
    for key in ["a", "$.a", "$['a']", "$.a[*]", "$.a[0]", "a[0]"] {
        assert_eq!(queries("a=1", &integer(key), "a=2"), "", "{key}");
        assert_ne!(queries("a=1", &integer(key), "a=x"), "", "{key}");
    }
    assert_ne!(queries("a=1", &integer("A"), "a=2"), "");
    let of_plain =
        r#"{"$.a": {"matchers": [{"match": "regex", "regex": "x"}]}, "a": {"matchers": [{"match": "integer"}]}}"#;
    assert_eq!(queries("a=1", of_plain, "a=2"), "", "the plain name counts before the path");
    let header =
        |key: &str| format!(r#"{{"headers": {{"X-Id": "1"}}, "matchingRules": {{"header": {}}}}}"#, integer(key));
    for key in ["X-Id", "x-id", "$.X-ID", "$['x-id']", "$.X-Id[0]"] {
        assert_eq!(requests(&header(key), r#"{"headers": {"x-ID": "2"}}"#), "", "{key}");
    }
}

/// Tens of thousands of names with a rule each are found without looking at every rule for every name.
#[test]
fn names_and_rules_do_not_multiply() {
    let names: Vec<String> = (0..50_000).map(|at| format!("n{at}")).collect();
    let mut expected = HttpRequest {
        query: Query::parse(&names.iter().map(|name| format!("{name}=1")).collect::<Vec<_>>().join("&")),
        ..HttpRequest::default()
    };
    for name in &names {
        expected.matching_rules.query.insert(name.clone(), RuleList::of(MatchingRule::Integer));
        expected.matching_rules.header.insert(name.clone(), RuleList::of(MatchingRule::Integer));
    }
    let matcher = RequestMatcher::compile(&expected, SpecVersion::V4).expect("rules that compile");
    let query = names.iter().map(|name| format!("{name}=2")).collect::<Vec<_>>().join("&");
    let headers = Headers::default();
    assert!(matcher.matches(&ActualRequest::new("GET", "/", &headers).with_query(&query)));
}
