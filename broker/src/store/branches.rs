//! Branches in the database, and the versions on them.

use crate::domain::id::{BranchId, PacticipantId, VersionId};
use crate::domain::timestamp::Timestamp;
use crate::domain::version::{Branch, BranchVersion, Version};
use crate::store::dialect::{json_list, with_lists};
use crate::store::{ReadTx, StoreError, all, maybe, one, run};

/// The branches of a transaction.
pub(crate) struct Branches<'t> {
    tx: &'t mut ReadTx,
}

impl ReadTx {
    /// Branches.
    pub(crate) fn branches(&mut self) -> Branches<'_> {
        Branches { tx: self }
    }
}

macro_rules! branch_versions {
    ($rest:literal) => {
        concat!(
            "SELECT v.id AS version_id, v.number, b.name AS branch,
                    CASE WHEN b.head_version_id = v.id THEN TRUE ELSE FALSE END AS is_head, bv.created_at
               FROM branch_versions bv JOIN branches b ON b.id = bv.branch_id JOIN versions v ON v.id = bv.version_id ",
            $rest
        )
    };
}

impl Branches<'_> {
    /// The branch called `name`, if its pacticipant has one.
    pub(crate) async fn find(self, pacticipant: &str, name: &str) -> Result<Option<Branch>, StoreError> {
        const FIND: &str = "SELECT b.id, b.name, b.head_version_id, b.created_at, b.updated_at FROM branches b
             JOIN pacticipants p ON p.id = b.pacticipant_id WHERE p.name = $1 AND b.name = $2";
        maybe!(self.tx, Branch, FIND, pacticipant, name).map_err(StoreError::while_doing("finding a branch"))
    }

    /// A part of the branches whose name contains `like`, most recently updated first, and how many there are.
    pub(crate) async fn list(
        self,
        pacticipant: PacticipantId,
        like: Option<&str>,
        (limit, offset): (i64, i64),
    ) -> Result<(Vec<Branch>, i64), StoreError> {
        const LIST: &str = "SELECT id, name, head_version_id, created_at, updated_at FROM branches
             WHERE pacticipant_id = $1 AND ($2 IS NULL OR replace(name_key, $2, '') <> name_key)
             ORDER BY updated_at DESC, id DESC LIMIT CAST($3 AS BIGINT) OFFSET $4";
        const COUNT: &str = "SELECT count(*) FROM branches
             WHERE pacticipant_id = $1 AND ($2 IS NULL OR replace(name_key, $2, '') <> name_key)";
        let like = like.filter(|like| !like.is_empty()).map(str::to_lowercase);
        let rows = all!(self.tx, Branch, LIST, pacticipant, &like, limit, offset)
            .map_err(StoreError::while_doing("listing branches"))?;
        let (count,) =
            one!(self.tx, (i64,), COUNT, pacticipant, &like).map_err(StoreError::while_doing("counting branches"))?;
        Ok((rows, count))
    }

    /// A version's being on a branch.
    pub(crate) async fn version(
        self,
        pacticipant: &str,
        branch: &str,
        number: &str,
    ) -> Result<Option<BranchVersion>, StoreError> {
        const FIND: &str = branch_versions!(
            "JOIN pacticipants p ON p.id = v.pacticipant_id WHERE p.name = $1 AND b.name = $2 AND v.number = $3"
        );
        maybe!(self.tx, BranchVersion, FIND, pacticipant, branch, number)
            .map_err(StoreError::while_doing("finding a version on a branch"))
    }

    /// The branches of these versions, in the order they were added.
    pub(crate) async fn of_versions(self, versions: &[VersionId]) -> Result<Vec<BranchVersion>, StoreError> {
        const LIST: &str = branch_versions!("WHERE bv.version_id IN IDS($1) ORDER BY bv.created_at, bv.branch_id");
        let sql = with_lists(self.tx.engine(), LIST);
        let ids = json_list(versions.iter().map(|id| id.0));
        all!(self.tx, BranchVersion, sql, &ids).map_err(StoreError::while_doing("listing branches of versions"))
    }

    /// Puts a version on a branch, creating the branch if need be, and makes it the branch's head; true if it was not there.
    pub(crate) async fn add_version(
        self,
        version: &Version,
        branch: &str,
        auto_created: bool,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const CREATE: &str =
            "INSERT INTO branches (pacticipant_id, name, name_key, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
             RETURNING id, name, head_version_id, created_at, updated_at";
        const FIND: &str = "SELECT id, name, head_version_id, created_at, updated_at FROM branches
             WHERE pacticipant_id = $1 AND name = $2";
        const ADD: &str = "INSERT INTO branch_versions (branch_id, version_id, version_ord, auto_created, created_at)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (version_id, branch_id) DO NOTHING";
        const HEAD: &str = "UPDATE branches SET head_version_id = $2, updated_at = $3, contract_at = $3 WHERE id = $1";
        const TOUCH: &str = "UPDATE branches SET updated_at = $2 WHERE id = $1 AND updated_at < $3";
        let failed = || StoreError::while_doing("putting a version on a branch");
        // The pacticipant is locked, so nobody else creates it meanwhile.
        let branch = match maybe!(self.tx, Branch, FIND, version.pacticipant_id, branch).map_err(failed())? {
            Some(found) => found,
            None => one!(self.tx, Branch, CREATE, version.pacticipant_id, branch, branch.to_lowercase(), now)
                .map_err(failed())?,
        };
        let added = run!(self.tx, ADD, branch.id, version.id, version.ord, auto_created, now).map_err(failed())?;
        if added == 0 {
            // A branch that many builds publish from would otherwise be written by each of them.
            let a_minute_ago = now.minus(std::time::Duration::from_mins(1));
            run!(self.tx, TOUCH, branch.id, now, a_minute_ago).map_err(failed())?;
            return Ok(false);
        }
        run!(self.tx, HEAD, branch.id, version.id, now).map_err(failed())?;
        Ok(true)
    }

    /// Notes that a version has got a contract, on its branches: work in progress is looked for on those that got one.
    pub(crate) async fn touch_contracts(self, version: VersionId, now: Timestamp) -> Result<(), StoreError> {
        const TOUCH: &str = "UPDATE branches SET contract_at = $2 WHERE contract_at < $2
             AND id IN (SELECT branch_id FROM branch_versions WHERE version_id = $1)";
        run!(self.tx, TOUCH, version, now)
            .map_err(StoreError::while_doing("noting a contract on the branches of its version"))?;
        Ok(())
    }

    /// Takes a version off a branch.
    pub(crate) async fn remove_version(self, branch: BranchId, version: VersionId) -> Result<(), StoreError> {
        const REMOVE: &str = "DELETE FROM branch_versions WHERE branch_id = $1 AND version_id = $2";
        let tx = self.tx;
        run!(tx, REMOVE, branch, version).map_err(StoreError::while_doing("taking a version off a branch"))?;
        tx.branches().set_head(branch).await
    }

    /// The branches whose head a version is.
    pub(crate) async fn headed_by(self, version: VersionId) -> Result<Vec<BranchId>, StoreError> {
        const HEADED: &str = "SELECT id FROM branches WHERE head_version_id = $1";
        let rows =
            all!(self.tx, (BranchId,), HEADED, version).map_err(StoreError::while_doing("finding branches by head"))?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Points a branch that lost its head at its newest version.
    pub(crate) async fn set_head(self, branch: BranchId) -> Result<(), StoreError> {
        const SET: &str = "UPDATE branches SET
                 head_version_id = (SELECT version_id FROM branch_versions WHERE branch_id = $1 ORDER BY version_ord DESC LIMIT 1)
             WHERE id = $1 AND NOT EXISTS
                 (SELECT 1 FROM branch_versions bv WHERE bv.branch_id = $1 AND bv.version_id = branches.head_version_id)";
        run!(self.tx, SET, branch).map_err(StoreError::while_doing("finding a branch's new head"))?;
        Ok(())
    }

    /// Deletes a branch, not its versions.
    pub(crate) async fn delete(self, branch: BranchId) -> Result<(), StoreError> {
        run!(self.tx, "DELETE FROM branches WHERE id = $1", branch)
            .map_err(StoreError::while_doing("deleting a branch"))?;
        Ok(())
    }
}
