//! What the matrix shows of versions beside their numbers.

use std::collections::{HashMap, HashSet};

use crate::domain::environment::Environment;
use crate::domain::id::VersionId;
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
        let ids: Vec<VersionId> = versions.iter().copied().collect();
        for branch in self.branches().of_versions(&ids).await? {
            details.entry(branch.version_id).or_default().branches.push(branch);
        }
        for tag in self.tags().of_versions(&ids).await? {
            details.entry(tag.version_id).or_default().tags.push(tag);
        }
        let sql = with_lists(self.engine(), ENVIRONMENTS);
        let present = all!(self, EnvironmentRow, sql, json_list(versions.iter().map(|id| id.0)))
            .map_err(StoreError::while_doing("finding the environments of versions"))?;
        for EnvironmentRow { version_id, environment } in present {
            let environments = &mut details.entry(version_id).or_default().environments;
            if environments.iter().all(|known| known.id != environment.id) {
                environments.push(environment);
            }
        }
        Ok(details)
    }
}
