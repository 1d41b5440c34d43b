//! The review service keeps the contracts of its consumers.

use intact_verifier::Verifier;
use review_service::{Review, Reviews, app};

#[tokio::test]
async fn the_order_service_gets_the_stars_it_asks_for() {
    let reviews = Reviews::default();
    Verifier::for_provider("review-service")
        .pact_file(concat!(env!("CARGO_MANIFEST_DIR"), "/../pacts/order-service-review-service.json"))
        .service(app(reviews.clone()))
        .context(reviews)
        .before_each(async |reviews| {
            reviews.clear();
            Ok(())
        })
        .state("product 42 has reviews", async |reviews, _state| {
            reviews.add("42", Review { stars: 5, text: "Quiet at last".to_owned() });
            reviews.add("42", Review { stars: 3, text: "Too heavy for me".to_owned() });
            Ok(())
        })
        .verify()
        .await;
}
