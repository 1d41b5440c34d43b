//! Provider states behind a URL.

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use intact_verifier::{StateChangeForm, VerifierBuilder};
use serde_json::json;

use crate::support::{self, SHORT, report, serve, serve_nothing, verifying, without_port};

type Seen = Arc<Mutex<Vec<String>>>;

/// Writes down each state change and answers it.
async fn callback(seen: &Seen, answer: fn() -> Response) -> String {
    let routes = Router::new()
        .route(
            "/states",
            post(async move |State(seen): State<Seen>, uri: Uri, headers: HeaderMap, body: Bytes| {
                let content_type = headers.get("content-type").map_or("-", |value| value.to_str().unwrap());
                seen.lock().unwrap().push(format!("{uri} {content_type} {}", String::from_utf8_lossy(&body)));
                answer()
            }),
        )
        .with_state(seen.clone());
    format!("{}/states", serve(routes).await)
}

fn two_states() -> serde_json::Value {
    let mut interactions = support::get("/");
    interactions[0]["providerStates"] =
        json!([{ "name": "a user exists", "params": { "name": "Bob & Co", "age": 22 } }, { "name": "it rains" }]);
    interactions
}

fn verification(interactions: &serde_json::Value) -> VerifierBuilder {
    verifying(interactions).service(Router::new().route("/", get(async || "")).route("/users/7", get(async || "")))
}

#[tokio::test]
async fn states_are_set_up_and_torn_down_in_their_order() {
    let seen = Seen::default();
    let url = callback(&seen, || StatusCode::OK.into_response()).await;
    assert!(report(verification(&two_states()).state_change_url(&url).state_change_teardown(true)).await.is_success());
    insta::assert_snapshot!(seen.lock().unwrap().join("\n"), @r#"
    /states application/json {"action":"setup","params":{"age":22,"name":"Bob & Co"},"state":"a user exists"}
    /states application/json {"action":"setup","params":{},"state":"it rains"}
    /states application/json {"action":"teardown","params":{"age":22,"name":"Bob & Co"},"state":"a user exists"}
    /states application/json {"action":"teardown","params":{},"state":"it rains"}
    "#);
}

#[tokio::test]
async fn states_can_be_told_as_a_query() {
    let seen = Seen::default();
    let url = callback(&seen, || StatusCode::NO_CONTENT.into_response()).await;
    let verification =
        verification(&two_states()).state_change_url(format!("{url}?key=1")).state_change_form(StateChangeForm::Query);
    assert!(report(verification).await.is_success());
    insta::assert_snapshot!(seen.lock().unwrap().join("\n"), @r"
    /states?key=1&action=setup&state=a+user+exists&age=22&name=Bob+%26+Co - 
    /states?key=1&action=setup&state=it+rains -
    ");
}

#[tokio::test]
async fn an_interaction_without_states_is_told_with_an_empty_name() {
    let seen = Seen::default();
    let url = callback(&seen, || StatusCode::OK.into_response()).await;
    assert!(report(verification(&support::get("/")).state_change_url(url)).await.is_success());
    assert_eq!(*seen.lock().unwrap(), [r#"/states application/json {"action":"setup","params":{},"state":""}"#]);
}

#[tokio::test]
async fn values_in_the_answer_go_into_the_request() {
    let seen = Seen::default();
    let url = callback(&seen, || Json(json!({ "id": 7 })).into_response()).await;
    let mut interactions = support::get("/users/1");
    interactions[0]["request"]["generators"] =
        json!({ "path": { "type": "ProviderState", "expression": "/users/${id}" } });
    let report = report(verification(&interactions).state_change_url(url)).await;
    assert!(report.is_success(), "{report:?}");
}

#[tokio::test]
async fn a_failing_callback_is_called_once_and_nothing_is_sent_or_torn_down() {
    let seen = Seen::default();
    let url = callback(&seen, || (StatusCode::INTERNAL_SERVER_ERROR, "no such table").into_response()).await;
    let mut interactions = two_states();
    interactions[0]["providerStates"].as_array_mut().unwrap().truncate(1);

    let verification = verification(&interactions)
        .state_change_url(url)
        .state_change_teardown(true)
        .request_filter(|_| panic!("the request must not be sent"));
    let error = support::error(verification).await;

    assert_eq!(
        without_port(&error),
        "provider state `a user exists` could not be set up: State change request failed: \
         POST http://127.0.0.1:[port]/states answered 500 Internal Server Error: no such table"
    );
    assert_eq!(seen.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn all_states_are_told_although_one_fails_and_custom_headers_are_sent_along() {
    let seen = Arc::<Mutex<Vec<(String, bool)>>>::default();
    let told = seen.clone();
    let routes = Router::new().fallback(async move |headers: HeaderMap, Json(change): Json<serde_json::Value>| {
        let name = change["state"].as_str().unwrap_or_default().to_owned();
        let status = if name == "a user exists" { StatusCode::BAD_GATEWAY } else { StatusCode::OK };
        told.lock().unwrap().push((name, headers.get("x-custom").is_some_and(|value| value == "yes")));
        status
    });
    let verification = verification(&two_states())
        .state_change_url(serve(routes).await)
        .state_change_teardown(true)
        .header("X-Custom", "yes");
    let error = support::error(verification).await;
    assert!(error.ends_with("answered 502 Bad Gateway"), "{error}");
    assert_eq!(*seen.lock().unwrap(), [("a user exists".to_owned(), true), ("it rains".to_owned(), true)]);
}

#[tokio::test]
async fn a_tear_down_that_fails_is_reported_beside_the_comparison() {
    let routes = Router::new().fallback(async |body: String| {
        if body.contains("teardown") { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }
    });
    let verification = verifying(&support::get("/gone"))
        .service(Router::new())
        .state_change_url(serve(routes).await)
        .state_change_teardown(true);
    let report = report(verification).await;
    let interaction = &report.pacts[0].interactions[0];
    assert_eq!(interaction.mismatches.len(), 1);
    let error = interaction.errors[0].to_string();
    assert!(
        error.starts_with("the empty provider state could not be torn down: State change request failed"),
        "{error}"
    );
}

#[tokio::test]
async fn values_go_into_every_part_of_the_request() {
    let seen = Seen::default();
    let url = callback(&seen, || Json(json!({ "id": 7, "tag": "blue" })).into_response()).await;
    let requests = Seen::default();
    let routes = Router::new()
        .fallback(async |State(seen): State<Seen>, uri: Uri, headers: HeaderMap, body: String| {
            let tag = headers.get("x-tag").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
            seen.lock().unwrap().push(format!("{uri} {tag} {body}"));
        })
        .with_state(requests.clone());
    let value = |expression: &str, data_type: &str| json!({ "type": "ProviderState", "expression": expression, "dataType": data_type });
    let mut interactions = two_states();
    interactions[0]["request"] = json!({
        "method": "POST", "path": "/users/1", "query": { "id": ["1"] }, "headers": { "X-Tag": ["red"] },
        "body": { "content": { "id": 1, "name": "x" }, "contentType": "application/json" },
        "generators": {
            "path": value("/users/${id}", "STRING"), "query": { "id": value("${id}", "STRING") },
            "header": { "X-Tag": value("${tag}", "STRING") },
            "body": { "$.id": value("id", "INTEGER"), "$.name": value("${name} the ${tag}", "STRING") },
        },
    });

    let report = report(verifying(&interactions).service(routes).state_change_url(url)).await;

    assert!(report.is_success(), "{report:?}");
    // The name is a parameter of the state; the callback gave the others.
    assert_eq!(*requests.lock().unwrap(), [r#"/users/7?id=7 blue {"id":7,"name":"Bob & Co the blue"}"#]);
}

#[tokio::test]
async fn a_slow_callback_fails_within_the_request_timeout() {
    let url = serve_nothing().await;
    let error = support::error(verification(&support::get("/")).state_change_url(&url).request_timeout(SHORT)).await;
    assert_eq!(
        without_port(&error),
        "the empty provider state could not be set up: State change request failed: \
         POST http://127.0.0.1:[port]/ did not answer within 50ms"
    );
}

#[tokio::test]
async fn an_answer_that_says_it_is_json_but_is_not_fails_and_other_text_is_ignored() {
    let seen = Seen::default();
    let url = callback(&seen, || ([("content-type", "application/json")], "{oops").into_response()).await;
    let error = support::error(verification(&support::get("/")).state_change_url(url)).await;
    assert!(error.contains("with a body that says it is JSON but is not"), "{error}");

    let url = callback(&seen, || "{oops".into_response()).await;
    assert!(report(verification(&support::get("/")).state_change_url(url)).await.is_success());
}

#[tokio::test]
async fn two_ways_to_set_up_states_are_refused() {
    let verification =
        verification(&support::get("/")).state_change_url("http://localhost").any_state(async |(), _| Ok(()));
    assert!(
        verification.build().expect_err("refused").to_string().starts_with("provider states are set up in two ways")
    );
}
