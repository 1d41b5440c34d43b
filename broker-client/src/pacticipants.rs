//! Pacticipants: the applications that take part, as consumers, providers or both.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::client::BrokerClient;
use crate::error::BrokerError;
use crate::exchange::{Call, Received};

/// An application.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Pacticipant {
    /// Its name.
    pub name: String,
    /// Its name for people.
    pub display_name: Option<String>,
    /// Its main branch.
    pub main_branch: Option<String>,
    /// Where its source is.
    pub repository_url: Option<String>,
    /// When it was created.
    pub created_at: Option<String>,
    #[serde(rename = "_embedded")]
    embedded: EmbeddedLabels,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct EmbeddedLabels {
    labels: Vec<Label>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Label {
    name: String,
}

impl Pacticipant {
    /// Its labels.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.embedded.labels.iter().map(|label| label.name.as_str())
    }
}

/// What a pacticipant shall be like; what is not given stays as it is.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PacticipantChange {
    /// Its name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Its main branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub main_branch: Option<String>,
    /// Where its source is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository_url: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct PacticipantsWire {
    #[serde(rename = "_embedded")]
    embedded: Option<EmbeddedPacticipants>,
    pacticipants: Vec<Pacticipant>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct EmbeddedPacticipants {
    pacticipants: Vec<Pacticipant>,
}

impl BrokerClient {
    /// All pacticipants, in the broker's order.
    pub async fn pacticipants(&self) -> Result<Received<Vec<Pacticipant>>, BrokerError> {
        let url = self.index_link("pb:pacticipants", &[]).await?;
        let received: Received<PacticipantsWire> = self.send(Call::get(url)).await?.received()?;
        let wire = received.value;
        let value = wire.embedded.map_or(wire.pacticipants, |embedded| embedded.pacticipants);
        Ok(Received { value, raw: received.raw })
    }

    /// The pacticipant of this name, if there is one.
    pub async fn pacticipant(&self, name: &str) -> Result<Option<Received<Pacticipant>>, BrokerError> {
        let url = self.index_link("pb:pacticipant", &[("pacticipant", name)]).await?;
        self.find(url).await?.map(|answer| answer.received()).transpose()
    }

    /// Deletes a pacticipant with its versions, their pacts and results, and its webhooks. Says whether there was one.
    pub async fn delete_pacticipant(&self, name: &str) -> Result<bool, BrokerError> {
        self.delete(self.index_link("pb:pacticipant", &[("pacticipant", name)]).await?).await
    }

    /// Gives a pacticipant a label; `None` if there is no such pacticipant.
    pub async fn put_label(&self, pacticipant: &str, label: &str) -> Result<Option<()>, BrokerError> {
        let Some(url) = self.label_link(pacticipant, label).await? else { return Ok(None) };
        self.send(Call::put(url, "{}")).await?;
        Ok(Some(()))
    }

    /// Takes a label from a pacticipant. Says whether it had it; `None` if there is no such pacticipant.
    pub async fn delete_label(&self, pacticipant: &str, label: &str) -> Result<Option<bool>, BrokerError> {
        let Some(url) = self.label_link(pacticipant, label).await? else { return Ok(None) };
        self.delete(url).await.map(Some)
    }

    async fn label_link(&self, pacticipant: &str, label: &str) -> Result<Option<Url>, BrokerError> {
        let url = self.index_link("pb:pacticipant", &[("pacticipant", pacticipant)]).await?;
        let Some(found) = self.find(url).await? else { return Ok(None) };
        let href = found.document()?.require("pb:label")?.expand(&[("label", label)])?;
        self.resolve(&href).map(Some)
    }

    /// Creates a pacticipant, or changes the one that there is. The second value says whether it was created.
    pub async fn create_or_update_pacticipant(
        &self,
        name: &str,
        change: &PacticipantChange,
    ) -> Result<(Received<Pacticipant>, bool), BrokerError> {
        let mut body = serde_json::to_value(change).expect("text always has a JSON form");
        body["name"] = name.into();
        if self.pacticipant(name).await?.is_some() {
            let url = self.index_link("pb:pacticipant", &[("pacticipant", name)]).await?;
            return Ok((self.send(Call::patch(url, &body)).await?.received()?, false));
        }
        let url = self.index_link("pb:pacticipants", &[]).await?;
        Ok((self.send(Call::post(url, &body)).await?.received()?, true))
    }
}
