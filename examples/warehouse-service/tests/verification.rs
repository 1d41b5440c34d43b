//! The warehouse keeps the contracts of those who read its messages.

use intact_verifier::{Message, Verifier};
use warehouse_service::{Shelf, TOPIC};

#[tokio::test]
async fn the_order_service_can_read_what_is_sent() {
    Verifier::for_provider("warehouse-service")
        .pact_file(concat!(env!("CARGO_MANIFEST_DIR"), "/../pacts/order-service-warehouse-service.json"))
        .context(Shelf::default())
        .state("a delivery of product 42 is due", async |shelf, _state| {
            shelf.expect("42", 3);
            Ok(())
        })
        .message("a delivery has arrived", async |shelf, _request| {
            let arrived = shelf.arrived("42").ok_or("no delivery of product 42 is due")?;
            Ok(Message::json(&arrived)?.with_metadata("topic", TOPIC))
        })
        .verify()
        .await;
}
