//! Versions of pacticipants, their branches and tags.

use serde_json::json;
use url::Url;

use crate::client::BrokerClient;
use crate::error::BrokerError;
use crate::exchange::{Answer, Call, Received};
use crate::hal::HalDocument;

/// A version of a pacticipant.
#[derive(Debug, Clone)]
pub struct Version {
    /// Its number.
    pub number: String,
    /// The branches that it belongs to.
    pub branches: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
    document: HalDocument,
}

impl Version {
    fn read(answer: &Answer) -> Result<Received<Self>, BrokerError> {
        let document = answer.document()?;
        let names = |list: &str| {
            let items = document.body.pointer(&format!("/_embedded/{list}")).and_then(|list| list.as_array());
            let names = items.into_iter().flatten().filter_map(|item| item.get("name")?.as_str().map(str::to_owned));
            names.collect()
        };
        let number = document.body.get("number").and_then(|number| number.as_str()).unwrap_or_default().to_owned();
        let version = Self { number, branches: names("branchVersions"), tags: names("tags"), document };
        Ok(Received { value: version, raw: answer.text()? })
    }

    /// The version's document, for its links.
    pub(crate) fn document(&self) -> &HalDocument {
        &self.document
    }
}

impl BrokerClient {
    /// A version, if there is one of that number.
    pub async fn version(&self, pacticipant: &str, version: &str) -> Result<Option<Received<Version>>, BrokerError> {
        let variables = [("pacticipant", pacticipant), ("version", version)];
        let url = self.index_link("pb:pacticipant-version", &variables).await?;
        match self.send(Call::get(url)).await {
            Ok(answer) => Version::read(&answer).map(Some),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The newest version, of those with the tag if one is given.
    pub async fn latest_version(
        &self,
        pacticipant: &str,
        tag: Option<&str>,
    ) -> Result<Option<Received<Version>>, BrokerError> {
        let url = match tag {
            Some(tag) => {
                self.index_link("pb:latest-tagged-version", &[("pacticipant", pacticipant), ("tag", tag)]).await?
            }
            None => self.index_link("pb:latest-version", &[("pacticipant", pacticipant)]).await?,
        };
        match self.send(Call::get(url)).await {
            Ok(answer) => Version::read(&answer).map(Some),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Creates a version, or changes its build URL if one is given.
    pub async fn put_version(
        &self,
        pacticipant: &str,
        version: &str,
        build_url: Option<&str>,
    ) -> Result<Received<Version>, BrokerError> {
        let variables = [("pacticipant", pacticipant), ("version", version)];
        let url = self.index_link("pb:pacticipant-version", &variables).await?;
        // A PUT without a build URL would take away the one that is there.
        let call = match build_url {
            Some(build_url) => Call::patch(url, &json!({ "buildUrl": build_url })),
            None => Call::patch(url, &json!({})),
        };
        Version::read(&self.send(call).await?)
    }

    /// Makes a version one of a branch, its head in fact; creates pacticipant, version and branch as needed.
    pub async fn put_branch_version(&self, pacticipant: &str, branch: &str, version: &str) -> Result<(), BrokerError> {
        let variables = [("pacticipant", pacticipant), ("branch", branch), ("version", version)];
        let url = self.index_link("pb:pacticipant-branch-version", &variables).await?;
        self.send(Call::put(url, "{}")).await?;
        Ok(())
    }

    /// Gives a version a tag; creates pacticipant and version as needed.
    pub async fn put_tag(&self, pacticipant: &str, version: &str, tag: &str) -> Result<(), BrokerError> {
        let variables = [("pacticipant", pacticipant), ("version", version), ("tag", tag)];
        let url = self.index_link("pb:pacticipant-version-tag", &variables).await?;
        self.send(Call::put(url, "{}")).await?;
        Ok(())
    }

    /// Takes a tag from a version. Says whether the version had it.
    pub async fn delete_tag(&self, pacticipant: &str, version: &str, tag: &str) -> Result<bool, BrokerError> {
        let variables = [("pacticipant", pacticipant), ("version", version), ("tag", tag)];
        self.delete(self.index_link("pb:pacticipant-version-tag", &variables).await?).await
    }

    /// Deletes a branch; its versions stay. Says whether there was one.
    pub async fn delete_branch(&self, pacticipant: &str, branch: &str) -> Result<bool, BrokerError> {
        let variables = [("pacticipant", pacticipant), ("branch", branch)];
        self.delete(self.index_link("pb:pacticipant-branch", &variables).await?).await
    }

    async fn delete(&self, url: Url) -> Result<bool, BrokerError> {
        match self.send(Call::delete(url)).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }
}
