//! What CONSUMER needs of PROVIDER.
//!
//! A test that passes records its interactions in target/pacts. Replace this one by what your client really asks for, and
//! the request by a call of your client.

use intact::matchers::like;
use intact::{Contract, json_like};

#[tokio::test]
async fn gets_a_product() {
    Contract::between("CONSUMER", "PROVIDER")
        .upon_receiving("a request for product 42", |i| {
            i.given("product 42 exists")
                .get("/products/42")
                .will_respond_with(200)
                .json(json_like!({ "id": 42, "name": like("Headphones") }))
        })
        .test(async |server| {
            let answer = reqwest::get(format!("{}/products/42", server.url())).await?;
            assert_eq!(answer.status(), 200);
            assert!(answer.text().await?.contains("Headphones"));
            Ok(())
        })
        .await;
}
