//! How a broker answers on a listener: while it starts, while it runs, and while it stops.
//!
//! From the first moment the listener answers probes, so that a broker that brings a large database up to date is not taken
//! for a dead one. When it is asked to stop it says so to probes, waits until nobody sends it anything new, lets requests in
//! progress finish, and closes the database.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::time::Duration;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use crate::app::{Broker, OpenError};
use crate::config::Config;
use crate::housekeeping::Housekeeper;
use crate::webhooks::worker::Worker;

/// How long a client may take to send the head of a request.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// How long to wait after a failed accept, for example because too many files are open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How long the database may take to be closed when everything else has ended.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// The broker could not serve its listener.
#[derive(Debug, thiserror::Error)]
#[error("cannot serve: {0}")]
pub struct ServeError(#[source] io::Error);

impl Broker {
    /// Like [`Broker::open`], with a listener that already answers: `/livez` is fine, everything else is 503 until the
    /// database is open and [`Broker::serve`] takes over.
    ///
    /// # Errors
    ///
    /// As of [`Broker::open`].
    pub async fn open_listening(config: Config, listener: &TcpListener) -> Result<Self, OpenError> {
        tokio::select! {
            opened = Self::open(config) => opened,
            never = answer_while_starting(listener) => match never {},
        }
    }

    /// Answers requests of `listener`, delivers webhooks and cleans up until `shutdown` is done. Then probes are told so for
    /// [`Config::shutdown_delay`], requests in progress may finish for [`Config::shutdown_timeout`], and the database is
    /// closed.
    ///
    /// # Errors
    ///
    /// The listener has no address any more.
    pub async fn serve<F>(self, listener: TcpListener, shutdown: F) -> Result<(), ServeError>
    where
        F: Future<Output = ()>,
    {
        let app = self.app().clone();
        let address = listener.local_addr().map_err(ServeError)?;
        tracing::info!(%address, database = %app.config().database, "the broker listens on {address}");
        let router = self.router();
        let mut server = auto::Builder::new(TokioExecutor::new());
        // Without a timer the time limit for headers would not be kept.
        server.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
        server.http2().timer(TokioTimer::new()).keep_alive_interval(HEADER_TIMEOUT);
        let graceful = GracefulShutdown::new();
        let (stop, stopped) = watch::channel(());
        let mut deliveries = tokio::spawn(Worker::new(app.clone()).run(dropped(stopped.clone())));
        let mut housekeeping = tokio::spawn(Housekeeper::new(app.clone()).run(dropped(stopped)));
        let mut drained = std::pin::pin!(async {
            shutdown.await;
            app.drain();
            tokio::time::sleep(app.config().shutdown_delay).await;
        });
        let mut connections = JoinSet::new();
        loop {
            let stream = tokio::select! {
                stream = accept(&listener) => stream,
                // Forgets those that have ended.
                Some(_) = connections.join_next() => continue,
                () = &mut drained => break,
            };
            let service = TowerToHyperService::new(router.clone());
            let connection = server.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
            let connection = graceful.watch(connection);
            connections.spawn(async move {
                if let Err(error) = connection.await {
                    // Mostly clients that went away; nothing for the operator to do.
                    tracing::debug!("a connection ended early: {error}");
                }
            });
        }
        drop(listener);
        drop(stop);
        // One limit for all of it: who stops a broker waits for the sum.
        let grace = app.config().shutdown_timeout;
        let deadline = Instant::now() + grace;
        if timeout_at(deadline, graceful.shutdown()).await.is_err() {
            connections.abort_all();
            tracing::warn!("some requests did not finish within {} seconds and were cut off", grace.as_secs());
        }
        if timeout_at(deadline, &mut deliveries).await.is_err() {
            deliveries.abort();
            tracing::warn!("some webhooks were being delivered and will be again");
        }
        if timeout_at(deadline, &mut housekeeping).await.is_err() {
            // What a batch has not committed is not done, and will be next time.
            housekeeping.abort();
        }
        if tokio::time::timeout(CLOSE_TIMEOUT, app.store().close()).await.is_err() {
            tracing::warn!("the database did not let itself be closed within {} seconds", CLOSE_TIMEOUT.as_secs());
        }
        Ok(())
    }
}

/// Waits until the other end is gone.
async fn dropped(mut end: watch::Receiver<()>) {
    while end.changed().await.is_ok() {}
}

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) => {
                tracing::warn!("a connection could not be accepted: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Answers probes for as long as nothing else can be answered.
pub(crate) async fn answer_while_starting(listener: &TcpListener) -> Infallible {
    let router: Router = Router::new().route("/livez", get(async || "ok\n")).fallback(async || starting());
    // A connection that stayed open would not hear that the broker has started, and one of HTTP/2 stays open.
    let mut server = auto::Builder::new(TokioExecutor::new()).http1_only();
    server.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT).keep_alive(false);
    loop {
        let stream = TokioIo::new(accept(listener).await);
        let connection = server.serve_connection(stream, TowerToHyperService::new(router.clone())).into_owned();
        tokio::spawn(async move {
            let _ = connection.await;
        });
    }
}

fn starting() -> Response {
    let headers = [(CONTENT_TYPE, "application/json;charset=utf-8"), (RETRY_AFTER, "1")];
    let body = r#"{"error":"The broker is starting. Please try again in a moment."}"#;
    (StatusCode::SERVICE_UNAVAILABLE, headers, body).into_response()
}
