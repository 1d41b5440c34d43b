//! Status codes and headers.

use serde_json::{Value, json};

use super::{Answer, Case};

/// All cases.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        status(&json!("success"), 200, &[200, 201, 204, 299], &[301, 404, 500]),
        status(&json!("redirect"), 301, &[300, 302, 308], &[200, 404, 500]),
        status(&json!("clientError"), 404, &[400, 499], &[200, 500]),
        status(&json!("serverError"), 500, &[500, 503], &[200, 404]),
        status(&json!("error"), 500, &[400, 500], &[200, 302]),
        status(&json!("nonError"), 200, &[200, 302], &[404, 500]),
        status(&json!([200, 201, 404]), 200, &[200, 201, 404], &[202, 400, 500]),
    ];
    cases.extend(headers());
    cases
}

fn status(class: &Value, example: u16, keep: &[u16], break_it: &[u16]) -> Case {
    let answer = |status: &u16| Answer::json(&json!(1)).status(*status);
    Case::response(
        &format!("status class {class}"),
        json!({
            "status": example,
            "matchingRules": { "status": { "combine": "AND", "matchers": [{ "match": "statusCode", "status": class }] } },
        }),
        keep.iter().map(answer).collect(),
        break_it.iter().map(|status| (answer(status), "status")).collect(),
    )
}

fn headers() -> Vec<Case> {
    let case = |name: &str, example: Value, matcher: Option<Value>, keep: &[&str], break_it: &[&str]| {
        let answer = |value: &&str| Answer::json(&json!(1)).header("x-a", value);
        let rules = matcher.map(|matcher| json!({ "X-A": { "combine": "AND", "matchers": [matcher] } }));
        let mut broken: Vec<_> = break_it.iter().map(|value| (answer(value), "header")).collect();
        broken.push((Answer::json(&json!(1)), "header"));
        Case::response(
            &format!("header, {name}"),
            json!({
                "status": 200, "headers": { "X-A": example },
                "matchingRules": { "header": rules.unwrap_or_else(|| json!({})) },
            }),
            keep.iter().map(answer).collect(),
            broken,
        )
    };
    vec![
        case("no rule", json!("Ab, c"), None, &["Ab, c", "Ab,c"], &["ab, c", "Ab", "c, Ab"]),
        case(
            "regex",
            json!("a1"),
            Some(json!({ "match": "regex", "regex": "[a-z]\\d" })),
            &["b2", "a1"],
            &["1a", "a11", ""],
        ),
        case("type", json!("a"), Some(json!({ "match": "type" })), &["a", "anything", "7"], &[]),
        case("equality", json!("a"), Some(json!({ "match": "equality" })), &["a"], &["A", "aa"]),
        case("include", json!("abc"), Some(json!({ "match": "include", "value": "b" })), &["b", "xbx"], &["ac", "B"]),
        case("integer", json!("1"), Some(json!({ "match": "integer" })), &["7", "100"], &["1.5", "x"]),
        case("decimal", json!("1.5"), Some(json!({ "match": "decimal" })), &["0.25"], &["1.x", "x"]),
        case("semver", json!("1.0.0"), Some(json!({ "match": "semver" })), &["2.10.3"], &["1.0", "v1.0.0"]),
        case(
            "date",
            json!("2024-01-31"),
            Some(json!({ "match": "date", "format": "yyyy-MM-dd" })),
            &["2024-02-29"],
            &["2024-02-30", "29.02.2024"],
        ),
        case("several values", json!(["a", "b"]), None, &["a, b", "a,b"], &["a", "b, a", "a, b, c"]),
    ]
}
