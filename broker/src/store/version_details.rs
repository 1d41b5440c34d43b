//! What the matrix shows of versions beside their numbers.

use std::collections::{HashMap, HashSet};

use crate::domain::environment::Environment;
use crate::domain::id::{EnvironmentId, VersionId};
use crate::domain::timestamp::Timestamp;
use crate::domain::version::{BranchVersion, Tag};
use crate::store::dialect::{json_list, with_lists};
use crate::store::{ReadTx, StoreError, all};

/// What is shown of a version beside its number.
#[derive(Debug, Clone, Default)]
pub(crate) struct VersionDetails {
    /// Its branches in the order they were added.
    pub(crate) branches: Vec<BranchVersion>,
    /// Its tags in the order they were added.
    pub(crate) tags: Vec<Tag>,
    /// The environments it is in now, in the order it came there.
    pub(crate) environments: Vec<Environment>,
}

/// A branch, a tag or an environment of a version.
type DetailRow = (VersionId, i64, Option<String>, Option<String>, bool, Timestamp, i64);

const BRANCH: i64 = 0;
const TAG: i64 = 1;

impl ReadTx {
    /// Branches, tags and environments of these versions.
    pub(crate) async fn version_details(
        &mut self,
        versions: &HashSet<VersionId>,
    ) -> Result<HashMap<VersionId, VersionDetails>, StoreError> {
        // Version, kind, name of the branch or tag, number of the version on the branch, whether it is the head, since when,
        // row of the branch or environment.
        const DETAILS: &str = "SELECT bv.version_id, CAST(0 AS BIGINT), b.name, v.number,
                    CASE WHEN b.head_version_id = v.id THEN TRUE ELSE FALSE END, bv.created_at, b.id
               FROM branch_versions bv JOIN branches b ON b.id = bv.branch_id JOIN versions v ON v.id = bv.version_id
              WHERE bv.version_id IN IDS($1)
             UNION ALL
             SELECT t.version_id, CAST(1 AS BIGINT), t.name, NULL,
                    CASE WHEN h.head_version_id = t.version_id THEN TRUE ELSE FALSE END, t.created_at, CAST(0 AS BIGINT)
               FROM version_tags t LEFT JOIN tag_heads h ON h.pacticipant_id = t.pacticipant_id AND h.name = t.name
              WHERE t.version_id IN IDS($1)
             UNION ALL
             SELECT d.version_id, CAST(2 AS BIGINT), NULL, NULL, FALSE, d.created_at, d.environment_id
               FROM deployed_versions d WHERE d.version_id IN IDS($1) AND d.is_current
             UNION ALL
             SELECT r.version_id, CAST(2 AS BIGINT), NULL, NULL, FALSE, r.created_at, r.environment_id
               FROM released_versions r WHERE r.version_id IN IDS($1) AND r.support_ended_at IS NULL";
        let mut details: HashMap<VersionId, VersionDetails> = HashMap::new();
        if versions.is_empty() {
            return Ok(details);
        }
        let sql = with_lists(self.engine(), DETAILS);
        let mut rows = all!(self, DetailRow, sql, json_list(versions.iter().map(|id| id.0)))
            .map_err(StoreError::while_doing("finding branches, tags and environments of versions"))?;
        rows.sort_by(|(.., name, _, _, at, id), (.., other_name, _, _, other_at, other_id)| {
            (at, id, name).cmp(&(other_at, other_id, other_name))
        });
        // A few environments hold many versions, so they are not read again for each.
        let is_somewhere = rows.iter().any(|(_, kind, ..)| *kind != BRANCH && *kind != TAG);
        let environments = if is_somewhere { self.environments().list().await? } else { Vec::new() };
        for (version_id, kind, name, number, is_head, created_at, id) in rows {
            let VersionDetails { branches, tags, environments: shown } = details.entry(version_id).or_default();
            let name = name.unwrap_or_default();
            match kind {
                BRANCH => {
                    let number = number.unwrap_or_default();
                    branches.push(BranchVersion { version_id, number, branch: name, is_head, created_at });
                }
                TAG => tags.push(Tag { version_id, name, is_head, created_at }),
                _ if shown.iter().any(|known| known.id == EnvironmentId(id)) => {}
                _ => shown.extend(environments.iter().find(|environment| environment.id == EnvironmentId(id)).cloned()),
            }
        }
        Ok(details)
    }
}
