//! The product service keeps the contracts of its consumers.

use intact_verifier::Verifier;
use product_service::pact_states::headphones;
use product_service::{Product, Store, app};

#[tokio::test]
async fn the_order_service_gets_what_it_relies_on() {
    let store = Store::default();
    Verifier::for_provider("product-service")
        .pact_file(concat!(env!("CARGO_MANIFEST_DIR"), "/../pacts/order-service-product-service.json"))
        .service(app(store.clone()))
        .context(store)
        .before_each(async |store: Store| {
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
        .verify()
        .await;
}
