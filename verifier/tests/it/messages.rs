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
use intact_verifier::Verifier;
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
              expected               actual
              {                      {
            ✗   "id": any integer  ✗   "id": "x"
              }                      }
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
async fn what_was_made_with_a_plugin_is_named_as_not_supported() {
    let made_with_a_plugin = |(mut interactions, says_so): (serde_json::Value, bool)| {
        if says_so {
            interactions[0]["pluginConfiguration"] = json!({ "protobuf": { "descriptorKey": "x" } });
        } else {
            let rules = json!({ "body": { "column:1": { "combine": "AND", "matchers": [{ "match": "type" }] } } });
            interactions[0]["response"]["matchingRules"] = rules;
        }
        let mut pact: serde_json::Value = serde_json::from_str(&support::pact_text(&interactions)).unwrap();
        pact["metadata"]["plugins"] = json!([{ "name": "protobuf", "version": "0.3.8", "configuration": {} }]);
        intact_pact_model::Pact::read(pact.to_string().as_bytes()).unwrap().value
    };
    for interactions in [(order_created(), true), (support::get("/"), true), (support::get("/"), false)] {
        let verification = Verifier::for_provider("Orders")
            .pact(made_with_a_plugin(interactions))
            .service(Router::new().fallback(async || ""));
        assert_eq!(
            support::error(verification).await,
            "not supported: interactions made with the plugin protobuf 0.3.8"
        );
    }
}

#[tokio::test]
async fn metadata_that_does_not_come_is_missing_except_for_the_content_type() {
    let seen = Seen::default();
    let routes = producer(&seen, || Json(json!({ "id": 7 })).into_response());
    let report = report(verifying(&order_created()).service(routes).transport("message", "/_messages")).await;
    let missing: Vec<_> = report.pacts[0].interactions[0].mismatches.iter().map(|one| one.identifier()).collect();
    assert_eq!(missing, [Some("topic")]);
}

#[tokio::test]
async fn messages_of_version_3_are_asked_for_with_custom_headers_and_filters() {
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let told = seen.clone();
    let routes = Router::new().fallback(post(async move |headers: axum::http::HeaderMap, body: Bytes| {
        let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        told.lock().unwrap().push(format!(
            "{} {} {}",
            header("x-custom"),
            header("x-filter"),
            String::from_utf8_lossy(&body)
        ));
        ([("Pact-Message-Metadata", STANDARD.encode(r#"{"topic":"orders"}"#))], Json(json!({ "id": 1 })))
    }));
    let pact = json!({
        "consumer": { "name": "Web" }, "provider": { "name": "Orders" },
        "messages": [{ "description": "an order", "contents": { "id": 1 }, "metaData": { "topic": "orders" } }],
        "metadata": { "pactSpecification": { "version": "3.0.0" } },
    });
    let verification = Verifier::for_provider("Orders")
        .pact(intact_pact_model::Pact::read(pact.to_string().as_bytes()).unwrap().value)
        .service(routes)
        .header("X-Custom", "yes")
        .request_filter(|request| {
            request.headers_mut().insert("x-filter", "too".parse()?);
            Ok(())
        });

    let report = report(verification).await;

    assert!(report.is_success(), "{report:?}");
    // There are no states to tell.
    assert_eq!(*seen.lock().unwrap(), [r#"yes too {"description":"an order"}"#]);
}
