//! PROVIDER keeps the contract of CONSUMER.
//!
//! The pact file is the one that the consumer's tests write; a pipeline takes it from the broker instead (`intact verify`).

use axum::Router;
use axum::response::Json;
use axum::routing::get;
use intact_verifier::Verifier;

/// Takes the place of the router of your service.
fn app() -> Router {
    Router::new()
        .route("/products/{id}", get(|| async { Json(serde_json::json!({ "id": 42, "name": "Loudspeakers" })) }))
}

#[tokio::test]
async fn keeps_the_contract() {
    Verifier::for_provider("PROVIDER")
        .service(app())
        .state("product 42 exists", async |(), _state| {
            // Bring the service into this state.
            Ok(())
        })
        .pact_file("pacts/CONSUMER-PROVIDER.json")
        .verify()
        .await;
}
