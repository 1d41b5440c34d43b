//! A real provider on a real socket.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

/// A product service with a state-change endpoint, running on a thread of its own until it is dropped.
pub(crate) struct Provider {
    address: SocketAddr,
    broken: Arc<AtomicBool>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
}

impl Provider {
    pub(crate) fn start() -> Self {
        let broken = Arc::new(AtomicBool::new(false));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a non-blocking listener");
        let address = listener.local_addr().expect("a bound listener has an address");
        let app = Router::new()
            .route("/products", get(products))
            .route("/products/{id}", get(product))
            .route("/_pact/states", post(states))
            .with_state(Shop { broken: broken.clone(), has_products: Arc::new(AtomicBool::new(false)) });
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener of this runtime");
                let server = axum::serve(listener, app);
                tokio::select! {
                    _ = server.into_future() => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address, broken, stop: Some(stop) }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn port(&self) -> String {
        self.address.port().to_string()
    }

    pub(crate) fn state_change_url(&self) -> String {
        format!("{}/_pact/states", self.url())
    }

    /// From now on the price is a string.
    pub(crate) fn break_contract(&self) {
        self.broken.store(true, Ordering::SeqCst);
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
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
