//! Provider states: what consumers expect a provider to be brought into.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::client::BrokerClient;
use crate::error::BrokerError;
use crate::exchange::Received;

/// A state with its parameters, and who asks for it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ProviderState {
    /// Its name.
    pub name: String,
    /// Its parameters.
    pub params: Map<String, Value>,
    /// The consumers that ask for it.
    pub consumers: Vec<String>,
}

/// Of which consumer versions' pacts the states are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderStatesOf<'a> {
    /// The heads of the consumers' main branches.
    MainBranches,
    /// The heads of the branches of this name.
    Branch(&'a str),
    /// What is in an environment.
    Environment(&'a str),
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct ProviderStatesWire {
    provider_states: Vec<ProviderState>,
}

impl BrokerClient {
    /// The states that consumers ask a provider for; `None` if there is no such provider, or the broker has no such list.
    pub async fn provider_states(
        &self,
        provider: &str,
        of: ProviderStatesOf<'_>,
    ) -> Result<Option<Received<Vec<ProviderState>>>, BrokerError> {
        let mut segments = vec!["pacts", "provider", provider, "provider-states"];
        match of {
            ProviderStatesOf::MainBranches => {}
            ProviderStatesOf::Branch(name) => segments.extend(["branch", name]),
            ProviderStatesOf::Environment(name) => segments.extend(["environment", name]),
        }
        let Some(answer) = self.find(self.at_segments(&segments)?).await? else { return Ok(None) };
        let received: Received<ProviderStatesWire> = answer.received()?;
        Ok(Some(Received { value: received.value.provider_states, raw: received.raw }))
    }
}
