//! What can be learnt of a broker before anything is asked of it.

use std::time::SystemTime;

use reqwest::header::DATE;
use serde_json::json;

use crate::client::BrokerClient;
use crate::error::{BrokerError, BrokerErrorKind};
use crate::exchange::Call;

/// How a broker introduces itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting {
    /// The version of its software, if it says so.
    pub version: Option<String>,
    /// What time it is there, in whole seconds.
    pub clock: Option<SystemTime>,
}

impl BrokerClient {
    /// Asks for the index, and reads what else the answer says.
    pub async fn greeting(&self) -> Result<Greeting, BrokerError> {
        let answer = self.send(Call::get(self.at_path("/"))).await?;
        let text = |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok());
        let clock = text(DATE.as_str()).and_then(|date| httpdate::parse_http_date(date).ok());
        Ok(Greeting { version: text("x-pact-broker-version").map(str::to_owned), clock })
    }

    /// Whether contracts may be published with these credentials, if that can be told. A publication without anything in it is
    /// sent, which every broker refuses: of those who may publish as incomplete. Brokers that take contracts only one by one cannot
    /// be asked so.
    pub async fn may_publish(&self) -> Result<Option<bool>, BrokerError> {
        let url = match self.index_link("pb:publish-contracts", &[]).await {
            Ok(url) => url,
            Err(error) if matches!(error.kind(), BrokerErrorKind::NoRelation { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        match self.send(Call::post(url, &json!({})).not_repeatable()).await {
            Ok(_) => Ok(None),
            Err(error) => match error.status() {
                Some(400 | 422) => Ok(Some(true)),
                Some(401 | 403) => Ok(Some(false)),
                _ => Err(error),
            },
        }
    }

    /// Whether a version of `consumer` has a pact with `provider`.
    pub async fn has_pact(&self, consumer: &str, version: &str, provider: &str) -> Result<bool, BrokerError> {
        let variables = [("provider", provider), ("consumer", consumer), ("consumerApplicationVersion", version)];
        Ok(self.find(self.index_link("pb:publish-pact", &variables).await?).await?.is_some())
    }
}
