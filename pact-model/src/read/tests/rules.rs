//! Single matching rules.

use super::*;

#[test]
fn every_rule_is_read() {
    let both = |min, max| MatchingRule::Type { min, max };
    for (text, rule) in [
        (r#"{ "match": "equality" }"#, MatchingRule::Equality),
        (r#"{ "match": "regex", "regex": "\\d+" }"#, MatchingRule::Regex("\\d+".to_owned())),
        (r#"{ "regex": "a" }"#, MatchingRule::Regex("a".to_owned())),
        (r#"{ "match": "type" }"#, both(None, None)),
        (r#"{ "match": "type", "min": 0, "max": "7" }"#, both(Some(0), Some(7))),
        (r#"{ "match": "type", "min": 2.0, "max": null }"#, both(Some(2), None)),
        (r#"{ "min": 1, "max": 2 }"#, both(Some(1), Some(2))),
        (r#"{ "max": 2 }"#, both(None, Some(2))),
        (r#"{ "match": "min-type", "min": 1 }"#, both(Some(1), None)),
        (r#"{ "match": "max", "max": 1 }"#, both(None, Some(1))),
        (r#"{ "match": "include", "value": "x" }"#, MatchingRule::Include("x".to_owned())),
        (r#"{ "match": "number" }"#, MatchingRule::Number),
        (r#"{ "match": "integer" }"#, MatchingRule::Integer),
        (r#"{ "match": "real" }"#, MatchingRule::Decimal),
        (r#"{ "match": "decimal" }"#, MatchingRule::Decimal),
        (r#"{ "match": "boolean" }"#, MatchingRule::Boolean),
        (r#"{ "match": "null" }"#, MatchingRule::Null),
        (r#"{ "match": "date" }"#, MatchingRule::Date(String::new())),
        (r#"{ "match": "date", "date": "yyyy" }"#, MatchingRule::Date("yyyy".to_owned())),
        (r#"{ "time": "HH" }"#, MatchingRule::Time("HH".to_owned())),
        (r#"{ "timestamp": "HH" }"#, MatchingRule::DateTime("HH".to_owned())),
        (r#"{ "match": "timestamp", "format": "HH" }"#, MatchingRule::DateTime("HH".to_owned())),
        (r#"{ "match": "datetime", "datetime": "HH" }"#, MatchingRule::DateTime("HH".to_owned())),
        (r#"{ "match": "content-type", "value": "a/b" }"#, MatchingRule::ContentType("a/b".to_owned())),
        (r#"{ "match": "values" }"#, MatchingRule::Values),
        (r#"{ "match": "statusCode" }"#, MatchingRule::StatusCode(StatusClass::Success)),
        (r#"{ "match": "status-code", "status": "information" }"#, MatchingRule::StatusCode(StatusClass::Information)),
        (
            r#"{ "match": "statusCode", "status": [200, "201"] }"#,
            MatchingRule::StatusCode(StatusClass::Codes(vec![200, 201])),
        ),
        (r#"{ "match": "not-empty" }"#, MatchingRule::NotEmpty),
        (r#"{ "match": "semver" }"#, MatchingRule::Semver),
        (r#"{ "pact:matcher:type": "regex", "regex": "a", "value": "a" }"#, MatchingRule::Regex("a".to_owned())),
        (r#"{ "pact:matcher:type": "matching(regex, 'a', 'a')" }"#, MatchingRule::Regex("a".to_owned())),
    ] {
        assert_eq!(matching_rule(&json(text)), rule, "{text}");
    }
}

#[test]
fn nested_rules_are_read() {
    let each = matching_rule(&json(
        r#"{ "match": "eachKey", "rules": [{ "match": "regex", "regex": "a" }, { "match": "semver" }], "value": "k", "generator": { "type": "Uuid" } }"#,
    ));
    let MatchingRule::EachKey(each) = each else { panic!("eachKey") };
    assert_eq!((each.rules.len(), each.example.as_ref().and_then(Json::as_str)), (2, Some("k")));
    assert_eq!(each.generator.map(|generator| generator.kind).as_deref(), Some("Uuid"));
    assert_eq!(
        matching_rule(&json(r#"{ "match": "each-value" }"#)),
        MatchingRule::EachValue(crate::rules::EachRule::default())
    );

    let contains = matching_rule(&json(
        r#"{ "match": "array-contains", "variants": [
            { "index": 1, "rules": { "$.a": { "matchers": [{ "match": "type" }] }, "": { "matchers": [] } }, "generators": { "$.a": { "type": "RandomInt", "min": 1 } } },
            {}
        ] }"#,
    ));
    let MatchingRule::ArrayContains(variants) = contains else { panic!("arrayContains") };
    assert_eq!(
        (variants[0].index, variants[0].rules.len(), variants[0].generators["$.a"].kind.as_str()),
        (1, 1, "RandomInt")
    );
    assert_eq!(variants[1], crate::rules::ArrayVariant::default());
}

#[test]
fn unknown_rules_are_kept_with_their_parameters() {
    let MatchingRule::Other { name, params } =
        matching_rule(&json(r#"{ "match": "jwt", "alg": ["RS256"], "value": 1 }"#))
    else {
        panic!("a plugin's rule")
    };
    assert_eq!((name.as_str(), Json::Object(params).to_compact().as_str()), ("jwt", r#"{"alg":["RS256"],"value":1}"#));
    let integration =
        matching_rule(&json(r#"{ "pact:matcher:type": "jwt", "pact:generator:type": "Jwt", "alg": 1, "value": 1 }"#));
    let MatchingRule::Other { params, .. } = integration else { panic!("a plugin's rule") };
    assert_eq!(Json::Object(params).to_compact(), r#"{"alg":1}"#);
}

#[test]
fn rules_that_cannot_be_understood_are_kept_with_a_warning() {
    for (text, reason) in [
        ("7", "a matching rule is an object, found the number 7"),
        ("{}", "it has no `match`, and its members do not tell what it asks"),
        (r#"{ "match": "" }"#, "`match` is empty"),
        (r#"{ "match": 1 }"#, "`match` is a name, found the number 1"),
        (r#"{ "match": "regex" }"#, "`regex` is missing"),
        (r#"{ "match": "regex", "regex": {} }"#, "`regex` is a text, found an object"),
        (r#"{ "match": "min" }"#, "`min` is missing"),
        (r#"{ "match": "type", "min": -1 }"#, "`min` is a length, found the number -1"),
        (r#"{ "match": "type", "max": "many" }"#, "`max` is a length, found the string \"many\""),
        (r#"{ "match": "type", "max": 1e400 }"#, "`max` is a length, found the number 1e400"),
        (r#"{ "match": "include" }"#, "`value` is missing"),
        (r#"{ "pact:matcher:type": "atLeast(1), atMost(2)" }"#, "`atLeast(1), atMost(2)` is more than one rule"),
        (
            r#"{ "pact:matcher:type": "matching(" }"#,
            "`matching(` is no matching definition: expected the name of a matching rule or `$` at character 10, found the end",
        ),
        (r#"{ "match": "date", "format": 1 }"#, "`format` is a date or time pattern, found the number 1"),
        (
            r#"{ "match": "statusCode", "status": "good" }"#,
            "`status` is a class of status codes or a list of them, found the string \"good\"",
        ),
        (r#"{ "match": "statusCode", "status": [99999] }"#, "expected a status code, found the number 99999"),
        (r#"{ "match": "arrayContains" }"#, "`variants` is missing"),
        (r#"{ "match": "arrayContains", "variants": [1] }"#, "a variant is an object, found the number 1"),
        (
            r#"{ "match": "arrayContains", "variants": [{ "index": -1 }] }"#,
            "`index` of a variant is a position, found the number -1",
        ),
        (r#"{ "match": "eachKey", "rules": {} }"#, "`rules` is an array of rules, found an object"),
    ] {
        let MatchingRule::Unreadable { json: kept, reason: found } = matching_rule(&json(text)) else {
            panic!("{text}")
        };
        assert_eq!((kept, found.as_str()), (json(text).into_owned(), reason));
    }
    let loaded = rules(
        r#"{ "body": { "$.a": { "matchers": [{ "match": "type" }, { "match": "eachValue", "rules": [{ "match": "regex" }] }] }, "$.b": { "matchers": 1 } },
             "$.path": { "match": "regex" }, "madness": {} }"#,
    );
    let warnings: Vec<String> = loaded.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "$.body['$.a'].matchers[1]: this matching rule cannot be understood: `regex` is missing; kept, but comparing this part will fail",
            "$.body['$.b']: this matching rule cannot be understood: `matchers` is an array of rules, found the number 1; kept, but comparing this part will fail",
            "$['$.path']: this matching rule cannot be understood: `regex` is missing; kept, but comparing this part will fail",
            "$.madness: unknown category of matching rules: kept, but not used",
        ]
    );
}
