//! Everything that `intact verify` may talk to, in one server that writes down what it is asked: a provider with its
//! state-change and message endpoints, pacts behind URLs, and a broker.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock, Mutex};

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::support::LocalServer;

/// Headers that clients send of themselves.
const USUAL: [&str; 7] =
    ["accept", "accept-encoding", "connection", "content-length", "content-type", "traceparent", "user-agent"];

/// The server, on a thread of its own until it is dropped.
pub(crate) struct World {
    server: LocalServer,
    seen: Seen,
}

type Seen = Arc<Mutex<Vec<String>>>;

impl World {
    pub(crate) fn start() -> Self {
        Self::serving(|seen| Router::new().fallback(answer).with_state(seen))
    }

    /// A broker that answers as told: with JSON, or that there is nothing (404).
    pub(crate) fn broker(answer: fn(&str, &str) -> Option<Value>) -> Self {
        Self::serving(|seen| {
            Router::new().fallback(async move |request: Request| {
                let (head, body) = request.into_parts();
                let body = to_bytes(body, 1 << 20).await.unwrap_or_default();
                let line = noted(head.method.as_str(), &head.uri.to_string(), &head.headers, &body);
                seen.lock().expect("no handler has panicked").push(line);
                match answer(head.method.as_str(), &head.uri.to_string()) {
                    Some(answer) => Json(answer).into_response(),
                    None => StatusCode::NOT_FOUND.into_response(),
                }
            })
        })
    }

    fn serving(routes: impl FnOnce(Seen) -> Router) -> Self {
        let seen = Seen::default();
        Self { server: LocalServer::start(|_| routes(seen.clone())), seen }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    pub(crate) fn port(&self) -> String {
        self.server.port()
    }

    /// What was asked since the last time, one line for each request: method, target, unusual headers, body.
    pub(crate) fn asked(&self) -> String {
        self.seen.lock().expect("no handler has panicked").drain(..).collect::<Vec<_>>().join("\n")
    }
}

/// A pact of `consumer` with `P`, with an interaction for each description, method and path, given the state if there is one.
pub(crate) fn pact(consumer: &str, interactions: &[(&str, &str, Option<&str>)]) -> Value {
    let interactions: Vec<Value> = interactions
        .iter()
        .map(|(description, path, state)| {
            let mut interaction = json!({
                "type": "Synchronous/HTTP", "description": description, "_id": format!("id-{description}"),
                "request": { "method": "GET", "path": path }, "response": { "status": 200 },
            });
            if let Some(state) = state {
                interaction["providerStates"] = json!([{ "name": state, "params": { "a": 1 } }]);
            }
            interaction
        })
        .collect();
    json!({
        "consumer": { "name": consumer }, "provider": { "name": "P" }, "interactions": interactions,
        "metadata": { "pactSpecification": { "version": "4.0" } },
    })
}

/// The pact of `Web`: one interaction without a state, and one with.
pub(crate) fn web() -> Value {
    pact("Web", &[("one", "/one", None), ("two", "/two", Some("it is so"))])
}

fn noted(method: &str, target: &str, headers: &HeaderMap, body: &[u8]) -> String {
    let mut line = format!("{method} {target}");
    for (name, value) in headers.iter().filter(|(name, _)| !USUAL.contains(&name.as_str())) {
        _ = write!(line, " [{name}: {}]", String::from_utf8_lossy(value.as_bytes()));
    }
    if !body.is_empty() {
        _ = write!(line, " {}", String::from_utf8_lossy(body));
    }
    line
}

async fn answer(State(seen): State<Seen>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap_or_default();
    let line = noted(head.method.as_str(), &head.uri.to_string(), &head.headers, &body);
    seen.lock().expect("no handler has panicked").push(line);
    let linked = |mut pact: Value| {
        pact["_links"] = json!({ "pb:publish-verification-results": { "href": "/results" } });
        Json(pact).into_response()
    };
    let chosen = |path: &str| json!({ "_links": { "self": { "href": path, "name": "a pact" } } });
    match head.uri.path() {
        "/one" | "/two" | "/app" | "/api/one" | "/api/two" => StatusCode::OK.into_response(),
        "/pair" => {
            together().await;
            StatusCode::OK.into_response()
        }
        "/never" => std::future::pending().await,
        "/states" => Json(json!({})).into_response(),
        "/_messages" => Json(json!({ "id": 1 })).into_response(),
        "/pact/web.json" => linked(web()),
        "/pact/none.json" => StatusCode::NOT_FOUND.into_response(),
        "/pact/unwell.json" => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        path if path.starts_with("/secret") => (StatusCode::UNAUTHORIZED, "Who are you?").into_response(),
        path if path.starts_with("/page") => ([("content-type", "text/html")], "<h1>welcome</h1>").into_response(),
        "/" => Json(json!({ "_links": {
            "pb:latest-provider-pacts": { "href": "/latest/{provider}", "templated": true },
            "pb:latest-pact-versions": { "href": "/pacts/latest" },
            "pb:provider-pacts-for-verification": { "href": "/for-verification/{provider}", "templated": true },
            "pb:pacticipant-version-tag": { "href": "/tag/{pacticipant}/{version}/{tag}", "templated": true },
            "pb:pacticipant-branch-version": { "href": "/branch/{pacticipant}/{branch}/{version}", "templated": true },
        } }))
        .into_response(),
        "/latest/P" => Json(json!({ "_links": { "pb:pacts": [{ "href": "/pact/web.json" }] } })).into_response(),
        "/pacts/latest" => Json(json!({ "pacts": [{
            "_links": { "self": [{ "href": "/pact/web.json" }] },
            "_embedded": {
                "consumer": { "name": "Web", "_embedded": { "version": { "number": "1" } } }, "provider": { "name": "P" },
            },
        }] }))
        .into_response(),
        "/for-verification/P" => Json(json!({ "_embedded": { "pacts": [chosen("/pact/web.json")] } })).into_response(),
        "/results" => (StatusCode::CREATED, Json(json!({}))).into_response(),
        path if path.starts_with("/tag/") || path.starts_with("/branch/") => Json(json!({})).into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Waits until somebody else waits here too.
async fn together() {
    /// How many wait, and whether two ever met.
    static WAITING: LazyLock<watch::Sender<(usize, bool)>> = LazyLock::new(|| watch::Sender::new((0, false)));
    struct Waiting;
    impl Drop for Waiting {
        fn drop(&mut self) {
            WAITING.send_modify(|(waiting, _)| *waiting -= 1);
        }
    }
    WAITING.send_modify(|(waiting, met)| {
        *waiting += 1;
        *met |= *waiting == 2;
    });
    let _waiting = Waiting;
    let _ = WAITING.subscribe().wait_for(|(_, met)| *met).await;
}
