//! The rules of matching, statement by statement, where no other test pins them.

use insta::assert_snapshot;
use intact_matching::{RequestMatcher, ResponseMatcher};
use intact_pact_model::SpecVersion;

use crate::{compare_request_json as request, compare_response_json as response, lines};

fn requests(expected: &str, actual: &str) -> String {
    let matcher = RequestMatcher::compile(&crate::request(expected), SpecVersion::V4).expect("rules that compile");
    lines(&matcher.compare_with(&crate::request(actual)))
}

fn responses(expected: &str, actual: &str) -> String {
    let matcher = ResponseMatcher::compile(&crate::response(expected), SpecVersion::V4).expect("rules that compile");
    lines(&matcher.compare_with(&crate::response(actual)))
}

fn at(path: &str, rules: &str) -> String {
    format!(r#"{{"{path}": {{"matchers": [{rules}]}}}}"#)
}

// Paths

#[test]
fn a_path_may_leave_out_its_root_and_quote_any_name() {
    for (path, expected, actual) in [
        ("a.b", r#"{"a": {"b": 1}}"#, r#"{"a": {"b": 2}}"#),
        ("", "1", "2"),
        ("$['a b']['c.d']", r#"{"a b": {"c.d": 1}}"#, r#"{"a b": {"c.d": 2}}"#),
        (r"$['it\\'s']", r#"{"it's": 1}"#, r#"{"it's": 2}"#),
        (r"$['a\\\\b']", r#"{"a\\b": 1}"#, r#"{"a\\b": 2}"#),
        ("$.ä-_:#@1", r#"{"ä-_:#@1": 1}"#, r#"{"ä-_:#@1": 2}"#),
        ("$['1']", r#"{"1": 1}"#, r#"{"1": 2}"#),
        ("$[1]", r#"{"1": 1}"#, r#"{"1": 2}"#),
        ("$['1']", "[0, 1]", "[0, 2]"),
        ("$.*", r#"{"a": 1}"#, r#"{"a": 2}"#),
        ("$.*", "[1]", "[2]"),
    ] {
        assert_eq!(request(expected, &at(path, r#"{"match": "integer"}"#), actual), "", "{path}");
    }
    assert_ne!(request(r#"{"a": 1}"#, &at("$[*]", r#"{"match": "integer"}"#), r#"{"a": 2}"#), "", "`[*]` is no key");
    for path in ["$a", "$['']", "$.", "$.a[", "$.a[-1]", "$[0:2]", "$..a", "$.a b"] {
        let found = request(r#"{"a": 1}"#, &at(path, r#"{"match": "integer"}"#), r#"{"a": 1}"#);
        assert!(found.starts_with("$ -> The matching rules at"), "{path}: {found}");
    }
}

// Which rules govern

#[test]
fn rules_govern_downwards_and_never_upwards() {
    for path in ["$.a[*]", "$.a[*].b"] {
        let rules = at(path, r#"{"match": "type"}"#);
        let found = response(r#"{"a": [{"b": 1}]}"#, &rules, r#"{"a": [{"b": 2}, {"b": 3}]}"#);
        assert_eq!(found, "$.a -> Expected a List with 1 elements but received 2 elements");
    }
    assert_eq!(
        response(r#"{"a": [{"b": 1}]}"#, &at("$.a", r#"{"match": "type"}"#), r#"{"a": [{"b": 2}, {"b": 3}]}"#),
        ""
    );
}

#[test]
fn longer_paths_with_wildcards_beat_shorter_ones_without() {
    let rules = r#"{"$.a": {"matchers": [{"match": "type"}]}, "$.a.*": {"matchers": [{"match": "equality"}]}}"#;
    assert_ne!(response(r#"{"a": {"b": 1}}"#, rules, r#"{"a": {"b": 2}}"#), "");
    let rules = r#"{"$.*.b": {"matchers": [{"match": "equality"}]}, "$.a": {"matchers": [{"match": "type"}]}}"#;
    assert_ne!(response(r#"{"a": {"b": 1}}"#, rules, r#"{"a": {"b": 2}}"#), "");
    let empty = r#"{"$.a": {"matchers": [{"match": "type"}]}, "$.a.b": {"matchers": []}}"#;
    assert_eq!(response(r#"{"a": {"b": 1}}"#, empty, r#"{"a": {"b": 2}}"#), "", "an empty list is no rule");
}

#[test]
fn a_rule_about_scalars_at_a_list_is_for_its_items() {
    for (rule, good, bad) in [
        (r#"{"match": "integer"}"#, "[3, 4]", "[3, 4.5]"),
        (r#"{"match": "regex", "regex": "\\d"}"#, "[3, 4]", "[3, 44]"),
        (r#"{"match": "include", "value": "3"}"#, "[3, 13]", "[3, 4]"),
        (r#"{"match": "number"}"#, "[3.5]", r#"["3"]"#),
        (r#"{"match": "date", "format": "yyyy"}"#, "[2024]", "[24]"),
    ] {
        assert_eq!(response(r#"{"a": [1]}"#, &at("$.a", rule), &format!(r#"{{"a": {good}}}"#)), "", "{rule}");
        let found = response(r#"{"a": [1]}"#, &at("$.a", rule), &format!(r#"{{"a": {bad}}}"#));
        assert!(found.starts_with("$.a["), "{rule}: {found}");
    }
}

#[test]
fn a_rule_about_scalars_cannot_be_applied_to_an_object() {
    for rule in ["number", "integer", "decimal", "boolean", "null", "date", "time", "datetime", "semver"] {
        let found =
            response(r#"{"a": {"b": 1}}"#, &at("$.a", &format!(r#"{{"match": "{rule}"}}"#)), r#"{"a": {"b": 1}}"#);
        let first = found.lines().next().unwrap_or_default();
        assert_eq!(first, format!(r#"$.a -> Unable to match {{"b":1}} using {rule}"#));
    }
}

#[test]
fn rules_about_collections_do_not_cascade_to_scalars() {
    let each_key = r#"{"match": "eachKey", "rules": [{"match": "regex", "regex": "[a-z]"}]}"#;
    assert_eq!(response(r#"{"a": {"b": 1}}"#, &at("$.a", each_key), r#"{"a": {"b": 2}}"#), "");
    assert_snapshot!(response(r#"{"a": {"b": 1}}"#, &at("$.a", r#"{"match": "values"}"#), r#"{"a": {"b": 2}}"#), @"$.a.b -> Expected 2 (Integer) to be equal to 1 (Integer)");
    let min = at("$", r#"{"match": "type", "min": 1}"#);
    assert_eq!(response(r#"{"a": [1], "b": {"c": 1}}"#, &min, r#"{"a": [], "b": {"c": 2}}"#), "");
}

// Combining

#[test]
fn all_rules_that_fail_are_told() {
    let rules = at("$.a", r#"{"match": "regex", "regex": "x"}, {"match": "include", "value": "y"}, {"match": "type"}"#);
    assert_snapshot!(response(r#"{"a": "x"}"#, &rules, r#"{"a": "z"}"#), @"
    $.a -> Expected 'z' to match 'x'
    $.a -> Expected 'z' to include 'y'
    ");
}

// Objects and arrays

#[test]
fn values_take_the_example_of_their_name_or_the_first_by_name() {
    let values = r#"{"$": {"matchers": [{"match": "values"}]}, "$.*": {"matchers": [{"match": "type"}]}}"#;
    let expected = r#"{"b": "text", "a": 1}"#;
    assert_eq!(request(expected, values, r#"{"b": "x", "c": 2}"#), "");
    assert_snapshot!(request(expected, values, r#"{"b": 2, "c": "x"}"#), @"
    $.b -> Expected 2 (Integer) to be the same type as 'text' (String)
    $.c -> Expected 'x' (String) to be the same type as 1 (Integer)
    ");
    assert_eq!(request(expected, values, "{}"), "");
    assert_eq!(request("{}", values, r#"{"c": 2}"#), "");
}

#[test]
fn a_list_under_a_rule_may_have_fewer_items_and_further_ones_are_like_the_first() {
    let rules = at("$", r#"{"match": "type"}"#);
    assert_eq!(request(r#"[1, "x"]"#, &rules, "[2]"), "");
    assert_eq!(request(r#"[1, "x"]"#, &rules, r#"[2, "y", 3]"#), "");
    assert_snapshot!(request(r#"[1, "x"]"#, &rules, r#"[2, "y", "z"]"#), @"$[2] -> Expected 'z' (String) to be the same type as 1 (Integer)");
}

#[test]
fn zero_is_a_bound() {
    assert_eq!(request("[]", &at("$", r#"{"match": "type", "min": 0, "max": 0}"#), "[]"), "");
    assert_snapshot!(request("[1]", &at("$", r#"{"match": "max", "max": 0}"#), "[1]"), @"$ -> Expected [1] (size 1) to have maximum size of 0");
}

// Requests and responses

#[test]
fn a_method_is_the_same_in_any_case_also_under_rules() {
    let expected = r#"{"method": "get", "matchingRules": {"method": {"matchers": [{"match": "equality"}]}}}"#;
    assert_eq!(requests(expected, r#"{"method": "GET"}"#), "");
    assert_snapshot!(requests(expected, r#"{"method": "PUT"}"#), @"method -> expected GET but was PUT");
}

#[test]
fn a_status_is_a_number_to_its_rules() {
    let compare = |rule: &str, actual: u16| {
        let expected = format!(r#"{{"status": 200, "matchingRules": {{"status": {{"matchers": [{rule}]}}}}}}"#);
        responses(&expected, &format!(r#"{{"status": {actual}}}"#))
    };
    for rule in ["type", "number", "integer"] {
        assert_eq!(compare(&format!(r#"{{"match": "{rule}"}}"#), 500), "");
    }
    assert_eq!(compare(r#"{"match": "regex", "regex": "2.."}"#, 299), "");
    assert_eq!(compare(r#"{"match": "include", "value": "9"}"#, 299), "");
    assert_snapshot!(compare(r#"{"match": "equality"}"#, 201), @"status -> expected 200 but was 201");
    assert_snapshot!(compare(r#"{"match": "decimal"}"#, 200), @"status -> Expected 200 (Integer) to be a decimal number");
    assert_snapshot!(compare(r#"{"match": "notEmpty"}"#, 200), @"status -> Unable to match 200 using notEmpty");
}

#[test]
fn any_body_will_do_where_none_is_expected() {
    assert_eq!(responses("{}", r#"{"body": {"content": "x", "contentType": "text/plain"}}"#), "");
    assert_eq!(requests("{}", r#"{"body": {"content": {"a": 1}, "contentType": "application/json"}}"#), "");
}

#[test]
fn a_more_general_type_is_expected_of_a_body_than_came() {
    let body = |content_type: &str| {
        format!(r#"{{"body": {{"content": "{{\"a\":1}}", "contentType": "{content_type}", "encoded": false}}}}"#)
    };
    assert_eq!(responses(&body("application/json"), &body("application/hal+json")), "");
    assert_snapshot!(responses(&body("application/hal+json"), &body("application/json")), @"body -> Expected a body of 'application/hal+json' but the actual content type was 'application/json'");
    assert_snapshot!(responses(&body("application/json;charset=utf-8"), &body("application/json")), @"body -> Expected a body of 'application/json;charset=utf-8' but the actual content type was 'application/json'");
    assert_eq!(responses(&body("application/json;charset=utf-8"), &body("Application/JSON;charset=UTF-8")), "");
}

#[test]
fn a_rule_for_the_header_lets_other_types_of_a_body_pass() {
    let expected = r#"{"headers": {"Content-Type": "application/json"}, "body": {"content": {"a": 1}},
        "matchingRules": {"header": {"content-type": {"matchers": [{"match": "regex", "regex": "application/.*json"}]}}}}"#;
    let actual = |content_type: &str| {
        format!(r#"{{"headers": {{"Content-Type": "{content_type}"}}, "body": {{"content": {{"a":1}}}}}}"#)
    };
    assert_eq!(responses(expected, &actual("application/problem+json")), "");
    assert!(responses(expected, &actual("text/csv")).contains("Expected a body of 'application/json'"));
}

// Headers and queries

#[test]
fn a_header_list_tells_which_value_is_wrong() {
    let expected = |values: &str| {
        format!(
            r#"{{"headers": {{"X-A": {values}}}, "matchingRules": {{"header": {{"X-A": {{"matchers": [{{"match": "integer"}}]}}}}}}}}"#
        )
    };
    let actual = |values: &str| format!(r#"{{"headers": {{"X-A": {values}}}}}"#);
    assert_snapshot!(requests(&expected(r#"["1"]"#), &actual(r#"["x"]"#)), @"X-A -> Mismatch with header 'X-A': Expected 'x' to match an integer number");
    assert_snapshot!(requests(&expected(r#"["1", "2"]"#), &actual(r#"["x"]"#)), @"X-A -> Mismatch with header 'X-A': Expected 'x' to match an integer number for value at index 0");
    assert_eq!(requests(&expected(r#"["1", "2"]"#), &actual(r#"["5", "6", "7"]"#)), "");
}

#[test]
fn an_empty_header_is_empty() {
    let expected = r#"{"headers": {"X-A": []}}"#;
    assert_eq!(requests(expected, r#"{"headers": {"X-A": [""]}}"#), "");
    assert_snapshot!(requests(expected, r#"{"headers": {"X-A": ["x"]}}"#), @"X-A -> Mismatch with header 'X-A': Expected an empty header 'X-A' but was 'x'");
    assert_snapshot!(requests(expected, "{}"), @"X-A -> Mismatch with header 'X-A': Expected a header 'X-A' but was missing");
}

#[test]
fn texts_are_numbers_where_nothing_else_is_possible() {
    let compare = |rule: &str, value: &str| {
        let expected = format!(
            r#"{{"query": {{"a": ["1"]}}, "matchingRules": {{"query": {{"a": {{"matchers": [{{"match": "{rule}"}}]}}}}}}}}"#
        );
        requests(&expected, &format!(r#"{{"query": {{"a": ["{value}"]}}}}"#))
    };
    for (rule, good, bad) in [
        ("number", &["100", "1.5", "-2e3"][..], &["x", "", "NaN", "inf", "1,5"][..]),
        ("decimal", &["100", "1.5"], &["x", "infinity"]),
        ("integer", &["1", "-5", "+5"], &["1.0", "", "-", "0x1"]),
        ("boolean", &["true", "false"], &["True", "1", ""]),
        ("semver", &["1.0.0-rc.1"], &["1.0", "v1.0.0"]),
        ("notEmpty", &["x", " "], &[""]),
        ("type", &["anything", ""], &[]),
        ("equality", &["1"], &["1.0"]),
        ("statusCode", &["204"], &["404", "x"]),
        ("null", &[], &["", "null"]),
    ] {
        for value in good {
            assert_eq!(compare(rule, value), "", "{rule} {value}");
        }
        for value in bad {
            assert_ne!(compare(rule, value), "", "{rule} {value}");
        }
    }
    assert_snapshot!(compare("number", "x"), @"a -> Expected 'x' to match a number");
    assert_snapshot!(compare("decimal", "x"), @"a -> Expected 'x' to match a number");
    assert_snapshot!(compare("integer", "x"), @"a -> Expected 'x' to match an integer number");
    assert_snapshot!(compare("boolean", "x"), @"a -> Expected x to match a boolean");
    assert_snapshot!(compare("null", "x"), @"a -> Unable to match 'x' using null");
}

#[test]
fn an_empty_list_of_parameters_is_empty() {
    assert_snapshot!(requests(r#"{"query": {"a": []}}"#, r#"{"query": {"a": ["1"]}}"#), @"a -> Expected an empty parameter list for 'a' but received [1]");
}

// XML

fn xml(expected: &str, rules: &str, actual: &str) -> String {
    let body = |content: &str, rules: &str| {
        format!(
            r#"{{"body": {{"content": "{content}", "contentType": "application/xml", "encoded": false}}, "matchingRules": {{"body": {rules}}}}}"#
        )
    };
    responses(&body(expected, rules), &body(actual, "{}"))
}

#[test]
fn any_number_of_elements_are_like_the_first_or_the_one_at_their_place() {
    let rules = at("$.l.i", r#"{"match": "type"}"#);
    let expected = "<l><i><n>x</n><m>y</m></i><i><n/></i></l>";
    for fine in [
        expected,
        "<l><i><n>a</n><m>b</m></i></l>",
        "<l><i><n>a</n><m>b</m></i><i><n>a</n><m>b</m></i><i><n>a</n><m>b</m></i></l>",
    ] {
        assert_eq!(xml(expected, &rules, fine), "", "{fine}");
    }
    assert_snapshot!(xml(expected, &rules, "<l><i><n>a</n><m/></i><i><o/></i><i><n/></i></l>"), @"
    $.l.i.m['#text'] -> Expected text such as 'y' but there was none
    $.l.i -> Unexpected child <o/>
    $.l.i -> Expected child <n/> but was missing
    $.l.i -> Expected child <m/> but was missing
    $.l.i.n['#text'] -> Expected text such as 'x' but there was none
    $.l.i -> Expected child <m/> but was missing
    ");
}

#[test]
fn rules_of_an_xml_element_are_for_its_text_and_not_for_containers() {
    let digits = r#"{"match": "regex", "regex": "\\d+"}"#;
    assert_eq!(xml("<a><b>1</b></a>", &at("$.a", digits), "<a><b>22</b></a>"), "", "containers have no text");
    assert_eq!(
        xml("<a><b>1</b></a>", &at("$.a", digits), "<a><b>x</b></a>"),
        r"$.a.b['#text'] -> Expected 'x' to match '\d+'"
    );
    let bounded = at("$.a.b", r#"{"match": "type", "min": 1, "max": 2}"#);
    assert_eq!(
        xml("<a><b>1</b></a>", &bounded, "<a><b>2</b><b>3</b><b>4</b></a>"),
        "",
        "a text has no children to count"
    );
}

// Multipart

fn mixed(expected: &str, rules: &str, actual: &str) -> String {
    let body = |content: &str, rules: &str| {
        let content = content.replace('\n', "\\r\\n").replace('"', "\\\"");
        format!(
            r#"{{"body": {{"content": "{content}", "contentType": "multipart/mixed; boundary=b", "encoded": false}}, "matchingRules": {{"body": {rules}}}}}"#
        )
    };
    requests(&body(expected, rules), &body(actual, "{}"))
}

#[test]
fn parts_without_names_are_paired_by_position_and_their_encoding_is_undone() {
    let json = "--b\nContent-Type: application/json\n\n{}\n--b--";
    let part = |content: &str| json.replace("{}", content);
    assert_eq!(mixed(&part(r#"{"a":1}"#), "{}", &part(r#"{ "a": 1 }"#)), "");
    assert_snapshot!(mixed(&part(r#"{"a":1}"#), "{}", &part(r#"{"a":2}"#)), @"$[0].a -> MIME part '0': Expected 2 (Integer) to be equal to 1 (Integer)");
    assert_snapshot!(mixed(&part(r#"{"a":1}"#), "{}", &part(r#"{"a":1,"b":2}"#)), @"$[0] -> MIME part '0': Expected a Map with keys [a] but received one with keys [a, b]");
    assert_eq!(mixed(&part(r#"{"a":1}"#), &at("$[0].a", r#"{"match": "integer"}"#), &part(r#"{"a":2}"#)), "");
    let encoded = "--b\nContent-Type: application/json\nContent-Transfer-Encoding: base64\n\neyJhIjoxfQ==\n--b--";
    assert_eq!(mixed(&part(r#"{"a":1}"#), "{}", encoded), "");
    let more = "--b\nContent-Type: application/json\n\n{\"a\":1}\n--b\nContent-Type: text/plain\n\nmore\n--b--";
    assert_eq!(mixed(&part(r#"{"a":1}"#), "{}", more), "", "more parts are fine, also in a request");
}

#[test]
fn rules_for_a_part_by_name_count_before_those_for_any() {
    let field = |value: &str| format!("--b\nContent-Disposition: form-data; name=\"n\"\n\n{value}\n--b--");
    let (named, any) =
        (r#""$.n": {"matchers": [{"match": "integer"}]}"#, r#""$.*": {"matchers": [{"match": "type"}]}"#);
    for rules in [format!("{{{named}, {any}}}"), format!("{{{any}, {named}}}")] {
        assert_eq!(mixed(&field("1"), &rules, &field("2")), "");
        assert_eq!(
            mixed(&field("1"), &rules, &field("x")),
            "$.n -> MIME part 'n': Expected 'x' to match an integer number"
        );
    }
}

// Messages

#[test]
fn a_message_is_of_the_very_type() {
    use intact_matching::MessageMatcher;
    use intact_pact_model::{Json, read};
    let message = |content_type: &str| {
        let json = format!(r#"{{"contents": {{"content": {{"a": 1}}, "contentType": "{content_type}"}}}}"#);
        let json = Json::parse(json.as_bytes()).expect("the test's own JSON").into_owned();
        read::message_part(&json, SpecVersion::V4).expect("the test's own message").value
    };
    let expected = MessageMatcher::compile(&message("application/json"), SpecVersion::V4).expect("rules that compile");
    assert_eq!(lines(&expected.compare_with(&message("Application/Json"))), "");
    assert_snapshot!(lines(&expected.compare_with(&message("application/hal+json"))), @"body -> Expected message with content type application/json but was application/hal+json");
}

// Text and bytes

#[test]
fn texts_that_only_look_the_same_are_not_equal() {
    let expected = |rules: &str| {
        format!(
            r#"{{"body": {{"content": "/2E=", "contentType": "text/plain", "encoded": "base64"}}, "matchingRules": {{"body": {rules}}}}}"#
        )
    };
    let actual = r#"{"body": {"content": "/mE=", "contentType": "text/plain", "encoded": "base64"}}"#;
    assert_ne!(responses(&expected("{}"), actual), "");
    assert_ne!(responses(&expected(&at("$", r#"{"match": "equality"}"#)), actual), "");
    assert_eq!(responses(&expected(&at("$", r#"{"match": "type"}"#)), actual), "");
}

/// At every level an element may be like one of two examples: that must not double the work at each.
#[test]
fn examples_for_elements_do_not_multiply() {
    let nested = |leaf: &str| {
        let levels = 60;
        format!("<l>{}{leaf}{}</l>", "<i><n/></i><i>".repeat(levels), "</i>".repeat(levels))
    };
    let rules = at("$", r#"{"match": "type"}"#);
    assert_eq!(xml(&nested("<n>x</n>"), &rules, &nested("<n>y</n>")), "");
    assert_ne!(xml(&nested("<n>x</n>"), &rules, &nested("<o/>")), "");
}
