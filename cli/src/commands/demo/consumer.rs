//! The consumer of the demo: a client for products, and its contract test.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use intact::matchers::like;
use intact::{Contract, json_like};
use intact_broker_client::http::{HttpOptions, http_client};
use serde::Deserialize;

/// What the order service reads of a product.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Product {
    id: String,
    name: String,
    price: f64,
    in_stock: bool,
}

/// The order service's client.
struct ProductClient {
    base_url: String,
    http: reqwest::Client,
}

impl ProductClient {
    fn new(base_url: impl Into<String>) -> anyhow::Result<Self> {
        let http = http_client(&HttpOptions::for_provider(Duration::from_secs(10)))
            .context("an HTTP client cannot be made")?;
        Ok(Self { base_url: base_url.into(), http })
    }

    async fn product(&self, id: &str) -> anyhow::Result<Product> {
        let url = format!("{}/products/{id}", self.base_url);
        Ok(self.http.get(url).send().await?.error_for_status()?.json().await?)
    }
}

/// Runs the consumer's contract test and gives the file it recorded.
pub(super) async fn record_contract(folder: &Path) -> anyhow::Result<PathBuf> {
    let pacts = folder.join("pacts");
    let contract = Contract::between("order-service", "product-service").output_dir(&pacts).upon_receiving(
        "a request for product 42",
        |i| {
            i.given("product 42 exists").get("/products/42").will_respond_with(200).json(json_like!({
                "id": "42",
                "name": like("Wireless Headphones"),
                "price": 79.99,
                "inStock": true
            }))
        },
    );
    let test = contract.test(async |server| {
        let product = ProductClient::new(server.url())?.product("42").await?;
        assert_eq!((&*product.id, &*product.name, product.in_stock), ("42", "Wireless Headphones", true));
        assert!(product.price > 0.0);
        Ok(())
    });
    test.await;
    Ok(pacts.join("order-service-product-service.json"))
}
