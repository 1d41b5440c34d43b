//! Method, path, query, headers and status.

use insta::assert_snapshot;
use intact_matching::{ActualRequest, RequestMatcher, ResponseMatcher};
use intact_pact_model::{Headers, Json, SpecVersion, read};

use crate::{lines, request, response};

/// Compares two requests written as in a V4 pact file.
fn requests(expected: &str, actual: &str) -> String {
    let matcher = RequestMatcher::compile(&request(expected), SpecVersion::V4).expect("rules that compile");
    lines(&matcher.compare_with(&request(actual)))
}

/// Compares two responses written as in a V4 pact file.
fn responses(expected: &str, actual: &str) -> String {
    let matcher = ResponseMatcher::compile(&response(expected), SpecVersion::V4).expect("rules that compile");
    lines(&matcher.compare_with(&response(actual)))
}

#[test]
fn methods_ignore_case_and_paths_do_not() {
    assert_eq!(requests(r#"{"method": "get"}"#, r#"{"method": "GET"}"#), "");
    assert_snapshot!(requests(r#"{"method": "GET", "path": "/a"}"#, r#"{"method": "POST", "path": "/A/"}"#), @r"
    method -> expected GET but was POST
    path -> Expected '/A/' to be equal to '/a'
    ");
    assert_eq!(requests(r#"{"path": "/a b/ü"}"#, r#"{"path": "/a%20b/%C3%BC"}"#), "");
    assert_snapshot!(requests(r#"{"path": "/a/b"}"#, r#"{"path": "/a%2Fb"}"#), @"path -> Expected '/a%2Fb' to be equal to '/a/b'");
    let rule = r#"{"path": "/1", "matchingRules": {"path": {"matchers": [{"match": "regex", "regex": "/\\d+"}]}}}"#;
    assert_eq!(requests(rule, r#"{"path": "/22"}"#), "");
    assert_snapshot!(requests(rule, r#"{"path": "/x"}"#), @r"path -> Expected '/x' to match '/\d+'");
}

#[test]
fn query_parameters_are_compared_by_name_and_position() {
    assert_eq!(requests(r#"{"query": {"a": ["1"], "b": [null]}}"#, r#"{"query": "b=&a=1"}"#), "");
    assert_snapshot!(requests(r#"{"query": {"a": ["1", "2"], "b": ["x"]}}"#, r#"{"query": "a=1&c=3&a=3&a=4"}"#), @r"
    a -> Expected query parameter 'a' with value '2' but was '3'
    a -> Expected query parameter 'a' with 2 value(s) but received 3 value(s)
    b -> Expected query parameter 'b' but was missing
    c -> Unexpected query parameter 'c' received
    ");
    assert_snapshot!(requests("{}", r#"{"query": "a=1"}"#), @"a -> Unexpected query parameter 'a' received");
}

#[test]
fn query_rules_hold_for_every_value() {
    let expected = |rules: &str| format!(r#"{{"query": {{"a": ["1"]}}, "matchingRules": {{"query": {{{rules}}}}}}}"#);
    let digits = expected(r#""a": {"matchers": [{"match": "regex", "regex": "\\d{1,4}"}]}"#);
    assert_eq!(requests(&digits, r#"{"query": "a=1&a=22&a=333"}"#), "");
    assert_snapshot!(requests(&digits, r#"{"query": "a=9999X&a=1"}"#), @r"a -> Expected '9999X' to match '\d{1,4}'");
    for (rules, good, bad) in [
        (r#""a": {"matchers": [{"match": "integer"}]}"#, "a=-5", "a=1.5"),
        (r#""a": {"matchers": [{"match": "number"}]}"#, "a=1.5e3", "a=NaN"),
        (r#""a": {"matchers": [{"match": "decimal"}]}"#, "a=100", "a=inf"),
        (r#""a": {"matchers": [{"match": "boolean"}]}"#, "a=true", "a=TRUE"),
        (r#""a": {"matchers": [{"match": "type", "min": 2}]}"#, "a=1&a=2", "a=1"),
        (r#""a": {"matchers": [{"match": "type", "max": 1}]}"#, "a=1", "a=1&a=2"),
        (r#""a": {"matchers": [{"match": "notEmpty"}]}"#, "a=1", "a="),
        (r#""a": {"matchers": [{"match": "include", "value": "x"}]}"#, "a=axa", "a=b"),
        (r#""a": {"matchers": [{"match": "date"}]}"#, "a=2024-01-01", "a=2024"),
        (r#""a": {"matchers": [{"match": "null"}]}"#, "", "a=1"),
        (
            r#""a": {"matchers": [{"match": "eachValue", "rules": [{"match": "regex", "regex": "\\d"}]}]}"#,
            "a=1&a=2",
            "a=1&a=x",
        ),
        (
            r#""a": {"matchers": [{"match": "arrayContains", "variants": [{"index": 0, "rules": {"": {"matchers": [{"match": "regex", "regex": "\\d"}]}}}]}]}"#,
            "a=x&a=2",
            "a=x&a=y",
        ),
        (r#""$.a": {"matchers": [{"match": "type"}]}"#, "a=x", "b=x"),
        (r#""$['a'][0]": {"matchers": [{"match": "type"}]}"#, "a=x", "a=x&a=y"),
        (
            r#""a": {"combine": "OR", "matchers": [{"match": "regex", "regex": "\\d"}, {"match": "regex", "regex": "x"}]}"#,
            "a=1&a=x",
            "a=y",
        ),
    ] {
        if !good.is_empty() {
            assert_eq!(requests(&expected(rules), &format!(r#"{{"query": "{good}"}}"#)), "", "{rules}");
        }
        assert_ne!(requests(&expected(rules), &format!(r#"{{"query": "{bad}"}}"#)), "", "{rules}");
    }
}

#[test]
fn version_one_compares_the_query_as_text() {
    let expected = Json::parse(br#"{"method": "GET", "path": "/", "query": "a=1&b=2"}"#).expect("JSON");
    let expected = read::http_request(&expected, SpecVersion::V1).expect("a request").value;
    let headers = Headers::default();
    let compare = |version, query| {
        let actual = ActualRequest::new("GET", "/", &headers).with_query(query);
        lines(&RequestMatcher::compile(&expected, version).expect("no rules").compare(&actual))
    };
    assert_eq!(compare(SpecVersion::V1, "a=1&b=2"), "");
    assert_snapshot!(compare(SpecVersion::V1, "b=2&a=1"), @" -> Expected query string 'a=1&b=2' but was 'b=2&a=1'");
    assert_snapshot!(compare(SpecVersion::V1, "a=1&b=3"), @"b -> Expected query parameter 'b' with value '2' but was '3'");
    assert_ne!(compare(SpecVersion::V1, "a=1&b=2&"), "");
    // How a character is spelled says nothing.
    assert_eq!(compare(SpecVersion::V1, "%61=1&b=%32"), "");
    assert_ne!(compare(SpecVersion::V1, "a%3D1&b=2"), "");
    assert_eq!(compare(SpecVersion::V1_1, "b=2&a=1&"), "");
}

#[test]
fn headers_are_compared_by_value() {
    for (expected, actual) in [
        (r#"{"Accept": ["a, b"]}"#, r#"{"ACCEPT": ["a", "b"], "X-More": ["1"]}"#),
        (r#"{"X": ["a,b"]}"#, r#"{"x": ["a,   b"]}"#),
        (r#"{"X": ["a", "b"]}"#, r#"{"x": ["a, b"]}"#),
        (r#"{"Content-Type": ["application/json"]}"#, r#"{"content-type": ["Application/JSON; charset=utf-8"]}"#),
        (r#"{"Content-Type": ["a/b;x=1;charset=UTF-8"]}"#, r#"{"content-type": ["a/b; charset=\"utf-8\"; x=1; y=2"]}"#),
        (
            r#"{"Content-Type": ["multipart/form-data; boundary=one"]}"#,
            r#"{"content-type": ["multipart/form-data; boundary=two"]}"#,
        ),
        (r#"{"X-Empty": []}"#, r#"{"X-Empty": [""]}"#),
    ] {
        assert_eq!(
            requests(&format!(r#"{{"headers": {expected}}}"#), &format!(r#"{{"headers": {actual}}}"#)),
            "",
            "{expected}"
        );
    }
    let all = requests(
        r#"{"headers": {"X-TEST": ["1"], "X-A": ["a"], "Accept": ["alligators"], "content-type": ["application/json;charset=UTF-16"],
            "X-List": ["a", "b", "c"], "Set-Cookie": ["a", "b"], "X-Empty": []}}"#,
        r#"{"headers": {"X-A": ["A"], "Accept": ["Alligators"], "content-type": ["application/json;charset=UTF-8"],
            "X-List": ["a", "x"], "Set-Cookie": ["a, b"], "X-Empty": ["1"]}}"#,
    );
    assert_snapshot!(all, @r"
    X-TEST -> Mismatch with header 'X-TEST': Expected a header 'X-TEST' but was missing
    X-A -> Mismatch with header 'X-A': Expected header 'X-A' to have value 'a' but was 'A'
    Accept -> Mismatch with header 'Accept': Expected header 'Accept' to have value 'alligators' but was 'Alligators'
    content-type -> Mismatch with header 'content-type': Expected header 'content-type' to have value 'application/json;charset=UTF-16' but was 'application/json;charset=UTF-8'
    X-List -> Mismatch with header 'X-List': Expected header 'X-List' at index 1 to have value 'b' but was 'x'
    X-List -> Mismatch with header 'X-List': Expected value 'c' at index 2 but was missing (actual has 2 value(s))
    Set-Cookie -> Mismatch with header 'Set-Cookie': Expected header 'Set-Cookie' at index 0 to have value 'a' but was 'a, b'
    Set-Cookie -> Mismatch with header 'Set-Cookie': Expected value 'b' at index 1 but was missing (actual has 1 value(s))
    X-Empty -> Mismatch with header 'X-Empty': Expected an empty header 'X-Empty' but was '1'
    ");
}

#[test]
fn header_rules_hold_for_one_value_and_for_lists() {
    let compare = |rules: &str, actual: &str| {
        requests(
            &format!(r#"{{"headers": {{"X-A": ["100"]}}, "matchingRules": {{"header": {{{rules}}}}}}}"#),
            &format!(r#"{{"headers": {{"X-A": {actual}}}}}"#),
        )
    };
    let digits = r#""x-a": {"matchers": [{"match": "regex", "regex": "\\d{1,4}"}]}"#;
    assert_eq!(compare(digits, r#"["7"]"#), "");
    assert_snapshot!(compare(digits, r#"["9999ABC"]"#), @r"X-A -> Mismatch with header 'X-A': Expected '9999ABC' to match '\d{1,4}'");
    assert_snapshot!(compare(digits, r#"["1", "x"]"#), @r"X-A -> Mismatch with header 'X-A': Expected 'x' to match '\d{1,4}' for value at index 1");
    assert_snapshot!(compare(r#""X-A": {"matchers": [{"match": "type", "min": 2}]}"#, r#"["1"]"#), @"X-A -> Mismatch with header 'X-A': Expected [1] (size 1) to have minimum size of 2");
    assert_eq!(compare(r#""$.X-A[0]": {"matchers": [{"match": "number"}]}"#, r#"["2.5"]"#), "");
    assert_snapshot!(compare(r#""X-A": {"matchers": [{"match": "null"}]}"#, r#"["1"]"#), @"X-A -> Mismatch with header 'X-A': Unable to match '1' using null");
    assert_snapshot!(compare(r#""X-A": {"matchers": [{"match": "semver"}]}"#, r#"["1"]"#), @"X-A -> Mismatch with header 'X-A': '1' is not a valid semantic version - unexpected end of input while parsing major version number");
}

#[test]
fn statuses_are_equal_or_of_a_class() {
    assert_snapshot!(responses(r#"{"status": 200}"#, r#"{"status": 404}"#), @"status -> expected 200 but was 404");
    for (rule, good, bad) in [
        (r#"{"match": "statusCode", "status": "info"}"#, 101, 200),
        (r#"{"match": "statusCode", "status": "success"}"#, 204, 300),
        (r#"{"match": "statusCode", "status": "redirect"}"#, 302, 404),
        (r#"{"match": "statusCode", "status": "clientError"}"#, 404, 500),
        (r#"{"match": "statusCode", "status": "serverError"}"#, 503, 404),
        (r#"{"match": "statusCode", "status": "nonError"}"#, 302, 404),
        (r#"{"match": "statusCode", "status": "error"}"#, 500, 200),
        (r#"{"match": "statusCode", "status": [200, 201]}"#, 201, 202),
        (r#"{"match": "regex", "regex": "2\\d\\d"}"#, 204, 404),
        (r#"{"match": "equality"}"#, 200, 201),
    ] {
        let expected = format!(r#"{{"status": 200, "matchingRules": {{"status": {{"matchers": [{rule}]}}}}}}"#);
        assert_eq!(responses(&expected, &format!(r#"{{"status": {good}}}"#)), "", "{rule}");
        assert_ne!(responses(&expected, &format!(r#"{{"status": {bad}}}"#)), "", "{rule}");
    }
    let text = |rule: &str| {
        responses(&format!(r#"{{"matchingRules": {{"status": {{"matchers": [{rule}]}}}}}}"#), r#"{"status": 500}"#)
    };
    assert_snapshot!(text(r#"{"match": "statusCode", "status": "success"}"#), @"status -> Expected status code 500 to be a Successful response (200–299)");
    assert_snapshot!(text(r#"{"match": "statusCode", "status": [200, 204]}"#), @"status -> Expected status code 500 to be a 200, 204");
    assert_snapshot!(text(r#"{"match": "date"}"#), @"status -> Unable to match 500 using date");
    assert_snapshot!(text(r#"{"match": "decimal"}"#), @"status -> Expected 500 (Integer) to be a decimal number");
}

#[test]
fn mismatches_have_a_json_form() {
    let matcher = RequestMatcher::compile(
        &request(r#"{"method": "POST", "query": {"q": ["1"]}, "headers": {"X-Id": ["1"]}, "body": {"content": {"a": 1}, "contentType": "application/json"}}"#),
        SpecVersion::V4,
    )
    .expect("no rules");
    let comparison = matcher.compare_with(&request(
        r#"{"method": "GET", "query": {"q": ["2"]}, "headers": {"X-Id": ["2"]}, "body": {"content": {"a": 2}, "contentType": "application/json"}}"#,
    ));
    let json =
        comparison.mismatches().iter().map(|mismatch| mismatch.to_json().to_compact()).collect::<Vec<_>>().join("\n");
    assert_snapshot!(json, @r#"
    {"type":"MethodMismatch","expected":"POST","actual":"GET","mismatch":"expected POST but was GET"}
    {"type":"QueryMismatch","parameter":"q","expected":"1","actual":"2","mismatch":"Expected query parameter 'q' with value '1' but was '2'"}
    {"type":"HeaderMismatch","key":"X-Id","expected":"1","actual":"2","mismatch":"Mismatch with header 'X-Id': Expected header 'X-Id' to have value '1' but was '2'"}
    {"type":"BodyMismatch","path":"$.a","expected":"1","actual":"2","mismatch":"Expected 2 (Integer) to be equal to 1 (Integer)"}
    "#);
    assert!(comparison.has_method_or_path_mismatch());
    // The path matches, everything else does not.
    assert_eq!(comparison.score(), 1 - 4);

    let matcher = ResponseMatcher::compile(&response(r#"{"status": 200}"#), SpecVersion::V4).expect("no rules");
    let status = matcher.compare_with(&response(r#"{"status": 404}"#));
    assert_snapshot!(status.mismatches()[0].to_json().to_compact(), @r#"{"type":"StatusMismatch","expected":200,"actual":404,"mismatch":"expected 200 but was 404"}"#);
}

#[test]
fn mismatches_name_the_rule_that_governs() {
    let matcher = RequestMatcher::compile(
        &request(
            r#"{"body": {"content": {"a": [1]}, "contentType": "application/json"},
                "matchingRules": {"body": {"$.a[*]": {"matchers": [{"match": "integer"}]}}}}"#,
        ),
        SpecVersion::V4,
    )
    .expect("rules that compile");
    let comparison =
        matcher.compare_with(&request(r#"{"body": {"content": {"a": ["x"]}, "contentType": "application/json"}}"#));
    let rule = comparison.mismatches()[0].rule.as_ref().expect("a rule");
    assert_eq!((rule.rule.as_str(), rule.key.as_str()), ("integer", "$.a[*]"));
}
