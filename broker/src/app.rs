//! A broker: its database, its settings and its clock, and how it is opened. [`crate::serve`] has how it is served.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use tokio::sync::Notify;

use crate::config::Config;
use crate::domain::clean_up::{CleanUp, CleanUpPlan, CleanUpResult};
use crate::domain::timestamp::Timestamp;
use crate::operations::clean_up::{CleanUpError, clean_up, plan_clean_up};
use crate::operations::seed_environments::seed_environments;
use crate::store::{OpenStoreError, Store, StoreError, Tables};
use crate::telemetry::Telemetry;
use crate::webhooks::sender::Sender;

/// What handlers and operations share.
#[derive(Clone)]
pub(crate) struct App {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    config: Config,
    clock: Clock,
    sender: Sender,
    to_deliver: Notify,
    telemetry: Telemetry,
    draining: AtomicBool,
}

/// Where the present moment comes from.
pub(crate) type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

impl App {
    /// The database.
    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The settings.
    pub(crate) fn config(&self) -> &Config {
        &self.inner.config
    }

    /// Who sends the requests of webhooks.
    pub(crate) fn sender(&self) -> &Sender {
        &self.inner.sender
    }

    /// Says that webhooks may have been triggered, so that nobody waits for the next look.
    pub(crate) fn wake_deliveries(&self) {
        self.inner.to_deliver.notify_one();
    }

    /// Waits until webhooks may have been triggered.
    pub(crate) async fn woken(&self) {
        self.inner.to_deliver.notified().await;
    }

    /// What is counted.
    pub(crate) fn telemetry(&self) -> &Telemetry {
        &self.inner.telemetry
    }

    /// From now on the broker is stopping.
    pub(crate) fn drain(&self) {
        self.inner.draining.store(true, Ordering::Relaxed);
    }

    /// Is the broker stopping?
    pub(crate) fn is_draining(&self) -> bool {
        self.inner.draining.load(Ordering::Relaxed)
    }

    /// The present moment.
    pub(crate) fn now(&self) -> Timestamp {
        (self.inner.clock)()
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("config", &self.inner.config).finish_non_exhaustive()
    }
}

/// A broker on its database.
#[derive(Debug)]
pub struct Broker {
    app: App,
    /// Keeps other brokers off a SQLite file for as long as this one lives.
    _lock: Option<crate::store::FileLock>,
}

impl Broker {
    /// Opens the database, creates or upgrades its tables, and on an empty one the environments `test` and `production`.
    ///
    /// # Errors
    ///
    /// The database cannot be reached or upgraded, or its file belongs to another running broker.
    pub async fn open(config: Config) -> Result<Self, OpenError> {
        Box::pin(Self::open_with_clock(config, Arc::new(Timestamp::now))).await
    }

    /// Opens a database that a broker of this version uses, and changes nothing by that: for maintenance, which is to find
    /// what is there or nothing at all.
    ///
    /// # Errors
    ///
    /// The database cannot be reached, its file does not exist or belongs to another running broker, or its tables are not
    /// those of this version.
    pub async fn open_as_it_is(config: Config) -> Result<Self, OpenError> {
        Self::opened(config, Arc::new(Timestamp::now), Tables::AsTheyAre).await
    }

    /// Like [`Broker::open`] with another clock.
    pub(crate) async fn open_with_clock(config: Config, clock: Clock) -> Result<Self, OpenError> {
        let broker = Self::opened(config, clock, Tables::UpToDate).await?;
        seed_environments(broker.app.store(), broker.app.now()).await?;
        Ok(broker)
    }

    async fn opened(config: Config, clock: Clock, tables: Tables) -> Result<Self, OpenError> {
        // A large future, which would else be a part of whatever opens a broker; and one whose lifetimes would have to be
        // known there for it to be `Send`.
        let opening: Pin<Box<dyn Future<Output = _> + Send + '_>> = Box::pin(Store::open(&config, tables));
        let (store, lock) = opening.await?;
        let sender = Sender::new(&config);
        let (to_deliver, telemetry, draining) = (Notify::new(), Telemetry::new(), AtomicBool::new(false));
        let inner = Inner { store, config, clock, sender, to_deliver, telemetry, draining };
        Ok(Self { app: App { inner: Arc::new(inner) }, _lock: lock })
    }

    /// What a clean-up would delete now.
    ///
    /// # Errors
    ///
    /// The database failed.
    pub async fn plan_clean_up(&self, rules: &CleanUp) -> Result<CleanUpPlan, CleanUpError> {
        Ok(plan_clean_up(self.app.store(), rules, self.app.now()).await?)
    }

    /// Deletes what the rules do not keep, in small transactions.
    ///
    /// # Errors
    ///
    /// The database failed. What was deleted before stays deleted.
    pub async fn clean_up(&self, rules: &CleanUp) -> Result<CleanUpResult, CleanUpError> {
        Ok(clean_up(&self.app, rules, self.app.now()).await?)
    }

    /// The broker as a service, to be mounted or called in process.
    pub fn router(&self) -> Router {
        crate::router::router(self.app.clone())
    }

    /// Closes the database of a broker that is not served.
    pub async fn close(self) {
        self.app.store().close().await;
    }

    /// What the parts share.
    pub(crate) fn app(&self) -> &App {
        &self.app
    }
}

/// The broker could not be opened.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct OpenError(#[from] OpenErrorKind);

#[derive(Debug, thiserror::Error)]
enum OpenErrorKind {
    #[error(transparent)]
    Open(#[from] OpenStoreError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OpenError {
    /// What to try, if there is something to try.
    pub fn hint(&self) -> Option<&'static str> {
        match &self.0 {
            OpenErrorKind::Open(error) => error.hint(),
            OpenErrorKind::Store(_) => None,
        }
    }
}

impl From<OpenStoreError> for OpenError {
    fn from(error: OpenStoreError) -> Self {
        Self(error.into())
    }
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        Self(error.into())
    }
}

#[cfg(test)]
mod tests;
