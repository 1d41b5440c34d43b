//! A URL that brings the service into the states that contracts name. Never part of the service in production: `main` adds it
//! only with `--pact-states`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;

use crate::{Product, Store};

/// The route `POST /_pact/states`.
pub fn routes(store: Store) -> Router {
    Router::new().route("/_pact/states", post(change)).with_state(store)
}

#[derive(Deserialize)]
struct StateChange {
    action: String,
    state: String,
}

async fn change(
    State(store): State<Store>,
    Json(change): Json<StateChange>,
) -> Result<StatusCode, (StatusCode, String)> {
    if change.action == "setup" {
        set_up(&store, &change.state).map_err(|error| (StatusCode::UNPROCESSABLE_ENTITY, error))?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Brings the store into a state. Each begins with an empty store, so that interactions do not depend on each other.
///
/// # Errors
///
/// If there is no state of this name.
pub fn set_up(store: &Store, state: &str) -> Result<(), String> {
    store.clear();
    match state {
        // Interactions that need no state get an empty store.
        "" | "product 42 does not exist" => {}
        "product 42 exists" => store.put(headphones()),
        "products exist" => {
            store.put(headphones());
            store.put(turntable());
        }
        unknown => return Err(format!("the product service knows no state `{unknown}`")),
    }
    Ok(())
}

/// The product that contracts know as number 42.
pub fn headphones() -> Product {
    Product { id: "42".to_owned(), name: "Wireless Headphones".to_owned(), price: 79.99, in_stock: true }
}

/// A product that is sold out.
pub fn turntable() -> Product {
    Product { id: "43".to_owned(), name: "Turntable".to_owned(), price: 249.0, in_stock: false }
}
