//! The provider of a verification: gives canned responses and messages, and notes who called.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use intact_pact_model::{HttpResponse, Json, MessagePart};
use serde_json::Value;

/// What came to the provider or its state callback, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calls(Arc<Mutex<Vec<Call>>>);

/// One call.
#[derive(Debug, Clone)]
pub(crate) enum Call {
    /// A request for a response or a message.
    Request(HeaderMap),
    /// A state change.
    StateChange { action: String, state: String, params: Value },
}

impl Calls {
    fn push(&self, call: Call) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    }

    /// All calls up to now.
    pub(crate) fn all(&self) -> Vec<Call> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A response and the request it answers.
#[derive(Debug, Clone)]
pub(crate) struct Canned {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) response: HttpResponse,
}

/// Answers with canned responses; with 500 if there is none.
pub(crate) fn http_provider(canned: Vec<Canned>, calls: Calls) -> Router {
    let answer = async |State((canned, calls)): State<(Arc<Vec<Canned>>, Calls)>,
                        method: Method,
                        uri: Uri,
                        headers: HeaderMap| {
        calls.push(Call::Request(headers));
        let found = canned.iter().find(|canned| canned.method == method.as_str() && canned.path == uri.path());
        found.map_or_else(|| StatusCode::INTERNAL_SERVER_ERROR.into_response(), |canned| response(&canned.response))
    };
    Router::new().fallback(answer).with_state((Arc::new(canned), calls))
}

fn response(canned: &HttpResponse) -> Response {
    let mut response = Response::new(axum::body::Body::from(canned.body.bytes().to_vec()));
    *response.status_mut() = StatusCode::from_u16(canned.status).expect("a status code");
    for (name, values) in canned.headers.iter() {
        for value in values {
            let name = axum::http::HeaderName::from_bytes(name.as_bytes()).expect("the name of a header");
            response.headers_mut().append(name, value.parse().expect("the value of a header"));
        }
    }
    response
}

/// Messages by their description.
type Messages = Arc<Vec<(String, MessagePart)>>;

/// Answers with the message of the description it is asked for.
pub(crate) fn message_provider(messages: Vec<(String, MessagePart)>, calls: Calls) -> Router {
    let answer = async |State((messages, calls)): State<(Messages, Calls)>, headers: HeaderMap, body: Bytes| {
        calls.push(Call::Request(headers));
        let question: Value = serde_json::from_slice(&body).expect("the verifier asks in JSON");
        let found = messages.iter().find(|(description, _)| question["description"] == **description);
        found.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |(_, message)| produced(message))
    };
    Router::new().route("/", post(answer)).with_state((Arc::new(messages), calls))
}

fn produced(message: &MessagePart) -> Response {
    let metadata = Json::Object(message.metadata.clone()).to_compact();
    let content_type = message.content_type().map_or_else(|| "text/plain".to_owned(), |own| own.to_string());
    let headers = [("content-type", content_type), ("pact-message-metadata", STANDARD.encode(metadata))];
    (headers, message.contents.bytes().to_vec()).into_response()
}

/// Takes state changes; `fails` says whether they fail.
pub(crate) fn state_callback(fails: bool, calls: Calls) -> Router {
    let change = async move |State(calls): State<Calls>, body: Bytes| {
        let change: Value = serde_json::from_slice(&body).expect("the verifier tells state changes in JSON");
        let text = |name: &str| change[name].as_str().expect("a text").to_owned();
        calls.push(Call::StateChange {
            action: text("action"),
            state: text("state"),
            params: change["params"].clone(),
        });
        if fails { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }
    };
    Router::new().route("/", post(change)).with_state(calls)
}

/// A server on a socket, until it is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    /// Its base URL.
    pub(crate) url: String,
    serving: tokio::task::JoinHandle<()>,
}

impl Running {
    pub(crate) async fn start(app: Router) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let serving = tokio::spawn(async move { axum::serve(listener, app).await.expect("the server runs") });
        Self { url: format!("http://{address}"), serving }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
