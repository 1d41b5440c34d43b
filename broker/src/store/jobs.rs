//! Which broker of several does the work that is to be done once.

use std::time::Duration;

use crate::domain::timestamp::Timestamp;
use crate::store::{ReadTx, StoreError, run};

/// The jobs of a transaction.
pub(crate) struct Jobs<'t> {
    tx: &'t mut ReadTx,
}

impl ReadTx {
    /// Jobs.
    pub(crate) fn jobs(&mut self) -> Jobs<'_> {
        Jobs { tx: self }
    }
}

impl Jobs<'_> {
    /// Takes the job that was to be done at `due_at`; false if somebody has done it or is still at an earlier one.
    pub(crate) async fn claim(
        self,
        name: &str,
        due_at: Timestamp,
        now: Timestamp,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        const CLAIM: &str = "INSERT INTO jobs (name, due_at, leased_until) VALUES ($1, $2, $4)
             ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at, leased_until = excluded.leased_until
              WHERE jobs.due_at < excluded.due_at AND jobs.leased_until <= $3";
        let claimed = run!(self.tx, CLAIM, name, due_at, now, now.plus(lease))
            .map_err(StoreError::while_doing("looking for work that is to be done once"))?;
        Ok(claimed > 0)
    }

    /// Notes when a job was to be done that was never done before, without doing it; false if it was.
    pub(crate) async fn introduce(self, name: &str, due_at: Timestamp) -> Result<bool, StoreError> {
        const INTRODUCE: &str =
            "INSERT INTO jobs (name, due_at, leased_until) VALUES ($1, $2, 0) ON CONFLICT (name) DO NOTHING";
        let introduced = run!(self.tx, INTRODUCE, name, due_at)
            .map_err(StoreError::while_doing("noting work that is to be done once"))?;
        Ok(introduced > 0)
    }

    /// Has the job of `due_at` been begun by anybody?
    pub(crate) async fn begun(self, name: &str, due_at: Timestamp) -> Result<bool, StoreError> {
        const BEGUN: &str = "SELECT count(*) FROM jobs WHERE name = $1 AND due_at >= $2";
        let (count,) = crate::store::one!(self.tx, (i64,), BEGUN, name, due_at)
            .map_err(StoreError::while_doing("looking for work that is to be done once"))?;
        Ok(count > 0)
    }

    /// Says that nobody is at the job any more, so that the next need not wait for the lease to end.
    pub(crate) async fn finish(self, name: &str, due_at: Timestamp) -> Result<(), StoreError> {
        const FINISH: &str = "UPDATE jobs SET leased_until = 0 WHERE name = $1 AND due_at = $2";
        run!(self.tx, FINISH, name, due_at).map_err(StoreError::while_doing("finishing work that is done once"))?;
        Ok(())
    }
}
