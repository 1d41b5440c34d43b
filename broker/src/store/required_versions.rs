//! Which provider versions matter now and have no result for a pact's content.

use crate::domain::id::{ContentId, PacticipantId, VersionId};
use crate::store::{ReadTx, StoreError, all};

/// A provider version whose result is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequiredVersion {
    /// The version.
    pub(crate) id: VersionId,
    /// Its number.
    pub(crate) number: String,
    /// Why it matters: `deployed in production`.
    pub(crate) reasons: Vec<String>,
}

impl ReadTx {
    /// The provider versions that matter now (head of the main branch, deployed, or supported) and have no result for a
    /// content, oldest first, with why they matter.
    pub(crate) async fn required_versions(
        &mut self,
        provider: PacticipantId,
        content: ContentId,
    ) -> Result<Vec<RequiredVersion>, StoreError> {
        const WITHOUT_RESULT: &str = "SELECT v.version_id, n.number, v.reason FROM (
                 SELECT b.head_version_id AS version_id, 1 AS rank, 'latest from main branch' AS reason FROM pacticipants p
                   JOIN branches b ON b.pacticipant_id = p.id AND b.name = p.main_branch
                  WHERE p.id = $1 AND b.head_version_id IS NOT NULL
                 UNION ALL
                 SELECT d.version_id, 2, 'deployed in ' || e.name FROM deployed_versions d
                   JOIN environments e ON e.id = d.environment_id WHERE d.pacticipant_id = $1 AND d.is_current
                 UNION ALL
                 SELECT r.version_id, 3, 'released in ' || e.name FROM released_versions r
                   JOIN environments e ON e.id = r.environment_id
                  WHERE r.pacticipant_id = $1 AND r.support_ended_at IS NULL) v
               JOIN versions n ON n.id = v.version_id
              WHERE NOT EXISTS (SELECT 1 FROM latest_verifications lv
                                 WHERE lv.pact_content_id = $2 AND lv.provider_version_id = v.version_id)
              ORDER BY n.ord, v.rank, v.reason";
        let rows = all!(self, (VersionId, String, String), WITHOUT_RESULT, provider, content)
            .map_err(StoreError::while_doing("finding provider versions without a result"))?;
        let mut versions: Vec<RequiredVersion> = Vec::new();
        for (id, number, reason) in rows {
            match versions.last_mut() {
                // The same environment twice: two instances of the application.
                Some(last) if last.id == id && last.reasons.contains(&reason) => {}
                Some(last) if last.id == id => last.reasons.push(reason),
                _ => versions.push(RequiredVersion { id, number, reasons: vec![reason] }),
            }
        }
        Ok(versions)
    }
}
