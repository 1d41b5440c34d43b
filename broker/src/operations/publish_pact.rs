//! Publishing a single pact by its own address, the way older clients do.

use crate::config::Config;
use crate::domain::content::IdentifiedContent;
use crate::domain::publishing::PublishedChange;
use crate::domain::timestamp::Timestamp;
use crate::operations::publish_contracts::similar_names;
use crate::operations::record_pact::{OnConflict, Refusal, record_pact};
use crate::operations::trigger_webhooks::{Publisher, trigger_for_publication};
use crate::store::pacticipants::Parties;
use crate::store::{Store, StoreError};

/// A pact of a consumer version.
#[derive(Debug, Clone)]
pub(crate) struct SinglePact {
    /// The consumer.
    pub(crate) consumer: String,
    /// Its version.
    pub(crate) number: String,
    /// With whom.
    pub(crate) provider: String,
    /// What it says.
    pub(crate) content: IdentifiedContent,
    /// Is it to be merged with what the version has?
    pub(crate) merge: bool,
}

/// What publishing came to.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It was published.
    Published(Box<PublishedChange>),
    /// A new name is confusingly like an existing one: a text for each.
    SimilarNames(Vec<String>),
    /// It contradicts what is published.
    Changed(Refusal),
}

/// Publishes in one transaction.
pub(crate) async fn publish_pact(
    store: &Store,
    config: &Config,
    base_url: &str,
    pact: &SinglePact,
    now: Timestamp,
) -> Result<Outcome, StoreError> {
    let SinglePact { consumer, number, provider, content, merge } = pact;
    let mut tx = store.write().await?;
    let parties = tx.pacticipants().consumer_and_providers(consumer, &[provider], now).await?;
    let similar = similar_names(&mut tx, config, base_url, &parties).await?;
    if !similar.is_empty() {
        return Ok(Outcome::SimilarNames(similar));
    }
    let Parties { consumer, providers, .. } = parties;
    let [provider] = providers.as_slice() else { unreachable!("one name gives one pacticipant") };
    let (version, _) = tx.versions().find_or_create_implicitly(&consumer, number, now).await?;
    let on_conflict = match (merge, config.allow_dangerous_contract_modification) {
        (true, _) => OnConflict::Merge,
        (false, true) => OnConflict::Overwrite,
        (false, false) => OnConflict::Refuse,
    };
    match record_pact(&mut tx, &consumer, &version, provider, content, on_conflict, now).await? {
        Ok(mut change) => {
            let publisher = Publisher { base_url, branch: None, build_url: version.build_url.as_deref() };
            trigger_for_publication(&mut tx, &mut change, &publisher, now).await?;
            tx.commit().await?;
            Ok(Outcome::Published(Box::new(change)))
        }
        Err(refusal) => Ok(Outcome::Changed(refusal)),
    }
}
