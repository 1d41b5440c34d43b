//! What the matrix shows of versions beside their numbers.

use std::collections::{HashMap, HashSet};

use crate::domain::environment::Environment;
use crate::domain::id::{EnvironmentId, VersionId};
use crate::domain::timestamp::Timestamp;
use crate::domain::version::Tag;
use crate::store::bulk::{bulk, flag, many};
use crate::store::dialect::{json_list, with_lists};
use crate::store::{ReadTx, StoreError};

/// What is shown of a version beside its number.
#[derive(Debug, Clone, Default)]
pub(crate) struct VersionDetails {
    /// Its branches in the order they were added.
    pub(crate) branches: Vec<BranchOf>,
    /// Its tags in the order they were added.
    pub(crate) tags: Vec<Tag>,
    /// The environments it is in now, in the order it came there.
    pub(crate) environments: Vec<Environment>,
}

/// A branch of a version.
#[derive(Debug, Clone)]
pub(crate) struct BranchOf {
    /// Its name.
    pub(crate) name: String,
    /// Is the version its head?
    pub(crate) is_head: bool,
}

/// A branch or a tag of a version, that a version is in an environment, or an environment.
#[derive(serde::Deserialize)]
pub(super) struct DetailRow {
    pub(super) kind: i64,
    pub(super) version_id: Option<VersionId>,
    /// Of the branch or environment.
    pub(super) id: i64,
    pub(super) name: Option<String>,
    /// The uuid of the environment.
    pub(super) text: Option<String>,
    pub(super) display_name: Option<String>,
    pub(super) contacts: Option<String>,
    /// Whether it is the head of the branch or tag, or whether the environment serves real users.
    #[serde(deserialize_with = "flag")]
    pub(super) flag: bool,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
}

bulk!(DetailRow: kind, version_id, id, name, text, display_name, contacts, flag, created_at, updated_at);

const BRANCH: i64 = 0;
const TAG: i64 = 1;
const ENVIRONMENT: i64 = 3;

macro_rules! environments {
    () => {
        "SELECT CAST(3 AS BIGINT) AS kind, CAST(NULL AS BIGINT) AS version_id, e.id, e.name, e.uuid AS text, e.display_name,
                e.contacts, e.production AS flag, e.created_at, e.updated_at
           FROM environments e"
    };
}

macro_rules! details {
    ($of:literal) => {
        concat!(
            "SELECT CAST(0 AS BIGINT) AS kind, bv.version_id, b.id, b.name, NULL AS text, NULL AS display_name,
                    NULL AS contacts, CASE WHEN b.head_version_id = bv.version_id THEN TRUE ELSE FALSE END AS flag, bv.created_at,
                    bv.created_at AS updated_at
               FROM branch_versions bv JOIN branches b ON b.id = bv.branch_id
              WHERE bv.version_id ", $of, "
             UNION ALL
             SELECT CAST(1 AS BIGINT), t.version_id, CAST(0 AS BIGINT), t.name, NULL, NULL,
                    NULL, CASE WHEN h.head_version_id = t.version_id THEN TRUE ELSE FALSE END, t.created_at, t.created_at
               FROM version_tags t LEFT JOIN tag_heads h ON h.pacticipant_id = t.pacticipant_id AND h.name = t.name
              WHERE t.version_id ", $of, "
             UNION ALL
             SELECT CAST(2 AS BIGINT), d.version_id, d.environment_id, NULL, NULL, NULL, NULL, FALSE, d.created_at, d.created_at
               FROM deployed_versions d WHERE d.version_id ", $of, " AND d.is_current
             UNION ALL
             SELECT CAST(2 AS BIGINT), r.version_id, r.environment_id, NULL, NULL, NULL, NULL, FALSE, r.created_at, r.created_at
               FROM released_versions r WHERE r.version_id ", $of, " AND r.support_ended_at IS NULL"
        )
    };
}

/// Of the versions that `shown` has.
pub(super) const DETAILS_OF_SHOWN: &str = details!("IN SOME(SELECT id FROM shown)");
/// All environments: a few hold many versions, so they are not said again with each.
pub(super) const ENVIRONMENTS: &str = environments!();
const DETAILS_OF_THESE: &str = concat!(details!("IN IDS($1)"), " UNION ALL ", environments!());

impl ReadTx {
    /// Branches, tags and environments of these versions.
    pub(crate) async fn version_details(
        &mut self,
        versions: &HashSet<VersionId>,
    ) -> Result<HashMap<VersionId, VersionDetails>, StoreError> {
        if versions.is_empty() {
            return Ok(HashMap::new());
        }
        let sql = with_lists(self.engine(), DETAILS_OF_THESE);
        let rows = many!(self, DetailRow, sql, json_list(versions.iter().map(|id| id.0)))
            .map_err(StoreError::while_doing("finding branches, tags and environments of versions"))?;
        Ok(details_of(rows))
    }
}

/// What rows say of each version.
pub(super) fn details_of(mut rows: Vec<DetailRow>) -> HashMap<VersionId, VersionDetails> {
    let mut details: HashMap<VersionId, VersionDetails> = HashMap::new();
    rows.sort_by(|one, other| (one.created_at, one.id, &one.name).cmp(&(other.created_at, other.id, &other.name)));
    let (rows, environments): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.version_id.is_some());
    let environments: HashMap<i64, Environment> =
        environments.into_iter().map(|row| (row.id, row.into_environment())).collect();
    for row in rows {
        let Some(version_id) = row.version_id else { continue };
        let VersionDetails { branches, tags, environments: shown } = details.entry(version_id).or_default();
        let DetailRow { name, flag: is_head, created_at, .. } = row;
        let name = name.unwrap_or_default();
        match row.kind {
            BRANCH => branches.push(BranchOf { name, is_head }),
            TAG => tags.push(Tag { version_id, name, is_head, created_at }),
            _ if shown.iter().any(|known| known.id == EnvironmentId(row.id)) => {}
            _ => shown.extend(environments.get(&row.id).cloned()),
        }
    }
    details
}

impl DetailRow {
    /// Whether it is an environment.
    pub(super) fn is_environment(&self) -> bool {
        self.kind == ENVIRONMENT
    }

    fn into_environment(self) -> Environment {
        Environment {
            id: EnvironmentId(self.id),
            uuid: self.text.unwrap_or_default(),
            name: self.name.unwrap_or_default(),
            display_name: self.display_name,
            production: self.flag,
            contacts: self.contacts,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}
