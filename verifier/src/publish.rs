//! Publishes results to the broker that served the pacts.

use std::collections::HashMap;

use intact_broker_client::{BrokerClient, BrokerError, FetchedPact, VerificationResult, VerifiedBy};
use serde_json::{Value, json};

use crate::report::{InteractionReport, PactReport, Publication, Report};

/// What is published with the results.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublishOptions {
    /// The version of the provider that was verified.
    pub provider_version: String,
    /// Its branch.
    pub branch: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Where the build can be seen.
    pub build_url: Option<String>,
    /// Publish also a run that filters made partial, as if it had been a whole one.
    pub even_if_partial: bool,
}

/// Publishes the result of each pact that came from a broker. Branch and tags go first, so that the broker knows them when it
/// works out pending pacts and webhooks.
pub(crate) async fn publish(
    report: &mut Report,
    from: &[Option<&(BrokerClient, FetchedPact)>],
    options: &PublishOptions,
) {
    let mut prepared: HashMap<String, Result<(), (String, bool)>> = HashMap::new();
    for (pact, from) in report.pacts.iter_mut().zip(from) {
        let Some((broker, fetched)) = from else { continue };
        if fetched.link("pb:publish-verification-results").is_none() && fetched.link("self").is_none() {
            // A plain file behind a URL: there is no broker to tell.
            continue;
        }
        let ready = if let Some(ready) = prepared.get(broker.base_url()) {
            ready.clone()
        } else {
            let ready = prepare(broker, &report.provider, options).await.map_err(|error| failure(&error));
            prepared.insert(broker.base_url().to_owned(), ready.clone());
            ready
        };
        let published = match ready {
            Ok(()) => broker
                .publish_verification_results(fetched, &result(pact, options))
                .await
                .map(|published| published.url)
                .map_err(|error| failure(&error)),
            Err(failed) => Err(failed),
        };
        pact.publication = match published {
            Ok(url) => Publication::Published(url),
            Err((reason, unavailable)) => Publication::Failed { reason, unavailable },
        };
    }
}

/// The time for the run was over before all results were published.
pub(crate) fn not_published(
    report: &mut Report,
    from: &[Option<&(BrokerClient, FetchedPact)>],
    limit: std::time::Duration,
) {
    for (pact, _) in report.pacts.iter_mut().zip(from).filter(|(_, from)| from.is_some()) {
        if pact.publication == Publication::None {
            let reason = format!("the run has reached its deadline of {limit:?}");
            pact.publication = Publication::Failed { reason, unavailable: true };
        }
    }
}

fn failure(error: &BrokerError) -> (String, bool) {
    (error.to_string(), error.is_unavailable())
}

async fn prepare(broker: &BrokerClient, provider: &str, options: &PublishOptions) -> Result<(), BrokerError> {
    broker.put_verified_version(provider, &options.provider_version, options.branch.as_deref(), &options.tags).await
}

fn result(pact: &PactReport, options: &PublishOptions) -> VerificationResult {
    let success = pact.is_success();
    VerificationResult {
        success,
        provider_application_version: options.provider_version.clone(),
        build_url: options.build_url.clone(),
        test_results: pact.interactions.iter().map(|interaction| test_result(interaction, success)).collect(),
        verified_by: Some(VerifiedBy {
            implementation: "Intact".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }),
    }
}

fn test_result(interaction: &InteractionReport, all_succeeded: bool) -> Value {
    let mut result = json!({ "success": interaction.is_success() });
    if let Some(id) = &interaction.id {
        result["interactionId"] = json!(id);
    }
    // As the official verifier does; without an identifier there is no other name.
    if interaction.id.is_none() || !all_succeeded {
        result["interactionDescription"] = json!(interaction.description);
    }
    if !interaction.mismatches.is_empty() {
        let mismatches = interaction.mismatches.iter().map(|mismatch| {
            let mut json = json!({ "attribute": mismatch.attribute(), "description": mismatch.description() });
            if let Some(identifier) = mismatch.identifier() {
                json["identifier"] = json!(identifier);
            }
            json
        });
        result["mismatches"] = mismatches.collect();
    }
    if !interaction.errors.is_empty() {
        result["exceptions"] = interaction.errors.iter().map(|error| json!({ "message": error.to_string() })).collect();
    }
    result
}
