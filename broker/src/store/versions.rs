//! Versions in the database.

use crate::domain::id::{EnvironmentId, PacticipantId, VersionId};
use crate::domain::pacticipant::Pacticipant;
use crate::domain::timestamp::Timestamp;
use crate::domain::version::Version;
use crate::store::dialect::{json_list, with_lists};
use crate::store::{ReadTx, StoreError, all, maybe, one, run};

/// The versions of a transaction.
pub(crate) struct Versions<'t> {
    tx: &'t mut ReadTx,
}

impl ReadTx {
    /// Versions.
    pub(crate) fn versions(&mut self) -> Versions<'_> {
        Versions { tx: self }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT v.id, v.pacticipant_id, v.number, v.ord, v.build_url, v.created_at, v.updated_at FROM versions v ",
            $rest
        )
    };
}

/// Which versions of a pacticipant a list is of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum VersionScope<'a> {
    /// All.
    All,
    /// Those on a branch.
    Branch(&'a str),
    /// Those with a tag.
    Tag(&'a str),
    /// Those that were ever deployed or released to an environment.
    Environment(EnvironmentId),
}

impl Versions<'_> {
    /// The version `number` of `pacticipant`.
    pub(crate) async fn find(self, pacticipant: &str, number: &str) -> Result<Option<Version>, StoreError> {
        const FIND: &str =
            select!("JOIN pacticipants p ON p.id = v.pacticipant_id WHERE p.name = $1 AND v.number = $2");
        maybe!(self.tx, Version, FIND, pacticipant, number).map_err(StoreError::while_doing("finding a version"))
    }

    /// The version `number` of a pacticipant that this transaction has locked, created if need be; true if created.
    pub(crate) async fn find_or_create(
        self,
        pacticipant: &Pacticipant,
        number: &str,
        now: Timestamp,
    ) -> Result<(Version, bool), StoreError> {
        const FIND: &str = select!("WHERE v.pacticipant_id = $1 AND v.number = $2");
        // The pacticipant is locked, so nobody else counts up at the same time.
        const CREATE: &str = "INSERT INTO versions (pacticipant_id, number, ord, created_at, updated_at)
             VALUES ($1, $2, (SELECT coalesce(max(ord), 0) + 1 FROM versions WHERE pacticipant_id = $1), $3, $3)
             RETURNING id, pacticipant_id, number, ord, build_url, created_at, updated_at";
        let found = maybe!(self.tx, Version, FIND, pacticipant.id, number)
            .map_err(StoreError::while_doing("finding a version"))?;
        if let Some(version) = found {
            return Ok((version, false));
        }
        let version = one!(self.tx, Version, CREATE, pacticipant.id, number, now)
            .map_err(StoreError::while_doing("creating a version"))?;
        Ok((version, true))
    }

    /// Like [`Self::find_or_create`] for a version that is only mentioned (by a tag, a branch, a result or a single pact).
    ///
    /// Such a version counts as updated from the beginning, and shows it: Pact Brokers always have, and clients compare.
    pub(crate) async fn find_or_create_implicitly(
        self,
        pacticipant: &Pacticipant,
        number: &str,
        now: Timestamp,
    ) -> Result<(Version, bool), StoreError> {
        let tx = self.tx;
        let (mut version, created) = tx.versions().find_or_create(pacticipant, number, now).await?;
        if created {
            version.updated_at = now.next();
            tx.versions().set_build_url(version.id, None, version.updated_at).await?;
        }
        Ok((version, created))
    }

    /// Sets the build of a version and that it changed.
    pub(crate) async fn set_build_url(
        self,
        id: VersionId,
        build_url: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SET: &str = "UPDATE versions SET build_url = $2, updated_at = $3 WHERE id = $1";
        run!(self.tx, SET, id, build_url, now).map_err(StoreError::while_doing("updating a version"))?;
        Ok(())
    }

    /// The numbers of these versions, newest first.
    pub(crate) async fn numbers(self, ids: &[VersionId]) -> Result<Vec<String>, StoreError> {
        const NUMBERS: &str = "SELECT number FROM versions WHERE id IN IDS($1) ORDER BY ord DESC";
        let sql = with_lists(self.tx.engine(), NUMBERS);
        let ids = json_list(ids.iter().map(|id| id.0));
        let rows = all!(self.tx, (String,), sql, &ids).map_err(StoreError::while_doing("listing version numbers"))?;
        Ok(rows.into_iter().map(|(number,)| number).collect())
    }

    /// The newest version.
    pub(crate) async fn latest(self, pacticipant: &str) -> Result<Option<Version>, StoreError> {
        const LATEST: &str =
            select!("JOIN pacticipants p ON p.id = v.pacticipant_id WHERE p.name = $1 ORDER BY v.ord DESC LIMIT 1");
        maybe!(self.tx, Version, LATEST, pacticipant).map_err(StoreError::while_doing("finding the latest version"))
    }

    /// The newest version of each of these pacticipants.
    pub(crate) async fn latest_of(self, ids: &[PacticipantId]) -> Result<Vec<Version>, StoreError> {
        const LATEST: &str = select!(
            "JOIN pacticipants p ON p.id = v.pacticipant_id WHERE p.id IN IDS($1)
               AND v.ord = (SELECT max(n.ord) FROM versions n WHERE n.pacticipant_id = p.id)"
        );
        let sql = with_lists(self.tx.engine(), LATEST);
        let ids = json_list(ids.iter().map(|id| id.0));
        all!(self.tx, Version, sql, &ids).map_err(StoreError::while_doing("finding the latest versions"))
    }

    /// The newest version with a tag.
    pub(crate) async fn latest_with_tag(self, pacticipant: &str, tag: &str) -> Result<Option<Version>, StoreError> {
        const LATEST: &str = select!(
            "JOIN tag_heads h ON h.head_version_id = v.id JOIN pacticipants p ON p.id = h.pacticipant_id
             WHERE p.name = $1 AND h.name = $2"
        );
        maybe!(self.tx, Version, LATEST, pacticipant, tag)
            .map_err(StoreError::while_doing("finding the latest version with a tag"))
    }

    /// The head of a branch.
    pub(crate) async fn head_of_branch(self, pacticipant: &str, branch: &str) -> Result<Option<Version>, StoreError> {
        const HEAD: &str = select!(
            "JOIN branches b ON b.head_version_id = v.id JOIN pacticipants p ON p.id = b.pacticipant_id
             WHERE p.name = $1 AND b.name = $2"
        );
        maybe!(self.tx, Version, HEAD, pacticipant, branch).map_err(StoreError::while_doing("finding a branch's head"))
    }

    /// A part of the versions of a pacticipant, newest first, and how many there are.
    pub(crate) async fn list(
        self,
        pacticipant: PacticipantId,
        scope: VersionScope<'_>,
        (limit, offset): (i64, i64),
    ) -> Result<(Vec<Version>, i64), StoreError> {
        const LIST: &str = select!(
            "WHERE v.pacticipant_id = $1
               AND ($2 IS NULL OR EXISTS (SELECT 1 FROM branch_versions bv JOIN branches b ON b.id = bv.branch_id
                                           WHERE bv.version_id = v.id AND b.name = $2))
               AND ($3 IS NULL OR EXISTS (SELECT 1 FROM version_tags t WHERE t.version_id = v.id AND t.name = $3))
               AND ($4 IS NULL OR EXISTS (SELECT 1 FROM deployed_versions d WHERE d.version_id = v.id AND d.environment_id = $4)
                    OR EXISTS (SELECT 1 FROM released_versions r WHERE r.version_id = v.id AND r.environment_id = $4))
             ORDER BY v.ord DESC LIMIT CAST($5 AS BIGINT) OFFSET $6"
        );
        const COUNT: &str = "SELECT count(*) FROM versions v WHERE v.pacticipant_id = $1
               AND ($2 IS NULL OR EXISTS (SELECT 1 FROM branch_versions bv JOIN branches b ON b.id = bv.branch_id
                                           WHERE bv.version_id = v.id AND b.name = $2))
               AND ($3 IS NULL OR EXISTS (SELECT 1 FROM version_tags t WHERE t.version_id = v.id AND t.name = $3))
               AND ($4 IS NULL OR EXISTS (SELECT 1 FROM deployed_versions d WHERE d.version_id = v.id AND d.environment_id = $4)
                    OR EXISTS (SELECT 1 FROM released_versions r WHERE r.version_id = v.id AND r.environment_id = $4))";
        let (branch, tag, environment) = match scope {
            VersionScope::All => (None, None, None),
            VersionScope::Branch(branch) => (Some(branch), None, None),
            VersionScope::Tag(tag) => (None, Some(tag), None),
            VersionScope::Environment(id) => (None, None, Some(id)),
        };
        let rows = all!(self.tx, Version, LIST, pacticipant, branch, tag, environment, limit, offset)
            .map_err(StoreError::while_doing("listing versions"))?;
        let (count,) = one!(self.tx, (i64,), COUNT, pacticipant, branch, tag, environment)
            .map_err(StoreError::while_doing("counting versions"))?;
        Ok((rows, count))
    }

    /// Deletes a version with everything that belongs to it. The caller sets the heads it may have been right again, see
    /// [`crate::operations::delete_version`].
    pub(crate) async fn delete(self, id: VersionId) -> Result<(), StoreError> {
        run!(self.tx, "DELETE FROM versions WHERE id = $1", id)
            .map_err(StoreError::while_doing("deleting a version"))?;
        Ok(())
    }
}
