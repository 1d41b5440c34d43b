//! A broker that gives the same answers whatever was written before, and remembers what it was asked.
//!
//! The answers are those of the reference broker to the questions that command lines ask, about a small world: the applications
//! `Web` and `Orders` with the versions 1 and 2, the environments `production` and `test`, one webhook. Of what has another name
//! it knows nothing.

mod documents;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::body::to_bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::support::LocalServer;
use documents::asked_for;

pub(super) const PRODUCTION: &str = "11111111-1111-4111-8111-111111111111";
pub(super) const TEST: &str = "22222222-2222-4222-8222-222222222222";
pub(super) const WEBHOOK: &str = "33333333-3333-4333-8333-333333333333";
const DEPLOYED: &str = "44444444-4444-4444-8444-444444444444";
const DEPLOYED_BLUE: &str = "55555555-5555-4555-8555-555555555555";
const RELEASED: &str = "66666666-6666-4666-8666-666666666666";
const SINCE: &str = "2026-01-02T03:04:05+00:00";

/// What the broker was asked, as far as it may matter to a broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    /// Of the headers those that say who asks, what is sent, and what was asked for on the command line.
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Option<Value>,
}

impl Asked {
    /// Whether something is to change. Asking for pacts and for the matrix does not, whatever the method.
    pub(super) fn writes(&self) -> bool {
        self.method != Method::GET && self.method != Method::HEAD && self.method != Method::OPTIONS
    }

    pub(super) fn of(method: Method, target: &axum::http::Uri, headers: &HeaderMap, body: &[u8]) -> Self {
        let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        let pairs = target.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let query = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let kept = headers.iter().filter(|(name, _)| {
            [header::AUTHORIZATION, header::CONTENT_TYPE].contains(name) || name.as_str().starts_with("x-")
        });
        Self {
            method,
            path: target.path().to_owned(),
            query: query.map(|(name, value)| (decoded(name), decoded(value))).collect(),
            headers: kept
                .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
                .collect(),
            body: (!body.is_empty()).then(|| read(body)),
        }
    }
}

/// A body as JSON, with the contracts in it as JSON, too.
fn read(body: &[u8]) -> Value {
    let mut read = serde_json::from_slice(body).unwrap_or_else(|_| json!(String::from_utf8_lossy(body)));
    for contract in read.get_mut("contracts").and_then(Value::as_array_mut).into_iter().flatten() {
        let content = contract["content"].as_str().and_then(|content| STANDARD.decode(content).ok());
        if let Some(content) = content.and_then(|content| serde_json::from_slice(&content).ok()) {
            contract["content"] = content;
        }
    }
    read
}

/// The broker on a thread of its own until it is dropped.
pub(super) struct ScriptedBroker {
    server: LocalServer,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl ScriptedBroker {
    pub(super) fn start() -> Self {
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let server =
            LocalServer::start(|url| Router::new().fallback(answer).with_state((url.to_owned(), asked.clone())));
        Self { server, asked }
    }

    pub(super) fn url(&self) -> String {
        self.server.url()
    }

    /// All that was asked.
    pub(super) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no handler has panicked").clone()
    }
}

type World = (String, Arc<Mutex<Vec<Asked>>>);

async fn answer(State((base, all)): State<World>, request: axum::extract::Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 1 << 24).await.unwrap_or_default();
    let asked = Asked::of(head.method, &head.uri, &head.headers, &body);
    all.lock().expect("no handler has panicked").push(asked.clone());
    let (status, told) = Answers { base }.to(&asked);
    if status == StatusCode::NO_CONTENT {
        return status.into_response();
    }
    let kind =
        if status.is_success() { "application/hal+json;charset=utf-8" } else { "application/json;charset=utf-8" };
    (status, [(header::CONTENT_TYPE, kind)], Json(told)).into_response()
}

/// What there is to be told.
struct Answers {
    base: String,
}

impl Answers {
    fn to(&self, asked: &Asked) -> (StatusCode, Value) {
        const OK: StatusCode = StatusCode::OK;
        const CREATED: StatusCode = StatusCode::CREATED;
        const DELETED: (StatusCode, Value) = (StatusCode::NO_CONTENT, Value::Null);
        let segments: Vec<String> = asked
            .path
            .split('/')
            .skip(1)
            .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
            .collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let body = asked.body.clone().unwrap_or_default();
        match (asked.method.as_str(), segments.as_slice()) {
            ("GET", [""]) => (OK, self.index()),
            ("GET", ["pacticipants"]) => {
                let all = ["Orders", "Web"].map(|name| self.pacticipant(name));
                (OK, json!({ "_embedded": { "pacticipants": all } }))
            }
            ("POST", ["pacticipants"]) => (CREATED, self.pacticipant(body["name"].as_str().unwrap_or_default())),
            ("GET" | "PATCH" | "PUT", ["pacticipants", name]) if is_known(name) => (OK, self.pacticipant(name)),
            ("GET", ["pacticipants", name, "latest-version"]) if is_known(name) => (OK, self.version(name, "2")),
            ("GET", ["pacticipants", name, "latest-version", "prod"]) if is_known(name) => {
                (OK, self.version(name, "1"))
            }
            ("GET", ["pacticipants", name, "versions", number]) if is_known(name) && is_version(number) => {
                (OK, self.version(name, number))
            }
            ("PUT" | "PATCH", ["pacticipants", name, "versions", number]) => (CREATED, self.version(name, number)),
            ("PUT", ["pacticipants", name, "versions", number, "tags", tag]) => {
                let own = self.link(&format!("pacticipants/{name}/versions/{number}/tags/{tag}"));
                (CREATED, json!({ "name": tag, "createdAt": SINCE, "_links": { "self": own } }))
            }
            ("DELETE", ["pacticipants", name, "versions", _, "tags", "prod"]) if is_known(name) => DELETED,
            ("GET", ["pacticipants", name, "branches"]) if is_known(name) => {
                (OK, json!({ "_embedded": { "branches": [{ "name": "main" }] } }))
            }
            ("GET", ["pacticipants", name, "versions"] | ["pacticipants", name, "branches", "main", "versions"])
                if is_known(name) =>
            {
                let versions = ["2", "1"].map(|number| self.version(name, number));
                (OK, json!({ "_embedded": { "versions": versions } }))
            }
            ("GET" | "DELETE", ["pacticipants", name, "branches", "main"]) if is_known(name) => {
                if asked.method == Method::DELETE { DELETED } else { (OK, json!({ "name": "main" })) }
            }
            ("PUT", ["pacticipants", name, "branches", branch, "versions", number]) => {
                let own = self.link(&format!("pacticipants/{name}/branches/{branch}/versions/{number}"));
                let version = self.link(&format!("pacticipants/{name}/versions/{number}"));
                (CREATED, json!({ "createdAt": SINCE, "_links": { "self": own, "pb:version": version } }))
            }
            ("GET", ["pacticipants", name, "environments", _, "versions"]) if is_known(name) => {
                (OK, json!({ "_embedded": { "versions": [self.version(name, "1")] } }))
            }
            ("POST", ["pacticipants", name, "versions", number, "deployed-versions", "environment", uuid]) => {
                let instance = body["applicationInstance"].as_str();
                (CREATED, self.in_environment(("deployed", DEPLOYED), name, number, uuid, instance))
            }
            ("POST", ["pacticipants", name, "versions", number, "released-versions", "environment", uuid]) => {
                (CREATED, self.in_environment(("released", RELEASED), name, number, uuid, None))
            }
            ("GET", ["environments"]) => {
                let all = [self.environment(PRODUCTION), self.environment(TEST)];
                let links = [(PRODUCTION, "production"), (TEST, "test")].map(|(uuid, name)| self.named(uuid, name));
                (OK, json!({ "_embedded": { "environments": all }, "_links": { "pb:environments": links } }))
            }
            ("POST", ["environments"]) => (CREATED, self.written_environment(TEST, &body)),
            ("GET", ["environments", uuid]) if is_environment(uuid) => (OK, self.environment(uuid)),
            ("PUT", ["environments", uuid]) if is_environment(uuid) => (OK, self.written_environment(uuid, &body)),
            ("DELETE", ["environments", uuid]) if is_environment(uuid) => DELETED,
            ("GET", ["environments", uuid, "deployed-versions", "currently-deployed"]) if is_environment(uuid) => {
                let all = [
                    self.in_environment(("deployed", DEPLOYED), "Web", "1", uuid, None),
                    self.in_environment(("deployed", DEPLOYED_BLUE), "Orders", "2", uuid, Some("blue")),
                ];
                (OK, json!({ "_embedded": { "deployedVersions": asked_for(asked, &all) } }))
            }
            ("GET", ["environments", uuid, "released-versions", "currently-supported"]) if is_environment(uuid) => {
                let all = [self.in_environment(("released", RELEASED), "Web", "1", uuid, None)];
                (OK, json!({ "_embedded": { "releasedVersions": asked_for(asked, &all) } }))
            }
            ("PATCH", ["deployed-versions", uuid]) => {
                let mut ended = self.in_environment(("deployed", uuid), "Web", "1", PRODUCTION, None);
                ended["currentlyDeployed"] = json!(false);
                (OK, ended)
            }
            ("PATCH", ["released-versions", uuid]) => {
                let mut ended = self.in_environment(("released", uuid), "Web", "1", PRODUCTION, None);
                ended["currentlySupported"] = json!(false);
                (OK, ended)
            }
            ("GET", ["webhooks"]) => {
                (OK, json!({ "_links": { "pb:webhooks": [self.link(&format!("webhooks/{WEBHOOK}"))] } }))
            }
            ("POST", ["webhooks", ..]) => match segments.last() {
                Some(&"execute") => self.executed(),
                _ => (CREATED, self.webhook(WEBHOOK, &body)),
            },
            ("PUT", ["webhooks", uuid]) => (if *uuid == WEBHOOK { OK } else { CREATED }, self.webhook(uuid, &body)),
            ("GET", ["webhooks", uuid]) if *uuid == WEBHOOK => {
                (OK, self.webhook(uuid, &json!({ "description": "told" })))
            }
            ("DELETE", ["webhooks", uuid]) if *uuid == WEBHOOK => DELETED,
            ("GET", ["pacts", "latest"]) => (OK, self.latest_pacts()),
            ("GET", ["pacts", "provider", "Orders", "provider-states", ..]) => {
                let state = json!({ "name": "there is an order", "params": { "id": 1 }, "consumers": ["Web"] });
                (OK, json!({ "providerStates": [state] }))
            }
            ("GET", ["pacts", "provider", "Orders", "consumer", "Web", "version", number]) => (OK, self.pact(number)),
            ("GET", ["pacts", "provider", "Orders", ..]) => {
                let mut pact = self.link("pacts/provider/Orders/consumer/Web/version/1");
                pact["name"] = json!("Web");
                pact["title"] = json!("Pact between Web (1) and Orders");
                (OK, json!({ "_links": { "pb:pacts": [pact], "pacts": [pact] } }))
            }
            ("POST", ["contracts", "publish"]) => (OK, self.published(&body)),
            ("GET", ["matrix"]) => self.matrix(asked),
            _ => (StatusCode::NOT_FOUND, json!({ "error": "The requested document was not found on this server." })),
        }
    }
}

fn is_known(pacticipant: &str) -> bool {
    ["Web", "Orders"].contains(&pacticipant)
}

fn is_version(number: &str) -> bool {
    ["1", "2"].contains(&number)
}

fn is_environment(uuid: &str) -> bool {
    [PRODUCTION, TEST].contains(&uuid)
}
