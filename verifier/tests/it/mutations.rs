//! Providers with one deliberate fault each: for each matching rule those that keep the contract, and several that break it.
//!
//! What the verdict must be is stated here, for each answer by hand, and not asked of the code under test.

mod bodies;
mod json;
mod messages;
mod parts;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::{Value, json};

use crate::support::{report, serve, verifying};

/// What a provider answers; each fault changes one thing of it.
#[derive(Clone)]
struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn of(content_type: &str, body: &[u8]) -> Self {
        Self { status: 200, headers: vec![("content-type", content_type.to_owned())], body: body.to_vec() }
    }

    fn json(body: &Value) -> Self {
        Self::of("application/json", body.to_string().as_bytes())
    }

    fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(own, _)| *own != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    fn body(self, body: impl AsRef<[u8]>) -> Self {
        Self { body: body.as_ref().to_vec(), ..self }
    }

    fn shown(&self) -> String {
        format!("{} {:?} {}", self.status, self.headers, self.body.escape_ascii())
    }
}

/// An interaction, and answers that keep or break it; for those that break it, what one of the differences is about, or
/// `error` if there can be no comparison.
struct Case {
    name: String,
    /// Without description, and without path for HTTP.
    interaction: Value,
    keep: Vec<Answer>,
    break_it: Vec<(Answer, &'static str)>,
}

impl Case {
    fn response(name: &str, response: Value, keep: Vec<Answer>, break_it: Vec<(Answer, &'static str)>) -> Self {
        let interaction = json!({ "type": "Synchronous/HTTP", "request": { "method": "GET" }, "response": response });
        Self { name: name.to_owned(), interaction, keep, break_it }
    }

    fn asynchronous(name: &str, part: Value, keep: Vec<Answer>, break_it: Vec<(Answer, &'static str)>) -> Self {
        let mut interaction = part;
        interaction["type"] = json!("Asynchronous/Messages");
        Self { name: name.to_owned(), interaction, keep, break_it }
    }

    fn synchronous(name: &str, reply: Value, keep: Vec<Answer>, break_it: Vec<(Answer, &'static str)>) -> Self {
        let request = json!({ "contents": { "content": "?", "contentType": "text/plain" } });
        let interaction = json!({ "type": "Synchronous/Messages", "request": request, "response": [reply] });
        Self { name: name.to_owned(), interaction, keep, break_it }
    }
}

/// Gives the answer of the number that the path ends with, or that the description of a message begins with.
async fn answer(State(answers): State<Arc<Vec<Answer>>>, request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/').to_owned();
    let number = if path == "messages" {
        let body = axum::body::to_bytes(request.into_body(), 10_000).await.expect("a question");
        let question: Value = serde_json::from_slice(&body).expect("JSON");
        question["description"].as_str().and_then(|text| text.split(':').next()).expect("a number").to_owned()
    } else {
        path
    };
    let answer = &answers[number.parse::<usize>().expect("a number")];
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(*name, value);
    }
    response.body(Body::from(answer.body.clone())).expect("a response")
}

#[tokio::test]
async fn every_fault_is_found_and_nothing_else() {
    let cases: Vec<Case> =
        [json::cases(), parts::cases(), bodies::cases(), messages::cases()].into_iter().flatten().collect();
    let mut answers = Vec::new();
    let mut interactions = Vec::new();
    let mut expected = Vec::new();
    for case in &cases {
        let kept = case.keep.iter().map(|answer| (answer, None));
        let broken = case.break_it.iter().map(|(answer, about)| (answer, Some(*about)));
        for (answer, about) in kept.chain(broken) {
            let number = answers.len();
            let mut interaction = case.interaction.clone();
            interaction["description"] = json!(format!("{number}: {}: {}", case.name, answer.shown()));
            if interaction["type"] == "Synchronous/HTTP" {
                interaction["request"]["path"] = json!(format!("/{number}"));
            }
            interactions.push(interaction);
            answers.push(answer.clone());
            expected.push(about);
        }
    }
    let routes = Router::new().fallback(answer).with_state(Arc::new(answers));
    let verification = verifying(&Value::from(interactions)).transport("message", "/messages");

    let report = report(verification.provider_url(serve(routes).await)).await;

    let mut wrong = Vec::new();
    for (interaction, expected) in report.interactions().zip(&expected) {
        let found: Vec<_> = interaction.mismatches.iter().map(intact_matching::Mismatch::attribute).collect();
        let right = match expected {
            None => interaction.is_success(),
            Some("error") => found.is_empty() && !interaction.errors.is_empty(),
            Some(about) => found.contains(about) && interaction.errors.is_empty(),
        };
        if !right {
            let description = &interaction.description;
            wrong.push(format!("{description}\n  expected {expected:?}, found {found:?} {:?}", interaction.errors));
        }
    }
    assert_eq!(report.interactions().count(), expected.len());
    assert!(expected.len() > 400, "{} answers", expected.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Which names of rules the cases use; a rule without a case is one that nobody tests.
#[test]
fn every_matching_rule_has_a_case() {
    fn names(value: &Value, into: &mut std::collections::BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                into.extend(members.get("match").and_then(Value::as_str).map(str::to_owned));
                members.values().for_each(|member| names(member, into));
            }
            Value::Array(items) => items.iter().for_each(|item| names(item, into)),
            _ => {}
        }
    }
    let mut used = std::collections::BTreeSet::new();
    for case in [json::cases(), parts::cases(), bodies::cases(), messages::cases()].iter().flatten() {
        names(&case.interaction, &mut used);
    }
    for name in [
        "equality",
        "regex",
        "type",
        "include",
        "number",
        "integer",
        "decimal",
        "boolean",
        "null",
        "date",
        "time",
        "timestamp",
        "datetime",
        "contentType",
        "values",
        "arrayContains",
        "statusCode",
        "notEmpty",
        "semver",
        "eachKey",
        "eachValue",
    ] {
        assert!(used.contains(name), "no case for {name}");
    }
}
