//! Recording what is deployed to and released in an environment.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;

use crate::client::BrokerClient;
use crate::environments::Environment;
use crate::error::{BrokerError, BrokerErrorKind};
use crate::exchange::{Answer, Call, Received};
use crate::hal::{HalDocument, Link};

/// A version that is, or was, deployed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct DeployedVersion {
    /// The deployment's id.
    pub uuid: String,
    /// Whether it still is deployed.
    pub currently_deployed: bool,
    /// Which of several instances, if the pacticipant has several in the environment.
    pub application_instance: Option<String>,
    /// The version's number, if the answer says it.
    #[serde(skip)]
    pub version: Option<String>,
}

/// A version that is, or was, released.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ReleasedVersion {
    /// The release's id.
    pub uuid: String,
    /// Whether it still is supported.
    pub currently_supported: bool,
    /// The version's number, if the answer says it.
    #[serde(skip)]
    pub version: Option<String>,
}

/// A deployment or release could not be recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The request failed.
    #[error(transparent)]
    Broker(#[from] BrokerError),
    /// The broker does not know the version.
    #[error("{pacticipant} version {version} is not known to the broker")]
    NoVersion {
        /// The pacticipant.
        pacticipant: String,
        /// The version.
        version: String,
    },
    /// There is no environment of that name.
    #[error("there is no environment `{name}`")]
    NoEnvironment {
        /// The name.
        name: String,
        /// The environments that there are.
        existing: Vec<String>,
    },
    /// The environment exists, but not for this pacticipant.
    #[error("the environment `{name}` exists, but is not available for {pacticipant}")]
    NotAvailable {
        /// The environment.
        name: String,
        /// The pacticipant.
        pacticipant: String,
    },
    /// Nothing is deployed there.
    #[error("{pacticipant} is not currently deployed to {environment}{}", instance_text(instance.as_deref()))]
    NotDeployed {
        /// The pacticipant.
        pacticipant: String,
        /// The environment.
        environment: String,
        /// The application instance that was asked for.
        instance: Option<String>,
        /// The application instances that are deployed there; `None` is a deployment without one.
        deployed: Vec<Option<String>>,
    },
    /// The version is not released there, or no longer supported.
    #[error("{pacticipant} version {version} is not currently released and supported in {environment}")]
    NotReleased {
        /// The pacticipant.
        pacticipant: String,
        /// The version.
        version: String,
        /// The environment.
        environment: String,
    },
}

fn instance_text(instance: Option<&str>) -> String {
    instance.map(|instance| format!(" (application instance {instance})")).unwrap_or_default()
}

impl RecordError {
    /// What to try, if there is something to try.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Broker(error) => return error.hint(),
            Self::NoVersion { .. } => {
                "a version must have been created before, by publishing a pact or a verification result, or with \
                 create-or-update-version"
                    .to_owned()
            }
            Self::NoEnvironment { existing, .. } if existing.is_empty() => {
                "the broker has no environments yet; create one with create-environment".to_owned()
            }
            Self::NoEnvironment { existing, .. } => format!("the environments are: {}", existing.join(", ")),
            Self::NotDeployed { deployed, .. } if deployed.is_empty() => return None,
            Self::NotDeployed { deployed, .. } => {
                let named: Vec<&str> = deployed.iter().flatten().map(String::as_str).collect();
                match (named.is_empty(), deployed.contains(&None)) {
                    (true, _) => "omit the application instance: the deployment has none".to_owned(),
                    (false, false) => format!("specify one of the application instances: {}", named.join(", ")),
                    (false, true) => {
                        format!("specify one of the application instances {}, or none", named.join(", "))
                    }
                }
            }
            Self::NotAvailable { .. } | Self::NotReleased { .. } => return None,
        })
    }
}

impl BrokerClient {
    /// Records that a version is now deployed to an environment, in place of the version that was there in the same
    /// application instance.
    pub async fn record_deployment(
        &self,
        pacticipant: &str,
        version: &str,
        environment: &str,
        instance: Option<&str>,
    ) -> Result<Received<DeployedVersion>, RecordError> {
        let url = self.recording_link("pb:record-deployment", pacticipant, version, environment).await?;
        let body = match instance {
            // `target` is what older brokers call it.
            Some(instance) => json!({ "applicationInstance": instance, "target": instance }),
            None => json!({}),
        };
        Ok(deployed_version(&self.send(Call::post(url, &body)).await?)?)
    }

    /// Records that a version is now released in an environment, besides the versions that are.
    pub async fn record_release(
        &self,
        pacticipant: &str,
        version: &str,
        environment: &str,
    ) -> Result<Received<ReleasedVersion>, RecordError> {
        let url = self.recording_link("pb:record-release", pacticipant, version, environment).await?;
        Ok(released_version(&self.send(Call::post(url, &json!({}))).await?)?)
    }

    /// Records that nothing of `pacticipant` is deployed in this application instance of the environment any more.
    pub async fn record_undeployment(
        &self,
        pacticipant: &str,
        environment: &str,
        instance: Option<&str>,
    ) -> Result<Vec<Received<DeployedVersion>>, RecordError> {
        let entries = self.deployed_entries(pacticipant, environment).await?;
        let instance_of = |entry: &Value| {
            ["applicationInstance", "target"].iter().find_map(|key| entry.get(key)?.as_str().map(str::to_owned))
        };
        let deployed: Vec<Option<String>> = entries.iter().map(&instance_of).collect();
        let mut undeployed = Vec::new();
        for entry in entries.iter().filter(|entry| instance_of(entry).as_deref() == instance) {
            let answer = self.patch_entry(entry, &json!({ "currentlyDeployed": false })).await?;
            undeployed.push(deployed_version(&answer)?);
        }
        if undeployed.is_empty() {
            return Err(RecordError::NotDeployed {
                pacticipant: pacticipant.to_owned(),
                environment: environment.to_owned(),
                instance: instance.map(str::to_owned),
                deployed,
            });
        }
        Ok(undeployed)
    }

    /// The versions of `pacticipant` that are currently deployed to an environment.
    pub async fn deployed_versions(
        &self,
        pacticipant: &str,
        environment: &str,
    ) -> Result<Vec<Received<DeployedVersion>>, RecordError> {
        let entries = self.deployed_entries(pacticipant, environment).await?;
        Ok(entries
            .iter()
            .filter_map(read_entry(|version: &mut DeployedVersion, number| version.version = number))
            .collect())
    }

    /// The versions of `pacticipant` that are currently released and supported in an environment.
    pub async fn released_versions(
        &self,
        pacticipant: &str,
        environment: &str,
    ) -> Result<Vec<Received<ReleasedVersion>>, RecordError> {
        let document = self.environment_for_recording(environment).await?;
        let link = document.require("pb:currently-supported-released-versions")?;
        let entries = self.entries_of(&link, &[("pacticipant", pacticipant)], "releasedVersions").await?;
        Ok(entries
            .iter()
            .filter_map(read_entry(|version: &mut ReleasedVersion, number| version.version = number))
            .collect())
    }

    async fn deployed_entries(&self, pacticipant: &str, environment: &str) -> Result<Vec<Value>, RecordError> {
        let document = self.environment_for_recording(environment).await?;
        let link = match document.link("pb:currently-deployed-deployed-versions") {
            Some(link) => link,
            None => document.require("pb:currently-deployed-versions")?,
        };
        Ok(self.entries_of(&link, &[("pacticipant", pacticipant)], "deployedVersions").await?)
    }

    /// Records that a released version is no longer supported in an environment.
    pub async fn record_support_ended(
        &self,
        pacticipant: &str,
        version: &str,
        environment: &str,
    ) -> Result<Vec<Received<ReleasedVersion>>, RecordError> {
        let document = self.environment_for_recording(environment).await?;
        let link = document.require("pb:currently-supported-released-versions")?;
        let query = [("pacticipant", pacticipant), ("version", version)];
        let entries = self.entries_of(&link, &query, "releasedVersions").await?;
        let mut ended = Vec::new();
        for entry in &entries {
            // Checked again: a broker that does not know the parameter gives all versions.
            if version_number(entry).is_some_and(|number| number != version) {
                continue;
            }
            let answer = self.patch_entry(entry, &json!({ "currentlySupported": false })).await?;
            ended.push(released_version(&answer)?);
        }
        if ended.is_empty() {
            return Err(RecordError::NotReleased {
                pacticipant: pacticipant.to_owned(),
                version: version.to_owned(),
                environment: environment.to_owned(),
            });
        }
        Ok(ended)
    }

    async fn recording_link(
        &self,
        relation: &str,
        pacticipant: &str,
        version: &str,
        environment: &str,
    ) -> Result<Url, RecordError> {
        let found = self.version(pacticipant, version).await?;
        let Some(found) = found else {
            let (pacticipant, version) = (pacticipant.to_owned(), version.to_owned());
            return Err(RecordError::NoVersion { pacticipant, version });
        };
        let links: Vec<Link> = found.document().links(relation);
        if let Some(link) = links.iter().find(|link| link.name.as_deref() == Some(environment)) {
            return Ok(self.resolve(&link.href)?);
        }
        let existing: Vec<String> = self.environments().await?.value.into_iter().map(|found| found.name).collect();
        let name = environment.to_owned();
        if existing.contains(&name) {
            if links.is_empty() {
                found.document().require(relation)?;
            }
            return Err(RecordError::NotAvailable { name, pacticipant: pacticipant.to_owned() });
        }
        Err(RecordError::NoEnvironment { name, existing })
    }

    async fn environment_for_recording(&self, name: &str) -> Result<HalDocument, RecordError> {
        let environments: Vec<Environment> = self.environments().await?.value;
        match environments.iter().find(|environment| environment.name == name) {
            Some(environment) => Ok(self.environment_document(environment).await?),
            None => Err(RecordError::NoEnvironment {
                name: name.to_owned(),
                existing: environments.into_iter().map(|environment| environment.name).collect(),
            }),
        }
    }

    async fn entries_of(&self, link: &Link, query: &[(&str, &str)], list: &str) -> Result<Vec<Value>, BrokerError> {
        let mut url = self.resolve(&link.href)?;
        url.query_pairs_mut().extend_pairs(query);
        let document = self.document(url).await?;
        let entries = document.body.pointer(&format!("/_embedded/{list}")).and_then(Value::as_array);
        Ok(entries.cloned().unwrap_or_default())
    }

    async fn patch_entry(&self, entry: &Value, change: &Value) -> Result<Answer, BrokerError> {
        let href = entry.pointer("/_links/self/href").and_then(Value::as_str).ok_or_else(|| {
            BrokerErrorKind::InvalidLink { reason: "the entry has no link to itself".to_owned() }
                .at("PATCH", self.base_url())
        })?;
        self.send(Call::patch(self.resolve(href)?, change)).await
    }
}

fn version_number(entry: &Value) -> Option<String> {
    entry.pointer("/_embedded/version/number")?.as_str().map(str::to_owned)
}

/// Reads an entry of a list; `set` puts the version's number into it.
fn read_entry<T: DeserializeOwned>(set: impl Fn(&mut T, Option<String>)) -> impl Fn(&Value) -> Option<Received<T>> {
    move |entry| {
        let mut value = T::deserialize(entry).ok()?;
        set(&mut value, version_number(entry));
        Some(Received { value, raw: entry.to_string() })
    }
}

fn deployed_version(answer: &Answer) -> Result<Received<DeployedVersion>, BrokerError> {
    let mut received: Received<DeployedVersion> = answer.received()?;
    received.value.version = version_number(&answer.json()?);
    Ok(received)
}

fn released_version(answer: &Answer) -> Result<Received<ReleasedVersion>, BrokerError> {
    let mut received: Received<ReleasedVersion> = answer.received()?;
    received.value.version = version_number(&answer.json()?);
    Ok(received)
}
