//! Tags in the database, and which contents succeeded with them.

use crate::domain::id::{PacticipantId, VersionId};
use crate::domain::timestamp::Timestamp;
use crate::domain::version::{Tag, Version};
use crate::store::dialect::{json_list, with_lists};
use crate::store::{ReadTx, StoreError, all, maybe, run};

/// The tags of a transaction.
pub(crate) struct Tags<'t> {
    tx: &'t mut ReadTx,
}

impl ReadTx {
    /// Tags.
    pub(crate) fn tags(&mut self) -> Tags<'_> {
        Tags { tx: self }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT t.version_id, t.name, CASE WHEN h.head_version_id = t.version_id THEN TRUE ELSE FALSE END AS is_head,
                    t.created_at
               FROM version_tags t LEFT JOIN tag_heads h ON h.pacticipant_id = t.pacticipant_id AND h.name = t.name ",
            $rest
        )
    };
}

impl Tags<'_> {
    /// A tag of a version.
    pub(crate) async fn find(self, pacticipant: &str, number: &str, tag: &str) -> Result<Option<Tag>, StoreError> {
        const FIND: &str = select!(
            "JOIN versions v ON v.id = t.version_id JOIN pacticipants p ON p.id = v.pacticipant_id
             WHERE p.name = $1 AND v.number = $2 AND t.name = $3"
        );
        maybe!(self.tx, Tag, FIND, pacticipant, number, tag).map_err(StoreError::while_doing("finding a tag"))
    }

    /// The tags of these versions, in the order they were given.
    pub(crate) async fn of_versions(self, versions: &[VersionId]) -> Result<Vec<Tag>, StoreError> {
        const LIST: &str = select!("WHERE t.version_id IN IDS($1) ORDER BY t.created_at, t.name");
        let sql = with_lists(self.tx.engine(), LIST);
        let ids = json_list(versions.iter().map(|id| id.0));
        all!(self.tx, Tag, sql, &ids).map_err(StoreError::while_doing("listing tags of versions"))
    }

    /// Gives a version a tag; true if it did not have it. Results the version already has count for the tag from now on.
    pub(crate) async fn add(self, version: &Version, tag: &str, now: Timestamp) -> Result<bool, StoreError> {
        const ADD: &str = "INSERT INTO version_tags (version_id, name, pacticipant_id, version_ord, created_at)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (version_id, name) DO NOTHING";
        const HEAD: &str = "INSERT INTO tag_heads (pacticipant_id, name, head_version_id, head_ord, first_used_at)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (pacticipant_id, name) DO UPDATE SET head_version_id = excluded.head_version_id,
                 head_ord = excluded.head_ord WHERE excluded.head_ord > tag_heads.head_ord";
        const SUCCESSES: &str = "INSERT INTO content_tag_success (pact_content_id, tag_name, wip, first_success_at)
             SELECT pact_content_id, CAST($1 AS TEXT), wip, min(executed_at) FROM verifications
              WHERE provider_version_id = $2 AND success GROUP BY pact_content_id, wip
             ON CONFLICT (pact_content_id, tag_name, wip) DO UPDATE SET first_success_at = excluded.first_success_at
                 WHERE excluded.first_success_at < content_tag_success.first_success_at";
        let failed = || StoreError::while_doing("tagging a version");
        let Version { id, pacticipant_id, ord, .. } = version;
        let added = run!(self.tx, ADD, *id, tag, *pacticipant_id, *ord, now).map_err(failed())?;
        if added == 0 {
            return Ok(false);
        }
        run!(self.tx, HEAD, *pacticipant_id, tag, *id, *ord, now).map_err(failed())?;
        run!(self.tx, SUCCESSES, tag, *id).map_err(failed())?;
        Ok(true)
    }

    /// Takes a tag off a version; false if it had none.
    pub(crate) async fn remove(self, version: &Version, tag: &str) -> Result<bool, StoreError> {
        const REMOVE: &str = "DELETE FROM version_tags WHERE version_id = $1 AND name = $2";
        let tx = self.tx;
        let removed = run!(tx, REMOVE, version.id, tag).map_err(StoreError::while_doing("untagging a version"))?;
        tx.tags().set_heads(version.pacticipant_id).await?;
        Ok(removed > 0)
    }

    /// Points the tags of a pacticipant at their newest versions again, after a tag or a version was deleted.
    pub(crate) async fn set_heads(self, pacticipant: PacticipantId) -> Result<(), StoreError> {
        const GONE: &str = "DELETE FROM tag_heads WHERE pacticipant_id = $1 AND NOT EXISTS
             (SELECT 1 FROM version_tags t WHERE t.pacticipant_id = tag_heads.pacticipant_id AND t.name = tag_heads.name)";
        // A head's row goes with its version, so a tag that is still in use may have none.
        const SET: &str = "INSERT INTO tag_heads (pacticipant_id, name, head_version_id, head_ord, first_used_at)
             SELECT t.pacticipant_id, t.name, t.version_id, t.version_ord,
                    (SELECT min(f.created_at) FROM version_tags f WHERE f.pacticipant_id = t.pacticipant_id AND f.name = t.name)
               FROM version_tags t
              WHERE t.pacticipant_id = $1 AND t.version_ord =
                    (SELECT max(n.version_ord) FROM version_tags n WHERE n.pacticipant_id = t.pacticipant_id AND n.name = t.name)
             ON CONFLICT (pacticipant_id, name) DO UPDATE SET head_version_id = excluded.head_version_id, head_ord = excluded.head_ord";
        run!(self.tx, GONE, pacticipant).map_err(StoreError::while_doing("dropping tags without versions"))?;
        run!(self.tx, SET, pacticipant).map_err(StoreError::while_doing("finding the heads of tags"))?;
        Ok(())
    }
}
