//! What may be deleted from the database, found page by page.
//!
//! Finding reads and deleting writes are transactions of their own: what is found may have changed by the time it is deleted,
//! so every deletion asks again. How rows are deleted and counted is in [`removal`].

pub(crate) mod removal;

use std::collections::HashMap;

use crate::domain::clean_up::{KeepVersions, NameOrAny};
use crate::domain::id::{BranchId, VersionId};
use crate::domain::timestamp::Timestamp;
use crate::domain::version::Version;
use crate::store::dialect::{json_list, with_lists};
use crate::store::{ReadTx, StoreError, all, one};

/// The deletable things of a transaction.
pub(crate) struct CleanUps<'t> {
    tx: &'t mut ReadTx,
}

impl ReadTx {
    /// What can be cleaned up.
    pub(crate) fn clean_ups(&mut self) -> CleanUps<'_> {
        CleanUps { tx: self }
    }
}

/// A version of any pacticipant.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct AnyVersion {
    /// Its row.
    pub(crate) id: VersionId,
    /// Whose version it is.
    pub(crate) pacticipant: String,
    /// Its number.
    pub(crate) number: String,
}

/// A branch of any pacticipant.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct AnyBranch {
    /// Its row.
    pub(crate) id: BranchId,
    /// Whose branch it is.
    pub(crate) pacticipant: String,
    /// Its name.
    pub(crate) name: String,
    /// Is it the main branch?
    pub(crate) is_main: bool,
    /// When it was last built.
    pub(crate) updated_at: Timestamp,
}

/// What newer data has replaced, what is done, or what nothing refers to any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Obsolete {
    /// Revisions of a pact that were published over.
    Revisions,
    /// Results of a provider version that verified the same content again.
    Results,
    /// Contents that no pact has any more, which nobody can ask for.
    Contents,
    /// Triggered webhooks that are done.
    TriggeredWebhooks,
}

/// The statement that finds some after a row, and the one that says which of some are still obsolete.
macro_rules! obsolete {
    ($table:literal, $condition:literal) => {
        (
            concat!(
                "SELECT o.id FROM ",
                $table,
                " o WHERE o.id > $1 AND ",
                $condition,
                " AND o.created_at < $2 ORDER BY o.id LIMIT CAST($3 AS BIGINT)"
            ),
            concat!("SELECT o.id FROM ", $table, " o WHERE o.id IN IDS($1) AND ", $condition),
        )
    };
}

macro_rules! parties {
    ($table:literal) => {
        concat!(
            "SELECT name FROM pacticipants WHERE id IN (SELECT consumer_id FROM ",
            $table,
            " WHERE id IN IDS($1) UNION SELECT provider_id FROM ",
            $table,
            " WHERE id IN IDS($1))"
        )
    };
}

impl Obsolete {
    fn statements(self) -> (&'static str, &'static str) {
        match self {
            Self::Revisions => obsolete!("pact_publications", "NOT o.is_latest"),
            Self::Results => obsolete!(
                "verifications",
                "NOT EXISTS (SELECT 1 FROM latest_verifications l WHERE l.verification_id = o.id)"
            ),
            Self::Contents => obsolete!(
                "pact_contents",
                "NOT EXISTS (SELECT 1 FROM pact_publications pp WHERE pp.pact_content_id = o.id)"
            ),
            Self::TriggeredWebhooks => obsolete!(
                "triggered_webhooks",
                "NOT EXISTS (SELECT 1 FROM webhook_outbox w WHERE w.triggered_webhook_id = o.id)"
            ),
        }
    }

    /// How many are deleted in one transaction: below a content there may be thousands of results.
    pub(crate) fn at_once(self) -> i64 {
        if self == Self::Contents { 100 } else { 500 }
    }
}

/// The versions that a rule keeps, of those that a last condition names.
macro_rules! kept {
    ($of:literal) => {
        concat!(
            "SELECT v.id FROM versions v JOIN pacticipants p ON p.id = v.pacticipant_id
                 WHERE ($1 IS NULL OR p.name = $1) AND ($2 IS NULL OR v.created_at >= $2)
                   AND ($3 = 'whatever' OR EXISTS (SELECT 1 FROM version_tags t WHERE t.version_id = v.id
                         AND ($3 = 'any' OR t.name = $4)
                         AND (NOT $5 OR EXISTS (SELECT 1 FROM tag_heads h WHERE h.pacticipant_id = v.pacticipant_id
                                                   AND h.name = t.name AND h.head_version_id = v.id))))
                   AND ($6 = 'whatever' OR EXISTS (SELECT 1 FROM branch_versions bv JOIN branches b ON b.id = bv.branch_id
                         WHERE bv.version_id = v.id AND ($6 = 'any' OR b.name = $7) AND (NOT $5 OR b.head_version_id = v.id)))
                   AND (NOT $8 OR EXISTS (SELECT 1 FROM branch_versions bv JOIN branches b ON b.id = bv.branch_id
                         WHERE bv.version_id = v.id AND b.name = p.main_branch AND (NOT $5 OR b.head_version_id = v.id)))
                   AND (NOT $9 OR v.ord = (SELECT max(n.ord) FROM versions n WHERE n.pacticipant_id = v.pacticipant_id))
                   AND ($10 IS NULL OR EXISTS (SELECT 1 FROM environment_versions ev JOIN environments e ON e.id = ev.environment_id
                         WHERE ev.version_id = v.id AND e.name = $10))
                   AND (NOT $11 OR EXISTS (SELECT 1 FROM deployed_versions d WHERE d.version_id = v.id AND d.is_current))
                   AND (NOT $12 OR EXISTS (SELECT 1 FROM released_versions r
                         WHERE r.version_id = v.id AND r.support_ended_at IS NULL))",
            $of
        )
    };
}

/// The tables whose rows a clean-up counts, with the names that Pact Brokers have for them.
const TABLES: [(&str, &str); 7] = [
    ("branches", "SELECT count(*) FROM branches"),
    ("pact_publications", "SELECT count(*) FROM pact_publications"),
    ("pact_versions", "SELECT count(*) FROM pact_contents"),
    ("triggered_webhooks", "SELECT count(*) FROM triggered_webhooks"),
    ("verifications", "SELECT count(*) FROM verifications"),
    ("versions", "SELECT count(*) FROM versions"),
    ("webhook_executions", "SELECT count(*) FROM webhook_executions"),
];

impl CleanUps<'_> {
    /// How many rows the tables have.
    pub(crate) async fn counts(self) -> Result<Vec<(&'static str, u64)>, StoreError> {
        let mut counts = Vec::new();
        for (name, sql) in TABLES {
            let (count,) =
                one!(self.tx, (i64,), sql).map_err(StoreError::while_doing("counting what a clean-up left"))?;
            counts.push((name, u64::try_from(count).unwrap_or_default()));
        }
        Ok(counts)
    }

    /// All versions, oldest first.
    pub(crate) async fn versions(self) -> Result<Vec<AnyVersion>, StoreError> {
        const ALL: &str = "SELECT v.id, p.name AS pacticipant, v.number FROM versions v
             JOIN pacticipants p ON p.id = v.pacticipant_id ORDER BY v.id";
        all!(self.tx, AnyVersion, ALL).map_err(StoreError::while_doing("listing all versions"))
    }

    /// The versions that a rule keeps: of all, or of these.
    pub(crate) async fn kept(
        self,
        rule: &KeepVersions,
        of: Option<&[VersionId]>,
        now: Timestamp,
    ) -> Result<Vec<VersionId>, StoreError> {
        let KeepVersions { pacticipant, latest, tag, branch, main_branch, environment, max_age, deployed, released } =
            rule;
        let since = max_age.map(|days| now.minus(std::time::Duration::from_hours(24 * u64::from(days))));
        let (tag, branch) = (wanted(tag.as_ref()), wanted(branch.as_ref()));
        let is_narrowed = tag.0 != "whatever" || branch.0 != "whatever" || *main_branch;
        // One statement for both would look at every version to find twenty.
        let sql = if of.is_some() { kept!(" AND v.id IN IDS($13)") } else { kept!(" AND $13 IS NOT NULL") };
        let sql = with_lists(self.tx.engine(), sql);
        let rows = all!(
            self.tx,
            (VersionId,),
            sql,
            pacticipant,
            since,
            tag.0,
            tag.1,
            *latest,
            branch.0,
            branch.1,
            *main_branch,
            *latest && !is_narrowed,
            environment,
            *deployed,
            *released,
            json_list(of.unwrap_or_default().iter().map(|id| id.0))
        )
        .map_err(StoreError::while_doing("finding the versions to keep"))?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// These versions, as far as they still exist, by pacticipant.
    pub(crate) async fn by_pacticipant(self, ids: &[VersionId]) -> Result<HashMap<String, Vec<Version>>, StoreError> {
        const FIND: &str = "SELECT v.id, v.pacticipant_id, v.number, v.ord, v.build_url, v.created_at, v.updated_at
               FROM versions v WHERE v.id IN IDS($1) ORDER BY v.id";
        const OWNERS: &str = "SELECT v.id, p.name FROM versions v JOIN pacticipants p ON p.id = v.pacticipant_id
              WHERE v.id IN IDS($1)";
        let failed = || StoreError::while_doing("finding the versions to delete");
        let ids = json_list(ids.iter().map(|id| id.0));
        let engine = self.tx.engine();
        let owners = all!(self.tx, (VersionId, String), with_lists(engine, OWNERS), &ids).map_err(failed())?;
        let mut owners: HashMap<VersionId, String> = owners.into_iter().collect();
        let versions = all!(self.tx, Version, with_lists(engine, FIND), &ids).map_err(failed())?;
        let mut found: HashMap<String, Vec<Version>> = HashMap::new();
        for version in versions {
            if let Some(owner) = owners.remove(&version.id) {
                found.entry(owner).or_default().push(version);
            }
        }
        Ok(found)
    }

    /// All branches, those that were built longest ago first.
    pub(crate) async fn branches(self) -> Result<Vec<AnyBranch>, StoreError> {
        const ALL: &str = "SELECT b.id, p.name AS pacticipant, b.name,
                    CASE WHEN b.name = p.main_branch THEN TRUE ELSE FALSE END AS is_main, b.updated_at
               FROM branches b JOIN pacticipants p ON p.id = b.pacticipant_id ORDER BY b.updated_at, b.id";
        all!(self.tx, AnyBranch, ALL).map_err(StoreError::while_doing("listing all branches"))
    }

    /// A branch as it is now, if it still exists.
    pub(crate) async fn branch(self, id: BranchId) -> Result<Option<AnyBranch>, StoreError> {
        const FIND: &str = "SELECT b.id, p.name AS pacticipant, b.name,
                    CASE WHEN b.name = p.main_branch THEN TRUE ELSE FALSE END AS is_main, b.updated_at
               FROM branches b JOIN pacticipants p ON p.id = b.pacticipant_id WHERE b.id = $1";
        crate::store::maybe!(self.tx, AnyBranch, FIND, id)
            .map_err(StoreError::while_doing("finding a branch to delete"))
    }

    /// The names of those whom these rows are about, to be locked. Of webhooks nobody but their deliveries knows.
    pub(crate) async fn parties(self, what: Obsolete, ids: &[i64]) -> Result<Vec<String>, StoreError> {
        let sql = match what {
            Obsolete::Revisions => parties!("pact_publications"),
            Obsolete::Results => parties!("verifications"),
            Obsolete::Contents => parties!("pact_contents"),
            Obsolete::TriggeredWebhooks => return Ok(Vec::new()),
        };
        let sql = with_lists(self.tx.engine(), sql);
        let rows = all!(self.tx, (String,), sql, json_list(ids.iter()))
            .map_err(StoreError::while_doing("finding whom obsolete data is about"))?;
        Ok(rows.into_iter().map(|(name,)| name).collect())
    }

    /// Some rows after `cursor` that were made before `before` and are obsolete.
    pub(crate) async fn obsolete(self, what: Obsolete, cursor: i64, before: Timestamp) -> Result<Vec<i64>, StoreError> {
        let rows = all!(self.tx, (i64,), what.statements().0, cursor, before, what.at_once())
            .map_err(StoreError::while_doing("finding obsolete data"))?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Those of these rows that are obsolete still.
    pub(crate) async fn still_obsolete(self, what: Obsolete, ids: &[i64]) -> Result<Vec<i64>, StoreError> {
        let sql = with_lists(self.tx.engine(), what.statements().1);
        let rows = all!(self.tx, (i64,), sql, json_list(ids.iter()))
            .map_err(StoreError::while_doing("looking at obsolete data again"))?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}

/// The kind of a condition and the name in it.
fn wanted(name: Option<&NameOrAny>) -> (&'static str, Option<&str>) {
    match name {
        None | Some(NameOrAny::Any(false)) => ("whatever", None),
        Some(NameOrAny::Any(true)) => ("any", None),
        Some(NameOrAny::Named(name)) => ("named", Some(name)),
    }
}
