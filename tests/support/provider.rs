//! A real provider on a real socket.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::LocalServer;

/// A product service with a state-change endpoint, running on a thread of its own until it is dropped.
pub(crate) struct Provider {
    server: LocalServer,
    broken: Arc<AtomicBool>,
}

impl Provider {
    pub(crate) fn start() -> Self {
        let broken = Arc::new(AtomicBool::new(false));
        let shop = Shop { broken: broken.clone(), has_products: Arc::new(AtomicBool::new(false)) };
        let routes = Router::new()
            .route("/products", get(products))
            .route("/products/{id}", get(product))
            .route("/_pact/states", post(states))
            .with_state(shop);
        Self { server: LocalServer::start(|_| routes), broken }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    pub(crate) fn port(&self) -> String {
        self.server.port()
    }

    pub(crate) fn state_change_url(&self) -> String {
        format!("{}/_pact/states", self.url())
    }

    /// From now on the price is a string.
    pub(crate) fn break_contract(&self) {
        self.broken.store(true, Ordering::SeqCst);
    }
}

#[derive(Clone)]
struct Shop {
    broken: Arc<AtomicBool>,
    has_products: Arc<AtomicBool>,
}

impl Shop {
    fn product(&self) -> Value {
        let price = if self.broken.load(Ordering::SeqCst) { json!("79.99") } else { json!(79.99) };
        json!({ "id": "42", "name": "Wireless Headphones", "price": price, "inStock": true })
    }
}

async fn product(State(shop): State<Shop>, Path(id): Path<String>) -> axum::response::Response {
    if id == "42" && shop.has_products.load(Ordering::SeqCst) {
        Json(shop.product()).into_response()
    } else {
        (StatusCode::NOT_FOUND, Json(json!({ "error": format!("there is no product {id}") }))).into_response()
    }
}

/// The products in stock as a list, or the answer to a search with their number.
async fn products(State(shop): State<Shop>, Query(query): Query<HashMap<String, String>>) -> Json<Value> {
    let mut product = shop.product();
    if query.contains_key("inStock") {
        return Json(if shop.has_products.load(Ordering::SeqCst) { json!([product]) } else { json!([]) });
    }
    product["updatedAt"] = json!("2026-10-11T12:13:14Z");
    Json(json!({ "total": 1, "products": [product] }))
}

/// The state-change endpoint: only what the contracts of these tests name.
async fn states(State(shop): State<Shop>, Json(change): Json<Value>) -> axum::response::Response {
    match change["state"].as_str() {
        Some("") => {}
        Some("product 42 exists" | "products exist") => shop.has_products.store(true, Ordering::SeqCst),
        Some("product 42 does not exist") => shop.has_products.store(false, Ordering::SeqCst),
        other => return (StatusCode::BAD_REQUEST, format!("unknown state {other:?}")).into_response(),
    }
    Json(json!({})).into_response()
}
