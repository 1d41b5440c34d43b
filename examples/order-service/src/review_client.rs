//! The review service, as this service uses it: over GraphQL.

use std::time::Duration;

use serde::Deserialize;

/// What is asked of the review service.
const STARS: &str = "query Stars($product: ID!) {
  product(id: $product) {
    reviews { stars }
  }
}";

/// Calls the review service.
#[derive(Debug, Clone)]
pub struct ReviewClient {
    url: String,
    http: reqwest::Client,
}

#[derive(Deserialize)]
struct Answer {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    product: Reviewed,
}

#[derive(Deserialize)]
struct Reviewed {
    reviews: Vec<Review>,
}

#[derive(Deserialize)]
struct Review {
    stars: f64,
}

impl ReviewClient {
    /// A client of the review service at this URL, without a slash at the end.
    ///
    /// # Panics
    ///
    /// If TLS cannot be set up on this machine.
    pub fn new(base_url: &str) -> Self {
        // An application decides which cryptography it uses; only the first call of the process takes effect.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().timeout(Duration::from_secs(5)).build().expect("TLS can be set up");
        Self { url: format!("{base_url}/graphql"), http }
    }

    /// How many stars the product has on average; `None` if nobody has reviewed it.
    pub async fn stars(&self, product: &str) -> Result<Option<f64>, reqwest::Error> {
        let operation =
            serde_json::json!({ "operationName": "Stars", "query": STARS, "variables": { "product": product } });
        let answer = self.http.post(&self.url).json(&operation).send().await?.error_for_status()?;
        let reviews = answer.json::<Answer>().await?.data.product.reviews;
        let sum: f64 = reviews.iter().map(|review| review.stars).sum();
        Ok((!reviews.is_empty()).then(|| sum / f64::from(u32::try_from(reviews.len()).unwrap_or(u32::MAX))))
    }
}
