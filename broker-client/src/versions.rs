//! Versions of pacticipants, their branches and tags.

use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::client::BrokerClient;
use crate::error::BrokerError;
use crate::exchange::{Answer, Call, Page, Received};
use crate::hal::{HalDocument, path_of};

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

/// A version in a list of versions.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ListedVersion {
    /// Its number.
    pub number: String,
    /// When it was created.
    pub created_at: String,
    #[serde(rename = "_embedded")]
    embedded: EmbeddedInVersion,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct EmbeddedInVersion {
    branch_versions: Vec<Named>,
    tags: Vec<Named>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Named {
    name: String,
}

impl ListedVersion {
    /// The branches that it belongs to.
    pub fn branches(&self) -> impl Iterator<Item = &str> {
        self.embedded.branch_versions.iter().map(|branch| branch.name.as_str())
    }

    /// Its tags.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.embedded.tags.iter().map(|tag| tag.name.as_str())
    }
}

/// Which versions of a pacticipant are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionsOf<'a> {
    /// All of them.
    Everything,
    /// Those of a branch.
    Branch(&'a str),
    /// Those with a tag.
    Tag(&'a str),
}

/// A branch of a pacticipant.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Branch {
    /// Its name.
    pub name: String,
    /// When its first version was added.
    pub created_at: String,
    /// When its last version was added, if that was later.
    pub updated_at: Option<String>,
}

fn first_page(mut url: Url, size: usize) -> Url {
    url.query_pairs_mut().append_pair("page", "1").append_pair("size", &size.to_string());
    url
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
        self.find(url).await?.map(|answer| Version::read(&answer)).transpose()
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
        self.find(url).await?.map(|answer| Version::read(&answer)).transpose()
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
        self.put_branch_version_as(pacticipant, branch, version, &json!({ "name": branch })).await
    }

    /// Gives a version a tag; creates pacticipant and version as needed.
    pub async fn put_tag(&self, pacticipant: &str, version: &str, tag: &str) -> Result<(), BrokerError> {
        self.put_tag_as(pacticipant, version, tag, &json!({ "name": tag })).await
    }

    pub(crate) async fn put_branch_version_as(
        &self,
        pacticipant: &str,
        branch: &str,
        version: &str,
        document: &Value,
    ) -> Result<(), BrokerError> {
        let variables = [("pacticipant", pacticipant), ("branch", branch), ("version", version)];
        let url = self.index_link("pb:pacticipant-branch-version", &variables).await?;
        self.send(Call::put(url, document.to_string())).await?;
        Ok(())
    }

    pub(crate) async fn put_tag_as(
        &self,
        pacticipant: &str,
        version: &str,
        tag: &str,
        document: &Value,
    ) -> Result<(), BrokerError> {
        let variables = [("pacticipant", pacticipant), ("version", version), ("tag", tag)];
        let url = self.index_link("pb:pacticipant-version-tag", &variables).await?;
        self.send(Call::put(url, document.to_string())).await?;
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

    /// Deletes a version with its pacts, results, tags and what was recorded of it. Says whether there was one.
    pub async fn delete_version(&self, pacticipant: &str, version: &str) -> Result<bool, BrokerError> {
        let variables = [("pacticipant", pacticipant), ("version", version)];
        self.delete(self.index_link("pb:pacticipant-version", &variables).await?).await
    }

    /// The newest versions of a pacticipant, at most `most`; `None` if there is no such pacticipant, branch or tag.
    pub async fn versions(
        &self,
        pacticipant: &str,
        of: VersionsOf<'_>,
        most: usize,
    ) -> Result<Option<Received<Page<ListedVersion>>>, BrokerError> {
        let url = match of {
            VersionsOf::Everything => self.below_pacticipant(pacticipant, &["versions"]).await?,
            VersionsOf::Branch(name) => self.below_pacticipant(pacticipant, &["branches", name, "versions"]).await?,
            VersionsOf::Tag(name) => self.below_pacticipant(pacticipant, &["tags", name, "versions"]).await?,
        };
        let found = self.find(first_page(url, most)).await?;
        found.map(|answer| answer.page("versions", most)).transpose()
    }

    /// The branches of a pacticipant, the one that was built last first, at most `most`; `None` if there is no such
    /// pacticipant.
    pub async fn branches(
        &self,
        pacticipant: &str,
        most: usize,
    ) -> Result<Option<Received<Page<Branch>>>, BrokerError> {
        let url = self.below_pacticipant(pacticipant, &["branches"]).await?;
        let found = self.find(first_page(url, most)).await?;
        found.map(|answer| answer.page("branches", most)).transpose()
    }

    /// The address of something that belongs to a pacticipant. The index leads to the pacticipant only.
    async fn below_pacticipant(&self, pacticipant: &str, segments: &[&str]) -> Result<Url, BrokerError> {
        let mut url = self.index_link("pb:pacticipant", &[("pacticipant", pacticipant)]).await?;
        url.set_path(&format!("{}{}", url.path(), path_of(segments)?));
        Ok(url)
    }
}
