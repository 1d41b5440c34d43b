//! The product service keeps the contracts of its consumers.
//!
//! The first test is all that a provider needs to begin with: a file, and closures that set up provider states. The second
//! is what a pipeline runs: the contracts come from a broker, and the results go back to it.

mod broker;

use broker::BrokerOfOurOwn;
use intact_broker_client::{MatrixQuery, VersionSelector};
use intact_verifier::{BrokerSource, PactSource, PublishOptions, Verifier, VerifierBuilder};
use product_service::pact_states::headphones;
use product_service::{Product, Store, app};

/// The service, and how it comes into the states that its consumers name.
fn product_service() -> VerifierBuilder<Store> {
    let store = Store::default();
    Verifier::for_provider("product-service")
        .service(app(store.clone()))
        .context(store)
        .before_each(async |store| {
            store.clear();
            Ok(())
        })
        .state("product 42 does not exist", async |_, _| Ok(()))
        .state("product 42 exists", async |store, _state| {
            store.put(headphones());
            Ok(())
        })
        .state("products exist", async |store, _state| {
            store.put(headphones());
            store.put(Product { id: "43".to_owned(), name: "Turntable".to_owned(), price: 249.0, in_stock: false });
            Ok(())
        })
}

#[tokio::test]
async fn the_order_service_gets_what_it_relies_on() {
    product_service().pact_file("../pacts/order-service-product-service.json").verify().await;
}

#[tokio::test]
async fn the_broker_learns_that_this_version_can_be_deployed() {
    let broker = BrokerOfOurOwn::start().await;
    broker.publish_as_the_order_service_does("../pacts/order-service-product-service.json").await;

    product_service()
        .source(PactSource::Broker(BrokerSource { client: broker.client.clone(), query: None }))
        .publish(PublishOptions {
            provider_version: "1.0.0".to_owned(),
            branch: Some("main".to_owned()),
            ..PublishOptions::default()
        })
        .verify()
        .await;

    let question = MatrixQuery::of(VersionSelector::version("product-service", "1.0.0"));
    let matrix = broker.client.matrix(&question).await.expect("the broker answers").value;
    assert!(matrix.summary.is_deployable(), "{:?}", matrix.notices);
}
