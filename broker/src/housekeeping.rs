//! What a served broker does by itself from time to time: clean-ups on their schedule, and every hour it deletes the logs of
//! webhooks that are done and old, and lets SQLite count its tables.
//!
//! Of several brokers on one database one does it: the first that takes the job of the hour, or of the minute that the
//! schedule names. If nobody was there in that minute it is made up for within a day.

use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::app::App;
use crate::domain::timestamp::Timestamp;
use crate::operations::clean_up::{clean_up, delete_obsolete, plan_clean_up};
use crate::store::StoreError;
use crate::store::clean_up::Obsolete;
use crate::store::dialect::Engine;

/// How often it is looked whether something is due; more often than the minutes of a schedule pass.
const TICK: Duration = Duration::from_secs(20);
/// A job that takes longer than this may be begun again by another broker, if this one has died.
const LEASE: Duration = Duration::from_hours(2);
const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;

/// Who does it.
#[derive(Debug)]
pub(crate) struct Housekeeper {
    app: App,
    /// The job that is being done: its name, and when it was due.
    at: Mutex<Option<(&'static str, Timestamp)>>,
}

impl Housekeeper {
    /// The housekeeper of a broker.
    pub(crate) fn new(app: App) -> Self {
        Self { app, at: Mutex::new(None) }
    }

    /// Does what is due until `stop` is done.
    pub(crate) async fn run<F: Future>(self, stop: F) {
        let work = async {
            loop {
                tokio::time::sleep(TICK).await;
                self.tick().await;
            }
        };
        self.work_until(stop, work).await;
    }

    /// Works until `stop` is done; what is left of a job is for the next time it is due, and for anybody.
    async fn work_until(&self, stop: impl Future, work: impl Future<Output = ()>) {
        // A transaction that is dropped changes nothing.
        tokio::select! {
            _ = stop => {}
            () = work => {}
        }
        if let Err(error) = self.leave().await {
            tracing::warn!("a job that was stopped could not be given back: {error}");
        }
    }

    /// Does what is due now. A failure is logged, and what failed is done the next time it is due.
    pub(crate) async fn tick(&self) {
        let now = self.app.now();
        if let Err(error) = self.forget_webhooks(now).await {
            tracing::warn!("old logs of webhooks could not be deleted: {error}");
        }
        if let Err(error) = self.clean(now).await {
            tracing::warn!("a clean-up failed: {error}");
        }
        if let Err(error) = self.count_rows(now).await {
            tracing::warn!("the rows of the tables could not be counted, questions may take longer: {error}");
        }
    }

    async fn forget_webhooks(&self, now: Timestamp) -> Result<(), StoreError> {
        let Some(max_age) = self.app.config().webhook_log_max_age else { return Ok(()) };
        let work = Box::pin(async {
            let counts = delete_obsolete(self.app.store(), Obsolete::TriggeredWebhooks, now.minus(max_age)).await?;
            for (table, count) in &counts {
                self.app.telemetry().cleaned(table, *count);
            }
            let deleted = counts.get("triggered_webhooks").copied().unwrap_or_default();
            if deleted > 0 {
                tracing::info!(deleted, "deleted the logs of {deleted} webhooks that were done");
            }
            Ok(())
        });
        self.once("webhook-logs", beginning(now, HOUR), now, work).await
    }

    async fn count_rows(&self, now: Timestamp) -> Result<(), StoreError> {
        let store = self.app.store();
        if store.engine() == Engine::Postgres {
            return Ok(());
        }
        self.once("row-counts", beginning(now, HOUR), now, Box::pin(store.count_rows())).await
    }

    async fn clean(&self, now: Timestamp) -> Result<(), StoreError> {
        let Some(scheduled) = &self.app.config().clean_up else { return Ok(()) };
        let Some(due_at) = scheduled.schedule.latest_due(now) else { return Ok(()) };
        let work = Box::pin(async {
            if scheduled.dry_run {
                let counts = plan_clean_up(self.app.store(), &scheduled.rules, now).await?.counts;
                let (versions, branches) = (counts.versions_to_delete, counts.branches_to_delete);
                tracing::info!(
                    versions,
                    branches,
                    "a clean-up would delete {versions} versions and {branches} branches"
                );
            } else {
                let result = clean_up(&self.app, &scheduled.rules, now).await?;
                let deleted = |table: &str| result.tables.get(table).map_or(0, |counts| counts.deleted);
                let (versions, branches) = (deleted("versions"), deleted("branches"));
                tracing::info!(versions, branches, "a clean-up deleted {versions} versions and {branches} branches");
            }
            Ok(())
        });
        self.once("clean-up", due_at, now, work).await
    }

    /// Does a job that was due, unless somebody has done that or is still at it.
    async fn once(
        &self,
        job: &'static str,
        due_at: Timestamp,
        now: Timestamp,
        work: impl Future<Output = Result<(), StoreError>>,
    ) -> Result<(), StoreError> {
        if !self.claim(job, due_at, now).await? {
            return Ok(());
        }
        let done = work.await;
        let left = self.leave().await;
        done.and(left)
    }

    async fn claim(&self, job: &'static str, due_at: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        // Mostly it is done, and then nobody has to wait for SQLite's only writer.
        if self.app.store().read().await?.jobs().begun(job, due_at).await? {
            return Ok(false);
        }
        let mut tx = self.app.store().write().await?;
        // What was missed is made up for; but a schedule that is new has missed nothing.
        let is_past = due_at < beginning(now, MINUTE);
        let is_new = is_past && tx.jobs().introduce(job, due_at).await?;
        let claimed = !is_new && tx.jobs().claim(job, due_at, now, LEASE).await?;
        tx.commit().await?;
        if claimed {
            *self.at() = Some((job, due_at));
        }
        Ok(claimed)
    }

    /// Says of the job that is being done, if one is, that nobody is at it any more.
    async fn leave(&self) -> Result<(), StoreError> {
        let Some((job, due_at)) = self.at().take() else { return Ok(()) };
        let mut tx = self.app.store().write().await?;
        tx.jobs().finish(job, due_at).await?;
        tx.commit().await
    }

    fn at(&self) -> MutexGuard<'_, Option<(&'static str, Timestamp)>> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The beginning of the minute, or hour, that a moment is in.
fn beginning(moment: Timestamp, of: i64) -> Timestamp {
    Timestamp::from_micros(moment.as_micros().div_euclid(of) * of)
}

#[cfg(test)]
mod tests;
