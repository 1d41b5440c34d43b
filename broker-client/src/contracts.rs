//! Publishing contracts.

use base64::Engine as _;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::client::BrokerClient;
use crate::error::{BrokerError, Notice};
use crate::exchange::{Call, Received};
use crate::hal::{Link, check_name};

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
        check_names(publication)?;
        let Some(link) = self.index().await?.link("pb:publish-contracts") else {
            return self.publish_contracts_one_by_one(publication).await;
        };
        let answer = self.send(Call::post_text(self.resolve(&link.href)?, body(publication))).await?;
        let mut received: Received<Published> = answer.received()?;
        received.value.pacts = answer.document()?.links("pb:contracts");
        Ok(received)
    }

    /// The older sequence, also where the broker knows the newer: build URL, branch and tags, then each pact.
    pub async fn publish_contracts_one_by_one(
        &self,
        publication: &Publication,
    ) -> Result<Received<Published>, BrokerError> {
        check_names(publication)?;
        let Publication { consumer, version, .. } = publication;
        // It helps people; a broker that has no place for it still gets the contracts.
        let has_place = self.index().await?.link("pb:pacticipant-version").is_some();
        if let Some(build_url) = publication.build_url.as_ref().filter(|_| has_place) {
            let variables = [("pacticipant", consumer.as_str()), ("version", version)];
            let url = self.index_link("pb:pacticipant-version", &variables).await?;
            self.send(Call::put(url, json!({ "buildUrl": build_url }).to_string())).await?;
        }
        if let Some(branch) = &publication.branch {
            self.put_branch_version(consumer, branch, version).await?;
        }
        for tag in &publication.tags {
            self.put_tag(consumer, version, tag).await?;
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
            // The answer is the whole pact again.
            published.pacts.extend(answer.links()?.link("self"));
            published.notices.push(Notice {
                kind: "success".to_owned(),
                text: format!("Pact successfully published for {consumer} version {version} and provider {provider}."),
            });
            raw.push(answer.text()?);
        }
        Ok(Received { value: published, raw: format!("[{}]", raw.join(",")) })
    }
}

fn check_names(publication: &Publication) -> Result<(), BrokerError> {
    check_name("pacticipant", &publication.consumer)?;
    check_name("version", &publication.version)?;
    publication.branch.iter().try_for_each(|branch| check_name("branch", branch))?;
    publication.tags.iter().try_for_each(|tag| check_name("tag", tag))?;
    publication.contracts.iter().try_for_each(|contract| check_name("provider", &contract.provider))
}

/// The document that publishes. Contracts may be large, so that each is encoded where it will stand, once.
fn body(publication: &Publication) -> Vec<u8> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Head<'a> {
        pacticipant_name: &'a str,
        pacticipant_version_number: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        branch: Option<&'a str>,
        #[serde(skip_serializing_if = "<[String]>::is_empty")]
        tags: &'a [String],
        #[serde(skip_serializing_if = "Option::is_none")]
        build_url: Option<&'a str>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct ContractHead<'a> {
        consumer_name: &'a str,
        provider_name: &'a str,
        specification: &'a str,
        content_type: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        on_conflict: Option<&'a str>,
    }
    /// An object up to its closing brace.
    fn open(body: &mut Vec<u8>, object: &impl Serialize) {
        serde_json::to_writer(&mut *body, object).expect("text always has a JSON form, and memory takes all");
        body.pop();
    }
    let engine = base64::engine::general_purpose::STANDARD;
    let lengths = publication.contracts.iter().map(|contract| contract.content.len() / 3 * 4 + 512);
    let mut body = Vec::with_capacity(1024 + lengths.sum::<usize>());
    open(
        &mut body,
        &Head {
            pacticipant_name: &publication.consumer,
            pacticipant_version_number: &publication.version,
            branch: publication.branch.as_deref(),
            tags: &publication.tags,
            build_url: publication.build_url.as_deref(),
        },
    );
    body.extend_from_slice(b",\"contracts\":[");
    for (index, contract) in publication.contracts.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        open(
            &mut body,
            &ContractHead {
                consumer_name: &publication.consumer,
                provider_name: &contract.provider,
                specification: "pact",
                content_type: "application/json",
                on_conflict: publication.merge.then_some("merge"),
            },
        );
        body.extend_from_slice(b",\"content\":\"");
        let start = body.len();
        body.resize(start + contract.content.len().div_ceil(3) * 4, 0);
        engine.encode_slice(&contract.content, &mut body[start..]).expect("four bytes for each begun three are enough");
        body.extend_from_slice(b"\"}");
    }
    body.extend_from_slice(b"]}");
    body
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn what_is_not_said_is_not_sent_and_names_are_escaped() {
        let contract = |provider: &str, content: &'static str| Contract {
            provider: provider.to_owned(),
            content: Bytes::from_static(content.as_bytes()),
        };
        let mut publication = Publication {
            consumer: "We\"b".into(),
            version: "1".into(),
            branch: None,
            tags: Vec::new(),
            build_url: None,
            merge: false,
            contracts: vec![contract("A", "{}"), contract("B", "{ }")],
        };
        let read = |publication: &Publication| serde_json::from_slice::<Value>(&body(publication)).expect("JSON");
        let entry = |provider: &str, content: &str| {
            json!({
                "consumerName": "We\"b", "providerName": provider, "specification": "pact",
                "contentType": "application/json", "content": content,
            })
        };
        let contracts = [entry("A", "e30="), entry("B", "eyB9")];
        let named = json!({ "pacticipantName": "We\"b", "pacticipantVersionNumber": "1", "contracts": contracts });
        assert_eq!(read(&publication), named);
        publication.contracts.clear();
        publication.branch = Some("main".into());
        publication.tags = vec!["t".into()];
        publication.build_url = Some("http://ci/1".into());
        let full = json!({
            "pacticipantName": "We\"b", "pacticipantVersionNumber": "1", "branch": "main", "tags": ["t"],
            "buildUrl": "http://ci/1", "contracts": [],
        });
        assert_eq!(read(&publication), full);
    }
}
