//! Recording what is deployed and released where, and that it no longer is.

use crate::domain::id::EnvironmentId;
use crate::domain::timestamp::Timestamp;
use crate::domain::version::Version;
use crate::store::{StoreError, WriteTx};

/// Records that a version was deployed to an application instance of an environment, in the place of what was there.
///
/// Answers the uuid of the deployment: `uuid`, or that of the current one if the version is already there. The caller has
/// locked the pacticipant, so that two deployments do not both find the place free.
pub(crate) async fn record_deployment(
    tx: &mut WriteTx,
    uuid: &str,
    environment: EnvironmentId,
    version: &Version,
    target: Option<&str>,
    auto_created: bool,
    now: Timestamp,
) -> Result<String, StoreError> {
    if let Some(current) = tx.deployments().current(environment, version.id, target).await? {
        return Ok(current.uuid);
    }
    tx.deployments().vacate(environment, version.pacticipant_id, target, now).await?;
    tx.deployments().deploy(uuid, environment, version, target, auto_created, now).await?;
    tx.deployments().set_present(environment, version.pacticipant_id).await?;
    Ok(uuid.to_owned())
}

/// Records that a version was released to an environment; true if it was not before. Support that had ended is open again.
pub(crate) async fn record_release(
    tx: &mut WriteTx,
    uuid: &str,
    environment: EnvironmentId,
    version: &Version,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let is_new = tx.deployments().release(uuid, environment, version, now).await?;
    if !is_new {
        for release in tx.deployments().released_to(environment, version.id).await? {
            tx.deployments().set_support_ended(&release.uuid, None, now).await?;
        }
    }
    tx.deployments().set_present(environment, version.pacticipant_id).await?;
    Ok(is_new)
}
