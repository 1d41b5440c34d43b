//! Messages: contents and metadata.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Answer, Case};

/// All cases.
pub(super) fn cases() -> Vec<Case> {
    let part = json!({
        "contents": { "content": { "id": 1, "state": "open" }, "contentType": "application/json" },
        "metadata": { "contentType": "application/json", "topic": "orders", "partition": 3 },
        "matchingRules": {
            "body": { "$.id": { "combine": "AND", "matchers": [{ "match": "integer" }] } },
            "metadata": { "topic": { "combine": "AND", "matchers": [{ "match": "regex", "regex": "orders(-eu)?" }] } },
        },
    });
    let good = || metadata(&json!({ "topic": "orders", "partition": 3 }));
    let body = |body: Value| Answer::json(&body).header("pact-message-metadata", &good());
    let with = |entries: Value| {
        Answer::json(&json!({ "id": 1, "state": "open" })).header("pact-message-metadata", &metadata(&entries))
    };
    let right = body(json!({ "id": 1, "state": "open" }));
    let keep = vec![
        right.clone(),
        body(json!({ "id": 77, "state": "open", "more": true })),
        with(json!({ "topic": "orders-eu", "partition": 3, "key": "k" })),
        right.clone().status(201),
    ];
    let break_it = vec![
        (body(json!({ "id": "1", "state": "open" })), "body"),
        (body(json!({ "id": 1, "state": "paid" })), "body"),
        (body(json!({ "id": 1 })), "body"),
        (right.clone().body(b""), "body"),
        (right.clone().body(b"{"), "body"),
        (with(json!({ "topic": "users", "partition": 3 })), "metadata"),
        (with(json!({ "topic": "orders", "partition": 4 })), "metadata"),
        (with(json!({ "topic": "orders", "partition": "x" })), "metadata"),
        (with(json!({ "partition": 3 })), "metadata"),
        (with(json!({})), "metadata"),
        (right.clone().header("pact-message-metadata", ""), "error"),
        (right.clone().header("pact-message-metadata", "?"), "error"),
        (right.clone().status(404), "error"),
        (right.status(500), "error"),
    ];
    let asynchronous = Case::asynchronous("message", part.clone(), keep.clone(), break_it.clone());
    let synchronous = Case::synchronous("reply", part, keep, break_it);
    vec![asynchronous, synchronous]
}

fn metadata(entries: &Value) -> String {
    STANDARD.encode(entries.to_string())
}
