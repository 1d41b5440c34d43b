//! Publishing contracts.

use base64::Engine as _;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::client::BrokerClient;
use crate::error::{BrokerError, Notice};
use crate::exchange::{Call, Received};
use crate::hal::{HalDocument, Link, check_name};

/// One pact to be published, as its file is.
#[derive(Debug, Clone)]
pub struct Contract {
    /// The provider's name, as in the file.
    pub provider: String,
    /// The pact file's bytes. They are sent unchanged, so that whatever a broker or a verifier may read in them later
    /// is still there.
    pub content: Bytes,
}

/// All the contracts of one consumer version, published together.
#[derive(Debug, Clone)]
pub struct Publication {
    /// The consumer's name.
    pub consumer: String,
    /// Its version.
    pub version: String,
    /// The branch that the version belongs to.
    pub branch: Option<String>,
    /// The version's tags.
    pub tags: Vec<String>,
    /// Where the build that made the version can be seen.
    pub build_url: Option<String>,
    /// Whether the contracts are merged into those already published for this version, instead of replacing them.
    pub merge: bool,
    /// The contracts.
    pub contracts: Vec<Contract>,
}

/// What the broker said to a publication.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Published {
    /// Its remarks, in order.
    pub notices: Vec<Notice>,
    /// The published pacts.
    #[serde(skip)]
    pub pacts: Vec<Link>,
}

impl BrokerClient {
    /// Publishes all contracts of one consumer version in one request, so that they appear together or not at all.
    ///
    /// A broker that cannot do that (no `pb:publish-contracts`) gets the older sequence: branch and tags first, so that
    /// they are there when webhooks fire, then each pact.
    pub async fn publish_contracts(&self, publication: &Publication) -> Result<Received<Published>, BrokerError> {
        check_name("pacticipant", &publication.consumer)?;
        check_name("version", &publication.version)?;
        publication.branch.iter().try_for_each(|branch| check_name("branch", branch))?;
        publication.tags.iter().try_for_each(|tag| check_name("tag", tag))?;
        publication.contracts.iter().try_for_each(|contract| check_name("provider", &contract.provider))?;
        let Some(link) = self.index().await?.link("pb:publish-contracts") else {
            return self.publish_one_by_one(publication).await;
        };
        let mut body = Map::new();
        body.insert("pacticipantName".into(), json!(publication.consumer));
        body.insert("pacticipantVersionNumber".into(), json!(publication.version));
        if let Some(branch) = &publication.branch {
            body.insert("branch".into(), json!(branch));
        }
        if !publication.tags.is_empty() {
            body.insert("tags".into(), json!(publication.tags));
        }
        if let Some(build_url) = &publication.build_url {
            body.insert("buildUrl".into(), json!(build_url));
        }
        let contracts = publication.contracts.iter().map(|contract| {
            let mut entry = json!({
                "consumerName": publication.consumer,
                "providerName": contract.provider,
                "specification": "pact",
                "contentType": "application/json",
                "content": base64::engine::general_purpose::STANDARD.encode(&contract.content),
            });
            if publication.merge {
                entry["onConflict"] = json!("merge");
            }
            entry
        });
        body.insert("contracts".into(), contracts.collect());
        let answer = self.send(Call::post(self.resolve(&link.href)?, &Value::Object(body))).await?;
        let mut received: Received<Published> = answer.received()?;
        received.value.pacts = answer.document()?.links("pb:contracts");
        Ok(received)
    }

    async fn publish_one_by_one(&self, publication: &Publication) -> Result<Received<Published>, BrokerError> {
        let Publication { consumer, version, .. } = publication;
        if let Some(branch) = &publication.branch {
            let variables = [("pacticipant", consumer.as_str()), ("branch", branch), ("version", version)];
            let url = self.index_link("pb:pacticipant-branch-version", &variables).await?;
            self.send(Call::put(url, "{}")).await?;
        }
        for tag in &publication.tags {
            let variables = [("pacticipant", consumer.as_str()), ("version", version), ("tag", tag)];
            let url = self.index_link("pb:pacticipant-version-tag", &variables).await?;
            self.send(Call::put(url, "{}")).await?;
        }
        let mut published = Published::default();
        let mut raw = Vec::new();
        for Contract { provider, content } in &publication.contracts {
            let variables =
                [("provider", provider.as_str()), ("consumer", consumer), ("consumerApplicationVersion", version)];
            let url = self.index_link("pb:publish-pact", &variables).await?;
            let mut call = Call::put(url, content.clone());
            if publication.merge {
                call = call.merge_pact();
            }
            let answer = self.send(call).await?;
            let document: HalDocument = answer.document()?;
            published.pacts.extend(document.link("self"));
            published.notices.push(Notice {
                kind: "success".to_owned(),
                text: format!("Pact successfully published for {consumer} version {version} and provider {provider}."),
            });
            raw.push(answer.text()?);
        }
        Ok(Received { value: published, raw: format!("[{}]", raw.join(",")) })
    }
}
