//! Recording one pact of a consumer version: new, the same again, merged, overwritten, or refused.

use intact_pact_model::json::Json;

use crate::domain::content::{IdentifiedContent, identify};
use crate::domain::contract_diff::contract_diff;
use crate::domain::merge::merge;
use crate::domain::pact::PublishedPact;
use crate::domain::pacticipant::Pacticipant;
use crate::domain::publishing::{Change, Compared, History, PublishedChange, changed_content};
use crate::domain::timestamp::Timestamp;
use crate::domain::version::Version;
use crate::store::{StoreError, WriteTx};

/// What to do when the version has a pact with other content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnConflict {
    /// Refuse.
    Refuse,
    /// Replace it.
    Overwrite,
    /// Merge the two; refuse what contradicts.
    Merge,
}

/// Why a pact was not recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The reason.
    pub(crate) text: String,
    published: Vec<u8>,
    submitted: Vec<u8>,
}

impl Refusal {
    /// What is different from what is published. Made when it is asked for, because it may take long and a transaction is
    /// open while a pact is being recorded.
    pub(crate) fn diff(&self) -> String {
        match (Json::parse(&self.published), Json::parse(&self.submitted)) {
            (Ok(old), Ok(new)) => contract_diff(&old, &new),
            _ => String::new(),
        }
    }
}

/// What recording came to.
pub(crate) type Recorded = Result<PublishedChange, Refusal>;

/// Records the pact of a version with a provider. The caller has the consumer alone, and shares the provider.
pub(crate) async fn record_pact(
    tx: &mut WriteTx,
    consumer: &Pacticipant,
    version: &Version,
    provider: &Pacticipant,
    content: &IdentifiedContent,
    on_conflict: OnConflict,
    now: Timestamp,
) -> Result<Recorded, StoreError> {
    let existing = tx.pacts().of_version(&consumer.name, &provider.name, &version.number).await?;
    let (change, content) = match &existing {
        None => (Change::New, content.clone()),
        Some(existing) if existing.sha == content.sha => {
            let change = if on_conflict == OnConflict::Merge { Change::Merged(false) } else { Change::Unchanged };
            (change, content.clone())
        }
        Some(existing) => {
            let published = tx.pacts().content(existing.pact_content_id).await?;
            match resolve(existing, &published, content, on_conflict) {
                Ok(resolved) => resolved,
                Err(refusal) => return Ok(Err(refusal)),
            }
        }
    };
    let pact = match existing {
        Some(existing) if !change.is_new_revision() => existing,
        existing => {
            let content_id = tx.pacts().find_or_store(consumer.id, provider.id, &content, now).await?;
            let revision = existing.map_or(1, |existing| existing.revision + 1);
            let id = tx.pacts().publish(version, provider.id, content_id, revision, now).await?;
            PublishedPact {
                id,
                pact_content_id: content_id,
                consumer_id: consumer.id,
                provider_id: provider.id,
                consumer: consumer.name.clone(),
                provider: provider.name.clone(),
                version_id: version.id,
                number: version.number.clone(),
                ord: version.ord,
                version_created_at: version.created_at,
                sha: content.sha,
                revision,
                created_at: now,
            }
        }
    };
    tx.pacts().touch_integration(consumer.id, provider.id, now).await?;
    let history = history(tx, &pact, version).await?;
    let requires_verification = !tx.required_versions(provider.id, pact.pact_content_id).await?.is_empty();
    let ever_verified = tx.verifications().exist_for_pair(&pact).await?;
    Ok(Ok(PublishedChange {
        pact,
        change,
        history,
        requires_verification,
        ever_verified,
        webhook_exists: false,
        triggered: Vec::new(),
    }))
}

/// What becomes of a content that differs from the published one.
fn resolve(
    existing: &PublishedPact,
    published: &[u8],
    content: &IdentifiedContent,
    on_conflict: OnConflict,
) -> Result<(Change, IdentifiedContent), Refusal> {
    let refuse = |extra: Option<String>| {
        let mut text = changed_content(&existing.consumer, &existing.number, &existing.provider);
        if let Some(extra) = extra {
            text = format!("{text} ({extra})");
        }
        Refusal { text, published: published.to_vec(), submitted: content.with_ids.clone() }
    };
    match on_conflict {
        OnConflict::Refuse => Err(refuse(None)),
        OnConflict::Overwrite => Ok((Change::Overwritten, content.clone())),
        OnConflict::Merge => {
            let (Ok(old), Ok(new)) = (Json::parse(published), Json::parse(&content.with_ids)) else {
                return Err(refuse(None));
            };
            let merged = merge(&old, &new).map_err(|conflict| refuse(Some(conflict.to_string())))?;
            let merged = identify(merged.to_compact().as_bytes()).map_err(|error| refuse(Some(error.to_string())))?;
            let changed = merged.sha != existing.sha;
            Ok((Change::Merged(changed), merged))
        }
    }
}

async fn history(tx: &mut WriteTx, pact: &PublishedPact, version: &Version) -> Result<History, StoreError> {
    let tags: Vec<String> = tx.tags().of_versions(&[version.id]).await?.into_iter().map(|tag| tag.name).collect();
    let groups: Vec<Option<&str>> =
        if tags.is_empty() { vec![None] } else { tags.iter().map(|tag| Some(tag.as_str())).collect() };
    let mut compared = Vec::new();
    for tag in groups {
        compared.push(match tx.pacts().previous_content(pact, tag).await? {
            None => Compared::First,
            Some(content) if content == pact.pact_content_id => Compared::Same,
            Some(_) => Compared::Changed,
        });
    }
    Ok(History { tags, compared })
}
