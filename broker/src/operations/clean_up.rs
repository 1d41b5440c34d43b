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
use crate::domain::version::Version;
use crate::operations::delete_version::delete_version;
use crate::store::clean_up::removal::{RowCounts, add};
use crate::store::clean_up::{AnyBranch, AnyVersion, Obsolete};
use crate::store::{ReadTx, Store, StoreError};

/// How many versions are deleted in one transaction: what belongs to a version may be thousands of rows.
const VERSIONS_AT_ONCE: usize = 20;

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
        rows_to_delete: RowCounts::new(),
        version_summary: std::collections::BTreeMap::new(),
    };
    let ids: Vec<VersionId> = doomed.iter().copied().collect();
    let overwritten_before = rules.overwritten_max_age.map(|max_age| now.minus(max_age));
    plan.rows_to_delete = db.clean_ups().doomed(&ids, overwritten_before).await?;
    for (table, count) in [("versions", doomed.len()), ("branches", plan.counts.branches_to_delete)] {
        plan.rows_to_delete.insert(table, u64::try_from(count).unwrap_or(u64::MAX));
    }
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
    let found = Found::by(&mut db, rules, now).await?;
    drop(db);
    let mut deleted = RowCounts::new();
    let branches: Vec<&AnyBranch> = found.branches_to_delete(rules, now).collect();
    for branch in branches {
        let went = delete_branch(store, branch, &rules.keep_branches, now).await?;
        add(&mut deleted, RowCounts::from([("branches", u64::from(went))]));
    }
    let doomed: Vec<VersionId> = found.versions_to_delete(rules).map(|version| version.id).collect();
    let keep = rules.all_keep_versions();
    for some in doomed.chunks(VERSIONS_AT_ONCE) {
        add(&mut deleted, delete_versions(store, some, &keep, now).await?);
    }
    if let Some(max_age) = rules.overwritten_max_age {
        for what in [Obsolete::Revisions, Obsolete::Results] {
            add(&mut deleted, delete_obsolete(store, what, now.minus(max_age)).await?);
        }
    }
    // However young: nobody can ask for them.
    add(&mut deleted, delete_obsolete(store, Obsolete::Contents, Timestamp::from_micros(i64::MAX)).await?);
    let kept = store.read().await?.clean_ups().counts().await?;
    let mut result = CleanUpResult::default();
    for (table, kept) in kept {
        let deleted = deleted.get(table).copied().unwrap_or_default();
        app.telemetry().cleaned(table, deleted);
        result.tables.insert(table, DeletedAndKept { deleted, kept });
    }
    Ok(result)
}

/// Deletes what was made before a moment and is obsolete, and says how much that was.
pub(crate) async fn delete_obsolete(store: &Store, what: Obsolete, before: Timestamp) -> Result<RowCounts, StoreError> {
    let (mut cursor, mut deleted) = (0, RowCounts::new());
    loop {
        let some = store.read().await?.clean_ups().obsolete(what, cursor, before).await?;
        let Some(last) = some.last() else { return Ok(deleted) };
        cursor = *last;
        let mut tx = store.write().await?;
        // Whoever publishes the same content again at this moment, or verifies it, is waited for.
        let names = tx.clean_ups().parties(what, &some).await?;
        tx.pacticipants().lock(&names.iter().map(String::as_str).collect::<Vec<_>>()).await?;
        let some = tx.clean_ups().still_obsolete(what, &some).await?;
        let counts = tx.clean_ups().remove_obsolete(what, &some).await?;
        tx.commit().await?;
        add(&mut deleted, counts);
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
) -> Result<bool, StoreError> {
    let mut tx = store.write().await?;
    tx.pacticipants().lock(&[&branch.pacticipant]).await?;
    let current = tx.clean_ups().branch(branch.id).await?;
    let goes = current.is_some_and(|current| !keeps(rules, &current, now));
    if goes {
        tx.branches().delete(branch.id).await?;
        tx.commit().await?;
    }
    breathe().await;
    Ok(goes)
}

async fn delete_versions(
    store: &Store,
    ids: &[VersionId],
    rules: &[KeepVersions],
    now: Timestamp,
) -> Result<RowCounts, StoreError> {
    let mut tx = store.write().await?;
    let owned = tx.clean_ups().by_pacticipant(ids).await?;
    let names: Vec<&str> = owned.keys().map(String::as_str).collect();
    tx.pacticipants().lock(&names).await?;
    let mut kept = HashSet::new();
    for rule in rules {
        kept.extend(tx.clean_ups().kept(rule, Some(ids), now).await?);
    }
    let doomed: Vec<Version> = owned.into_values().flatten().filter(|version| !kept.contains(&version.id)).collect();
    let doomed_ids: Vec<VersionId> = doomed.iter().map(|version| version.id).collect();
    let mut counts = tx.clean_ups().remove_below(&doomed_ids).await?;
    for version in &doomed {
        delete_version(&mut tx, version).await?;
    }
    counts.insert("versions", u64::try_from(doomed.len()).unwrap_or(u64::MAX));
    tx.commit().await?;
    breathe().await;
    Ok(counts)
}

/// Lets others write between two transactions.
async fn breathe() {
    tokio::task::yield_now().await;
}

#[cfg(test)]
mod tests;
