//! The product service, as this service uses it.

use std::time::Duration;

use reqwest::StatusCode;
use serde::Deserialize;

/// Calls the product service.
#[derive(Debug, Clone)]
pub struct ProductClient {
    base_url: String,
    http: reqwest::Client,
}

/// What this service wants to know of a product.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Product {
    /// Its identifier.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What one costs.
    pub price: f64,
    /// Whether it can be ordered now.
    pub in_stock: bool,
}

/// A product could not be looked up.
#[derive(Debug, thiserror::Error)]
pub enum ProductError {
    /// There is none of this identifier.
    #[error("there is no product {0}")]
    NotFound(String),
    /// The product service answered something else than was agreed on.
    #[error("the product service answered {0}")]
    Unexpected(StatusCode),
    /// The product service could not be reached or understood.
    #[error("the product service could not be reached or understood")]
    Http(#[from] reqwest::Error),
}

impl ProductClient {
    /// A client of the product service at this URL, without a slash at the end.
    ///
    /// # Panics
    ///
    /// If TLS cannot be set up on this machine.
    pub fn new(base_url: impl Into<String>) -> Self {
        // An application decides which cryptography it uses; only the first call of the process takes effect.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().timeout(Duration::from_secs(5)).build().expect("TLS can be set up");
        Self { base_url: base_url.into(), http }
    }

    /// The product of this identifier.
    pub async fn product(&self, id: &str) -> Result<Product, ProductError> {
        let response = self.http.get(format!("{}/products/{id}", self.base_url)).send().await?;
        match response.status() {
            StatusCode::OK => Ok(response.json().await?),
            StatusCode::NOT_FOUND => Err(ProductError::NotFound(id.to_owned())),
            other => Err(ProductError::Unexpected(other)),
        }
    }

    /// All products that can be ordered now.
    pub async fn products_in_stock(&self) -> Result<Vec<Product>, ProductError> {
        let response =
            self.http.get(format!("{}/products", self.base_url)).query(&[("inStock", "true")]).send().await?;
        match response.status() {
            StatusCode::OK => Ok(response.json().await?),
            other => Err(ProductError::Unexpected(other)),
        }
    }
}
