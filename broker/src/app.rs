//! A broker: its database, its settings and its clock, and how it is opened and served.

use std::fmt;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};

use crate::config::Config;
use crate::domain::timestamp::Timestamp;
use crate::operations::seed_environments::seed_environments;
use crate::store::{OpenStoreError, Store, StoreError};
use crate::webhooks::sender::Sender;
use crate::webhooks::worker::Worker;

/// How long requests in progress may take to finish when the broker is asked to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How long a client may take to send the head of a request.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// How long to wait after a failed accept, for example because too many files are open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

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
        Self::open_with_clock(config, Arc::new(Timestamp::now)).await
    }

    /// Like [`Broker::open`] with another clock.
    pub(crate) async fn open_with_clock(config: Config, clock: Clock) -> Result<Self, OpenError> {
        let (store, lock) = Store::open(&config).await?;
        let sender = Sender::new(&config);
        let app = App { inner: Arc::new(Inner { store, config, clock, sender, to_deliver: Notify::new() }) };
        seed_environments(app.store(), app.now()).await?;
        Ok(Self { app, _lock: lock })
    }

    /// The broker as a service, to be mounted or called in process.
    pub fn router(&self) -> Router {
        crate::router::router(self.app.clone())
    }

    /// Answers requests of `listener` and delivers webhooks until `shutdown` is done, then lets requests in progress finish (for ten seconds) and
    /// closes the database.
    ///
    /// # Errors
    ///
    /// The listener has no address any more.
    pub async fn serve<F>(self, listener: TcpListener, shutdown: F) -> Result<(), ServeError>
    where
        F: Future<Output = ()>,
    {
        let address = listener.local_addr().map_err(ServeError)?;
        tracing::info!(%address, database = %self.app.config().database, "the broker listens on {address}");
        let router = self.router();
        let mut server = auto::Builder::new(TokioExecutor::new());
        // Without a timer the time limit for headers would not be kept.
        server.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
        server.http2().timer(TokioTimer::new()).keep_alive_interval(HEADER_TIMEOUT);
        let graceful = GracefulShutdown::new();
        let mut shutdown = std::pin::pin!(shutdown);
        let (stop_deliveries, deliveries_stopped) = oneshot::channel::<()>();
        let mut deliveries = tokio::spawn(Worker::new(self.app.clone()).run(deliveries_stopped));
        loop {
            let stream = tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    Err(error) => {
                        tracing::warn!("a connection could not be accepted: {error}");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                        continue;
                    }
                },
                () = &mut shutdown => break,
            };
            let service = TowerToHyperService::new(router.clone());
            let connection = server.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
            let connection = graceful.watch(connection);
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    // Mostly clients that went away; nothing for the operator to do.
                    tracing::debug!("a connection ended early: {error}");
                }
            });
        }
        drop(listener);
        drop(stop_deliveries);
        if tokio::time::timeout(GRACE, graceful.shutdown()).await.is_err() {
            tracing::warn!("some requests did not finish within {} seconds and were cut off", GRACE.as_secs());
        }
        if tokio::time::timeout(GRACE, &mut deliveries).await.is_err() {
            deliveries.abort();
            tracing::warn!("some webhooks were being delivered and will be again");
        }
        self.app.store().close().await;
        Ok(())
    }

    /// Closes the database of a broker that is not served.
    pub async fn close(self) {
        self.app.store().close().await;
    }

    /// What the parts share; for tests of single parts.
    #[cfg(test)]
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

/// The broker could not serve its listener.
#[derive(Debug, thiserror::Error)]
#[error("cannot serve: {0}")]
pub struct ServeError(#[source] io::Error);

#[cfg(test)]
mod tests;
