//! Integrations: which consumers have contracts with which providers.

use serde::Deserialize;
use url::Url;

use crate::client::BrokerClient;
use crate::error::BrokerError;
use crate::exchange::{Call, Received};
use crate::hal::Link;

/// A consumer and a provider that have a contract.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Integration {
    consumer: Named,
    provider: Named,
    #[serde(rename = "_links")]
    links: Links,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Named {
    name: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Links {
    #[serde(rename = "pb:delete_integration")]
    delete: Option<Link>,
}

impl Integration {
    /// The consumer's name.
    pub fn consumer(&self) -> &str {
        &self.consumer.name
    }

    /// The provider's name.
    pub fn provider(&self) -> &str {
        &self.provider.name
    }
}

impl BrokerClient {
    /// All integrations, in the broker's order.
    pub async fn integrations(&self) -> Result<Received<Vec<Integration>>, BrokerError> {
        let url = self.index_link("pb:integrations", &[]).await?;
        self.send(Call::get(url)).await?.embedded("integrations")
    }

    /// Deletes all pacts and results between a consumer and a provider, and either of the two if it has no other
    /// integration. Says whether there was something to delete.
    pub async fn delete_integration(&self, integration: &Integration) -> Result<bool, BrokerError> {
        let url: Url = match &integration.links.delete {
            Some(link) => self.resolve(&link.href)?,
            // Older brokers serve it, but do not say where.
            None => self.at_segments(&[
                "integrations",
                "provider",
                integration.provider(),
                "consumer",
                integration.consumer(),
            ])?,
        };
        self.delete(url).await
    }
}
