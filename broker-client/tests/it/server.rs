//! A server that gives prepared answers in order, and remembers what it was asked.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use intact_broker_client::{BrokerClient, BrokerClientBuilder, RetryPolicy};
use serde_json::{Value, json};

/// One request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// One prepared answer.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
    never: bool,
}

pub(crate) fn status(status: u16) -> Prepared {
    Prepared { status, headers: Vec::new(), body: String::new(), never: false }
}

pub(crate) fn hal(body: &Value) -> Prepared {
    status(200).header("content-type", "application/hal+json;charset=utf-8").body(body.to_string())
}

/// An answer that never comes.
pub(crate) fn silence() -> Prepared {
    Prepared { never: true, ..status(200) }
}

impl Prepared {
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn body(self, body: impl Into<String>) -> Self {
        Self { body: body.into(), ..self }
    }

    pub(crate) fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }
}

#[derive(Default)]
struct Shared {
    answers: Mutex<HashMap<String, VecDeque<Prepared>>>,
    asked: Mutex<Vec<Asked>>,
}

/// The server; it ends with the test's runtime.
pub(crate) struct Server {
    pub(crate) url: String,
    shared: Arc<Shared>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared::default());
        let app = axum::Router::new().fallback(answer).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, shared }
    }

    /// A server whose index has these relations.
    pub(crate) async fn with_index(relations: &[(&str, &str)]) -> Self {
        let server = Self::start().await;
        let mut links = json!({ "self": { "href": server.url } });
        for (relation, path) in relations {
            links[*relation] = json!({ "href": format!("{}{path}", server.url), "templated": path.contains('{') });
        }
        server.on("GET /", [hal(&json!({ "_links": links }))]);
        server
    }

    /// The answers to a request, in order; the last one is repeated.
    pub(crate) fn on<const N: usize>(&self, line: &str, answers: [Prepared; N]) {
        self.shared.answers.lock().unwrap().insert(line.to_owned(), answers.into());
    }

    /// A client that waits for nothing between retries.
    pub(crate) fn client(&self) -> BrokerClient {
        self.builder().build().unwrap()
    }

    pub(crate) fn builder(&self) -> BrokerClientBuilder {
        let policy = RetryPolicy { retries: 3, first_pause: Duration::ZERO, longest_pause: Duration::from_secs(5) };
        BrokerClient::builder(&self.url).retry_policy(policy).timeout(Duration::from_secs(20))
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let line = format!("{method} {uri}");
    let prepared = {
        let mut answers = shared.answers.lock().unwrap();
        let queue = answers.get_mut(&line);
        queue.and_then(|queue| if queue.len() > 1 { queue.pop_front() } else { queue.front().cloned() })
    };
    shared.asked.lock().unwrap().push(Asked { line: line.clone(), headers, body });
    let Some(prepared) = prepared else {
        return (StatusCode::NOT_IMPLEMENTED, format!("the test prepared no answer to {line}")).into_response();
    };
    if prepared.never {
        std::future::pending::<()>().await;
    }
    let mut response = Response::builder().status(prepared.status);
    for (name, value) in prepared.headers {
        response = response.header(name, value);
    }
    response.body(prepared.body.into()).unwrap()
}
