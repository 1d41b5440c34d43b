//! Deleting a version, and setting right what pointed at it.

use crate::domain::version::Version;
use crate::store::{StoreError, WriteTx};

/// Deletes a version with its pacts, results, tags and deployments. Branches and tags whose head it was point at the newest
/// remaining version.
pub(crate) async fn delete_version(tx: &mut WriteTx, version: &Version) -> Result<(), StoreError> {
    let headed = tx.branches().headed_by(version.id).await?;
    let tags = tx.tags().of_versions(&[version.id]).await?;
    tx.versions().delete(version.id).await?;
    for branch in headed {
        tx.branches().set_head(branch).await?;
    }
    for tag in tags {
        tx.tags().set_head(version.pacticipant_id, &tag.name).await?;
    }
    Ok(())
}
