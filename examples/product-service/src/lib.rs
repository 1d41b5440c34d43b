//! A small provider: products that other services look up.
//!
//! The service knows nothing of contracts. How it is verified against those of its consumers is in `tests/verification`;
//! [`pact_states`] is for verifying it from outside, with `intact verify`.

pub mod pact_states;
mod store;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;

pub use store::{Product, Store};

/// The service's routes on top of a store.
pub fn app(store: Store) -> Router {
    Router::new().route("/products", get(list)).route("/products/{id}", get(show)).with_state(store)
}

async fn show(State(store): State<Store>, Path(id): Path<String>) -> Result<Json<Product>, ApiError> {
    store.product(&id).map(Json).ok_or(ApiError::NoProduct(id))
}

/// What can be asked of the list; everything is optional.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Criteria {
    in_stock: Option<bool>,
}

async fn list(State(store): State<Store>, Query(criteria): Query<Criteria>) -> Json<Vec<Product>> {
    let mut products = store.products();
    products.retain(|product| criteria.in_stock.is_none_or(|in_stock| product.in_stock == in_stock));
    Json(products)
}

enum ApiError {
    NoProduct(String),
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, message) = match self {
            Self::NoProduct(id) => (StatusCode::NOT_FOUND, format!("there is no product {id}")),
        };
        (status, Json(serde_json::json!({ "error": message }))).into_response()
    }
}
