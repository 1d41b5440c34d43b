//! Webhooks: what the broker calls when something happens, trying them out, and what came of those that were triggered.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::client::BrokerClient;
use crate::error::BrokerError;
use crate::exchange::{Call, Received};
use crate::hal::Link;

/// The consumers or providers that a webhook is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum WebhookParty {
    /// The one of this name.
    Name(String),
    /// All with this label.
    Label(String),
}

/// As brokers show it: with both members, with links, or with neither, which means all.
fn shown_party<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<WebhookParty>, D::Error> {
    #[derive(Deserialize)]
    struct Shown {
        name: Option<String>,
        label: Option<String>,
    }
    let shown = Option::<Shown>::deserialize(deserializer)?;
    Ok(shown.and_then(|Shown { name, label }| name.map(WebhookParty::Name).or_else(|| label.map(WebhookParty::Label))))
}

/// A webhook to be created, or what one shall be like from now on.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewWebhook {
    /// What it is for, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The consumers that it is about; all unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumer: Option<WebhookParty>,
    /// The providers that it is about; all unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<WebhookParty>,
    /// The names of the events that trigger it, such as `contract_published`.
    #[serde(serialize_with = "as_objects")]
    pub events: Vec<String>,
    /// What is sent.
    pub request: WebhookRequest,
    /// The team that it belongs to; PactFlow only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_uuid: Option<String>,
}

fn as_objects<S: Serializer>(events: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(events.iter().map(|name| BTreeMap::from([("name", name)])))
}

/// What a webhook sends.
#[derive(Debug, Clone, Serialize)]
pub struct WebhookRequest {
    /// The HTTP method.
    pub method: String,
    /// The URL; it may have variables such as `${pactbroker.consumerVersionNumber}`.
    pub url: String,
    /// The headers.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body: JSON as it is written, or text as a JSON string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Box<RawValue>>,
    /// The user name for basic authentication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The password for basic authentication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

/// A webhook as the broker shows it, without its secrets.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Webhook {
    /// Its id, if the broker says it.
    pub uuid: Option<String>,
    /// What it is for, in words.
    pub description: Option<String>,
    /// The consumers that it is about; all unless given.
    #[serde(deserialize_with = "shown_party")]
    pub consumer: Option<WebhookParty>,
    /// The providers that it is about; all unless given.
    #[serde(deserialize_with = "shown_party")]
    pub provider: Option<WebhookParty>,
    /// Whether it is called at all.
    pub enabled: Option<bool>,
    /// What it sends.
    pub request: ShownRequest,
    /// When it was created.
    pub created_at: Option<String>,
    events: Vec<Event>,
    #[serde(rename = "_links")]
    links: Links,
}

/// What a webhook sends, as the broker shows it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ShownRequest {
    /// The HTTP method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// The headers; secret ones are masked by the broker.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Option<Value>,
    /// The user name for basic authentication.
    pub username: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Event {
    name: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Links {
    #[serde(rename = "self")]
    this: Option<Link>,
    #[serde(rename = "pb:execute")]
    execute: Option<Link>,
    #[serde(rename = "pb:logs")]
    logs: Option<Link>,
    #[serde(rename = "pb:webhook")]
    webhook: Option<Link>,
}

impl Webhook {
    /// The names of the events that trigger it.
    pub fn events(&self) -> impl Iterator<Item = &str> {
        self.events.iter().map(|event| event.name.as_str())
    }

    /// Its id: what the broker says, or the end of its own address.
    pub fn id(&self) -> Option<&str> {
        self.uuid.as_deref().or_else(|| last_segment(&self.links.this.as_ref()?.href))
    }
}

/// A webhook in the list of webhooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookLink {
    /// Its id.
    pub uuid: String,
    /// What it is for, or what it does.
    pub description: String,
    /// For which pacts it is, in words.
    pub scope: String,
}

fn last_segment(href: &str) -> Option<&str> {
    href.trim_end_matches('/').rsplit('/').next().filter(|segment| !segment.is_empty())
}

/// What came of trying a webhook out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct WebhookTrial {
    /// Whether it was delivered. Brokers that do not say it say `response.status`.
    success: Option<bool>,
    response: TrialResponse,
    /// What was sent and answered, line by line, as far as the broker tells.
    pub logs: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct TrialResponse {
    status: Option<u16>,
}

impl WebhookTrial {
    /// Whether it was delivered; a broker that does not say so has not said that it was.
    pub fn is_delivered(&self) -> bool {
        self.success.unwrap_or_else(|| self.response.status.is_some_and(|status| (200..300).contains(&status)))
    }
}

/// A webhook that was triggered.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct TriggeredWebhook {
    /// What it does.
    pub name: Option<String>,
    /// `success`, `failure`, `retrying` or `not_run`.
    pub status: String,
    /// How often it was tried.
    pub attempts_made: u32,
    /// How often it will be tried again.
    pub attempts_remaining: u32,
    /// The event that triggered it.
    pub event_name: Option<String>,
    /// When.
    pub triggered_at: Option<String>,
    #[serde(rename = "_links")]
    links: Links,
}

impl TriggeredWebhook {
    /// The id of the webhook, unless it was deleted.
    pub fn webhook_uuid(&self) -> Option<&str> {
        last_segment(&self.links.webhook.as_ref()?.href)
    }
}

impl BrokerClient {
    /// All webhooks, in the broker's order.
    pub async fn webhooks(&self) -> Result<Received<Vec<WebhookLink>>, BrokerError> {
        let answer = self.send(Call::get(self.index_link("pb:webhooks", &[]).await?)).await?;
        let read = |link: Link| {
            let uuid = last_segment(&link.href)?.to_owned();
            let (description, scope) = (link.name.unwrap_or_default(), link.title.unwrap_or_default());
            Some(WebhookLink { uuid, description, scope })
        };
        let links = answer.document()?.links("pb:webhooks");
        Ok(Received { value: links.into_iter().filter_map(read).collect(), raw: answer.text()? })
    }

    /// The webhook with this id, if there is one.
    pub async fn webhook(&self, uuid: &str) -> Result<Option<Received<Webhook>>, BrokerError> {
        let url = self.index_link("pb:webhook", &[("uuid", uuid)]).await?;
        self.find(url).await?.map(|answer| answer.received()).transpose()
    }

    /// Creates a webhook. An answer that gets lost is not asked for again: there would be two webhooks.
    ///
    /// With both names the address says them, so that brokers which are too old for names in the body understand it.
    pub async fn create_webhook(&self, new: &NewWebhook) -> Result<Received<Webhook>, BrokerError> {
        let (url, body) = match (&new.consumer, &new.provider) {
            (Some(WebhookParty::Name(consumer)), Some(WebhookParty::Name(provider))) => {
                let url = self.at_segments(&["webhooks", "provider", provider, "consumer", consumer])?;
                (url, written(&NewWebhook { consumer: None, provider: None, ..new.clone() }))
            }
            _ => (self.index_link("pb:webhooks", &[]).await?, written(new)),
        };
        self.send(Call::post_text(url, body).not_repeatable()).await?.received()
    }

    /// Creates the webhook with this id, or replaces the one that there is. The second value says whether it was created.
    pub async fn create_or_update_webhook(
        &self,
        uuid: &str,
        new: &NewWebhook,
    ) -> Result<(Received<Webhook>, bool), BrokerError> {
        let url = self.index_link("pb:webhook", &[("uuid", uuid)]).await?;
        let answer = self.send(Call::put(url, written(new))).await?;
        Ok((answer.received()?, answer.status == 201))
    }

    /// Deletes a webhook. Says whether there was one.
    pub async fn delete_webhook(&self, uuid: &str) -> Result<bool, BrokerError> {
        self.delete(self.index_link("pb:webhook", &[("uuid", uuid)]).await?).await
    }

    /// Has the broker call a webhook now, with the newest pact or result that it is about; `None` if there is no such
    /// webhook.
    pub async fn test_webhook(&self, uuid: &str) -> Result<Option<Received<WebhookTrial>>, BrokerError> {
        let Some(webhook) = self.webhook(uuid).await? else { return Ok(None) };
        let url = match &webhook.links.execute {
            Some(link) => self.resolve(&link.href)?,
            None => self.at_segments(&["webhooks", uuid, "execute"])?,
        };
        // A receiver that is slow may have got it.
        self.send(Call::post_text(url, "{}").not_repeatable()).await?.received().map(Some)
    }

    /// The webhooks that the newest pact of this pair and its results triggered; `None` if there is no such pair.
    pub async fn triggered_webhooks(
        &self,
        consumer: &str,
        provider: &str,
    ) -> Result<Option<Received<Vec<TriggeredWebhook>>>, BrokerError> {
        let url = self.at_segments(&["pacts", "provider", provider, "consumer", consumer, "webhooks", "status"])?;
        self.find(url).await?.map(|answer| answer.embedded("triggeredWebhooks")).transpose()
    }

    /// What was sent and answered at each attempt, as far as the broker tells; nothing if it tells nothing.
    pub async fn webhook_logs(&self, triggered: &TriggeredWebhook) -> Result<Option<String>, BrokerError> {
        let Some(link) = &triggered.links.logs else { return Ok(None) };
        // The text is for people, and served as such.
        let call = Call::get(self.resolve(&link.href)?).accepting_text();
        self.send(call).await?.text().map(Some)
    }
}

fn written(new: &NewWebhook) -> Vec<u8> {
    serde_json::to_vec(new).expect("text, lists and JSON always have a JSON form")
}
