mod javascript;

use proptest::prelude::*;

use super::*;
use crate::rules::Combine;
use crate::spec_version::SpecVersion;
use crate::{Interaction, Kind, Pact, write};

fn json(text: &str) -> Json<'_> {
    Json::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn shown_rules(list: &RuleList) -> String {
    let rules: Vec<String> = list.rules.iter().map(|rule| write::matching_rule(rule).to_compact()).collect();
    let combine = if list.combine == Combine::Or { "OR " } else { "" };
    combine.to_owned() + &rules.join(" ")
}

/// Example, rules and generators, a line each.
fn shown(text: &str) -> String {
    let document = document(&json(text)).unwrap_or_else(|error| panic!("{text}: {error}")).value;
    let mut lines = vec![document.example.to_compact()];
    lines.extend(document.rules.iter().map(|(path, list)| format!("{path} {}", shown_rules(list))));
    let generators = document.generators.iter();
    lines.extend(generators.map(|(path, own)| format!("{path} <- {}", write::generator(own).to_compact())));
    lines.join("\n")
}

fn error(text: &str) -> String {
    document(&json(text)).expect_err(text).to_string()
}

#[test]
fn every_rule_has_an_integration_form() {
    for (text, rule, example) in [
        (r#""pact:matcher:type":"equality","value":1"#, r#"{"match":"equality"}"#, "1"),
        (r#""pact:matcher:type":"regex","regex":"\\d","value":"1""#, r#"{"match":"regex","regex":"\\d"}"#, r#""1""#),
        (r#""pact:matcher:type":"type","value":1.50"#, r#"{"match":"type"}"#, "1.50"),
        (r#""pact:matcher:type":"type","min":1,"max":2,"value":[1]"#, r#"{"match":"type","max":2,"min":1}"#, "[1]"),
        (r#""pact:matcher:type":"min-type","min":0,"value":[]"#, r#"{"match":"type","min":0}"#, "[]"),
        (r#""pact:matcher:type":"max-type","max":2,"value":[]"#, r#"{"match":"type","max":2}"#, "[]"),
        (r#""pact:matcher:type":"include","value":"x""#, r#"{"match":"include","value":"x"}"#, r#""x""#),
        (
            r#""pact:matcher:type":"include","value":"x","example":"xy""#,
            r#"{"match":"include","value":"x"}"#,
            r#""xy""#,
        ),
        (r#""pact:matcher:type":"number","value":1"#, r#"{"match":"number"}"#, "1"),
        (r#""pact:matcher:type":"integer","value":1"#, r#"{"match":"integer"}"#, "1"),
        (r#""pact:matcher:type":"decimal","value":1.0"#, r#"{"match":"decimal"}"#, "1.0"),
        (r#""pact:matcher:type":"boolean","value":true"#, r#"{"match":"boolean"}"#, "true"),
        (r#""pact:matcher:type":"null","value":null"#, r#"{"match":"null"}"#, "null"),
        (r#""pact:matcher:type":"null""#, r#"{"match":"null"}"#, "null"),
        (r#""pact:matcher:type":"date","format":"yyyy","value":"1""#, r#"{"format":"yyyy","match":"date"}"#, r#""1""#),
        (r#""pact:matcher:type":"time","value":"1""#, r#"{"match":"time"}"#, r#""1""#),
        (
            r#""pact:matcher:type":"timestamp","format":"y","value":"1""#,
            r#"{"format":"y","match":"datetime"}"#,
            r#""1""#,
        ),
        (r#""pact:matcher:type":"content-type","value":"a/b""#, r#"{"match":"contentType","value":"a/b"}"#, r#""a/b""#),
        (r#""pact:matcher:type":"values","value":{"a":1}"#, r#"{"match":"values"}"#, r#"{"a":1}"#),
        (
            r#""pact:matcher:type":"statusCode","status":"success","value":200"#,
            r#"{"match":"statusCode","status":"success"}"#,
            "200",
        ),
        (r#""pact:matcher:type":"not-empty","value":"x""#, r#"{"match":"notEmpty"}"#, r#""x""#),
        (r#""pact:matcher:type":"semver","value":"1.0.0""#, r#"{"match":"semver"}"#, r#""1.0.0""#),
        (
            r#""pact:matcher:type":"each-key","rules":[{"pact:matcher:type":"regex","regex":"a+","value":"a"}],"value":{"a":1}"#,
            r#"{"match":"eachKey","rules":[{"match":"regex","regex":"a+"}],"value":"a"}"#,
            r#"{"a":1}"#,
        ),
        (
            r#""pact:matcher:type":"eachKey","rules":[{"match":"semver"}],"value":{"1.0.0":1}"#,
            r#"{"match":"eachKey","rules":[{"match":"semver"}],"value":"1.0.0"}"#,
            r#"{"1.0.0":1}"#,
        ),
        (
            r#""pact:matcher:type":"eachValue","rules":[{"pact:matcher:type":"notEmpty('x')"}],"value":["x"]"#,
            r#"{"match":"eachValue","rules":[{"match":"notEmpty"}],"value":"x"}"#,
            r#"["x"]"#,
        ),
        (
            r#""pact:matcher:type":"arrayContains","variants":[1,{"pact:matcher:type":"type","value":"a"}]"#,
            r#"{"match":"arrayContains","variants":[{"index":0,"rules":{}},{"index":1,"rules":{"$":{"combine":"AND","matchers":[{"match":"type"}]}}}]}"#,
            r#"[1,"a"]"#,
        ),
        (r#""pact:matcher:type":"jwt","alg":1,"value":"e""#, r#"{"alg":1,"match":"jwt"}"#, r#""e""#),
        (r#""pact:matcher:type":"matching(integer, 7)""#, r#"{"match":"integer"}"#, "7"),
        (r#""pact:matcher:type":"matching(integer, 7)","value":8"#, r#"{"match":"integer"}"#, "8"),
        (
            r#""pact:matcher:type":"atLeast(2), eachValue(matching(type, 'x'))""#,
            r#"{"match":"type","min":2} {"match":"eachValue","rules":[{"match":"type"}],"value":"x"}"#,
            r#"["x","x"]"#,
        ),
        (
            r#""pact:matcher:type":[{"pact:matcher:type":"integer"},{"pact:matcher:type":"notEmpty"}],"value":3"#,
            r#"{"match":"integer"} {"match":"notEmpty"}"#,
            "3",
        ),
        (
            r#""pact:matcher:type":[{"pact:matcher:type":"integer"},{"pact:matcher:type":"null"}],"pact:matcher:combine":"OR","value":3"#,
            r#"OR {"match":"integer"} {"match":"null"}"#,
            "3",
        ),
    ] {
        assert_eq!(shown(&format!("{{{text}}}")), format!("{example}\n$ {rule}"), "{text}");
    }
}

#[test]
fn every_generator_gets_its_parameters_and_defaults() {
    for (text, expected) in [
        (r#""RandomInt""#, r#"{"max":10,"min":0,"type":"RandomInt"}"#),
        (r#""RandomInt","min":1,"max":9"#, r#"{"max":9,"min":1,"type":"RandomInt"}"#),
        (r#""RandomDecimal","digits":3"#, r#"{"digits":3,"type":"RandomDecimal"}"#),
        (r#""RandomHexadecimal""#, r#"{"digits":10,"type":"RandomHexadecimal"}"#),
        (r#""RandomString""#, r#"{"size":10,"type":"RandomString"}"#),
        (r#""Regex","regex":"\\d""#, r#"{"regex":"\\d","type":"Regex"}"#),
        (r#""Uuid","format":"simple""#, r#"{"format":"simple","type":"Uuid"}"#),
        (
            r#""DateTime","format":"y","expression":"+1 day""#,
            r#"{"expression":"+1 day","format":"y","type":"DateTime"}"#,
        ),
        (r#""RandomBoolean""#, r#"{"type":"RandomBoolean"}"#),
        (
            r#""ProviderState","expression":"${a}","dataType":"INTEGER""#,
            r#"{"dataType":"INTEGER","expression":"${a}","type":"ProviderState"}"#,
        ),
        (
            r#""MockServerURL","regex":"(/a)","example":"http://b/a""#,
            r#"{"example":"http://b/a","regex":"(/a)","type":"MockServerURL"}"#,
        ),
        (r#""OfAPlugin","level":3"#, r#"{"level":3,"type":"OfAPlugin"}"#),
    ] {
        let text = format!(r#"{{"pact:generator:type":{text},"value":"v"}}"#);
        assert_eq!(shown(&text), format!("\"v\"\n$ <- {expected}"), "{text}");
    }
}

#[test]
fn a_document_is_taken_apart_with_its_paths() {
    insta::assert_snapshot!(shown(
        r#"{"orders": {"pact:matcher:type": "type", "min": 1, "value": [
             {"id": {"pact:matcher:type": "integer", "pact:generator:type": "RandomInt", "min": 1, "max": 99, "value": 7},
              "state": {"pact:matcher:type": "regex", "regex": "new|paid", "value": "new"},
              "tags": {"pact:matcher:type": "arrayContains", "variants": [{"k": {"pact:matcher:type": "type", "value": "a"}}]}}]},
            "byId": {"pact:matcher:type": [{"pact:matcher:type": "eachKey", "rules": [{"pact:matcher:type": "regex", "regex": "\\d+"}], "value": "1"},
                                           {"pact:matcher:type": "eachValue", "rules": [{"pact:matcher:type": "type"}]}],
                     "value": {"1": {"n": "x"}}},
            "odd name": {"pact:matcher:type": "type", "value": {"pact:matcher:type": "notEmpty", "value": "x"}},
            "plain": [1, {"pact:matcher:type": "null"}], "pact:note": 1}"#
    ), @r#"
    {"orders":[{"id":7,"state":"new","tags":[{"k":"a"}]}],"byId":{"1":{"n":"x"}},"odd name":"x","plain":[1,null]}
    $.orders {"match":"type","min":1}
    $.orders[*].id {"match":"integer"}
    $.orders[*].state {"match":"regex","regex":"new|paid"}
    $.orders[*].tags {"match":"arrayContains","variants":[{"index":0,"rules":{"$.k":{"combine":"AND","matchers":[{"match":"type"}]}}}]}
    $.byId {"match":"eachKey","rules":[{"match":"regex","regex":"\\d+"}],"value":"1"} {"match":"eachValue","rules":[{"match":"type"}]}
    $['odd name'] {"match":"type"} {"match":"notEmpty"}
    $.plain[1] {"match":"null"}
    $.orders[*].id <- {"max":99,"min":1,"type":"RandomInt"}
    "#);
}

#[test]
fn items_share_a_path_if_they_say_the_same_and_members_always() {
    insta::assert_snapshot!(shown(
        r#"{"same": {"pact:matcher:type": "type", "value": [{"pact:matcher:type": "integer", "value": 1}, {"pact:matcher:type": "integer", "value": 2}]},
            "unlike": {"pact:matcher:type": "type", "value": [{"a": {"pact:matcher:type": "integer", "value": 1}}, {"pact:matcher:type": "regex", "regex": "a", "value": "a"}]},
            "map": {"pact:matcher:type": "values", "value": {"x": {"n": {"pact:matcher:type": "integer", "value": 1}}, "y": {"n": {"pact:matcher:type": "integer", "value": 2}}}}}"#
    ), @r#"
    {"same":[1,2],"unlike":[{"a":1},"a"],"map":{"x":{"n":1},"y":{"n":2}}}
    $.same {"match":"type"}
    $.same[*] {"match":"integer"}
    $.unlike {"match":"type"}
    $.unlike[0].a {"match":"integer"}
    $.unlike[1] {"match":"regex","regex":"a"}
    $.map {"match":"values"}
    $.map.*.n {"match":"integer"}
    "#);
}

#[test]
fn expressions_refer_to_members_beside_them() {
    insta::assert_snapshot!(shown(
        r#"{"people": {"pact:matcher:type": "atLeast(2), eachValue(matching($'person'))", "person": {"age": {"pact:matcher:type": "integer", "value": 7}}},
            "byId": {"pact:matcher:type": "eachKey(matching(regex, '\\d+', '42')), eachValue(matching($'person'))", "person": {"age": {"pact:matcher:type": "integer", "value": 7}}},
            "one": {"pact:matcher:type": "matching($'person')", "person": {"name": "x"}}}"#
    ), @r#"
    {"people":[{"age":7},{"age":7}],"byId":{"42":{"age":7}},"one":{"name":"x"}}
    $.people {"match":"type","min":2} {"match":"eachValue","rules":[{"match":"type"}]}
    $.people[*].age {"match":"integer"}
    $.byId {"match":"eachKey","rules":[{"match":"regex","regex":"\\d+"}],"value":"42"} {"match":"eachValue","rules":[{"match":"type"}]}
    $.byId.*.age {"match":"integer"}
    $.one {"match":"type"}
    "#);
}

#[test]
fn members_beside_the_rule_are_the_example_where_there_is_no_value() {
    insta::assert_snapshot!(shown(r#"{"pact:matcher:type": "values", "a": {"pact:matcher:type": "integer", "value": 1}}"#), @r#"
    {"a":1}
    $ {"match":"values"}
    $.* {"match":"integer"}
    "#);
}

#[test]
fn what_makes_no_sense_is_an_error_with_its_place() {
    for (text, expected) in [
        (r#"{"a": {"pact:matcher:type": "regex", "value": 1}}"#, "$.a: `regex` is missing"),
        (
            r#"[{"pact:matcher:type": 1}]"#,
            "$[0]: `pact:matcher:type` is the name of a rule, a definition expression or a list of matchers",
        ),
        (
            r#"{"pact:matcher:type": ["type"], "value": 1}"#,
            "$['pact:matcher:type'][0]: one of several matchers is an object with `pact:matcher:type`",
        ),
        (r#"{"pact:matcher:type": "arrayContains", "value": 1}"#, "$: `arrayContains` needs a list of `variants`"),
        (
            r#"{"pact:matcher:type": "arrayContains", "variants": [{"b": {"pact:matcher:type": "regex"}}]}"#,
            "$.variants[0].b: `regex` is missing",
        ),
        (r#"{"pact:matcher:type": "eachKey", "rules": {}}"#, "$.rules: a list of matchers is needed"),
        (r#"{"pact:matcher:type": "eachKey", "rules": [1]}"#, "$.rules[0]: a matcher is an object"),
        (
            r#"{"pact:matcher:type": "eachKey", "rules": [{"pact:matcher:type": "regex"}]}"#,
            "$.rules[0]: `regex` is missing",
        ),
        (
            r#"{"a": {"pact:matcher:type": "type", "value": {"b": {"pact:matcher:type": "matching(x"}}}}"#,
            "$.a.value.b: `matching(x` is no matching definition: expected `,` at character 11, found the end",
        ),
        (r#"{"pact:matcher:type": "matching($'b')"}"#, "$: the expression refers to `b`, which is not beside it"),
        (
            r#"{"pact:matcher:type": "type", "mni": 1, "value": []}"#,
            "$.mni: no rule and no generator has a parameter of this name",
        ),
        (r#"{"pact:generator:type": 1, "value": 1}"#, "$['pact:generator:type']: the name of a generator is a text"),
        (
            r#"{"pact:matcher:type": "type", "pact:matcher:combine": "XOR", "value": 1}"#,
            "$: `pact:matcher:combine` is `AND` or `OR`",
        ),
    ] {
        assert_eq!(error(text), expected, "{text}");
    }
    let loaded = document(&json(r#"{"pact:matcher:type": "fancy", "value": 1}"#)).expect("a plugin's rule");
    assert_eq!(
        loaded.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["$['pact:matcher:type']: no rule of Pact has this name; kept as the rule of a plugin"]
    );
}

#[test]
fn a_single_value_may_be_plain_or_a_matcher_or_its_text() {
    for (text, example, rules) in [
        (r#""/orders""#, r#""/orders""#, ""),
        (
            r#""{\"pact:matcher:type\":\"regex\",\"regex\":\"a\",\"value\":\"a\"}""#,
            r#""a""#,
            r#"{"match":"regex","regex":"a"}"#,
        ),
        (r#"{"pact:matcher:type":"type","value":["a","b"]}"#, r#"["a","b"]"#, r#"{"match":"type"}"#),
        (
            r#"["a",{"pact:matcher:type":"integer","value":1},{"pact:matcher:type":"integer","value":2}]"#,
            r#"["a",1,2]"#,
            r#"{"match":"integer"}"#,
        ),
        (r#""{\"a\":1}""#, r#""{\"a\":1}""#, ""),
        (r#""{not json""#, r#""{not json""#, ""),
    ] {
        let value = value(&json(text)).unwrap_or_else(|error| panic!("{error}")).value;
        assert_eq!(
            (value.example.to_compact().as_str(), shown_rules(&value.rules).as_str()),
            (example, rules),
            "{text}"
        );
    }
}

#[test]
fn requests_and_responses_may_be_templates_in_every_version() {
    let request = http_request(&json(
        r#"{"method": "post", "path": {"pact:matcher:type": "regex", "regex": "/orders/\\d+", "value": "/orders/1", "pact:generator:type": "ProviderState", "expression": "/orders/${id}"},
            "query": {"page": {"pact:matcher:type": "integer", "value": 3}, "flag": null, "q": ["a", "b"]},
            "headers": {"X-Id": "{\"pact:matcher:type\":\"type\",\"value\":\"a\"}", "Accept": "a/b, c/d"},
            "body": {"id": {"pact:matcher:type": "integer", "value": 1}}}"#,
    ));
    let response = http_response(&json(
        r#"{"status": {"pact:matcher:type": "type", "value": 201}, "headers": {"Content-Type": "text/plain"}, "body": {"pact:matcher:type": "regex", "regex": "o.", "value": "ok"}}"#,
    ));
    let (mut request, mut response) = (request.expect("a request").value, response.expect("a response").value);
    assert_eq!(
        write::matching_rules(&response.matching_rules).get("status").map(Json::to_compact).as_deref(),
        Some(r#"{"combine":"AND","matchers":[{"match":"type"}]}"#)
    );
    response.matching_rules.status = RuleList::default();
    let mut pact = Pact::new("a", "b");
    pact.interactions.push(Interaction::new("c", Kind::Http(request.clone(), response.clone())));
    insta::assert_snapshot!(pact.write(SpecVersion::V2).expect("V2").get("interactions").expect("some").to_compact(), @r#"[{"description":"c","request":{"body":{"id":1},"headers":{"Accept":"a/b, c/d","X-Id":"a"},"matchingRules":{"$.body.id":{"match":"integer"},"$.headers['X-Id']":{"match":"type"},"$.path":{"match":"regex","regex":"/orders/\\d+"},"$.query.page":{"match":"integer"}},"method":"POST","path":"/orders/1","query":"flag&page=3&q=a&q=b"},"response":{"body":"ok","headers":{"Content-Type":"text/plain"},"matchingRules":{"$.body":{"match":"regex","regex":"o."}},"status":201}}]"#);
    for version in [SpecVersion::V3, SpecVersion::V4] {
        let text = pact.write(version).expect("can be said").to_compact();
        let again = Pact::read(text.as_bytes()).expect("a pact").value;
        let (read_request, read_response) = again.interactions[0].as_http().expect("HTTP");
        // Where the type of a body is kept differs.
        (request.body, response.body) = (read_request.body.clone(), read_response.body.clone());
        assert_eq!((read_request, read_response), (&request, &response), "{version}");
        assert_eq!((read_request.body.bytes(), read_response.body.bytes()), (&b"{\"id\":1}"[..], &b"ok"[..]));
    }
}

#[test]
fn messages_may_be_templates() {
    let message = message_part(&json(
        r#"{"contents": {"pact:matcher:type": "type", "value": {"a": 1}}, "metadata": {"topic": {"pact:matcher:type": "regex", "regex": "o.*", "value": "orders"}, "n": 1}}"#,
    ));
    let message = message.expect("a message").value;
    assert_eq!((message.contents.bytes(), message.metadata("topic")), (&b"{\"a\":1}"[..], Some(&"orders".into())));
    insta::assert_snapshot!(write::matching_rules(&message.matching_rules), @r#"{"body":{"$":{"combine":"AND","matchers":[{"match":"type"}]}},"metadata":{"topic":{"combine":"AND","matchers":[{"match":"regex","regex":"o.*"}]}}}"#);
    for (text, expected) in [
        (r#"{"contnets": 1}"#, "$.contnets: there is no member of this name"),
        (r#"{"metadata": 1}"#, "$.metadata: metadata is an object"),
    ] {
        assert_eq!(message_part(&json(text)).expect_err(text).to_string(), expected);
    }
    assert_eq!(
        http_response(&json(r#"{"status": "good"}"#)).expect_err("no status").to_string(),
        "$.status: a status code is needed"
    );
    assert_eq!(http_request(&json(r#"{"path": []}"#)).expect_err("no path").to_string(), "$.path: a text is needed");
}

#[test]
fn hostile_templates_are_refused_or_taken_apart_in_a_moment() {
    let mut deep = "1".to_owned();
    for _ in 0..120 {
        deep = format!(r#"{{"pact:matcher:type":"type","value":[{deep}]}}"#);
    }
    let document_of = |text: &str| document(&json(text)).unwrap_or_else(|error| panic!("{error}")).value;
    assert_eq!(document_of(&deep).rules.len(), 120);
    let items: Vec<String> =
        (0..20_000).map(|at| format!(r#"{{"pact:matcher:type":"regex","regex":"{at}","value":"{at}"}}"#)).collect();
    let text = format!(r#"{{"pact:matcher:type":"type","min":1,"value":[{}]}}"#, items.join(","));
    assert_eq!(document_of(&text).rules["$[*]"].rules.len(), 20_000);
    let text = format!(r#"{{"pact:matcher:type":"type","value":[{}]}}"#, items.join(","));
    assert_eq!(document_of(&text).rules.len(), 20_001);
    let many = r#"{"pact:matcher:type":"atLeast(99999999), eachValue(matching(type, 'x'))"}"#;
    assert_eq!(document_of(many).example.as_array().map(<[_]>::len), Some(100));
    // Deeper than a text could be.
    let built = (0..5_000).fold(Json::Null, |inner, _| Json::Array(vec![inner]));
    assert!(document(&built).expect_err("too deep").to_string().ends_with("nests deeper than 256 levels"));
}

proptest! {
    #[test]
    fn any_object_is_a_template_or_an_error(
        kind in "type|regex|eachKey|eachValue|values|arrayContains|include|x|atLeast\\(1\\)|matching\\(\\$'a'\\)",
        name in "value|rules|variants|a|min|pact:generator:type",
        inner in "1|\"x\"|\\[\\]|\\{\\}|\\[1,2\\]|\\{\"pact:matcher:type\":\"integer\"\\}|\\[\\{\"pact:matcher:type\":\"integer\",\"value\":1\\}\\]",
    ) {
        let text = format!(r#"{{"pact:matcher:type":"{kind}","{name}":{inner}}}"#);
        if let Ok(loaded) = document(&json(&text)) {
            prop_assert!(!loaded.value.example.to_compact().contains("pact:"));
        }
    }
}
