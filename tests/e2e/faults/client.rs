//! A client of a broker that takes nothing for granted.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use intact_broker_client::http::{HttpOptions, http_client};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// How long a client waits for an answer: a broker may be slow, but it has to answer.
const PATIENCE: Duration = Duration::from_mins(1);

/// Speaks to one broker.
#[derive(Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
}

/// What a broker answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) text: String,
}

impl Answer {
    /// The body as JSON, or null.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// Gives itself back if it is one of success.
    #[track_caller]
    pub(super) fn success(self) -> Self {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        self
    }
}

impl Client {
    pub(super) fn of(base: &str) -> Self {
        let http = http_client(&HttpOptions::for_provider(PATIENCE)).expect("a client");
        Self { http, base: base.to_owned() }
    }

    /// Sends a request; the error is that of the connection. `path` may be an address of any of the brokers.
    pub(super) async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> reqwest::Result<Answer> {
        let path = path.split_once("://").map_or(path, |(_, rest)| rest.find('/').map_or("/", |start| &rest[start..]));
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let response = request.header("accept", "application/hal+json").send().await?;
        Ok(Answer { status: response.status(), text: response.text().await? })
    }

    pub(super) async fn get(&self, path: &str) -> reqwest::Result<Answer> {
        self.send(Method::GET, path, None).await
    }

    pub(super) async fn put(&self, path: &str) -> reqwest::Result<Answer> {
        self.send(Method::PUT, path, Some(&json!({}))).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> reqwest::Result<Answer> {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Publishes a contract with one interaction that has this description.
    pub(super) async fn publish(&self, contract: &Contract<'_>) -> reqwest::Result<Answer> {
        self.post("/contracts/publish", &contract.publication()).await
    }

    /// The uuid of the environment for production.
    pub(super) async fn production(&self) -> String {
        let environments = self.get("/environments").await.expect("an answer").success().json();
        let listed = environments["_embedded"]["environments"].as_array().expect("a list").clone();
        let production =
            listed.iter().find(|environment| environment["name"] == "production").expect("one for production");
        production["uuid"].as_str().expect("a uuid").to_owned()
    }
}

/// A contract to be published.
pub(super) struct Contract<'a> {
    pub(super) consumer: &'a str,
    pub(super) version: &'a str,
    pub(super) provider: &'a str,
    pub(super) description: &'a str,
    pub(super) tag: &'a str,
}

impl Contract<'_> {
    /// Where it can be read.
    pub(super) fn path(&self) -> String {
        format!("/pacts/provider/{}/consumer/{}/version/{}", self.provider, self.consumer, self.version)
    }

    fn publication(&self) -> Value {
        let pact = json!({
            "consumer": { "name": self.consumer }, "provider": { "name": self.provider },
            "interactions": [{
                "description": self.description,
                "request": { "method": "GET", "path": "/" }, "response": { "status": 200 },
            }],
            "metadata": { "pactSpecification": { "version": "2.0.0" } },
        });
        json!({
            "pacticipantName": self.consumer, "pacticipantVersionNumber": self.version,
            "branch": "main", "tags": [self.tag],
            "contracts": [{
                "consumerName": self.consumer, "providerName": self.provider, "specification": "pact",
                "contentType": "application/json", "content": STANDARD.encode(pact.to_string()), "onConflict": "merge",
            }],
        })
    }
}
