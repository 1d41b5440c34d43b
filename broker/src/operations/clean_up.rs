//! Deletes what is no longer needed, a little at a time.
//!
//! What is to be deleted is found by reading. It is deleted in transactions of a few versions each, so that nobody who
//! publishes waits for long, and each asks again whether they may go: a version may have been deployed meanwhile.

use std::collections::HashSet;
use std::time::Duration;

use crate::app::App;
use crate::domain::clean_up::{
    CleanUp, CleanUpPlan, CleanUpResult, DeletedAndKept, KeepBranches, KeepVersions, KeptByRule, PlannedCounts,
    PlannedVersions,
};
use crate::domain::id::VersionId;
use crate::domain::timestamp::Timestamp;
use crate::operations::delete_version::delete_version;
use crate::store::clean_up::{AnyBranch, AnyVersion, Obsolete};
use crate::store::{ReadTx, Store, StoreError};

/// How many versions are deleted in one transaction: what belongs to a version may be thousands of rows.
const VERSIONS_AT_ONCE: usize = 20;
/// How many rows of other tables are.
const ROWS_AT_ONCE: i64 = 500;

/// A clean-up failed. What was deleted before stays deleted.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct CleanUpError(#[from] StoreError);

/// What would be deleted.
pub(crate) async fn plan_clean_up(store: &Store, rules: &CleanUp, now: Timestamp) -> Result<CleanUpPlan, StoreError> {
    let mut db = store.read().await?;
    let found = Found::by(&mut db, rules, now).await?;
    let doomed: HashSet<VersionId> = found.versions_to_delete(rules).map(|version| version.id).collect();
    let mut plan = CleanUpPlan {
        counts: PlannedCounts {
            total_versions: found.versions.len(),
            versions_to_delete: doomed.len(),
            versions_not_to_keep: found.versions.len() - found.kept.len(),
            versions_to_keep: found.kept.len(),
            versions_to_keep_by_selector: found.kept_by_rule.clone(),
            total_branches: found.branches.len(),
            branches_to_delete: found.branches_to_delete(rules, now).count(),
            branches_to_keep: 0,
        },
        version_summary: std::collections::BTreeMap::new(),
    };
    plan.counts.branches_to_keep = plan.counts.total_branches - plan.counts.branches_to_delete;
    for version in &found.versions {
        let planned: &mut PlannedVersions = plan.version_summary.entry(version.pacticipant.clone()).or_default();
        let range = if doomed.contains(&version.id) { &mut planned.to_delete } else { &mut planned.to_keep };
        range.add(&version.number);
    }
    Ok(plan)
}

/// Deletes what the rules do not keep.
pub(crate) async fn clean_up(app: &App, rules: &CleanUp, now: Timestamp) -> Result<CleanUpResult, StoreError> {
    let store = app.store();
    let mut db = store.read().await?;
    let before = db.clean_ups().counts().await?;
    let found = Found::by(&mut db, rules, now).await?;
    drop(db);
    let branches: Vec<&AnyBranch> = found.branches_to_delete(rules, now).collect();
    for branch in branches {
        delete_branch(store, branch, &rules.keep_branches, now).await?;
    }
    let doomed: Vec<VersionId> = found.versions_to_delete(rules).map(|version| version.id).collect();
    let keep = rules.all_keep_versions();
    for some in doomed.chunks(VERSIONS_AT_ONCE) {
        delete_versions(store, some, &keep, now).await?;
    }
    if let Some(max_age) = rules.overwritten_max_age {
        for what in [Obsolete::Revisions, Obsolete::Results] {
            delete_obsolete(app, what, now.minus(max_age)).await?;
        }
    }
    delete_orphans(store).await?;
    let after = store.read().await?.clean_ups().counts().await?;
    let mut result = CleanUpResult::default();
    for ((table, before), (_, kept)) in before.into_iter().zip(after) {
        let deleted = before.saturating_sub(kept);
        app.telemetry().cleaned(table, deleted);
        result.tables.insert(table, DeletedAndKept { deleted, kept });
    }
    Ok(result)
}

/// Deletes what has been obsolete since before a moment; how much that was.
pub(crate) async fn delete_obsolete(app: &App, what: Obsolete, before: Timestamp) -> Result<u64, StoreError> {
    let (mut cursor, mut deleted) = (0, 0);
    loop {
        let some = app.store().read().await?.clean_ups().obsolete(what, cursor, before, ROWS_AT_ONCE).await?;
        let Some(last) = some.last() else { return Ok(deleted) };
        cursor = *last;
        let mut tx = app.store().write().await?;
        let names = tx.clean_ups().parties(what, &some).await?;
        tx.pacticipants().lock(&names.iter().map(String::as_str).collect::<Vec<_>>()).await?;
        deleted += tx.clean_ups().delete_obsolete(what, &some).await?;
        tx.commit().await?;
        breathe().await;
    }
}

/// All versions and branches, and which versions are kept.
struct Found {
    versions: Vec<AnyVersion>,
    kept: HashSet<VersionId>,
    kept_by_rule: Vec<KeptByRule>,
    branches: Vec<AnyBranch>,
}

impl Found {
    async fn by(db: &mut ReadTx, rules: &CleanUp, now: Timestamp) -> Result<Self, StoreError> {
        let versions = db.clean_ups().versions().await?;
        let mut kept = HashSet::new();
        let mut kept_by_rule = Vec::new();
        for selector in rules.all_keep_versions() {
            let ids = db.clean_ups().kept(&selector, None, now).await?;
            kept_by_rule.push(KeptByRule { selector, count: ids.len() });
            kept.extend(ids);
        }
        let branches = db.clean_ups().branches().await?;
        Ok(Self { versions, kept, kept_by_rule, branches })
    }

    fn versions_to_delete(&self, rules: &CleanUp) -> impl Iterator<Item = &AnyVersion> {
        self.versions.iter().filter(|version| !self.kept.contains(&version.id)).take(rules.version_limit)
    }

    fn branches_to_delete(&self, rules: &CleanUp, now: Timestamp) -> impl Iterator<Item = &AnyBranch> {
        self.branches.iter().filter(move |branch| !keeps(&rules.keep_branches, branch, now)).take(rules.branch_limit)
    }
}

fn keeps(rules: &[KeepBranches], branch: &AnyBranch, now: Timestamp) -> bool {
    branch.is_main
        || rules.is_empty()
        || rules.iter().any(|rule| {
            let young = |days: u32| branch.updated_at >= now.minus(Duration::from_hours(24 * u64::from(days)));
            rule.pacticipant.as_ref().is_none_or(|name| *name == branch.pacticipant)
                && rule.branch.as_ref().is_none_or(|name| *name == branch.name)
                && rule.max_age.is_none_or(young)
        })
}

async fn delete_branch(
    store: &Store,
    branch: &AnyBranch,
    rules: &[KeepBranches],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    tx.pacticipants().lock(&[&branch.pacticipant]).await?;
    let current = tx.clean_ups().branch(branch.id).await?;
    if current.is_some_and(|current| !keeps(rules, &current, now)) {
        tx.branches().delete(branch.id).await?;
        tx.commit().await?;
    }
    breathe().await;
    Ok(())
}

async fn delete_versions(
    store: &Store,
    ids: &[VersionId],
    rules: &[KeepVersions],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    let owned = tx.clean_ups().by_pacticipant(ids).await?;
    let names: Vec<&str> = owned.keys().map(String::as_str).collect();
    tx.pacticipants().lock(&names).await?;
    let mut kept = HashSet::new();
    for rule in rules {
        kept.extend(tx.clean_ups().kept(rule, Some(ids), now).await?);
    }
    for version in owned.into_values().flatten().filter(|version| !kept.contains(&version.id)) {
        delete_version(&mut tx, &version).await?;
    }
    tx.commit().await?;
    breathe().await;
    Ok(())
}

/// Deletes contents that no pact has any more, which nobody can ask for.
async fn delete_orphans(store: &Store) -> Result<(), StoreError> {
    let mut cursor = 0;
    loop {
        let some = store.read().await?.clean_ups().orphans(cursor, ROWS_AT_ONCE / 5).await?;
        let Some(last) = some.last() else { return Ok(()) };
        cursor = last.0;
        let mut tx = store.write().await?;
        // Whoever publishes the same content again at this moment is waited for.
        let names: Vec<&str> = some.iter().flat_map(|(_, consumer, provider)| [consumer.as_str(), provider]).collect();
        tx.pacticipants().lock(&names).await?;
        let ids: Vec<i64> = some.iter().map(|(id, ..)| *id).collect();
        tx.clean_ups().delete_orphans(&ids).await?;
        tx.commit().await?;
        breathe().await;
    }
}

/// Lets others write between two transactions.
async fn breathe() {
    tokio::task::yield_now().await;
}

#[cfg(test)]
mod tests;
