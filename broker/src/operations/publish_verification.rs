//! Publishing the result of a verification.

use crate::domain::pact::PublishedPact;
use crate::domain::selection_metadata::SelectionMetadata;
use crate::domain::timestamp::Timestamp;
use crate::domain::verification::{NewVerification, Verification};
use crate::operations::trigger_webhooks::trigger_for_verification;
use crate::store::{Store, StoreError};

/// Records the result of a provider version for a pact's content; the version is created if need be. Nothing if the pact was
/// deleted meanwhile.
pub(crate) async fn publish_verification(
    store: &Store,
    base_url: &str,
    pact: &PublishedPact,
    new: &NewVerification,
    now: Timestamp,
) -> Result<Option<Verification>, StoreError> {
    let mut tx = store.write().await?;
    tx.pacticipants().lock(&[&pact.consumer, &pact.provider]).await?;
    let Some(pact) = tx.pacts().with_content(&pact.consumer, &pact.provider, &pact.sha, &[pact.version_id]).await?
    else {
        return Ok(None);
    };
    let Some(provider) = tx.pacticipants().find(&pact.provider).await? else { return Ok(None) };
    let (version, _) = tx.versions().find_or_create_implicitly(&provider, &new.provider_version, now).await?;
    tx.pacts().touch_integration(pact.consumer_id, pact.provider_id, now).await?;
    let number = tx.verifications().record(&pact, &version, new, now).await?;
    let recorded = tx.verifications().find(&pact.consumer, &pact.provider, &pact.sha, number).await?;
    if let Some(verification) = &recorded {
        let metadata = new.selectors.as_deref().map(SelectionMetadata::decode).unwrap_or_default();
        let selected = metadata.consumer_versions();
        trigger_for_verification(&mut tx, verification, &pact, &selected, base_url, now).await?;
    }
    tx.commit().await?;
    Ok(recorded)
}
