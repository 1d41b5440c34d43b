//! Every rule on JSON values, with its sentence.

use insta::assert_snapshot;

use crate::{compare_request_json as request, compare_response_json as response};

/// The mismatch at `$.v` of a rule that stands there; empty if there is none.
fn scalar(rule: &str, expected: &str, actual: &str) -> String {
    let (expected, actual) = (format!(r#"{{"v": {expected}}}"#), format!(r#"{{"v": {actual}}}"#));
    let found = response(&expected, &format!(r#"{{"$.v": {{"matchers": [{rule}]}}}}"#), &actual);
    found.strip_prefix("$.v -> ").unwrap_or(&found).to_owned()
}

#[test]
fn rules_on_scalars_pass_or_say_why_not() {
    for (rule, expected, actual, text) in [
        (r#"{"match": "equality"}"#, "1", "1", ""),
        (r#"{"match": "equality"}"#, "1", "1.0", "Expected 1.0 (Decimal) to be equal to 1 (Integer)"),
        (r#"{"match": "equality"}"#, r#""b""#, r#""c""#, "Expected 'c' (String) to be equal to 'b' (String)"),
        (r#"{"match": "equality"}"#, "1.10", "1.1", ""),
        (
            r#"{"match": "equality"}"#,
            "12345678901234567890123",
            "12345678901234567890124",
            "Expected 12345678901234567890124 (Integer) to be equal to 12345678901234567890123 (Integer)",
        ),
        (r#"{"match": "type"}"#, "1", "1.5", ""),
        (r#"{"match": "type"}"#, r#""a""#, "100", "Expected 100 (Integer) to be the same type as 'a' (String)"),
        (r#"{"match": "type"}"#, r#""a""#, "null", "Expected null (Null) to be the same type as 'a' (String)"),
        (r#"{"match": "type", "min": 3}"#, r#""a""#, r#""b""#, ""),
        (r#"{"match": "regex", "regex": "\\w{3}\\d{3}"}"#, r#""abc123""#, r#""def456""#, ""),
        (
            r#"{"match": "regex", "regex": "\\w{3}\\d{3}"}"#,
            r#""abc123""#,
            r#""a""#,
            r"Expected 'a' to match '\w{3}\d{3}'",
        ),
        (r#"{"match": "regex", "regex": "\\d+"}"#, "1", "23", ""),
        (r#"{"match": "regex", "regex": "\\d"}"#, "1", r#""a1b""#, r"Expected 'a1b' to match '\d'"),
        (r#"{"match": "regex", "regex": "null"}"#, r#""null""#, "null", "Expected 'null' to match 'null'"),
        (r#"{"match": "regex", "regex": "true"}"#, r#""true""#, "true", "Expected 'true' to match 'true'"),
        (
            r#"{"match": "regex", "regex": "("}"#,
            r#""a""#,
            r#""a""#,
            "'(' is not a valid regular expression - Parsing error at position 1: Opening parenthesis without closing parenthesis",
        ),
        (r#"{"match": "include", "value": "a"}"#, r#""cat""#, r#""bat""#, ""),
        (r#"{"match": "include", "value": "a"}"#, r#""cat""#, r#""dog""#, "Expected 'dog' to include 'a'"),
        (r#"{"match": "include", "value": "1"}"#, r#""1""#, "[1]", "Expected '[1]' to include '1'"),
        (r#"{"match": "number"}"#, "1", "100.01", ""),
        (r#"{"match": "number"}"#, "1", r#""100""#, "Expected '100' (String) to be a number"),
        (r#"{"match": "integer"}"#, "1", "100.1", "Expected 100.1 (Decimal) to be an integer"),
        (r#"{"match": "integer"}"#, "1", "1.0", "Expected 1.0 (Decimal) to be an integer"),
        (r#"{"match": "integer"}"#, "1", "[]", "Expected [] (Array) to be an integer"),
        (r#"{"match": "decimal"}"#, "1.1", "100", "Expected 100 (Integer) to be a decimal number"),
        (r#"{"match": "decimal"}"#, "1.1", "1e2", ""),
        (r#"{"match": "decimal"}"#, "1.1", "null", "Expected null (Null) to be a decimal number"),
        (r#"{"match": "boolean"}"#, "true", r#""false""#, ""),
        (r#"{"match": "boolean"}"#, "true", r#""""#, "Expected '' (String) to match a boolean"),
        (r#"{"match": "null"}"#, r#""a""#, "null", ""),
        (r#"{"match": "null"}"#, r#""a""#, r#""""#, "Expected '' (String) to be a null value"),
        (r#"{"match": "date", "format": "yyyy-MM-dd"}"#, r#""2000-01-01""#, r#""2023-07-19""#, ""),
        (r#"{"match": "date", "format": "yyyyMMdd"}"#, "20000101", "20240101", ""),
        (
            r#"{"match": "date"}"#,
            r#""2000-01-01""#,
            r#""23/07/19""#,
            "Expected '23/07/19' to match a date pattern of 'yyyy-MM-dd': expected a year of 4 digits at character 1",
        ),
        (
            r#"{"match": "time"}"#,
            r#""10:00:00""#,
            r#""10:00""#,
            "Expected '10:00' to match a time pattern of 'HH:mm:ss': expected ':' at character 6",
        ),
        (
            r#"{"match": "datetime"}"#,
            r#""2000-01-01T10:00:00Z""#,
            "true",
            "Expected 'true' to match a timestamp pattern of 'yyyy-MM-dd'T'HH:mm:ssXXX': Boolean is no text",
        ),
        (
            r#"{"match": "date", "format": "ddd"}"#,
            r#""1""#,
            r#""1""#,
            "Expected '1' to match a date pattern of 'ddd': the pattern has the letter 'd' 3 times, but it may stand at most 2 times",
        ),
        (r#"{"match": "contentType", "value": "text/xml"}"#, r#""<a/>""#, r#""<b></b>""#, ""),
        (r#"{"match": "contentType", "value": "image/png"}"#, r#""iVBORw0KGgo=""#, r#""iVBORw0KGgo=""#, ""),
        (
            r#"{"match": "contentType", "value": "application/xml"}"#,
            r#""<a/>""#,
            r#""{\"a\":1}""#,
            "Failed to match data to have a content type of 'application/xml': Expected binary contents to have content type 'application/xml' but detected contents was 'application/json'",
        ),
        (r#"{"match": "notEmpty"}"#, r#""a""#, "0", ""),
        (r#"{"match": "notEmpty"}"#, r#""a""#, "false", ""),
        (r#"{"match": "notEmpty"}"#, r#""a""#, r#""""#, "Expected '' (String) to not be empty"),
        (r#"{"match": "notEmpty"}"#, r#""a""#, "null", "Expected non-empty value but got a NULL"),
        (r#"{"match": "notEmpty"}"#, r#""a""#, "[]", "Expected [] (Array) to not be empty"),
        (r#"{"match": "notEmpty"}"#, r#""a""#, "{}", "Expected {} (Object) to not be empty"),
        (r#"{"match": "semver"}"#, r#""1.0.0""#, r#""1.2.3-beta+5""#, ""),
        (
            r#"{"match": "semver"}"#,
            r#""1.0.0""#,
            r#""v1.0.0""#,
            "'v1.0.0' is not a valid semantic version - unexpected character 'v' while parsing major version number",
        ),
        (r#"{"match": "values"}"#, "1", "2", "Expected 2 (Integer) to be equal to 1 (Integer)"),
        (r#"{"match": "eachKey", "rules": []}"#, "1", "2", ""),
        (r#"{"match": "colour"}"#, "1", "1", "No plugin provides the matching rule 'colour' at body `$.v`"),
        (
            r#"{"match": "include"}"#,
            r#""a""#,
            r#""a""#,
            r#"The matching rule {"match":"include"} at body `$.v` cannot be understood: "#,
        ),
    ] {
        let found = scalar(rule, expected, actual);
        let same = if text.ends_with(": ") { found.starts_with(text) } else { found == text };
        assert!(same, "{rule} on {actual}:\n   {found}\ninstead of\n   {text}");
    }
}

#[test]
fn without_rules_values_are_equal() {
    assert_snapshot!(response(r#"{"a": 1, "b": [1, 2], "c": {"d": "x"}}"#, "{}", r#"{"a": 2, "b": [1], "c": {"d": "y", "e": 1}, "f": 1}"#), @r"
    $.a -> Expected 2 (Integer) to be equal to 1 (Integer)
    $.b -> Expected 2 but was missing
    $.b -> Expected a List with 2 elements but received 1 elements
    $.c.d -> Expected 'y' (String) to be equal to 'x' (String)
    ");
    assert_snapshot!(request(r#"{"a": 1, "c": {}}"#, "{}", r#"{"a": 1, "c": {"d": 1}, "b": 2}"#), @r#"
    $ -> Expected a Map with keys [a, c] but received one with keys [a, b, c]
    $.c -> Expected an empty Map but received {"d":1}
    "#);
    assert_snapshot!(response(r#"{"one": 1, "two": 2, "1": 1, "a b": 1}"#, "{}", r#"{"1": 2, "a b": 2}"#), @r"
    $ -> Actual map is missing the following keys: one, two
    $[1] -> Expected 2 (Integer) to be equal to 1 (Integer)
    $['a b'] -> Expected 2 (Integer) to be equal to 1 (Integer)
    ");
    assert_snapshot!(response(r#"{"a": [], "b": {}, "c": []}"#, "{}", r#"{"a": [1], "b": {"x": 1}, "c": {}}"#), @r"
    $.a -> Expected an empty List but received [1]
    $.c -> Type mismatch: Expected {} (Object) to be the same type as [] (Array)
    ");
}

#[test]
fn types_cascade_and_sizes_do_not() {
    let rules = r#"{"$.list": {"matchers": [{"match": "type", "min": 2, "max": 3}]}}"#;
    assert_eq!(response(r#"{"list": [[1]]}"#, rules, r#"{"list": [[2], []]}"#), "");
    assert_snapshot!(response(r#"{"list": [1]}"#, rules, r#"{"list": []}"#), @"$.list -> Expected [] (size 0) to have minimum size of 2");
    assert_snapshot!(response(r#"{"list": [1]}"#, rules, r#"{"list": [1, 2, 3, "4"]}"#), @r#"
    $.list -> Expected [1, 2, 3, "4"] (size 4) to have maximum size of 3
    $.list[3] -> Expected '4' (String) to be the same type as 1 (Integer)
    "#);
    assert_snapshot!(response(r#"{"list": []}"#, rules, r#"{"list": [1]}"#), @"$.list -> Expected [1] (size 1) to have minimum size of 2");
    assert_eq!(response("[1, 2, 3]", r#"{"$": {"matchers": [{"match": "type"}]}}"#, "[]"), "");
}

#[test]
fn an_equality_below_resets_a_type_above() {
    let rules = r#"{"$": {"matchers": [{"match": "type"}]}, "$.one.a.status": {"matchers": [{"match": "equality"}]}}"#;
    assert_snapshot!(response(r#"{"one": {"a": {"id": 1, "status": "OK"}}}"#, rules, r#"{"one": {"a": {"id": 2, "status": "Lovely"}}}"#), @"$.one.a.status -> Expected 'Lovely' (String) to be equal to 'OK' (String)");
}

#[test]
fn array_contains_finds_each_variant_somewhere() {
    let rules = r#"{"$.actions": {"matchers": [{"match": "arrayContains", "variants": [
        {"index": 0, "rules": {"$.name": {"matchers": [{"match": "regex", "regex": "add.*"}]}, "$.id": {"matchers": [{"match": "integer"}]}}},
        {"index": 1, "rules": {"": {"matchers": [{"match": "type"}]}}}]}]}}"#;
    let expected = r#"{"actions": [{"name": "add", "id": 1}, {"href": "x"}]}"#;
    assert_eq!(
        response(expected, rules, r#"{"actions": [{"href": "y"}, {"extra": 1}, {"name": "add-item", "id": 7}]}"#),
        ""
    );
    assert_snapshot!(response(expected, rules, r#"{"actions": [{"name": "delete", "id": 7}, {"href": 1}]}"#), @r#"
    $.actions -> Variant at index 0 ({"id":1,"name":"add"}) was not found in the actual list
    $.actions -> Variant at index 1 ({"href":"x"}) was not found in the actual list
    "#);

    let everything = r#"{"$": {"matchers": [{"match": "arrayContains", "variants": []}]}}"#;
    assert_eq!(response("[1, 2]", everything, "[3, 2, 1]"), "");
    assert_snapshot!(response("[1, 2]", everything, "[3, 2]"), @"$ -> Variant at index 0 (1) was not found in the actual list");

    let beyond = r#"{"$": {"matchers": [{"match": "arrayContains", "variants": [{"index": 5}]}]}}"#;
    assert_snapshot!(response("[1]", beyond, "[1]"), @"$ -> ArrayContains: variant 5 is missing from the expected list, which has 1 items");
}

#[test]
fn values_and_each_value_take_any_keys() {
    let values = r#"{"$": {"matchers": [{"match": "values"}]}, "$.*": {"matchers": [{"match": "type"}]}}"#;
    assert_eq!(request(r#"{"one": "a", "two": "b"}"#, values, r#"{"one": "", "three": "b"}"#), "");
    assert_snapshot!(request(r#"{"one": "a", "two": "b"}"#, values, r#"{"one": "", "four": 100}"#), @"$.four -> Expected 100 (Integer) to be the same type as 'a' (String)");

    let each_value =
        r#"{"$": {"matchers": [{"match": "eachValue", "rules": [{"match": "regex", "regex": "[a-z]+"}]}]}}"#;
    assert_eq!(request(r#"{"one": "a"}"#, each_value, r#"{"x": "b", "y": "c"}"#), "");
    assert_eq!(request(r#"{"one": "a"}"#, each_value, "{}"), "");
    assert_snapshot!(request(r#"{"one": "a"}"#, each_value, r#"{"x": "1"}"#), @"$.x -> Expected '1' to match '[a-z]+'");
    assert_snapshot!(response(r#"["a"]"#, each_value, r#"["b", "2"]"#), @"$[1] -> Expected '2' to match '[a-z]+'");
}

#[test]
fn rules_below_an_each_value_still_count() {
    let rules = r#"{"$.users": {"matchers": [{"match": "eachValue", "rules": [{"match": "type"}]}]},
                    "$.users.*.id": {"matchers": [{"match": "integer"}]}}"#;
    let expected = r#"{"users": {"a": {"id": 1, "name": "x"}}}"#;
    assert_eq!(response(expected, rules, r#"{"users": {"b": {"id": 2, "name": "y"}}}"#), "");
    assert_snapshot!(response(expected, rules, r#"{"users": {"b": {"id": 2.5, "name": 1}}}"#), @r"
    $.users.b.id -> Expected 2.5 (Decimal) to be an integer
    $.users.b.name -> Expected 1 (Integer) to be the same type as 'x' (String)
    ");
}

#[test]
fn each_key_looks_at_the_keys() {
    let rules = r#"{"$": {"matchers": [{"match": "eachKey", "rules": [{"match": "regex", "regex": "[a-z]+"}]}]}}"#;
    assert_eq!(request(r#"{"one": 1}"#, rules, r#"{"two": 2}"#), "");
    assert_eq!(request(r#"{"one": 1}"#, rules, "{}"), "");
    assert_snapshot!(request(r#"{"one": 1}"#, rules, r#"{"one": 1, "2": 1, "x y": 1}"#), @r"
    $[2] -> Expected '2' to match '[a-z]+'
    $['x y'] -> Expected 'x y' to match '[a-z]+'
    ");
}

#[test]
fn each_key_does_not_look_at_the_keys_of_objects_below() {
    let rules = r#"{"$": {"matchers": [{"match": "eachKey", "rules": [{"match": "regex", "regex": "[a-z]+"}]}]}}"#;
    assert_eq!(request(r#"{"one": {"A1": 1}}"#, rules, r#"{"one": {"A1": 1}}"#), "");
}

#[test]
fn rules_about_keys_and_values_report_a_difference_once() {
    let keys = r#"{"match": "eachKey", "rules": [{"match": "regex", "regex": "[a-z]+"}]}"#;
    let values = r#"{"match": "eachValue", "rules": [{"match": "integer"}]}"#;
    let both = |second: &str| format!(r#"{{"$": {{"matchers": [{keys}, {second}]}}}}"#);
    assert_snapshot!(request(r#"{"one": 1}"#, &both(r#"{"match": "values"}"#), r#"{"one": 2}"#), @"$.one -> Expected 2 (Integer) to be equal to 1 (Integer)");
    assert_snapshot!(request(r#"{"one": 1}"#, &both(values), r#"{"one": 2, "2": "x"}"#), @r"
    $[2] -> Expected '2' to match '[a-z]+'
    $[2] -> Expected 'x' (String) to be an integer
    ");
    let nested = format!(r#"{{"match": "eachValue", "rules": [{keys}, {values}]}}"#);
    assert_eq!(request(r#"{"one": {"a": 1}}"#, &both(&nested), r#"{"two": {"b": 2}}"#), "");
    assert_snapshot!(request(r#"{"one": {"a": 1}}"#, &both(&nested), r#"{"two": {"B": "2"}}"#), @"
    $.two.B -> Expected 'B' to match '[a-z]+'
    $.two.B -> Expected '2' (String) to be an integer
    ");
    let typed = format!(r#"{{"$": {{"matchers": [{{"match": "type"}}, {values}]}}}}"#);
    assert_snapshot!(response(r#"{"one": 1}"#, &typed, r#"{"one": "x"}"#), @"
    $.one -> Expected 'x' (String) to be the same type as 1 (Integer)
    $.one -> Expected 'x' (String) to be an integer
    ");
}

#[test]
fn rules_on_whole_objects_and_arrays_apply_or_cannot() {
    let at_a = |rule: &str| format!(r#"{{"$.a": {{"matchers": [{rule}]}}}}"#);
    assert_snapshot!(response(r#"{"a": {"b": 1}}"#, &at_a(r#"{"match": "integer"}"#), r#"{"a": {"b": 1}}"#), @r#"$.a -> Unable to match {"b":1} using integer"#);
    assert_eq!(
        response(r#"{"a": {"b": 1}}"#, &at_a(r#"{"match": "regex", "regex": "\\d"}"#), r#"{"a": {"b": 2}}"#),
        ""
    );
    assert_eq!(response(r#"{"a": [1]}"#, &at_a(r#"{"match": "integer"}"#), r#"{"a": [1, 2]}"#), "");
    assert_snapshot!(response(r#"{"a": [1]}"#, &at_a(r#"{"match": "null"}"#), r#"{"a": [null]}"#), @"$.a -> Expected [null] (Array) to be a null value");
    assert_snapshot!(response(r#"{"a": {"b": 1}}"#, &at_a(r#"{"match": "notEmpty"}"#), r#"{"a": {}}"#), @r"
    $.a -> Expected {} (Map) to not be empty
    $.a -> Actual map is missing the following keys: b
    ");
    assert_snapshot!(response(r#"{"a": {"b": 1}}"#, &at_a(r#"{"match": "type", "min": 2}"#), r#"{"a": {"b": 1}}"#), @r#"$.a -> Expected {"b":1} (size 1) to have minimum size of 2"#);
    assert_snapshot!(response(r#"{"a": [1]}"#, &at_a(r#"{"match": "equality"}"#), r#"{"a": [1, 2]}"#), @r"
    $.a -> Expected [1, 2] (Array) to be equal to [1] (Array)
    $.a[1] -> Expected 2 (Integer) to be equal to 1 (Integer)
    ");
}

#[test]
fn alternatives_allow_a_nullable_object() {
    let rules = r#"{"$.a": {"combine": "OR", "matchers": [{"match": "type"}, {"match": "null"}]}}"#;
    assert_eq!(response(r#"{"a": {"b": 1}}"#, rules, r#"{"a": null}"#), "");
    assert_eq!(response(r#"{"a": {"b": 1}}"#, rules, r#"{"a": {"b": 2}}"#), "");
    assert_eq!(response(r#"{"a": "x"}"#, rules, r#"{"a": null}"#), "");
    assert_snapshot!(response(r#"{"a": {"b": 1}}"#, rules, r#"{"a": 1}"#), @r#"$.a -> Type mismatch: Expected 1 (Integer) to be the same type as {"b":1} (Object)"#);
    assert_snapshot!(response(r#"{"a": "x"}"#, rules, r#"{"a": 1}"#), @r"
    $.a -> Expected 1 (Integer) to be the same type as 'x' (String)
    $.a -> Expected 1 (Integer) to be a null value
    ");
    assert_snapshot!(response(r#"{"a": {"b": 1}}"#, rules, r#"{"a": {"b": "x"}}"#), @r#"
    $.a -> Unable to match {"b":"x"} using null
    $.a.b -> Expected 'x' (String) to be the same type as 1 (Integer)
    $.a.b -> Expected 'x' (String) to be a null value
    "#);
}

#[test]
fn keys_that_are_no_paths_fail_the_body_and_only_it() {
    let rules = r#"{"$.ids[]": {"matchers": [{"match": "type"}]}}"#;
    assert_snapshot!(response(r#"{"ids": [1]}"#, rules, r#"{"ids": [1]}"#), @"$ -> The matching rules at '$.ids[]' cannot be applied: `$.ids[]` is not a path expression: expected `*`, a quoted name or an index at character 7");
    let empty = r#"{"$.ids[]": {"matchers": []}, "$.ids": {"matchers": []}}"#;
    assert_eq!(response(r#"{"ids": [1]}"#, empty, r#"{"ids": [1]}"#), "");
}

#[test]
fn an_each_value_without_rules_compares_values_as_if_there_were_none() {
    let rules = r#"{"$.m": {"matchers": [{"match": "eachValue", "rules": []}]}}"#;
    let example = r#"{"m": {"k": {"a": 1}}}"#;
    assert_eq!(response(example, rules, r#"{"m": {"other": {"a": 1, "more": 2}, "k": {"a": 1}}}"#), "");
    assert_snapshot!(response(example, rules, r#"{"m": {"other": {"a": 2}, "k": {}}}"#), @r"
    $.m.other.a -> Expected 2 (Integer) to be equal to 1 (Integer)
    $.m.k -> Actual map is missing the following keys: a
    ");
    assert_snapshot!(request(example, rules, r#"{"m": {"other": {"a": 1, "more": 2}}}"#), @"$.m.other -> Expected a Map with keys [a] but received one with keys [a, more]");
    assert_snapshot!(response(r#"{"m": [1]}"#, rules, r#"{"m": [1, 2, 1]}"#), @"$.m[1] -> Expected 2 (Integer) to be equal to 1 (Integer)");
    // It is no obstacle to rules that are written for the values, and hides those above as any rule does.
    let with = |path: &str| rules.replacen('{', &format!(r#"{{"{path}": {{"matchers": [{{"match": "type"}}]}}, "#), 1);
    assert_eq!(response(example, &with("$.m.*"), r#"{"m": {"other": {"a": 5}}}"#), "");
    assert_eq!(response(example, &with("$.m.*.a"), r#"{"m": {"other": {"a": 5}}}"#), "");
    assert_snapshot!(response(example, &with("$"), r#"{"m": {"other": {"a": 5}}}"#), @"$.m.other.a -> Expected 5 (Integer) to be equal to 1 (Integer)");
    let either = rules.replacen('[', r#"[{"match": "null"}, "#, 1).replacen("}]}", r#"}], "combine": "OR"}"#, 1);
    assert_eq!(response(example, &either, r#"{"m": null}"#), "");
    assert_eq!(response(example, &either, r#"{"m": {"x": {"a": 1}}}"#), "");
    assert_ne!(response(example, &either, r#"{"m": {"x": {"a": 2}}}"#), "");
}

#[test]
fn an_each_key_without_rules_takes_any_keys() {
    let rules = r#"{"$.m": {"matchers": [{"match": "eachKey", "rules": []}]}}"#;
    assert_eq!(request(r#"{"m": {"k": 1}}"#, rules, r#"{"m": {"": 1, "x": 2}}"#), "");
    let both = rules.replacen('[', r#"[{"match": "eachValue", "rules": []}, "#, 1);
    assert_snapshot!(request(r#"{"m": {"k": 1}}"#, &both, r#"{"m": {"x": 1, "y": 2}}"#), @"$.m.y -> Expected 2 (Integer) to be equal to 1 (Integer)");
}
