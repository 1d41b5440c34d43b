//! JSON bodies.

use serde_json::{Value, json};

use super::{Answer, Case};

/// All cases.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = body_rules();
    cases.extend([plain(), cascade(), alternatives()]);
    cases.extend([
        unknown("a rule that nobody knows", &json!({ "match": "madeUp" })),
        unknown("a rule without its expression", &json!({ "match": "regex" })),
    ]);
    cases
}

/// A rule on `$.x` of a JSON body.
fn rule(name: &str, example: Value, matcher: Value, keep: Vec<Value>, break_it: Vec<Value>) -> Case {
    let of = |value: &Value| Answer::json(&json!({ "x": value, "more": "than expected" }));
    let mut broken: Vec<_> = break_it.iter().map(|value| (of(value), "body")).collect();
    broken.push((Answer::json(&json!({ "y": example })), "body"));
    broken.push((Answer::json(&json!([])), "body"));
    broken.push((of(&example).body(br#"{"x": "#), "body"));
    broken.push((of(&example).body(""), "body"));
    broken.push((of(&example).status(500), "status"));
    broken.push((of(&example).header("content-type", "text/html"), "header"));
    let mut kept: Vec<_> = keep.iter().map(of).collect();
    kept.push(of(&example));
    kept.push(of(&example).header("x-more", "than expected"));
    Case::response(
        name,
        json!({
            "status": 200, "headers": { "Content-Type": "application/json" },
            "body": { "content": { "x": example }, "contentType": "application/json" },
            "matchingRules": { "body": { "$.x": { "combine": "AND", "matchers": [matcher] } } },
        }),
        kept,
        broken,
    )
}

fn body_rules() -> Vec<Case> {
    let values = |values: Value| values.as_array().cloned().unwrap_or_default();
    let case = |name: &str, example: Value, matcher: Value, keep: Value, break_it: Value| {
        rule(name, example, matcher, values(keep), values(break_it))
    };
    vec![
        case("equality", json!("a"), json!({ "match": "equality" }), json!([]), json!(["b", "A", 1, null, ["a"]])),
        case(
            "type of text",
            json!("a"),
            json!({ "match": "type" }),
            json!(["", "other"]),
            json!([1, true, null, {}, ["a"]]),
        ),
        case(
            "type of number",
            json!(1),
            json!({ "match": "type" }),
            json!([0, -7, 100]),
            json!(["1", true, null, [1]]),
        ),
        case("type of boolean", json!(true), json!({ "match": "type" }), json!([false]), json!(["true", 1, null])),
        case(
            "regex",
            json!("ab12"),
            json!({ "match": "regex", "regex": "[a-z]+\\d+" }),
            json!(["z9"]),
            json!(["ab", "ab12!", "AB12", null]),
        ),
        case(
            "integer",
            json!(1),
            json!({ "match": "integer" }),
            json!([0, -3, 123_456_789]),
            json!([1.5, "1", null, true]),
        ),
        case("decimal", json!(1.5), json!({ "match": "decimal" }), json!([0.25, -3.75]), json!([1, "1.5", null])),
        case("number", json!(1), json!({ "match": "number" }), json!([2, 2.5, -1]), json!(["x", null, true])),
        case("boolean", json!(true), json!({ "match": "boolean" }), json!([false]), json!(["yes", 0, null])),
        case("null", json!(null), json!({ "match": "null" }), json!([]), json!(["null", 0, {}])),
        case(
            "include",
            json!("a b c"),
            json!({ "match": "include", "value": "b" }),
            json!(["b", "abc"]),
            json!(["a c", "B", ""]),
        ),
        case(
            "date",
            json!("2024-02-29"),
            json!({ "match": "date", "date": "yyyy-MM-dd" }),
            json!(["1999-12-31"]),
            json!(["29.02.2024", "2024-02-30", "2024-2-9", "today"]),
        ),
        case(
            "time",
            json!("10:30:00"),
            json!({ "match": "time", "time": "HH:mm:ss" }),
            json!(["00:00:00", "23:59:59"]),
            json!(["24:00:00", "10:30", "10-30-00", ""]),
        ),
        case(
            "timestamp",
            json!("2024-02-29T10:30:00"),
            json!({ "match": "timestamp", "timestamp": "yyyy-MM-dd'T'HH:mm:ss" }),
            json!(["1999-12-31T23:59:59"]),
            json!(["2024-02-29 10:30:00", "2024-02-29", "2023-02-29T10:30:00"]),
        ),
        case(
            "semver",
            json!("1.2.3"),
            json!({ "match": "semver" }),
            json!(["0.0.1", "1.0.0-rc.1"]),
            json!(["1.2", "v1.2.3", "1.2.x"]),
        ),
        case("notEmpty", json!("a"), json!({ "match": "notEmpty" }), json!(["b"]), json!([""])),
        case(
            "min",
            json!([1]),
            json!({ "match": "type", "min": 2 }),
            json!([[1, 2], [1, 2, 3]]),
            json!([[1], [], [1, "2"], "x"]),
        ),
        case("max", json!([1]), json!({ "match": "type", "max": 2 }), json!([[1, 2]]), json!([[1, 2, 3], ["1"], {}])),
        case(
            "eachValue",
            json!({ "a": "1" }),
            json!({ "match": "eachValue", "rules": [{ "match": "regex", "regex": "\\d+" }], "value": "1" }),
            json!([{ "b": "22", "c": "3" }]),
            json!([{ "b": "x" }, { "a": "1", "b": "" }]),
        ),
        case(
            "eachKey",
            json!({ "a": 1 }),
            json!({ "match": "eachKey", "rules": [{ "match": "regex", "regex": "[a-z]" }], "value": "a" }),
            json!([{ "a": 1, "b": 1 }]),
            json!([{ "a": 1, "B": 1 }, { "a": 1, "ab": 1 }]),
        ),
        case(
            "arrayContains",
            json!([1]),
            json!({ "match": "arrayContains", "variants": [{ "index": 0, "rules": {} }] }),
            json!([[2, 1, 3]]),
            json!([[2, 3], [], ["1"]]),
        ),
        case(
            "min and max",
            json!([1, 2]),
            json!({ "match": "type", "min": 1, "max": 2 }),
            json!([[1], [3, 4]]),
            json!([[], [1, 2, 3], ["1"], null]),
        ),
        case(
            "datetime with a zone",
            json!("2024-02-29T10:30:00+01:00"),
            json!({ "match": "datetime", "format": "yyyy-MM-dd'T'HH:mm:ssXXX" }),
            json!(["1999-12-31T23:59:59Z"]),
            json!(["2024-02-29T10:30:00", "2024-02-29T10:30:00 +01:00", 1_709_199_000]),
        ),
        case("values", json!({ "a": 1 }), json!({ "match": "values" }), json!([{ "b": 1 }]), json!([[1], "x"])),
    ]
    .into_iter()
    // Two examples are not within their own bounds, and are no answers that keep the contract.
    .map(|mut case| {
        if case.name == "min" {
            let too_short = json!({ "x": [1], "more": "than expected" }).to_string().into_bytes();
            case.keep.retain(|answer| answer.body != too_short);
        }
        case
    })
    .collect()
}

/// Without rules: what the contract has must come, as it is.
fn plain() -> Case {
    let expected = json!({ "id": 1, "name": "a", "tags": ["x", "y"], "owner": { "id": 7 }, "gone": null });
    let with = |pointer: &str, value: Value| {
        let mut changed = expected.clone();
        *changed.pointer_mut(pointer).expect("a place in the document") = value;
        Answer::json(&changed)
    };
    let without = |name: &str| {
        let mut changed = expected.clone();
        changed.as_object_mut().expect("an object").remove(name);
        Answer::json(&changed)
    };
    let good = Answer::json(&expected);
    let more = {
        let mut more = expected.clone();
        more["extra"] = json!(1);
        more["owner"]["extra"] = json!(1);
        Answer::json(&more)
    };
    Case::response(
        "no rules",
        json!({
            "status": 200, "headers": { "Content-Type": "application/json", "X-Kind": "a" },
            "body": { "content": expected, "contentType": "application/json" },
        }),
        [good.clone(), more, good.clone().header("content-type", "application/json;charset=utf-8")]
            .map(|answer| answer.header("x-kind", "a"))
            .to_vec(),
        vec![
            (good.clone(), "header"),
            (good.clone().header("x-kind", "b"), "header"),
            (good.clone().header("x-kind", "a").status(201), "status"),
            (good.header("x-kind", "a").body("null"), "body"),
            (with("/id", json!(2)).header("x-kind", "a"), "body"),
            (with("/id", json!("1")).header("x-kind", "a"), "body"),
            (with("/name", json!("A")).header("x-kind", "a"), "body"),
            (with("/tags", json!(["x"])).header("x-kind", "a"), "body"),
            (with("/tags", json!(["x", "y", "z"])).header("x-kind", "a"), "body"),
            (with("/tags", json!(["y", "x"])).header("x-kind", "a"), "body"),
            (with("/owner/id", json!(8)).header("x-kind", "a"), "body"),
            (with("/owner", json!(null)).header("x-kind", "a"), "body"),
            (with("/gone", json!(0)).header("x-kind", "a"), "body"),
            (without("name").header("x-kind", "a"), "body"),
            (without("gone").header("x-kind", "a"), "body"),
            (without("owner").header("x-kind", "a"), "body"),
        ],
    )
}

fn with_rules(name: &str, content: &Value, rules: &Value, keep: &[Value], break_it: &[Value]) -> Case {
    Case::response(
        name,
        json!({
            "status": 200, "body": { "content": content, "contentType": "application/json" },
            "matchingRules": { "body": rules },
        }),
        keep.iter().map(Answer::json).collect(),
        break_it.iter().map(|body| (Answer::json(body), "body")).collect(),
    )
}

/// A rule holds for what is below it, until a nearer one takes over.
fn cascade() -> Case {
    let rules = json!({
        "$.order": { "combine": "AND", "matchers": [{ "match": "type" }] },
        "$.order.state": { "combine": "AND", "matchers": [{ "match": "equality" }] },
        "$.order.lines[*].sku": { "combine": "AND", "matchers": [{ "match": "regex", "regex": "[A-Z]-\\d" }] },
    });
    let order = |state: &str, total: Value, skus: &[&str]| {
        let lines: Vec<_> = skus.iter().map(|sku| json!({ "sku": sku, "quantity": 2 })).collect();
        json!({ "order": { "state": state, "total": total, "lines": lines } })
    };
    with_rules(
        "a cascade",
        &order("paid", json!(12.5), &["A-1"]),
        &rules,
        &[order("paid", json!(0.25), &["B-2"]), order("paid", json!(12.5), &["A-1", "C-3", "D-4"])],
        &[
            order("open", json!(12.5), &["A-1"]),
            order("paid", json!("12.5"), &["A-1"]),
            order("paid", json!(12.5), &["a-1"]),
            order("paid", json!(12.5), &["A-1", "x"]),
            json!({ "order": { "state": "paid", "total": 1.5, "lines": [{ "sku": "A-1" }] } }),
            json!({ "order": { "state": "paid", "total": 1.5, "lines": [{ "sku": "A-1", "quantity": "2" }] } }),
        ],
    )
}

fn alternatives() -> Case {
    let rules = json!({ "$.x": { "combine": "OR", "matchers": [{ "match": "null" }, { "match": "integer" }] } });
    let x = |value: Value| json!({ "x": value });
    with_rules(
        "alternatives",
        &x(json!(1)),
        &rules,
        &[x(json!(7)), x(json!(null))],
        &[x(json!("7")), x(json!(1.5)), x(json!([])), json!({})],
    )
}

/// What cannot be applied lets nothing pass.
fn unknown(name: &str, matcher: &Value) -> Case {
    let rules = json!({ "$.x": { "combine": "AND", "matchers": [matcher] } });
    with_rules(name, &json!({ "x": "a" }), &rules, &[], &[json!({ "x": "a" }), json!({ "x": 1 }), json!({})])
}
