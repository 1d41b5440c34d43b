//! Members that may be absent, and values that may be of one of several types.

use insta::assert_snapshot;

use crate::{compare_request_json as request, compare_response_json as response};

#[test]
fn a_member_that_only_the_rules_name_may_be_absent() {
    let rules = r#"{"$.nick": {"matchers": [{"match": "regex", "regex": "[a-z]+"}]}}"#;
    for compare in [request, response] {
        assert_eq!(compare(r#"{"id": 1}"#, rules, r#"{"id": 1}"#), "");
        assert_eq!(compare(r#"{"id": 1}"#, rules, r#"{"nick": "al", "id": 1}"#), "");
        assert_eq!(
            compare(r#"{"id": 1}"#, rules, r#"{"id": 1, "nick": "AL"}"#),
            "$.nick -> Expected 'AL' to match '[a-z]+'"
        );
        assert_eq!(compare("{}", rules, r#"{"nick": "al"}"#), "");
    }
    assert_snapshot!(request(r#"{"id": 1}"#, rules, r#"{"id": 1, "nick": "al", "x": 1}"#), @"$ -> Expected a Map with keys [id] but received one with keys [id, nick, x]");
    assert_snapshot!(request("{}", rules, r#"{"nick": "al", "x": 1}"#), @r#"$ -> Expected an empty Map but received {"nick":"al","x":1}"#);
    assert_snapshot!(request(r#"{"id": 1}"#, rules, r#"{"nick": "al"}"#), @"$ -> Expected a Map with keys [id] but received one with keys [nick]");
}

#[test]
fn a_member_of_the_example_must_be_there_whatever_the_rules() {
    let rules = r#"{"$.nick": {"combine": "OR", "matchers": [{"match": "type"}, {"match": "null"}]}}"#;
    assert_snapshot!(response(r#"{"nick": "al"}"#, rules, "{}"), @"$ -> Actual map is missing the following keys: nick");
    assert_snapshot!(request(r#"{"nick": "al"}"#, rules, "{}"), @"$ -> Expected a Map with keys [nick] but received one with keys []");
}

#[test]
fn wildcards_name_no_member() {
    let rules = r#"{"$.*": {"matchers": [{"match": "integer"}]}, "$": {"matchers": [{"match": "type"}]}}"#;
    assert_eq!(response(r#"{"id": 1}"#, rules, r#"{"id": 2, "nick": "al"}"#), "");
    assert_snapshot!(request(r#"{"id": 1}"#, rules, r#"{"id": 2, "nick": 3}"#), @"$ -> Expected a Map with keys [id] but received one with keys [id, nick]");
    let none = r#"{"$.nick": {"matchers": []}}"#;
    assert_snapshot!(request("[{}]", none, r#"[{"nick": 3}]"#), @r#"$[0] -> Expected an empty Map but received {"nick":3}"#);
}

/// Absent, null, or one of several values of different types.
#[test]
fn every_alternative_is_judged_on_its_own() {
    let rules = r#"{"$.v": {"combine": "OR", "matchers": [
        {"match": "null"}, {"match": "regex", "regex": "open|closed"}, {"match": "integer"}, {"match": "boolean"}]}}"#;
    let (required, optional) = (r#"{"v": "open"}"#, "{}");
    for example in [required, optional] {
        for compare in [request, response] {
            for value in ["null", r#""open""#, r#""closed""#, "7", "-1", "true", "false"] {
                assert_eq!(compare(example, rules, &format!(r#"{{"v": {value}}}"#)), "", "{example} {value}");
            }
            for value in [r#""ajar""#, "7.5", "[]", "{}", r#"["open"]"#, r#"{"v": 1}"#, "[7]", r#""7""#] {
                let found = compare(example, rules, &format!(r#"{{"v": {value}}}"#));
                assert_eq!(found.lines().count(), 4, "one for each alternative: {found}");
                assert!(found.lines().all(|line| line.starts_with("$.v -> ")), "{found}");
            }
        }
    }
    assert_eq!(response(optional, rules, "{}"), "");
    assert_ne!(response(required, rules, "{}"), "");
    assert_snapshot!(request(optional, rules, r#"{"v": ["open"]}"#), @r#"
    $.v -> Expected ["open"] (Array) to be a null value
    $.v -> Expected '["open"]' to match 'open|closed'
    $.v -> Expected ["open"] (Array) to be an integer
    $.v -> Expected ["open"] (Array) to match a boolean
    "#);
}

#[test]
fn alternatives_may_be_of_types_that_the_example_is_not() {
    let rules =
        r#"{"$.v": {"combine": "OR", "matchers": [{"match": "type"}, {"match": "null"}, {"match": "integer"}]}}"#;
    let example = r#"{"v": {"city": "Ulm"}}"#;
    for compare in [request, response] {
        for value in [r#"{"city": "Bonn"}"#, "null", "7"] {
            assert_eq!(compare(example, rules, &format!(r#"{{"v": {value}}}"#)), "", "{value}");
        }
        for value in [r#"{"city": 5.5}"#, r#""Ulm""#, "7.5", "[]"] {
            assert_ne!(compare(example, rules, &format!(r#"{{"v": {value}}}"#)), "", "{value}");
        }
    }
}

#[test]
fn rules_that_compare_with_an_example_ask_for_nothing_where_there_is_none() {
    for rule in ["type", "equality", "values"] {
        let rules = format!(r#"{{"$.v": {{"matchers": [{{"match": "{rule}"}}]}}}}"#);
        for value in ["null", "1", r#""x""#, r#"[1, "x"]"#, r#"{"a": {"b": 1}}"#] {
            assert_eq!(request("{}", &rules, &format!(r#"{{"v": {value}}}"#)), "", "{rule} {value}");
        }
    }
    let contains = r#"{"$.v": {"matchers": [{"match": "arrayContains", "variants": [{"index": 3}]}]}}"#;
    assert_eq!(request("{}", contains, r#"{"v": [1]}"#), "");
}

#[test]
fn sizes_keys_and_values_of_an_optional_member_are_looked_at() {
    let at_v = |rule: &str| format!(r#"{{"$.v": {{"matchers": [{rule}]}}}}"#);
    let sized = at_v(r#"{"match": "type", "min": 2, "max": 3}"#);
    assert_eq!(request("{}", &sized, r#"{"v": [1, "x"]}"#), "");
    assert_snapshot!(request("{}", &sized, r#"{"v": [1]}"#), @"$.v -> Expected [1] (size 1) to have minimum size of 2");
    assert_snapshot!(request("{}", &at_v(r#"{"match": "notEmpty"}"#), r#"{"v": ""}"#), @"$.v -> Expected '' (String) to not be empty");
    assert_snapshot!(request("{}", &at_v(r#"{"match": "notEmpty"}"#), r#"{"v": {}}"#), @"$.v -> Expected {} (Map) to not be empty");
    let keys = at_v(r#"{"match": "eachKey", "rules": [{"match": "regex", "regex": "[a-z]+"}]}"#);
    assert_snapshot!(request("{}", &keys, r#"{"v": {"a": 1, "B": 2}}"#), @"$.v.B -> Expected 'B' to match '[a-z]+'");
    let values = at_v(r#"{"match": "eachValue", "rules": [{"match": "integer"}]}"#);
    assert_eq!(request("{}", &values, r#"{"v": {"a": 1, "B": 2}}"#), "");
    assert_eq!(request("{}", &values, r#"{"v": [1, 2]}"#), "");
    assert_snapshot!(request("{}", &values, r#"{"v": {"a": 1, "B": [2]}}"#), @"$.v.B -> Expected [2] (Array) to be an integer");
    let unknown = at_v(r#"{"match": "colour"}"#);
    assert_snapshot!(request("{}", &unknown, r#"{"v": [1]}"#), @"$.v -> No plugin provides the matching rule 'colour' at body `$.v`");
    assert_eq!(request("{}", &unknown, "{}"), "");
}

#[test]
fn rules_below_an_optional_member_count() {
    let rules = r#"{"$.address.city": {"matchers": [{"match": "regex", "regex": "[A-Z].*"}]},
                    "$.address.lines[*].text": {"matchers": [{"match": "include", "value": "x"}]}}"#;
    for compare in [request, response] {
        for fine in [
            "{}",
            r#"{"address": null}"#,
            r#"{"address": {}}"#,
            r#"{"address": {"city": "Ulm", "more": 1}}"#,
            r#"{"address": {"lines": [{"text": "x"}, {}]}}"#,
        ] {
            assert_eq!(compare("{}", rules, fine), "", "{fine}");
        }
        assert_eq!(
            compare("{}", rules, r#"{"address": {"city": "ulm", "lines": [{"text": "x"}, {"text": "y"}]}}"#),
            "$.address.city -> Expected 'ulm' to match '[A-Z].*'\n$.address.lines[1].text -> Expected 'y' to include 'x'"
        );
    }
}

#[test]
fn items_of_lists_have_optional_members_too() {
    let rules = r#"{"$.people": {"matchers": [{"match": "type", "min": 1}]},
                    "$.people[*].nick": {"combine": "OR", "matchers": [{"match": "regex", "regex": "[a-z]+"}, {"match": "null"}]}}"#;
    let absent = r#"{"people": [{"id": 1}]}"#;
    assert_eq!(
        request(absent, rules, r#"{"people": [{"id": 2, "nick": "al"}, {"id": 3}, {"id": 4, "nick": null}]}"#),
        ""
    );
    assert_snapshot!(request(absent, rules, r#"{"people": [{"id": 2}, {"id": 3, "nick": 5}]}"#), @"
    $.people[1].nick -> Expected '5' to match '[a-z]+'
    $.people[1].nick -> Expected 5 (Integer) to be a null value
    ");
    // Where the first item has it, all but the other examples must.
    let present = r#"{"people": [{"id": 1, "nick": "al"}, {"id": 2}]}"#;
    assert_eq!(request(present, rules, r#"{"people": [{"id": 2, "nick": "bo"}, {"id": 3}]}"#), "");
    assert_snapshot!(response(present, rules, r#"{"people": [{"id": 2}, {"id": 3, "nick": "AL"}, {"id": 4}]}"#), @"
    $.people[0] -> Actual map is missing the following keys: nick
    $.people[1].nick -> Expected 'AL' to match '[a-z]+'
    $.people[1].nick -> Expected 'AL' (String) to be a null value
    $.people[2] -> Actual map is missing the following keys: nick
    ");
}

#[test]
fn a_type_above_does_not_take_the_place_of_a_rule_for_an_optional_member() {
    let rules = r#"{"$": {"matchers": [{"match": "type"}]}, "$.nick": {"matchers": [{"match": "null"}]}}"#;
    assert_eq!(request(r#"{"id": 1}"#, rules, r#"{"id": 2, "nick": null}"#), "");
    assert_snapshot!(request(r#"{"id": 1}"#, rules, r#"{"id": 2, "nick": []}"#), @"$.nick -> Expected [] (Array) to be a null value");
}

#[test]
fn optional_members_of_variants_and_numeric_names_are_found() {
    let rules = r#"{"$": {"matchers": [{"match": "arrayContains", "variants": [
        {"index": 0, "rules": {"$.id": {"matchers": [{"match": "integer"}]}, "$.nick": {"matchers": [{"match": "null"}]}}}]}]}}"#;
    assert_eq!(request(r#"[{"id": 1}]"#, rules, r#"[{"id": 2, "nick": 1}, {"id": 3, "nick": null}]"#), "");
    assert_snapshot!(request(r#"[{"id": 1}]"#, rules, r#"[{"id": 2, "nick": 1}]"#), @r#"$ -> Variant at index 0 ({"id":1}) was not found in the actual list"#);
    let numeric = r#"{"$[7]": {"matchers": [{"match": "integer"}]}}"#;
    assert_eq!(request("{}", numeric, r#"{"7": 1}"#), "");
    assert_snapshot!(request("{}", numeric, r#"{"7": "x"}"#), @"$[7] -> Expected 'x' (String) to be an integer");
}

/// Neither many optional members nor deep ones under many ways of comparing cost more than they hold.
#[test]
fn optional_members_are_as_cheap_as_others() {
    let names: Vec<String> = (0..30_000).map(|at| format!("n{at}")).collect();
    let rules: Vec<String> =
        names.iter().map(|name| format!(r#""$.{name}": {{"matchers": [{{"match": "integer"}}]}}"#)).collect();
    let rules = format!("{{{}}}", rules.join(","));
    let members: Vec<String> = names.iter().map(|name| format!(r#""{name}": 1"#)).collect();
    assert_eq!(request("{}", &rules, &format!("{{{}}}", members.join(","))), "");
    assert_eq!(request(r#"{"n0": 1}"#, &rules, &format!("{{{}}}", members.join(","))), "");

    let nested = |leaf: &str| format!("{}{leaf}{}", r#"{"a":"#.repeat(250), "}".repeat(250));
    let rules: Vec<String> = (1..250)
        .map(|depth| {
            let path = ".a".repeat(depth);
            let matchers = r#"{"match": "type"}, {"match": "null"}, {"match": "values"}, {"match": "eachValue", "rules": [{"match": "type"}]}"#;
            let combine = if depth % 2 == 0 { "OR" } else { "AND" };
            let matchers = if depth % 2 == 0 { matchers } else { r#"{"match": "type"}, {"match": "values"}, {"match": "notEmpty"}"# };
            format!(r#""${path}": {{"combine": "{combine}", "matchers": [{matchers}]}}"#)
        })
        .chain([format!(r#""${}": {{"matchers": [{{"match": "integer"}}]}}"#, ".a".repeat(250))])
        .collect();
    let rules = format!("{{{}}}", rules.join(","));
    for compare in [request, response] {
        assert_eq!(compare("{}", &rules, &nested("1")), "");
        assert_ne!(compare("{}", &rules, &nested(r#""x""#)), "");
        let half = format!("{}{{}}{}", r#"{"a":"#.repeat(101), "}".repeat(101));
        assert_eq!(compare(&half, &rules, &nested("1")), "");
        assert_ne!(compare(&half, &rules, &nested(r#""x""#)), "");
    }
}
