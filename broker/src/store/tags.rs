//! Tags in the database.

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

    /// Gives a version a tag; true if it did not have it.
    pub(crate) async fn add(self, version: &Version, tag: &str, now: Timestamp) -> Result<bool, StoreError> {
        const ADD: &str = "INSERT INTO version_tags (version_id, name, pacticipant_id, version_ord, created_at)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (version_id, name) DO NOTHING";
        const HEAD: &str = "INSERT INTO tag_heads (pacticipant_id, name, head_version_id, head_ord, first_used_at)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (pacticipant_id, name) DO UPDATE SET head_version_id = excluded.head_version_id,
                 head_ord = excluded.head_ord WHERE excluded.head_ord > tag_heads.head_ord";
        let failed = || StoreError::while_doing("tagging a version");
        let Version { id, pacticipant_id, ord, .. } = version;
        let added = run!(self.tx, ADD, *id, tag, *pacticipant_id, *ord, now).map_err(failed())?;
        if added == 0 {
            return Ok(false);
        }
        run!(self.tx, HEAD, *pacticipant_id, tag, *id, *ord, now).map_err(failed())?;
        Ok(true)
    }

    /// Has the version any tag?
    pub(crate) async fn exist(self, version: VersionId) -> Result<bool, StoreError> {
        const ANY: &str = "SELECT name FROM version_tags WHERE version_id = $1 LIMIT 1";
        let found = maybe!(self.tx, (String,), ANY, version)
            .map_err(StoreError::while_doing("looking for tags of a version"))?;
        Ok(found.is_some())
    }

    /// Takes a tag off a version; false if it had none.
    pub(crate) async fn remove(self, version: &Version, tag: &str) -> Result<bool, StoreError> {
        const REMOVE: &str = "DELETE FROM version_tags WHERE version_id = $1 AND name = $2";
        let tx = self.tx;
        let removed = run!(tx, REMOVE, version.id, tag).map_err(StoreError::while_doing("untagging a version"))?;
        if removed > 0 {
            tx.tags().set_head(version.pacticipant_id, tag).await?;
        }
        Ok(removed > 0)
    }

    /// Points a tag at its newest version again, after one of its versions lost it or was deleted.
    pub(crate) async fn set_head(self, pacticipant: PacticipantId, tag: &str) -> Result<(), StoreError> {
        const FORGET: &str = "DELETE FROM tag_heads WHERE pacticipant_id = $1 AND name = $2";
        const SET: &str = "INSERT INTO tag_heads (pacticipant_id, name, head_version_id, head_ord, first_used_at)
             SELECT t.pacticipant_id, t.name, t.version_id, t.version_ord,
                    (SELECT min(f.created_at) FROM version_tags f WHERE f.pacticipant_id = $1 AND f.name = $2)
               FROM version_tags t WHERE t.pacticipant_id = $1 AND t.name = $2 ORDER BY t.version_ord DESC LIMIT 1";
        let failed = || StoreError::while_doing("finding the new head of a tag");
        run!(self.tx, FORGET, pacticipant, tag).map_err(failed())?;
        run!(self.tx, SET, pacticipant, tag).map_err(failed())?;
        Ok(())
    }
}
