//! What the order service needs of the product service.

use intact::matchers::like;
use intact::{Contract, json_like};
use order_service::{ProductClient, ProductError};

#[tokio::test]
async fn returns_a_product_by_id() {
    Contract::between("order-service", "product-service")
        .upon_receiving("a request for product 42", |i| {
            i.given("product 42 exists")
                .get("/products/42")
                .will_respond_with(200)
                .json(json_like!({ "id": "42", "name": like("Wireless Headphones"), "price": 79.99, "inStock": true }))
        })
        .test(async |server| {
            let product = ProductClient::new(server.url()).product("42").await?;
            assert_eq!(product.name, "Wireless Headphones");
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn a_product_that_does_not_exist_is_told_from_a_failure() {
    Contract::between("order-service", "product-service")
        .upon_receiving("a request for product 42, which is gone", |i| {
            i.given("product 42 does not exist")
                .get("/products/42")
                .will_respond_with(404)
                .json(json_like!({ "error": like("there is no product 42") }))
        })
        .test(async |server| {
            let result = ProductClient::new(server.url()).product("42").await;
            assert!(matches!(result, Err(ProductError::NotFound(id)) if id == "42"));
            Ok(())
        })
        .await;
}
