//! What `intact init` writes into a Rust project works as it stands.

// The HTTP client of this workspace is built without a TLS library of its own choice, so that one has to be given to it; in a
// project of its own it has one.
extern crate reqwest as client_without_tls;
extern crate self as reqwest;

use std::time::Duration;

use client_without_tls::Response;
use intact_broker_client::http::{HttpOptions, http_client};

#[path = "../../cli/src/commands/init/consumer_test.rs"]
mod consumer;
#[path = "../../cli/src/commands/init/provider_test.rs"]
mod provider;

/// Takes the place of the client's own function.
pub(crate) async fn get(url: String) -> Result<Response, Box<dyn std::error::Error + Send + Sync>> {
    Ok(http_client(&HttpOptions::for_provider(Duration::from_secs(10)))?.get(url).send().await?)
}
