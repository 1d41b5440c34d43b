//! What the order service needs of the review service, which speaks GraphQL.

use intact::matchers::{each_like, integer};
use intact::{Contract, GraphQl, json_like};
use order_service::ReviewClient;

#[tokio::test]
async fn stars_are_the_average_of_the_reviews() {
    let query = GraphQl::document("query Stars($product: ID!) { product(id: $product) { reviews { stars } } }")
        .operation("Stars")
        .variables(json_like!({ "product": "42" }));
    let reviews = each_like(json_like!({ "stars": integer(4) }));
    Contract::between("order-service", "review-service")
        .upon_receiving("a query for the stars of product 42", |i| {
            i.given("product 42 has reviews")
                .graphql("/graphql", query)
                .will_respond_with(200)
                .json(json_like!({ "data": { "product": { "reviews": reviews } } }))
        })
        .test(async |server| {
            assert_eq!(ReviewClient::new(server.url()).stars("42").await?, Some(4.0));
            Ok(())
        })
        .await;
}
