//! XML bodies.

use insta::assert_snapshot;
use intact_matching::{ActualRequest, ActualResponse, RequestMatcher, ResponseMatcher};
use intact_pact_model::{Body, ContentType, Headers, HttpRequest, HttpResponse, Json, SpecVersion, read};

use crate::lines;

fn headers() -> Headers {
    Headers::from_iter([("Content-Type".to_owned(), vec!["application/xml".to_owned()])])
}

fn compare(expected: &str, rules: &str, actual: &str, strict: bool) -> String {
    let rules = Json::parse(rules.as_bytes()).expect("the test's own JSON").into_owned();
    let rules = read::matching_rules(&Json::object([("body", rules)])).expect("the test's own rules").value;
    let body = Body::new(expected.to_owned(), Some(ContentType::xml()));
    let headers = headers();
    if strict {
        let expected = HttpRequest { body, matching_rules: rules, ..HttpRequest::default() };
        let matcher = RequestMatcher::compile(&expected, SpecVersion::V4).expect("rules that compile");
        let actual = ActualRequest::new("GET", "/", &headers).with_body(actual.as_bytes());
        assert_eq!(matcher.matches(&actual), matcher.compare(&actual).is_match());
        lines(&matcher.compare(&actual))
    } else {
        let expected = HttpResponse { body, matching_rules: rules, ..HttpResponse::default() };
        let matcher = ResponseMatcher::compile(&expected, SpecVersion::V4).expect("rules that compile");
        lines(&matcher.compare(&ActualResponse::new(200, &headers).with_body(actual.as_bytes())))
    }
}

fn request(expected: &str, rules: &str, actual: &str) -> String {
    compare(expected, rules, actual, true)
}

fn response(expected: &str, rules: &str, actual: &str) -> String {
    compare(expected, rules, actual, false)
}

#[test]
fn what_does_not_matter_does_not_matter() {
    for (expected, actual) in [
        ("<a b='1' c='2'/>", "<a  c='2' b='1'></a>"),
        ("<a>text</a>", "<a>\n  text <!-- comment --> </a>"),
        ("<a>x &lt; y</a>", "<?xml version='1.0'?><a><![CDATA[x < y]]></a>"),
        ("<p:a xmlns:p='urn:x'/>", "<a xmlns='urn:x'/>"),
        ("<a><b/><c/></a>", "<a><c/><b/></a>"),
    ] {
        assert_eq!(request(expected, "{}", actual), "", "{actual}");
    }
}

#[test]
fn differences_are_named_with_their_place() {
    assert_snapshot!(request("<a><one/><two/></a>", "{}", "<a><one/></a>"), @"$.a -> Expected child <two/> but was missing");
    assert_snapshot!(request("<a><b>1</b><b>2</b></a>", "{}", "<a><b>1</b><b>3</b><b/><c/></a>"), @r"
    $.a.b['#text'] -> Expected '3' to be equal to '2'
    $.a -> Unexpected child <b/>
    $.a -> Unexpected child <c/>
    ");
    assert_eq!(response("<a><b>1</b></a>", "{}", "<a><b>1</b><b/><c/></a>"), "");
    assert_snapshot!(request("<a x='1' y='2'/>", "{}", "<a x='2' z='1'/>"), @r"
    $.a['@x'] -> Expected '2' to be equal to '1'
    $.a -> Expected attribute 'y'='2' but was missing
    ");
    assert_snapshot!(request("<a/>", "{}", "<a x='2'><b/></a>"), @r"
    $.a -> Did not expect any attributes but received [x]
    $.a -> Expected no children but received [b]
    ");
    assert_snapshot!(response("<a x='1'/>", "{}", "<a/>"), @r"
    $.a -> Expected at least 1 attribute(s) but received 0 attribute(s)
    $.a -> Expected attribute 'x'='1' but was missing
    ");
    assert_snapshot!(response("<a xmlns='urn:x'/>", "{}", "<a xmlns='urn:y'/>"), @"$['urn:x:a'] -> Expected 'urn:y:a' to be equal to 'urn:x:a'");
    assert_snapshot!(response("<a/>", "{}", "<b/>"), @"$.a -> Expected 'b' to be equal to 'a'");
    assert_snapshot!(response("<a/>", "{}", "<a>"), @"$ -> Failed to parse the actual body: 'the root node was opened but never closed'");
}

#[test]
fn rules_reach_elements_texts_and_attributes() {
    let id = r#"{"matchers": [{"match": "regex", "regex": "\\d+"}]}"#;
    for path in ["$.a.b", "$.a.b.#text", "$.a.b['#text']", "$.a[0].b[*]['#text']", "$.a.b[0]"] {
        let rules = format!(r#"{{"{path}": {id}}}"#);
        assert_eq!(response("<a><b>1</b></a>", &rules, "<a><b>22</b></a>"), "", "{path}");
        assert_eq!(
            response("<a><b>1</b></a>", &rules, "<a><b>x</b></a>"),
            r"$.a.b['#text'] -> Expected 'x' to match '\d+'",
            "{path}"
        );
    }
    let rules = format!(r#"{{"$.a['@n']": {id}}}"#);
    assert_snapshot!(response("<a n='1'/>", &rules, "<a n='x'/>"), @r"$.a['@n'] -> Expected 'x' to match '\d+'");
    for path in ["$.p:a.p:b", "$['urn:x:a']['urn:x:b']['#text']"] {
        let rules = format!(r#"{{"{path}": {id}}}"#);
        assert_eq!(
            response("<p:a xmlns:p='urn:x'><p:b>1</p:b></p:a>", &rules, "<a xmlns='urn:x'><b>22</b></a>"),
            "",
            "{path}"
        );
    }
}

#[test]
fn a_type_rule_takes_any_number_of_children_and_any_text() {
    let each = r#"{"$.a": {"matchers": [{"match": "type", "min": 2}]}}"#;
    assert_eq!(response("<a><b>x</b></a>", each, "<a><b>1</b><b>2</b><b>3</b></a>"), "");
    assert_snapshot!(response("<a><b>x</b></a>", each, "<a><b>1</b></a>"), @"$.a -> Expected 'a' to have at least 2 children");
    assert_snapshot!(response("<a><b>x</b></a>", each, "<a><b>1</b><b/></a>"), @"$.a.b['#text'] -> Expected text such as 'x' but there was none");
    assert_snapshot!(response("<a><b>x</b></a>", each, "<a><b>1</b><c/></a>"), @"$.a -> Unexpected child <c/>");
    let not_empty = r#"{"$.a": {"matchers": [{"match": "notEmpty"}]}}"#;
    assert_eq!(response("<a><b/></a>", not_empty, "<a><b/></a>"), "");
    assert_snapshot!(response("<a><b/></a>", not_empty, "<a/>"), @"$.a -> Expected 'a' to not be empty");
}

#[test]
fn a_document_type_that_declares_nothing_counts_for_nothing() {
    for doctype in [
        "<!DOCTYPE a>",
        "<?xml version='1.0'?><!-- [ --><!DOCTYPE a SYSTEM \"[x].dtd\">",
        "<!DOCTYPE a PUBLIC '-//x' 'file:///etc/passwd' >",
    ] {
        let document = format!("{doctype}<a><b>[1]</b></a>");
        assert_eq!(request("<a><b>[1]</b></a>", "{}", &document), "", "{doctype}");
        assert_eq!(request(&document, "{}", "<a><b>[1]</b></a>"), "", "{doctype}");
    }
    assert_snapshot!(response("<a/>", "{}", "<!DOCTYPE a SYSTEM 'x'>\n<a>&b;</a>"), @"$ -> Failed to parse the actual body: 'unknown entity reference 'b' at 2:4'");
    assert_snapshot!(response("<a/>", "{}", "<a/><!DOCTYPE a>"), @"$ -> Failed to parse the actual body: 'unknown token at 1:5'");
}

#[test]
fn a_malformed_declaration_is_refused() {
    assert_eq!(response("<?xml version='1.0' encoding='UTF-8'?><a/>", "{}", "<?xml version=\"1.1\"?><a/>"), "");
    assert_snapshot!(response("<a/>", "{}", "<?xml?><a/>"), @"$ -> Failed to parse the actual body: 'the XML declaration does not begin with a version'");
    assert_snapshot!(response("<a/>", "{}", "<?xml version=\"77\"?><a/>"), @"$ -> Failed to parse the actual body: 'the XML declaration names no version of XML, but '77''");
    assert_snapshot!(response("<?xml encoding='UTF-8'?><a/>", "{}", "<a/>"), @"$ -> Failed to parse the expected body: 'the XML declaration does not begin with a version'");
}

#[test]
fn entity_bombs_and_deep_documents_are_refused() {
    let bomb = "<!DOCTYPE a [<!ENTITY x 'xxxxxxxx'><!ENTITY y '&x;&x;&x;'>]><a>&y;</a>";
    assert_snapshot!(response("<a/>", "{}", bomb), @"$ -> Failed to parse the actual body: 'the document type has declarations of its own, which could define entities without end'");
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let found = response("<a/>", "{}", &deep);
    assert!(found.starts_with("$ -> Failed to parse the actual body: "), "{}", &found[..100]);
}
