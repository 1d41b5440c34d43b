//! Putting a version on a branch, and tagging it: both name where a version comes from, and both can be the first to do so.

use uuid::Uuid;

use crate::config::Config;
use crate::domain::pacticipant::Pacticipant;
use crate::domain::timestamp::Timestamp;
use crate::domain::version::Version;
use crate::operations::record_deployment::record_deployment;
use crate::store::{StoreError, WriteTx};

/// Puts a version on a branch; true if it was not there.
pub(crate) async fn add_to_branch(
    tx: &mut WriteTx,
    config: &Config,
    pacticipant: &Pacticipant,
    version: &Version,
    branch: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    detect_main_branch(tx, config, pacticipant, branch, now).await?;
    tx.branches().add_version(version, branch, false, now).await
}

/// Tags a version; true if it did not have the tag.
///
/// The first tag of a fresh version without a branch also names its branch, because pipelines that only know tags mean that.
/// A tag called like an environment also records a deployment to it, for pipelines that have not moved to deployments.
pub(crate) async fn tag_version(
    tx: &mut WriteTx,
    config: &Config,
    pacticipant: &Pacticipant,
    version: &Version,
    tag: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let is_first = !tx.tags().exist(version.id).await?;
    let is_new = tx.tags().add(version, tag, now).await?;
    if is_new {
        let is_fresh = version.created_at >= now.minus(config.use_first_tag_as_branch_time_limit);
        if config.use_first_tag_as_branch
            && is_first
            && is_fresh
            && tx.branches().of_versions(&[version.id]).await?.is_empty()
        {
            tx.branches().add_version(version, tag, true, now).await?;
        }
        detect_main_branch(tx, config, pacticipant, tag, now).await?;
    }
    if config.create_deployed_versions_for_tags
        && let Some(environment) = tx.environments().find_by_name(tag).await?
    {
        let uuid = Uuid::now_v7().to_string();
        record_deployment(tx, &uuid, environment.id, version, None, true, now).await?;
    }
    Ok(is_new)
}

async fn detect_main_branch(
    tx: &mut WriteTx,
    config: &Config,
    pacticipant: &Pacticipant,
    name: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let is_candidate = config.main_branch_candidates.iter().any(|candidate| candidate == name);
    if config.auto_detect_main_branch && is_candidate && pacticipant.main_branch.is_none() {
        tx.pacticipants().detect_main_branch(pacticipant.id, name, now).await?;
    }
    Ok(())
}
