//! What the order service needs of the product service's catalogue.

use intact::matchers::{each_like, like, number};
use intact::{Contract, json_like};
use order_service::ProductClient;

#[tokio::test]
async fn the_catalogue_lists_what_is_in_stock() {
    let headphones = json_like!({
        "id": like("42"), "name": like("Wireless Headphones"), "price": number(79.99), "inStock": true
    });
    Contract::between("order-service", "product-service")
        .upon_receiving("a request for the products in stock", |i| {
            i.given("products exist")
                .get("/products")
                .query("inStock", "true")
                .will_respond_with(200)
                .json(each_like(headphones))
        })
        .test(async |server| {
            let products = ProductClient::new(server.url()).products_in_stock().await?;
            assert_eq!(products.len(), 1);
            assert_eq!(products[0].name, "Wireless Headphones");
            Ok(())
        })
        .await;
}
