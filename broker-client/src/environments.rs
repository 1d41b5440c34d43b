//! Environments: where versions are deployed and released.

use serde::{Deserialize, Serialize};

use crate::client::BrokerClient;
use crate::error::BrokerError;
use crate::exchange::{Call, Received};
use crate::hal::Link;

/// An environment.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Environment {
    /// Its id.
    pub uuid: String,
    /// Its name, which commands use.
    pub name: String,
    /// Its name for people.
    pub display_name: Option<String>,
    /// Whether it is a production environment.
    pub production: bool,
    /// Whom to ask about it.
    pub contacts: Vec<Contact>,
    /// When it was created.
    pub created_at: Option<String>,
    #[serde(rename = "_links")]
    links: SelfLink,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct SelfLink {
    #[serde(rename = "self")]
    this: Option<Link>,
}

/// An environment to be created, or what one shall be like from now on.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewEnvironment {
    /// Its name: one line without spaces.
    pub name: String,
    /// Its name for people; made from the name if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Whether it is a production environment.
    pub production: bool,
    /// Whom to ask about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
}

/// Somebody to ask about an environment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// A person's or team's name.
    pub name: String,
    /// How to reach them, such as `{"emailAddress": "team@example.com"}`.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    pub details: serde_json::Map<String, serde_json::Value>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct EnvironmentsWire {
    #[serde(rename = "_embedded")]
    embedded: EmbeddedEnvironments,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct EmbeddedEnvironments {
    environments: Vec<Environment>,
}

impl BrokerClient {
    /// All environments, in the broker's order.
    pub async fn environments(&self) -> Result<Received<Vec<Environment>>, BrokerError> {
        let url = self.index_link("pb:environments", &[]).await?;
        let received: Received<EnvironmentsWire> = self.send(Call::get(url)).await?.received()?;
        Ok(Received { value: received.value.embedded.environments, raw: received.raw })
    }

    /// The environment of this name, if there is one.
    pub async fn environment_named(&self, name: &str) -> Result<Option<Environment>, BrokerError> {
        let environments = self.environments().await?.value;
        Ok(environments.into_iter().find(|environment| environment.name == name))
    }

    /// The environment with this id, if there is one.
    pub async fn environment(&self, uuid: &str) -> Result<Option<Received<Environment>>, BrokerError> {
        let url = self.index_link("pb:environment", &[("uuid", uuid)]).await?;
        self.find(url).await?.map(|answer| answer.received()).transpose()
    }

    /// Creates an environment. An answer that gets lost is not asked for again: the name would be taken.
    pub async fn create_environment(&self, new: &NewEnvironment) -> Result<Received<Environment>, BrokerError> {
        let url = self.index_link("pb:environments", &[]).await?;
        let body = serde_json::to_value(new).expect("text and booleans always have a JSON form");
        self.send(Call::post(url, &body).not_repeatable()).await?.received()
    }

    /// Replaces what is known of an environment.
    pub async fn update_environment(
        &self,
        uuid: &str,
        new: &NewEnvironment,
    ) -> Result<Received<Environment>, BrokerError> {
        let url = self.index_link("pb:environment", &[("uuid", uuid)]).await?;
        let body = serde_json::to_vec(new).expect("text and booleans always have a JSON form");
        self.send(Call::put(url, body)).await?.received()
    }

    /// Deletes an environment and what was recorded in it.
    pub async fn delete_environment(&self, uuid: &str) -> Result<(), BrokerError> {
        let url = self.index_link("pb:environment", &[("uuid", uuid)]).await?;
        self.send(Call::delete(url)).await?;
        Ok(())
    }

    /// The environment's own document, which has the links to what is in it.
    pub(crate) async fn environment_document(
        &self,
        environment: &Environment,
    ) -> Result<crate::hal::HalDocument, BrokerError> {
        let url = match &environment.links.this {
            Some(link) => self.resolve(&link.href)?,
            None => self.index_link("pb:environment", &[("uuid", &environment.uuid)]).await?,
        };
        self.document(url).await
    }
}
