//! What the matchers of the JavaScript library hand over, each understood.

use super::{error, shown};

#[test]
fn each_matcher_is_understood() {
    for (call, text, expected) in [
        ("like(5)", r#"{"pact:matcher:type":"type","value":5}"#, &["5", r#"$ {"match":"type"}"#][..]),
        (
            "eachLike({a: 1}, 2)",
            r#"{"pact:matcher:type":"type","min":2,"value":[{"a":1},{"a":1}]}"#,
            &[r#"[{"a":1},{"a":1}]"#, r#"$ {"match":"type","min":2}"#],
        ),
        (
            "eachLike(integer(1))",
            r#"{"pact:matcher:type":"type","min":1,"value":[{"pact:matcher:type":"integer","value":1}]}"#,
            &["[1]", r#"$ {"match":"type","min":1}"#, r#"$[*] {"match":"integer"}"#],
        ),
        (
            "atMostLike(1, 3)",
            r#"{"pact:matcher:type":"type","max":3,"value":[1]}"#,
            &["[1]", r#"$ {"match":"type","max":3}"#],
        ),
        (
            "constrainedArrayLike(1, 1, 3)",
            r#"{"pact:matcher:type":"type","min":1,"max":3,"value":[1]}"#,
            &["[1]", r#"$ {"match":"type","max":3,"min":1}"#],
        ),
        (
            "integer()",
            r#"{"pact:matcher:type":"integer","pact:generator:type":"RandomInt","value":101}"#,
            &["101", r#"$ {"match":"integer"}"#, r#"$ <- {"max":10,"min":0,"type":"RandomInt"}"#],
        ),
        (
            "decimal()",
            r#"{"pact:matcher:type":"decimal","pact:generator:type":"RandomDecimal","value":12.34}"#,
            &["12.34", r#"$ {"match":"decimal"}"#, r#"$ <- {"digits":10,"type":"RandomDecimal"}"#],
        ),
        ("number(3)", r#"{"pact:matcher:type":"number","value":3}"#, &["3", r#"$ {"match":"number"}"#]),
        ("boolean(true)", r#"{"pact:matcher:type":"type","value":true}"#, &["true", r#"$ {"match":"type"}"#]),
        ("string('a')", r#"{"pact:matcher:type":"type","value":"a"}"#, &[r#""a""#, r#"$ {"match":"type"}"#]),
        (
            "regex(/a+/, 'aa')",
            r#"{"pact:matcher:type":"regex","regex":"a+","value":"aa"}"#,
            &[r#""aa""#, r#"$ {"match":"regex","regex":"a+"}"#],
        ),
        (
            "uuid()",
            r#"{"pact:matcher:type":"regex","regex":"[0-9a-f]{8}","pact:generator:type":"Uuid","value":"e2490de5"}"#,
            &[r#""e2490de5""#, r#"$ {"match":"regex","regex":"[0-9a-f]{8}"}"#, r#"$ <- {"type":"Uuid"}"#],
        ),
        (
            "timestamp('yyyy', '2000')",
            r#"{"pact:matcher:type":"timestamp","format":"yyyy","value":"2000"}"#,
            &[r#""2000""#, r#"$ {"format":"yyyy","match":"datetime"}"#],
        ),
        (
            "time('HH', '10')",
            r#"{"pact:matcher:type":"time","format":"HH","value":"10"}"#,
            &[r#""10""#, r#"$ {"format":"HH","match":"time"}"#],
        ),
        (
            "contentType('image/png')",
            r#"{"pact:matcher:type":"contentType","value":"image/png"}"#,
            &[r#""image/png""#, r#"$ {"match":"contentType","value":"image/png"}"#],
        ),
        (
            "includes('x')",
            r#"{"pact:matcher:type":"include","value":"x"}"#,
            &[r#""x""#, r#"$ {"match":"include","value":"x"}"#],
        ),
        ("nullValue()", r#"{"pact:matcher:type":"null","value":null}"#, &["null", r#"$ {"match":"null"}"#]),
        ("equal([1])", r#"{"pact:matcher:type":"equality","value":[1]}"#, &["[1]", r#"$ {"match":"equality"}"#]),
        (
            "arrayContaining(like(1), 'a')",
            r#"{"pact:matcher:type":"arrayContains","variants":[{"pact:matcher:type":"type","value":1},"a"]}"#,
            &[
                r#"[1,"a"]"#,
                r#"$ {"match":"arrayContains","variants":[{"index":0,"rules":{"$":{"combine":"AND","matchers":[{"match":"type"}]}}},{"index":1,"rules":{}}]}"#,
            ],
        ),
        (
            "eachKeyLike('k', like({n: 1}))",
            r#"{"pact:matcher:type":"values","value":{"k":{"pact:matcher:type":"type","value":{"n":1}}}}"#,
            &[r#"{"k":{"n":1}}"#, r#"$ {"match":"values"}"#, r#"$.* {"match":"type"}"#],
        ),
        (
            "eachKeyMatches({k: 1}, [regex(/k+/, 'kk')])",
            r#"{"pact:matcher:type":"eachKey","rules":[{"pact:matcher:type":"regex","regex":"k+","value":"kk"}],"value":{"k":1}}"#,
            &[r#"{"k":1}"#, r#"$ {"match":"eachKey","rules":[{"match":"regex","regex":"k+"}],"value":"kk"}"#],
        ),
        (
            "eachValueMatches({k: 1}, [integer(2)])",
            r#"{"pact:matcher:type":"eachValue","rules":[{"pact:matcher:type":"integer","value":2}],"value":{"k":1}}"#,
            &[r#"{"k":1}"#, r#"$ {"match":"eachValue","rules":[{"match":"integer"}],"value":2}"#],
        ),
        (
            "matchStatus(200, 'success')",
            r#"{"pact:matcher:type":"statusCode","status":"success","value":200}"#,
            &["200", r#"$ {"match":"statusCode","status":"success"}"#],
        ),
        (
            "url(['orders', regex(/\\d+/, '1')])",
            r#"{"pact:matcher:type":"regex","pact:generator:type":"MockServerURL","regex":".*(\\/orders\\/\\d+)$","value":"http://localhost:8080/orders/1","example":"http://localhost:8080/orders/1"}"#,
            &[
                r#""http://localhost:8080/orders/1""#,
                r#"$ {"match":"regex","regex":".*(\\/orders\\/\\d+)$"}"#,
                r#"$ <- {"example":"http://localhost:8080/orders/1","regex":".*(\\/orders\\/\\d+)$","type":"MockServerURL"}"#,
            ],
        ),
        (
            "fromProviderState('${id}', 7)",
            r#"{"pact:matcher:type":"type","pact:generator:type":"ProviderState","expression":"${id}","value":7}"#,
            &["7", r#"$ {"match":"type"}"#, r#"$ <- {"expression":"${id}","type":"ProviderState"}"#],
        ),
    ] {
        assert_eq!(shown(text), expected.join("\n"), "{call}");
    }
}

/// Objects that the official core logs and turns into `null`.
#[test]
fn what_the_official_core_drops_silently_is_an_error() {
    for (text, place) in [
        (r#"{"a": {"pact:matcher:type": "regex", "value": "x"}}"#, "$.a: "),
        (r#"{"a": [{"pact:matcher:type": "min-type", "value": []}]}"#, "$.a[0]: "),
        (r#"{"a": {"pact:matcher:type": "matching(regex, 'x')", "value": "x"}}"#, "$.a: "),
        (r#"{"a": {"pact:matcher:type": "arrayContains", "value": []}}"#, "$.a: "),
        (r#"{"a": {"pact:matcher:type": "type", "regexp": "x", "value": "x"}}"#, "$.a.regexp: "),
        (r#"{"a": {"pact:matcher:type": "statusCode", "status": "fine", "value": 200}}"#, "$.a: "),
    ] {
        let error = error(text);
        assert!(error.starts_with(place), "{text}: {error}");
    }
}
