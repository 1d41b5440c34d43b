//! Messages, produced over HTTP.

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde_json::json;

use crate::support::{self, report, serve, verifying};

type Seen = Arc<Mutex<Vec<String>>>;

/// A message endpoint that writes down what it is asked.
fn producer(seen: &Seen, answer: fn() -> Response) -> Router {
    Router::new()
        .route(
            "/_messages",
            post(async move |State(seen): State<Seen>, body: Bytes| {
                seen.lock().unwrap().push(String::from_utf8_lossy(&body).into_owned());
                answer()
            }),
        )
        .with_state(seen.clone())
}

fn order_created() -> serde_json::Value {
    json!([{
        "type": "Asynchronous/Messages", "description": "an order was created",
        "providerStates": [{ "name": "order 1 exists", "params": { "id": 1 } }],
        "contents": { "content": { "id": 1 }, "contentType": "application/json" },
        "metadata": { "contentType": "application/json", "topic": "orders" },
        "matchingRules": { "body": { "$.id": { "combine": "AND", "matchers": [{ "match": "integer" }] } } },
    }])
}

fn metadata() -> String {
    STANDARD.encode(r#"{"topic":"orders","partition":3}"#)
}

#[tokio::test]
async fn an_asynchronous_message_is_asked_for_by_its_description_and_states() {
    let seen = Seen::default();
    let url =
        serve(producer(&seen, || ([("Pact-Message-Metadata", metadata())], Json(json!({ "id": 7 }))).into_response()))
            .await;

    let report = report(
        verifying(&order_created()).provider_url("http://localhost:1").transport("message", format!("{url}/_messages")),
    )
    .await;

    assert!(report.is_success(), "{report:?}");
    insta::assert_snapshot!(seen.lock().unwrap()[0], @r#"{"description":"an order was created","providerStates":[{"name":"order 1 exists","params":{"id":1}}]}"#);
}

#[tokio::test]
async fn contents_and_metadata_that_differ_are_named() {
    let seen = Seen::default();
    let routes = producer(&seen, || {
        let metadata = STANDARD_NO_PAD.encode(r#"{"topic":"users"}"#);
        ([("Pact-Message-Metadata", metadata)], Json(json!({ "id": "x" }))).into_response()
    });
    let verification = verifying(&order_created()).service(routes).transport("message", "/_messages");
    insta::assert_snapshot!(support::text(verification).await, @r#"
    Web → Orders   in memory (V4)
      ✗ an order was created, given order 1 exists
          POST /_messages answered 200 OK
          body $.id       Expected 'x' (String) to be an integer   (rule integer at $.id)
          metadata topic  Expected metadata key 'topic' to have value '"orders"' but was '"users"' - Expected 'users' (String) to be equal to 'orders' (String)
          warning: nothing sets up the provider state `order 1 exists`: no state handler is configured

    1 of 1 interaction failed
    "#);
}

#[tokio::test]
async fn a_producer_that_says_it_cannot_produce_fails_also_with_a_matching_body() {
    let seen = Seen::default();
    let routes = producer(&seen, || {
        (StatusCode::NOT_FOUND, [("Pact-Message-Metadata", metadata())], Json(json!({ "id": 7 }))).into_response()
    });
    let error = support::error(verifying(&order_created()).service(routes).transport("message", "/_messages")).await;
    assert_eq!(error, "the provider's answer cannot be used: the message could not be fetched: status 404");
}

#[tokio::test]
async fn metadata_that_is_no_base64_is_named() {
    let seen = Seen::default();
    let routes = producer(&seen, || ([("Pact-Message-Metadata", "{}")], Json(json!({ "id": 7 }))).into_response());
    let error = support::error(verifying(&order_created()).service(routes).transport("message", "/_messages")).await;
    assert!(error.contains("its header `Pact-Message-Metadata` is not base64"), "{error}");
}

#[tokio::test]
async fn a_synchronous_message_carries_its_request_with_generated_values() {
    let seen = Seen::default();
    let url = serve(producer(&seen, || Json(json!({ "ok": true })).into_response())).await;
    let interactions = json!([{
        "type": "Synchronous/Messages", "description": "a reservation",
        "providerStates": [{ "name": "a table is free", "params": { "table": 9 } }],
        "request": {
            "contents": { "content": { "table": 1 }, "contentType": "application/json" }, "metadata": { "queue": "in" },
            "generators": { "body": { "$.table": { "type": "ProviderState", "expression": "table", "dataType": "INTEGER" } } },
        },
        "response": [{ "contents": { "content": { "ok": true }, "contentType": "application/json" } }],
    }]);

    let report = report(verifying(&interactions).provider_url(format!("{url}/_messages"))).await;

    assert!(report.is_success(), "{report:?}");
    insta::assert_snapshot!(seen.lock().unwrap()[0], @r#"{"description":"a reservation","providerStates":[{"name":"a table is free","params":{"table":9}}],"request":{"contents":{"content":{"table":9},"contentType":"application/json","encoded":false},"metadata":{"queue":"in"}}}"#);
}

#[tokio::test]
async fn a_message_made_with_a_plugin_is_named_as_not_supported() {
    let mut interactions = order_created();
    interactions[0]["pluginConfiguration"] = json!({ "protobuf": { "descriptorKey": "x" } });
    let error = support::error(verifying(&interactions).service(Router::new())).await;
    assert_eq!(error, "not supported: messages made with the plugin `protobuf`");
}
