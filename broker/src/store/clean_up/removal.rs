//! Deleting rows with everything below them, table by table, so that it is known how many went.
//!
//! The database would delete what is below by itself, but not say how much that was. [`CleanUps::doomed`] counts the same rows
//! without deleting them.

use std::collections::BTreeMap;

use crate::domain::id::VersionId;
use crate::domain::timestamp::Timestamp;
use crate::store::clean_up::{CleanUps, Obsolete};
use crate::store::dialect::{json_list, with_lists};
use crate::store::{StoreError, one, run};

/// How many rows of each table, which has the name that Pact Brokers have for it.
pub(crate) type RowCounts = BTreeMap<&'static str, u64>;

/// Adds up.
pub(crate) fn add(counts: &mut RowCounts, more: RowCounts) {
    for (table, count) in more {
        *counts.entry(table).or_default() += count;
    }
}

/// A table and the statement that deletes from it what is below the rows of `$1`.
type Removal = (&'static str, &'static str);

macro_rules! webhooks {
    ($condition:literal) => {
        [
            (
                "webhook_executions",
                concat!(
                    "DELETE FROM webhook_executions WHERE triggered_webhook_id IN (SELECT t.id FROM triggered_webhooks t WHERE ",
                    $condition,
                    ")"
                ),
            ),
            ("triggered_webhooks", concat!("DELETE FROM triggered_webhooks AS t WHERE ", $condition)),
        ]
    };
}

/// Below versions; the versions themselves are deleted one by one, see `delete_version`.
const BELOW_VERSIONS: ([Removal; 2], &[Removal]) = (
    webhooks!(
        "t.pact_publication_id IN (SELECT pp.id FROM pact_publications pp WHERE pp.consumer_version_id IN IDS($1))
            OR t.verification_id IN (SELECT vf.id FROM verifications vf WHERE vf.provider_version_id IN IDS($1))"
    ),
    &[
        ("verifications", "DELETE FROM verifications WHERE provider_version_id IN IDS($1)"),
        ("pact_publications", "DELETE FROM pact_publications WHERE consumer_version_id IN IDS($1)"),
    ],
);

fn removals(what: Obsolete) -> ([Removal; 2], &'static [Removal]) {
    match what {
        Obsolete::Revisions => (
            webhooks!("t.pact_publication_id IN IDS($1)"),
            &[("pact_publications", "DELETE FROM pact_publications WHERE id IN IDS($1)")],
        ),
        Obsolete::Results => (
            webhooks!("t.verification_id IN IDS($1)"),
            &[("verifications", "DELETE FROM verifications WHERE id IN IDS($1)")],
        ),
        Obsolete::Contents => (
            webhooks!("t.verification_id IN (SELECT vf.id FROM verifications vf WHERE vf.pact_content_id IN IDS($1))"),
            &[
                ("verifications", "DELETE FROM verifications WHERE pact_content_id IN IDS($1)"),
                ("pact_versions", "DELETE FROM pact_contents WHERE id IN IDS($1)"),
            ],
        ),
        Obsolete::TriggeredWebhooks => (webhooks!("t.id IN IDS($1)"), &[]),
    }
}

impl CleanUps<'_> {
    /// Deletes what is below these versions.
    pub(crate) async fn remove_below(self, versions: &[VersionId]) -> Result<RowCounts, StoreError> {
        self.remove(BELOW_VERSIONS, json_list(versions.iter().map(|id| id.0))).await
    }

    /// Deletes these rows and what is below them.
    pub(crate) async fn remove_obsolete(self, what: Obsolete, ids: &[i64]) -> Result<RowCounts, StoreError> {
        self.remove(removals(what), json_list(ids.iter())).await
    }

    async fn remove(
        self,
        (webhooks, others): ([Removal; 2], &[Removal]),
        ids: String,
    ) -> Result<RowCounts, StoreError> {
        let mut counts = RowCounts::new();
        for (table, sql) in webhooks.iter().chain(others) {
            let sql = with_lists(self.tx.engine(), sql);
            let count = run!(self.tx, sql, &ids).map_err(StoreError::while_doing("deleting what is not needed"))?;
            counts.insert(table, count);
        }
        Ok(counts)
    }

    /// How many rows go if these versions do, and what was overwritten before a moment, and then the contents that no pact has
    /// any more.
    pub(crate) async fn doomed(
        self,
        versions: &[VersionId],
        overwritten_before: Option<Timestamp>,
    ) -> Result<RowCounts, StoreError> {
        const DOOMED: &str = "WITH
            publications AS (SELECT pp.id FROM pact_publications pp
                WHERE pp.consumer_version_id IN IDS($1) OR (NOT pp.is_latest AND pp.created_at < $2)),
            contents AS (SELECT pc.id FROM pact_contents pc
                WHERE NOT EXISTS (SELECT 1 FROM pact_publications pp
                    WHERE pp.pact_content_id = pc.id AND pp.id NOT IN (SELECT id FROM publications))),
            results AS (SELECT vf.id FROM verifications vf
                WHERE vf.provider_version_id IN IDS($1) OR vf.pact_content_id IN (SELECT id FROM contents)
                   OR (vf.created_at < $2
                       AND NOT EXISTS (SELECT 1 FROM latest_verifications l WHERE l.verification_id = vf.id))),
            triggered AS (SELECT t.id FROM triggered_webhooks t
                WHERE t.pact_publication_id IN (SELECT id FROM publications)
                   OR t.verification_id IN (SELECT id FROM results))
            SELECT (SELECT count(*) FROM publications), (SELECT count(*) FROM contents), (SELECT count(*) FROM results),
                   (SELECT count(*) FROM triggered),
                   (SELECT count(*) FROM webhook_executions e WHERE e.triggered_webhook_id IN (SELECT id FROM triggered))";
        let sql = with_lists(self.tx.engine(), DOOMED);
        let ids = json_list(versions.iter().map(|id| id.0));
        // Nothing is older than the beginning.
        let before = overwritten_before.unwrap_or(Timestamp::from_micros(i64::MIN));
        let (publications, contents, results, triggered, executions) =
            one!(self.tx, (i64, i64, i64, i64, i64), sql, ids, before)
                .map_err(StoreError::while_doing("counting what is not needed"))?;
        let count = |count: i64| u64::try_from(count).unwrap_or_default();
        Ok(RowCounts::from([
            ("pact_publications", count(publications)),
            ("pact_versions", count(contents)),
            ("verifications", count(results)),
            ("triggered_webhooks", count(triggered)),
            ("webhook_executions", count(executions)),
        ]))
    }
}
