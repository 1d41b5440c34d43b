//! The product service keeps the contracts of its consumers: one in a file to begin with, and those that a broker has.

mod broker;
use broker::BrokerOfOurOwn;
use intact_verifier::{Verifier, VerifierBuilder};
use product_service::{Store, app, pact_states::headphones, pact_states::turntable};

/// The service, and how it comes into the states that its consumers name.
fn product_service() -> VerifierBuilder<Store> {
    let store = Store::default();
    Verifier::for_provider("product-service")
        .service(app(store.clone()))
        .context(store)
        .state("product 42 does not exist", async |store, _state| {
            store.clear();
            Ok(())
        })
        .state("product 42 exists", async |store, _state| {
            store.put(headphones());
            Ok(())
        })
        .state("products exist", async |store, _state| {
            store.put(headphones());
            store.put(turntable());
            Ok(())
        })
}

#[tokio::test]
async fn the_order_service_gets_what_it_relies_on() {
    product_service().pact_file("../pacts/order-service-product-service.json").verify().await;
}

#[tokio::test]
async fn the_broker_learns_that_this_version_can_be_deployed() {
    let broker = BrokerOfOurOwn::with("../pacts/order-service-product-service.json").await;
    product_service().source(broker.pacts()).publish(BrokerOfOurOwn::release("1.0.0")).verify().await;
    assert!(broker.lets_deploy("product-service", "1.0.0").await);
}
