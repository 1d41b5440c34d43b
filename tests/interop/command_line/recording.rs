//! A place between a tool and a real broker, where each request is written down.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use intact_broker_client::http::{HttpOptions, http_client};

use super::scripted::Asked;
use crate::support::LocalServer;

/// The place, on a thread of its own until it is dropped.
pub(super) struct Recording {
    server: LocalServer,
    asked: Arc<Mutex<Vec<Asked>>>,
}

struct Between {
    broker: String,
    client: reqwest::Client,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Recording {
    /// Passes everything on to the broker at this URL, whose links lead back here: they follow the header `Host`.
    pub(super) fn before(broker: &str) -> Self {
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let options = HttpOptions::for_provider(Duration::from_secs(30));
        let client = http_client(&options).expect("a client without certificates");
        let between = Arc::new(Between { broker: broker.to_owned(), client, asked: asked.clone() });
        let server = LocalServer::start(|_| Router::new().fallback(pass_on).with_state(between));
        Self { server, asked }
    }

    pub(super) fn url(&self) -> String {
        self.server.url()
    }

    /// All that was asked since it was last said.
    pub(super) fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.asked.lock().expect("no handler has panicked"))
    }
}

async fn pass_on(State(between): State<Arc<Between>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 1 << 24).await.unwrap_or_default();
    let asked = Asked::of(head.method.clone(), &head.uri, &head.headers, &body);
    between.asked.lock().expect("no handler has panicked").push(asked);
    let target = format!("{}{}", between.broker, head.uri.path_and_query().map_or("/", |target| target.as_str()));
    match between.client.request(head.method, target).headers(head.headers).body(body).send().await {
        Ok(answer) => {
            let (status, headers) = (answer.status(), answer.headers().clone());
            (status, headers, Body::from(answer.bytes().await.unwrap_or_default())).into_response()
        }
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}
