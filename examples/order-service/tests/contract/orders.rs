//! The whole service, and not only its client, before a mock server. A fixture brings the server.

use intact::matchers::like;
use intact::{Contract, RunningContract, json_like};
use order_service::{Order, ProductClient, app};
use rstest::{fixture, rstest};

/// When it is dropped, the contract is judged and written.
#[fixture]
fn product_service() -> RunningContract {
    Contract::between("order-service", "product-service")
        .upon_receiving("a request for product 42", |i| {
            i.given("product 42 exists")
                .get("/products/42")
                .will_respond_with(200)
                .json(json_like!({ "id": "42", "name": like("Wireless Headphones"), "price": 79.99, "inStock": true }))
        })
        .start()
}

#[rstest]
#[case::one(1, 79.99)]
#[case::two(2, 159.98)]
#[tokio::test]
async fn an_order_is_priced_by_the_product_service(
    product_service: RunningContract,
    #[case] quantity: u32,
    #[case] total: f64,
) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/orders", listener.local_addr().expect("a bound listener has an address"));
    tokio::spawn(axum::serve(listener, app(ProductClient::new(product_service.url()))).into_future());

    let order = serde_json::json!({ "product": "42", "quantity": quantity });
    let response = reqwest::Client::new().post(url).json(&order).send().await.expect("an answer");

    let order: Order = response.json().await.expect("an order");
    assert_eq!(order, Order { number: 1, product: "Wireless Headphones".to_owned(), quantity, total });
}
