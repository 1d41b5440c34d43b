//! Messages: contents and metadata.

use insta::assert_snapshot;
use intact_matching::{ActualMessage, MessageMatcher, compare_replies};
use intact_pact_model::json::Object;
use intact_pact_model::{Json, MessagePart, SpecVersion, read};

use crate::lines;

/// A message written as in a V4 pact file.
fn message(json: &str) -> MessagePart {
    let json = Json::parse(json.as_bytes()).expect("the test's own JSON");
    read::message_part(&json, SpecVersion::V4).expect("the test's own message").value
}

fn matcher(json: &str) -> MessageMatcher {
    MessageMatcher::compile(&message(json), SpecVersion::V4).expect("rules that compile")
}

fn object(json: &'static str) -> Object<'static> {
    Json::parse(json.as_bytes()).expect("the test's own JSON").as_object().expect("an object").clone()
}

fn compare(expected: &str, contents: &str, metadata: &'static str) -> String {
    let metadata = object(metadata);
    let actual = ActualMessage::new(Some(contents.as_bytes()), &metadata);
    let matcher = matcher(expected);
    assert_eq!(matcher.matches(&actual), matcher.compare(&actual).is_match());
    lines(&matcher.compare(&actual))
}

const EXPECTED: &str = r#"{"contents": {"content": {"a": 1}, "contentType": "application/json"}, "metadata": {"topic": "orders", "n": {"id": 1}},
    "matchingRules": {"body": {"$.a": {"matchers": [{"match": "integer"}]}},
                      "metadata": {"topic": {"matchers": [{"match": "regex", "regex": "[a-z]+"}]}, "$.n.id": {"matchers": [{"match": "type"}]}}}}"#;

#[test]
fn contents_and_metadata_are_compared_leniently() {
    assert_eq!(compare(EXPECTED, r#"{"a": 2, "b": 1}"#, r#"{"topic": "x", "more": 1, "n": {"id": 7}}"#), "");
    assert_snapshot!(compare(EXPECTED, r#"{"a": "x"}"#, r#"{"topic": "X", "n": {"id": "a"}}"#), @r#"
    $.a -> Expected 'x' (String) to be an integer
    topic -> Expected metadata key 'topic' to have value '"orders"' but was '"X"' - Expected 'X' to match '[a-z]+'
    n -> Expected metadata key 'n' to have value '{"id":1}' but was '{"id":"a"}' - Expected 'a' (String) to be the same type as 1 (Integer)
    "#);
    assert_snapshot!(compare(EXPECTED, r#"{"a": 1}"#, r#"{"n": {"id": 7}}"#), @"topic -> Expected message metadata 'topic' but was missing");
}

#[test]
fn the_content_type_has_two_names_and_counts_once() {
    let expected =
        r#"{"contents": {"content": "a", "contentType": "text/plain"}, "metadata": {"content-type": "text/plain"}}"#;
    assert_eq!(compare(expected, "a", r#"{"contentType": "text/plain; charset=utf-8"}"#), "");
    assert_snapshot!(compare(expected, "a", r#"{"contentType": "text/html"}"#), @r#"
    body -> Expected message with content type text/plain but was text/html
    content-type -> Expected metadata key 'content-type' to have value '"text/plain"' but was '"text/html"' - the types differ
    "#);
    let metadata = Object::new();
    let stated = ActualMessage::new(Some(b"a"), &metadata).with_content_type("text/plain");
    assert_eq!(lines(&matcher(expected).compare(&stated)), "");
}

#[test]
fn replies_are_counted_and_compared_in_order() {
    let expected = [
        matcher(r#"{"contents": {"content": "a", "contentType": "text/plain"}}"#),
        matcher(r#"{"contents": {"content": "b", "contentType": "text/plain"}}"#),
    ];
    let metadata = Object::new();
    let reply = |text: &'static str| ActualMessage::new(Some(text.as_bytes()), &metadata);
    assert_eq!(lines(&compare_replies(&expected, &[reply("a"), reply("b")])), "");
    assert_snapshot!(lines(&compare_replies(&expected, &[reply("a"), reply("c")])), @"$ -> Expected body 'b' to match 'c' using equality but did not match");
    assert_snapshot!(lines(&compare_replies(&expected, &[reply("a")])), @"$ -> Expected a message with 2 responses, but the actual response had 1");
    assert_snapshot!(lines(&compare_replies(&expected, &[])), @"$ -> Expected a message with a response, but the actual response was empty");
}

#[test]
fn empty_contents_want_no_contents() {
    assert_eq!(compare(r#"{"contents": {"content": ""}}"#, "", "{}"), "");
    assert_ne!(compare(r#"{"contents": {"content": ""}}"#, "x", "{}"), "");
}
