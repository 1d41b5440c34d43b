//! What the matrix shows of versions beside their numbers.

use std::collections::{HashMap, HashSet};

use crate::domain::environment::Environment;
use crate::domain::id::{EnvironmentId, VersionId};
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

impl ReadTx {
    /// Branches, tags and environments of these versions.
    pub(crate) async fn version_details(
        &mut self,
        versions: &HashSet<VersionId>,
    ) -> Result<HashMap<VersionId, VersionDetails>, StoreError> {
        const PRESENCE: &str = "SELECT d.version_id, d.environment_id
               FROM (SELECT version_id, environment_id, created_at FROM deployed_versions
                      WHERE version_id IN IDS($1) AND is_current
                     UNION ALL
                     SELECT version_id, environment_id, created_at FROM released_versions
                      WHERE version_id IN IDS($1) AND support_ended_at IS NULL) d
              ORDER BY d.created_at, d.environment_id";
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
        let sql = with_lists(self.engine(), PRESENCE);
        let present = all!(self, (VersionId, EnvironmentId), sql, json_list(ids.iter().map(|id| id.0)))
            .map_err(StoreError::while_doing("finding the environments of versions"))?;
        // A few environments hold many versions, so they are not read again for each.
        let environments = self.environments().list().await?;
        for (version, id) in present {
            let shown = &mut details.entry(version).or_default().environments;
            if shown.iter().all(|known| known.id != id) {
                shown.extend(environments.iter().find(|environment| environment.id == id).cloned());
            }
        }
        Ok(details)
    }
}
