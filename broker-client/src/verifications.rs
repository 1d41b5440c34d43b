//! Publishing the result of a verification.

use serde::Serialize;
use serde_json::{Value, json};

use crate::client::BrokerClient;
use crate::error::BrokerError;
use crate::exchange::Call;
use crate::pacts::FetchedPact;

/// What a verification of one pact found.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerificationResult {
    /// Whether the provider keeps the whole contract.
    pub success: bool,
    /// The version of the provider that was verified.
    pub provider_application_version: String,
    /// Where the build can be seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build_url: Option<String>,
    /// The result of each interaction; brokers store it as it is.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub test_results: Value,
    /// Which tool verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified_by: Option<VerifiedBy>,
}

/// The tool that verified.
#[derive(Debug, Clone, Serialize)]
pub struct VerifiedBy {
    /// Its name.
    pub implementation: String,
    /// Its version.
    pub version: String,
}

/// A result that the broker has stored.
#[derive(Debug, Clone)]
pub struct PublishedVerification {
    /// Where it can be seen, if the broker says it.
    pub url: Option<String>,
}

impl BrokerClient {
    /// Makes the provider version that was verified one of a branch, and gives it tags; creates all that is not there.
    ///
    /// Like [`put_branch_version`](Self::put_branch_version) and [`put_tag`](Self::put_tag), but with the empty documents
    /// that official verifiers send, where the official command line repeats the names in them.
    pub async fn put_verified_version(
        &self,
        provider: &str,
        version: &str,
        branch: Option<&str>,
        tags: &[String],
    ) -> Result<(), BrokerError> {
        let empty = json!({});
        if let Some(branch) = branch {
            self.put_branch_version_as(provider, branch, version, &empty).await?;
        }
        for tag in tags {
            self.put_tag_as(provider, version, tag, &empty).await?;
        }
        Ok(())
    }

    /// Publishes the result of verifying `pact`.
    ///
    /// The provider version's branch and tags must be there before, or pending pacts and webhooks are computed without
    /// them: see [`put_verified_version`](Self::put_verified_version). A result that arrives twice counts once, so lost
    /// answers are tried again.
    pub async fn publish_verification_results(
        &self,
        pact: &FetchedPact,
        result: &VerificationResult,
    ) -> Result<PublishedVerification, BrokerError> {
        let link = pact.require("pb:publish-verification-results")?;
        let body = serde_json::to_value(result).expect("text, booleans and JSON always have a JSON form");
        let answer = self.send(Call::post(self.resolve(&link.href)?, &body)).await?;
        let url = answer.document().ok().and_then(|document| document.link("self")).map(|link| link.href);
        Ok(PublishedVerification { url })
    }
}
