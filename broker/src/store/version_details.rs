//! What the matrix shows of versions beside their numbers.

use std::collections::{HashMap, HashSet};

use crate::domain::environment::Environment;
use crate::domain::id::VersionId;
use crate::store::dialect::{json_list, with_lists};
use crate::store::{ReadTx, StoreError, all};

/// What is shown of a version beside its number.
#[derive(Debug, Clone, Default)]
pub(crate) struct VersionDetails {
    /// Its branches in the order they were added, each with whether the version is the branch's head.
    pub(crate) branches: Vec<(String, bool)>,
    /// Its tags in the order they were added, each with whether it is the newest version with the tag.
    pub(crate) tags: Vec<(String, bool)>,
    /// The environments it is in now, in the order it came there.
    pub(crate) environments: Vec<Environment>,
}

#[derive(sqlx::FromRow)]
struct EnvironmentRow {
    version_id: VersionId,
    #[sqlx(flatten)]
    environment: Environment,
}

impl ReadTx {
    /// Branches, tags and environments of these versions.
    pub(crate) async fn version_details(
        &mut self,
        versions: &HashSet<VersionId>,
    ) -> Result<HashMap<VersionId, VersionDetails>, StoreError> {
        const BRANCHES: &str =
            "SELECT bv.version_id, b.name, CASE WHEN b.head_version_id = bv.version_id THEN TRUE ELSE FALSE END
               FROM branch_versions bv JOIN branches b ON b.id = bv.branch_id
              WHERE bv.version_id IN IDS($1) ORDER BY bv.created_at, b.id";
        const TAGS: &str =
            "SELECT t.version_id, t.name, CASE WHEN h.head_version_id = t.version_id THEN TRUE ELSE FALSE END
               FROM version_tags t LEFT JOIN tag_heads h ON h.pacticipant_id = t.pacticipant_id AND h.name = t.name
              WHERE t.version_id IN IDS($1) ORDER BY t.created_at, t.name";
        const ENVIRONMENTS: &str =
            "SELECT d.version_id, e.id, e.uuid, e.name, e.display_name, e.production, e.contacts,
                    e.created_at, e.updated_at
               FROM (SELECT version_id, environment_id, created_at FROM deployed_versions
                      WHERE version_id IN IDS($1) AND is_current
                     UNION ALL
                     SELECT version_id, environment_id, created_at FROM released_versions
                      WHERE version_id IN IDS($1) AND support_ended_at IS NULL) d
               JOIN environments e ON e.id = d.environment_id
              ORDER BY d.created_at, e.id";
        let mut details: HashMap<VersionId, VersionDetails> = HashMap::new();
        if versions.is_empty() {
            return Ok(details);
        }
        let list = json_list(versions.iter().map(|id| id.0));
        let failed = || StoreError::while_doing("finding branches, tags and environments of versions");
        let sql = with_lists(self.engine(), BRANCHES);
        for (version, branch, latest) in all!(self, (VersionId, String, bool), sql, &list).map_err(failed())? {
            details.entry(version).or_default().branches.push((branch, latest));
        }
        let sql = with_lists(self.engine(), TAGS);
        for (version, tag, latest) in all!(self, (VersionId, String, bool), sql, &list).map_err(failed())? {
            details.entry(version).or_default().tags.push((tag, latest));
        }
        let sql = with_lists(self.engine(), ENVIRONMENTS);
        for EnvironmentRow { version_id, environment } in all!(self, EnvironmentRow, sql, &list).map_err(failed())? {
            let environments = &mut details.entry(version_id).or_default().environments;
            if environments.iter().all(|known| known.id != environment.id) {
                environments.push(environment);
            }
        }
        Ok(details)
    }
}
