//! What the order service needs of the warehouse's messages.

use intact::matchers::{integer, like};
use intact::{Contract, json_like};
use order_service::Backlog;

#[test]
fn a_delivery_shortens_the_backlog() {
    let mut backlog = Backlog::waiting_for("42", 5);
    Contract::between("order-service", "warehouse-service")
        .message("a delivery has arrived", |m| {
            m.given("a delivery of product 42 is due")
                .json(json_like!({ "product": like("42"), "quantity": integer(3) }))
                .metadata("topic", "deliveries")
        })
        .handle_blocking(|message| {
            backlog.delivery_arrived(message.json()?)?;
            Ok(())
        });
    assert_eq!(backlog.of("42"), 2);
}
