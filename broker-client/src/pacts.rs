//! Finding and fetching pacts.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::client::BrokerClient;
use crate::error::BrokerError;
use crate::exchange::{Call, Received};
use crate::hal::{HalDocument, Link};
use crate::selectors::ConsumerVersionSelector;

/// A pact of a provider: where it is, and of which consumer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PactLink {
    /// Where the pact can be fetched.
    pub href: String,
    /// The consumer's name, if the broker says it.
    pub consumer: Option<String>,
    /// The pact's name for people, if the broker gives one.
    pub title: Option<String>,
}

impl PactLink {
    fn of_provider(document: &HalDocument) -> Vec<Self> {
        let links = document.links("pb:pacts");
        let links = if links.is_empty() { document.links("pacts") } else { links };
        links.into_iter().map(|link| Self { href: link.href, consumer: link.name, title: link.title }).collect()
    }

    fn of_pair(document: &HalDocument, consumer: &str) -> Vec<Self> {
        let items = document.body.pointer("/_embedded/pacts").and_then(Value::as_array).into_iter().flatten();
        let text = |item: &Value, name: &str| Some(item.pointer("/_links/self")?.get(name)?.as_str()?.to_owned());
        let read = |item| {
            let consumer = Some(consumer.to_owned());
            Some(Self { href: text(item, "href")?, consumer, title: text(item, "title") })
        };
        items.filter_map(read).collect()
    }
}

/// Which pacts of a provider are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct PactsOnBranch<'a> {
    /// The provider.
    pub provider: &'a str,
    /// Only of this consumer.
    pub consumer: Option<&'a str>,
    /// The branch of the consumers; each consumer's main branch unless given.
    pub branch: Option<&'a str>,
    /// Only the newest of each consumer.
    pub latest: bool,
}

/// The newest pact of a consumer and a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatestPact {
    /// The consumer's name.
    pub consumer: String,
    /// The newest version of the consumer that has a pact with the provider.
    pub consumer_version: String,
    /// The provider's name.
    pub provider: String,
    /// When it was published.
    pub created_at: String,
    /// Where the pact can be fetched.
    pub href: String,
}

impl LatestPact {
    fn read(item: &Value) -> Option<Self> {
        let text = |pointer: &str| item.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        // One link here, several there; all of them lead to the pact.
        let links = item.pointer("/_links/self")?;
        let href = links.get(0).unwrap_or(links).get("href")?.as_str()?.to_owned();
        Some(Self {
            consumer: text("/_embedded/consumer/name"),
            consumer_version: text("/_embedded/consumer/_embedded/version/number"),
            provider: text("/_embedded/provider/name"),
            created_at: text("/createdAt"),
            href,
        })
    }
}

/// What a provider version asks the broker before it verifies.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PactsForVerificationQuery {
    /// Which consumer versions' pacts are wanted; without any the broker decides (main branches and what is deployed). Always
    /// sent, as other verifiers do.
    pub consumer_version_selectors: Vec<ConsumerVersionSelector>,
    /// The branch of the provider version that will verify.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_version_branch: Option<String>,
    /// The tags of the provider version that will verify.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub provider_version_tags: Vec<String>,
    /// Whether pacts that were never verified successfully are marked as pending. Always sent, since brokers take its
    /// absence for `true`.
    pub include_pending_status: bool,
    /// Also give work-in-progress pacts that were published after this date (`YYYY-MM-DD`, or with a time).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_wip_pacts_since: Option<String>,
}

/// A remark that belongs to a moment of the verification.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct VerificationNotice {
    /// When it is shown: `before_verification`, or `after_verification:success_true_published_false` and its like.
    pub when: String,
    /// The remark.
    pub text: String,
}

/// A pact that the broker wants verified.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PactForVerification {
    /// Where the pact can be fetched. The URL says for which consumer versions it was chosen, so that the results are
    /// attributed to them.
    pub href: String,
    /// The pact's name, such as `Pact between Web (1.0.0) and Orders`.
    pub name: Option<String>,
    /// Why it was chosen, such as `latest from main branch, deployed to production`.
    pub short_description: String,
    /// Whether a failure shall not fail the build.
    pub pending: bool,
    /// Whether it was chosen because it is work in progress.
    pub wip: bool,
    /// Remarks to be shown.
    pub notices: Vec<VerificationNotice>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct ForVerificationWire {
    #[serde(rename = "_embedded")]
    embedded: EmbeddedPacts,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct EmbeddedPacts {
    pacts: Vec<PactWire>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct PactWire {
    short_description: Option<String>,
    verification_properties: VerificationPropertiesWire,
    #[serde(rename = "_links")]
    links: SelfLink,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct VerificationPropertiesWire {
    pending: Option<bool>,
    wip: Option<bool>,
    notices: Option<Vec<VerificationNotice>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SelfLink {
    #[serde(rename = "self")]
    this: Option<Link>,
}

/// A pact as the broker holds it.
#[derive(Debug, Clone)]
pub struct FetchedPact {
    /// The document's bytes: the pact, with the broker's `_links` and dates among its members.
    pub content: Bytes,
    /// Where it was found, and of its members the links alone.
    links: HalDocument,
}

impl FetchedPact {
    /// Where it was fetched.
    pub fn url(&self) -> &str {
        self.links.url.as_str()
    }

    /// A link of the pact, for example `pb:publish-verification-results`.
    pub fn link(&self, relation: &str) -> Option<Link> {
        self.links.link(relation)
    }

    /// The consumer versions that have this pact, as far as the broker names them.
    pub fn consumer_versions(&self) -> Vec<String> {
        let several = self.links.links("pb:consumer-versions");
        let links = if several.is_empty() { self.links.links("pb:consumer-version") } else { several };
        links.into_iter().filter_map(|link| link.name).collect()
    }

    pub(crate) fn require(&self, relation: &str) -> Result<Link, BrokerError> {
        self.links.require(relation)
    }
}

impl BrokerClient {
    /// The newest pact of each consumer with each provider.
    pub async fn latest_pacts(&self) -> Result<Received<Vec<LatestPact>>, BrokerError> {
        let url = self.index_link("pb:latest-pact-versions", &[]).await?;
        let answer = self.send(Call::get(url)).await?;
        let document = answer.document()?;
        let items = document.body.get("pacts").and_then(Value::as_array).into_iter().flatten();
        Ok(Received { value: items.filter_map(LatestPact::read).collect(), raw: answer.text()? })
    }

    /// The newest pact of each consumer of `provider`; empty if there is no such provider.
    pub async fn latest_provider_pacts(&self, provider: &str) -> Result<Vec<PactLink>, BrokerError> {
        let url = self.index_link("pb:latest-provider-pacts", &[("provider", provider)]).await?;
        Ok(match self.find(url).await? {
            Some(answer) => PactLink::of_provider(&answer.document()?),
            None => Vec::new(),
        })
    }

    /// The pacts of a provider on a branch of its consumers; `None` if there is no such provider.
    pub async fn pacts_on_branch(
        &self,
        query: &PactsOnBranch<'_>,
    ) -> Result<Option<Received<Vec<PactLink>>>, BrokerError> {
        let PactsOnBranch { provider, consumer, branch, latest } = *query;
        let relation = match (consumer.is_some(), branch.is_some(), latest) {
            (false, false, false) => "pb:provider-pacts-with-main-branch",
            (false, false, true) => "pb:latest-provider-pacts-with-main-branch",
            (false, true, false) => "pb:provider-pacts-with-branch",
            (false, true, true) => "pb:latest-provider-pacts-with-branch",
            (true, false, false) => "pb:main-branch-pact-versions",
            (true, false, true) => "pb:latest-main-branch-pact-versions",
            (true, true, false) => "pb:branch-pact-versions",
            (true, true, true) => "pb:latest-branch-pact-versions",
        };
        let consumer_name = consumer.unwrap_or_default();
        let mut variables = vec![("provider", provider)];
        variables.extend(consumer.map(|consumer| ("consumer", consumer)));
        variables.extend(branch.map(|branch| ("branch", branch)));
        let url = self.index_link(relation, &variables).await?;
        let Some(answer) = self.find(url).await? else { return Ok(None) };
        let document = answer.document()?;
        let value = if consumer.is_some() {
            PactLink::of_pair(&document, consumer_name)
        } else {
            PactLink::of_provider(&document)
        };
        Ok(Some(Received { value, raw: answer.text()? }))
    }

    /// Deletes the pact that a consumer version has with a provider, and its results. Says whether there was one.
    pub async fn delete_pact(&self, consumer: &str, version: &str, provider: &str) -> Result<bool, BrokerError> {
        let variables = [("provider", provider), ("consumer", consumer), ("consumerApplicationVersion", version)];
        self.delete(self.index_link("pb:publish-pact", &variables).await?).await
    }

    /// The pacts that a version of `provider` has to verify; `None` if the broker does not know the provider, which
    /// means that no consumer has published a pact with it.
    pub async fn pacts_for_verification(
        &self,
        provider: &str,
        query: &PactsForVerificationQuery,
    ) -> Result<Option<Vec<PactForVerification>>, BrokerError> {
        let index = self.index().await?;
        let link = match index.link("pb:provider-pacts-for-verification") {
            Some(link) => link,
            None => index
                .link("beta:provider-pacts-for-verification")
                .map_or_else(|| index.require("pb:provider-pacts-for-verification"), Ok)?,
        };
        let url = self.resolve(&link.expand(&[("provider", provider)])?)?;
        let document = match self.document(url).await {
            Ok(document) => document,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        let url = match document.link("self") {
            Some(link) => self.resolve(&link.href)?,
            None => document.url.clone(),
        };
        let body = serde_json::to_value(query).expect("text, booleans and lists always have a JSON form");
        let answer = self.send(Call::post(url, &body)).await?;
        let read: ForVerificationWire = answer.json()?;
        let pacts = read.embedded.pacts.into_iter().filter_map(|pact| {
            let link = pact.links.this?;
            let properties = pact.verification_properties;
            Some(PactForVerification {
                href: link.href,
                name: link.name,
                short_description: pact.short_description.unwrap_or_default(),
                pending: properties.pending.unwrap_or_default(),
                wip: properties.wip.unwrap_or_default(),
                notices: properties.notices.unwrap_or_default(),
            })
        });
        Ok(Some(pacts.collect()))
    }

    /// Fetches a pact by its URL.
    pub async fn fetch_pact(&self, href: &str) -> Result<FetchedPact, BrokerError> {
        let answer = self.send(Call::get(self.resolve(href)?)).await?;
        let links = answer.links()?;
        Ok(FetchedPact { content: answer.body, links })
    }
}
