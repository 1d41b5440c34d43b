//! The provider of the demo: a product service on a socket of its own, in two releases.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Which release of the product service runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Release {
    /// The one that the consumer knows.
    WithNumericPrice,
    /// The one that breaks the contract.
    WithPriceAsText,
}

/// A running product service; it ends when this is dropped.
pub(super) struct Provider {
    address: SocketAddr,
    task: JoinHandle<()>,
}

#[derive(Clone)]
struct Shop {
    release: Release,
    has_product_42: Arc<AtomicBool>,
}

impl Provider {
    pub(super) async fn start(release: Release) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("no free port for the provider")?;
        let address = listener.local_addr()?;
        let app = Router::new()
            .route("/products/{id}", get(product))
            .route("/_pact/provider-states", post(provider_state))
            .with_state(Shop { release, has_product_42: Arc::default() });
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, app).await {
                tracing::error!("the provider of the demo failed: {error}");
            }
        });
        Ok(Self { address, task })
    }

    pub(super) fn port(&self) -> String {
        self.address.port().to_string()
    }

    pub(super) fn state_change_url(&self) -> String {
        format!("http://{}/_pact/provider-states", self.address)
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn product(State(shop): State<Shop>, Path(id): Path<String>) -> Response {
    if id != "42" || !shop.has_product_42.load(Ordering::Relaxed) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let price = match shop.release {
        Release::WithNumericPrice => json!(79.99),
        Release::WithPriceAsText => json!("79.99"),
    };
    Json(json!({ "id": id, "name": "Wireless Headphones", "price": price, "inStock": true })).into_response()
}

/// The verifier says which state it needs; only test builds of a provider have such an endpoint.
async fn provider_state(State(shop): State<Shop>, Json(change): Json<Value>) -> Response {
    match change["state"].as_str() {
        Some("product 42 exists") => {
            shop.has_product_42.store(change["action"] == "setup", Ordering::Relaxed);
            Json(json!({})).into_response()
        }
        _ => (StatusCode::NOT_FOUND, "no such provider state").into_response(),
    }
}
