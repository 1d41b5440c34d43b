//! Providers with one deliberate fault each: for each matching rule those that keep the contract, and several that break it.
//!
//! What the verdict must be is stated here, for each answer by hand, and not asked of the code under test.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::{Value, json};

use crate::support::{report, serve, verifying};

/// What a provider answers; each fault changes one thing of it.
#[derive(Debug, Clone)]
struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Answer {
    fn json(body: &Value) -> Self {
        Self { status: 200, headers: vec![("content-type", "application/json".to_owned())], body: body.to_string() }
    }

    fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(own, _)| *own != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    fn body(self, body: &str) -> Self {
        Self { body: body.to_owned(), ..self }
    }
}

/// An expected response, and answers that keep or break it; for those that break it, what the first difference is about.
struct Case {
    name: String,
    response: Value,
    keep: Vec<Answer>,
    break_it: Vec<(Answer, &'static str)>,
}

/// A rule on `$.x` of a JSON body.
fn rule(name: &str, example: Value, matcher: Value, keep: Vec<Value>, break_it: Vec<Value>) -> Case {
    let of = |value: &Value| Answer::json(&json!({ "x": value, "more": "than expected" }));
    let mut broken: Vec<_> = break_it.iter().map(|value| (of(value), "body")).collect();
    broken.push((Answer::json(&json!({ "y": example })), "body"));
    broken.push((Answer::json(&json!([])), "body"));
    broken.push((of(&example).body(r#"{"x": "#), "body"));
    broken.push((of(&example).body(""), "body"));
    broken.push((of(&example).status(500), "status"));
    broken.push((of(&example).header("content-type", "text/html"), "header"));
    let mut kept: Vec<_> = keep.iter().map(of).collect();
    kept.push(of(&example));
    kept.push(of(&example).header("x-more", "than expected"));
    Case {
        name: name.to_owned(),
        response: json!({
            "status": 200, "headers": { "Content-Type": "application/json" },
            "body": { "content": { "x": example }, "contentType": "application/json" },
            "matchingRules": { "body": { "$.x": { "combine": "AND", "matchers": [matcher] } } },
        }),
        keep: kept,
        break_it: broken,
    }
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
        case("values", json!({ "a": 1 }), json!({ "match": "values" }), json!([{ "b": 1 }]), json!([[1], "x"])),
    ]
    .into_iter()
    // Two examples are not within their own bounds, and are no answers that keep the contract.
    .map(|mut case| {
        if case.name == "min" {
            let too_short = json!({ "x": [1], "more": "than expected" }).to_string();
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
    Case {
        name: "no rules".to_owned(),
        response: json!({
            "status": 200, "headers": { "Content-Type": "application/json", "X-Kind": "a" },
            "body": { "content": expected, "contentType": "application/json" },
        }),
        keep: [good.clone(), more, good.clone().header("content-type", "application/json;charset=utf-8")]
            .map(|answer| answer.header("x-kind", "a"))
            .to_vec(),
        break_it: vec![
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
    }
}

/// Rules on status and headers.
fn other_parts() -> Vec<Case> {
    let status = |class: &str, example: u16, keep: &[u16], break_it: &[u16]| Case {
        name: format!("status class {class}"),
        response: json!({
            "status": example,
            "matchingRules": { "status": { "combine": "AND", "matchers": [{ "match": "statusCode", "status": class }] } },
        }),
        keep: keep.iter().map(|status| Answer::json(&json!(1)).status(*status)).collect(),
        break_it: break_it.iter().map(|status| (Answer::json(&json!(1)).status(*status), "status")).collect(),
    };
    let plain = || Answer::json(&json!(1));
    vec![
        status("success", 200, &[200, 201, 204, 299], &[301, 404, 500]),
        status("clientError", 404, &[400, 499], &[200, 500]),
        status("serverError", 500, &[500, 503], &[200, 404]),
        status("error", 500, &[400, 500], &[200, 302]),
        status("nonError", 200, &[200, 302], &[404, 500]),
        Case {
            name: "regex on a header".to_owned(),
            response: json!({
                "status": 200, "headers": { "X-Id": "a1" },
                "matchingRules": { "header": { "X-Id": { "combine": "AND", "matchers": [{ "match": "regex", "regex": "[a-z]\\d" }] } } },
            }),
            keep: vec![plain().header("x-id", "b2"), plain().header("x-id", "a1")],
            break_it: vec![
                (plain(), "header"),
                (plain().header("x-id", "1a"), "header"),
                (plain().header("x-id", "a11"), "header"),
            ],
        },
    ]
}

#[tokio::test]
async fn every_fault_is_found_and_nothing_else() {
    let mut cases = body_rules();
    cases.push(plain());
    cases.extend(other_parts());
    let mut answers = Vec::new();
    let mut interactions = Vec::new();
    let mut expected = Vec::new();
    for case in &cases {
        let kept = case.keep.iter().map(|answer| (answer, None));
        let broken = case.break_it.iter().map(|(answer, about)| (answer, Some(*about)));
        for (answer, about) in kept.chain(broken) {
            interactions.push(json!({
                "type": "Synchronous/HTTP", "description": format!("{}: {answer:?}", case.name),
                "request": { "method": "GET", "path": format!("/{}", answers.len()) }, "response": case.response,
            }));
            answers.push(answer.clone());
            expected.push(about);
        }
    }
    let routes = Router::new()
        .fallback(async |State(answers): State<std::sync::Arc<Vec<Answer>>>, request: Request| {
            let number: usize = request.uri().path().trim_start_matches('/').parse().expect("a number");
            let answer = &answers[number];
            let mut response = Response::builder().status(answer.status);
            for (name, value) in &answer.headers {
                response = response.header(*name, value);
            }
            response.body(Body::from(answer.body.clone())).expect("a response")
        })
        .with_state(std::sync::Arc::new(answers));

    let report = report(verifying(&Value::from(interactions)).provider_url(serve(routes).await)).await;

    let mut wrong = Vec::new();
    for (interaction, expected) in report.interactions().zip(&expected) {
        let found: Vec<_> = interaction.mismatches.iter().map(intact_matching::Mismatch::attribute).collect();
        let right = match expected {
            None => interaction.is_success(),
            Some(about) => found.contains(about) && interaction.errors.is_empty(),
        };
        if !right {
            wrong.push(format!(
                "{}\n  expected {expected:?}, found {found:?} {:?}",
                interaction.description, interaction.errors
            ));
        }
    }
    assert_eq!(report.interactions().count(), expected.len());
    assert!(expected.len() > 200, "{} answers", expected.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
