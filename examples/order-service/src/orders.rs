//! Orders: the service's own API.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use crate::product_client::{Product, ProductClient, ProductError};

/// A confirmed order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Its number.
    pub number: u64,
    /// Name of the product.
    pub product: String,
    /// How many.
    pub quantity: u32,
    /// What they cost together.
    pub total: f64,
}

#[derive(Deserialize)]
struct Wanted {
    product: String,
    quantity: u32,
}

#[derive(Clone)]
struct Shop {
    products: ProductClient,
    orders: Arc<AtomicU64>,
}

/// The service's routes: `GET /catalogue` and `POST /orders`.
pub fn app(products: ProductClient) -> Router {
    let shop = Shop { products, orders: Arc::default() };
    Router::new().route("/catalogue", get(catalogue)).route("/orders", post(order)).with_state(shop)
}

async fn catalogue(State(shop): State<Shop>) -> Result<Json<Vec<String>>, Refusal> {
    let products = shop.products.products_in_stock().await?;
    Ok(Json(products.into_iter().map(|product| product.name).collect()))
}

async fn order(State(shop): State<Shop>, Json(wanted): Json<Wanted>) -> Result<(StatusCode, Json<Order>), Refusal> {
    let product = shop.products.product(&wanted.product).await?;
    if !product.in_stock {
        return Err(Refusal::SoldOut(product));
    }
    let order = Order {
        number: shop.orders.fetch_add(1, Ordering::Relaxed) + 1,
        total: product.price * f64::from(wanted.quantity),
        product: product.name,
        quantity: wanted.quantity,
    };
    Ok((StatusCode::CREATED, Json(order)))
}

/// An order that is not taken.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("{} is sold out", .0.name)]
    SoldOut(Product),
    #[error(transparent)]
    Product(#[from] ProductError),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::SoldOut(_) => StatusCode::CONFLICT,
            Self::Product(ProductError::NotFound(_)) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Product(_) => StatusCode::BAD_GATEWAY,
        };
        (status, Json(serde_json::json!({ "error": self.to_string() }))).into_response()
    }
}
