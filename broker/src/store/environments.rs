//! Environments in the database.

use crate::domain::environment::{Environment, NewEnvironment};
use crate::domain::timestamp::Timestamp;
use crate::store::{ReadTx, StoreError, all, maybe, one, run};

/// The environments of a transaction.
pub(crate) struct Environments<'t> {
    tx: &'t mut ReadTx,
}

impl ReadTx {
    /// Environments.
    pub(crate) fn environments(&mut self) -> Environments<'_> {
        Environments { tx: self }
    }
}

impl Environments<'_> {
    /// Has nothing been put into this database yet?
    pub(crate) async fn new_database(self) -> Result<bool, StoreError> {
        // Somebody who deleted all environments does not want them back, so pacticipants count as well.
        const COUNT: &str = "SELECT (SELECT count(*) FROM environments) + (SELECT count(*) FROM pacticipants)";
        let (count,) = one!(self.tx, (i64,), COUNT).map_err(StoreError::while_doing("counting environments"))?;
        Ok(count == 0)
    }

    /// All environments, by display name without regard to case.
    pub(crate) async fn list(self) -> Result<Vec<Environment>, StoreError> {
        const LIST: &str =
            "SELECT id, uuid, name, display_name, production, contacts, created_at, updated_at FROM environments";
        let mut environments =
            all!(self.tx, Environment, LIST).map_err(StoreError::while_doing("listing environments"))?;
        environments.sort_by_cached_key(|environment| (environment.shown_name().to_lowercase(), environment.id));
        Ok(environments)
    }

    /// The environment with this uuid.
    pub(crate) async fn find(self, uuid: &str) -> Result<Option<Environment>, StoreError> {
        const FIND: &str =
            "SELECT id, uuid, name, display_name, production, contacts, created_at, updated_at FROM environments
             WHERE uuid = $1";
        maybe!(self.tx, Environment, FIND, uuid).map_err(StoreError::while_doing("finding an environment"))
    }

    /// The environment with this name.
    pub(crate) async fn find_by_name(self, name: &str) -> Result<Option<Environment>, StoreError> {
        const FIND: &str =
            "SELECT id, uuid, name, display_name, production, contacts, created_at, updated_at FROM environments
             WHERE name = $1";
        maybe!(self.tx, Environment, FIND, name).map_err(StoreError::while_doing("finding an environment by name"))
    }

    /// Creates an environment, unless one of that name came first.
    pub(crate) async fn create(
        self,
        uuid: &str,
        environment: &NewEnvironment,
        now: Timestamp,
    ) -> Result<Option<Environment>, StoreError> {
        const CREATE: &str =
            "INSERT INTO environments (uuid, name, display_name, production, contacts, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (name) DO NOTHING
             RETURNING id, uuid, name, display_name, production, contacts, created_at, updated_at";
        let NewEnvironment { name, display_name, production, contacts } = environment;
        maybe!(self.tx, Environment, CREATE, uuid, name, display_name, *production, contacts, now)
            .map_err(StoreError::while_doing("creating an environment"))
    }

    /// Replaces everything about an environment but its identity.
    pub(crate) async fn replace(self, uuid: &str, new: &NewEnvironment, now: Timestamp) -> Result<(), StoreError> {
        const REPLACE: &str =
            "UPDATE environments SET name = $2, display_name = $3, production = $4, contacts = $5, updated_at = $6
             WHERE uuid = $1";
        let NewEnvironment { name, display_name, production, contacts } = new;
        run!(self.tx, REPLACE, uuid, name, display_name, *production, contacts, now)
            .map_err(StoreError::while_doing("replacing an environment"))?;
        Ok(())
    }

    /// Deletes an environment with its deployments and releases; false if there was none.
    pub(crate) async fn delete(self, uuid: &str) -> Result<bool, StoreError> {
        let deleted = run!(self.tx, "DELETE FROM environments WHERE uuid = $1", uuid)
            .map_err(StoreError::while_doing("deleting an environment"))?;
        Ok(deleted > 0)
    }
}
