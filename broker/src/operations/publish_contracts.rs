//! Publishing the contracts of one consumer version: all of them, or none and why.

use crate::config::Config;
use crate::domain::content::IdentifiedContent;
use crate::domain::notice::Notice;
use crate::domain::publishing::{PublishedChange, version_notices};
use crate::domain::similar_names::{refusal, similar_to};
use crate::domain::timestamp::Timestamp;
use crate::operations::record_pact::{OnConflict, Refusal, record_pact};
use crate::operations::tag_version::{add_to_branch, tag_version};
use crate::operations::trigger_webhooks::{Publisher, trigger_for_publication};
use crate::store::pacticipants::Parties;
use crate::store::{Store, StoreError, WriteTx};

/// What is to be published. Contents are identified before, so that the database waits for nobody.
#[derive(Debug, Clone)]
pub(crate) struct Publication {
    /// The consumer.
    pub(crate) consumer: String,
    /// Its version.
    pub(crate) number: String,
    /// The branch the version was built from.
    pub(crate) branch: Option<String>,
    /// Tags of the version.
    pub(crate) tags: Vec<String>,
    /// The build that publishes.
    pub(crate) build_url: Option<String>,
    /// The contracts, each with another provider.
    pub(crate) contracts: Vec<Contract>,
}

/// A contract to be published.
#[derive(Debug, Clone)]
pub(crate) struct Contract {
    /// With whom.
    pub(crate) provider: String,
    /// What it says.
    pub(crate) content: IdentifiedContent,
    /// Is it a part of the version's pact, to be merged with others?
    pub(crate) merge: bool,
}

/// What publishing came to.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Everything was published.
    Published {
        /// What is told of the version.
        notices: Vec<Notice>,
        /// What happened to each pact, in the order of the request.
        changes: Vec<PublishedChange>,
    },
    /// Nothing was: names that look like mistakes, or changed contents.
    Refused {
        /// One text for each name that is confusingly like another.
        similar_names: Vec<String>,
        /// One for each contract whose content contradicts what is published.
        changed: Vec<Refusal>,
    },
}

/// Publishes in one transaction.
pub(crate) async fn publish_contracts(
    store: &Store,
    config: &Config,
    base_url: &str,
    publication: &Publication,
    now: Timestamp,
) -> Result<Outcome, StoreError> {
    let Publication { consumer, number, branch, tags, build_url, contracts } = publication;
    let providers: Vec<&str> = contracts.iter().map(|contract| contract.provider.as_str()).collect();
    let mut tx = store.write().await?;

    let parties = tx.pacticipants().consumer_and_providers(consumer, &providers, now).await?;
    let similar_names = similar_names(&mut tx, config, base_url, &parties).await?;
    let Parties { consumer, providers, .. } = &parties;
    let (version, created) = tx.versions().find_or_create(consumer, number, now).await?;
    if build_url.is_some() && *build_url != version.build_url {
        // A version that is created with its build has not been updated since.
        let updated_at = if created { version.updated_at } else { now };
        tx.versions().set_build_url(version.id, build_url.as_deref(), updated_at).await?;
    }
    if let Some(branch) = branch {
        add_to_branch(&mut tx, config, consumer, &version, branch, now).await?;
    }
    // Tags are shown in the order they were given, so each is a little later than the one before.
    let mut tagged_at = now;
    for tag in tags {
        tag_version(&mut tx, config, consumer, &version, tag, tagged_at).await?;
        tagged_at = tagged_at.next();
    }

    let mut changes = Vec::new();
    let mut changed = Vec::new();
    for (contract, provider) in contracts.iter().zip(providers) {
        let on_conflict = match (contract.merge, config.allow_dangerous_contract_modification) {
            (true, _) => OnConflict::Merge,
            (false, true) => OnConflict::Overwrite,
            (false, false) => OnConflict::Refuse,
        };
        match record_pact(&mut tx, consumer, &version, provider, &contract.content, on_conflict, now).await? {
            Ok(change) => changes.push(change),
            Err(refusal) => changed.push(refusal),
        }
    }
    if !similar_names.is_empty() || !changed.is_empty() {
        // The transaction is dropped with everything done in it.
        return Ok(Outcome::Refused { similar_names, changed });
    }
    let publisher = Publisher { base_url, branch: branch.as_deref(), build_url: build_url.as_deref() };
    for change in &mut changes {
        trigger_for_publication(&mut tx, change, &publisher, now).await?;
    }
    tx.commit().await?;
    let notices = version_notices(&consumer.name, number, created, branch.as_deref(), tags);
    Ok(Outcome::Published { notices, changes })
}

/// Why a publication is refused that made pacticipants with names confusingly like others: a text for each.
pub(super) async fn similar_names(
    tx: &mut WriteTx,
    config: &Config,
    base_url: &str,
    parties: &Parties,
) -> Result<Vec<String>, StoreError> {
    let created = &parties.created;
    if created.is_empty() || !config.check_for_potential_duplicate_pacticipant_names {
        return Ok(Vec::new());
    }
    let mut existing = tx.pacticipants().names().await?;
    existing.retain(|name| !created.contains(name));
    let similar = created.iter().map(|name| (name, similar_to(name, &existing)));
    Ok(similar
        .filter(|(_, similar)| !similar.is_empty())
        .map(|(name, similar)| refusal(name, &similar, base_url))
        .collect())
}
