//! Whether the broker is alive, and whether what it depends on is.

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use intact_pact_model::json::JsonValue;

use crate::api::hal::{Doc, Link};
use crate::api::links::Links;
use crate::api::negotiate::AcceptsHal;
use crate::api::problem::ApiError;
use crate::app::App;

/// An error that somebody asked for.
#[derive(Debug, thiserror::Error)]
#[error("this error was asked for")]
struct AskedFor;

/// `GET /test/error`: fails, so that an operator sees how failures are answered and logged.
pub(crate) async fn fail(_: AcceptsHal) -> ApiError {
    ApiError::internal(&AskedFor)
}

/// How long the database may take to say that it is there.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(2);

/// `GET /livez`: the process answers. To be restarted if not.
pub(crate) async fn live() -> &'static str {
    "ok\n"
}

/// `GET /startupz`: the database is open, or nobody would be here to answer.
pub(crate) async fn started() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: requests can be served. To be sent none if not.
pub(crate) async fn ready(State(app): State<App>) -> (StatusCode, String) {
    if app.is_draining() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n".to_owned());
    }
    match database_answers(&app).await {
        Ok(()) => (StatusCode::OK, "ok\n".to_owned()),
        Err(text) => (StatusCode::SERVICE_UNAVAILABLE, format!("{text}\n")),
    }
}

/// Asks the database whether it is there; the error is what may be told to everybody.
async fn database_answers(app: &App) -> Result<(), &'static str> {
    match tokio::time::timeout(DATABASE_TIMEOUT, app.store().ping()).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => {
            tracing::warn!("the database does not answer: {error}");
            Err("the database does not answer")
        }
        Err(_) => {
            tracing::warn!("the database does not answer within {} seconds", DATABASE_TIMEOUT.as_secs());
            Err("the database does not answer in time")
        }
    }
}

fn answer(status: StatusCode, doc: Doc) -> Response {
    (status, [(CONTENT_TYPE, "application/hal+json")], JsonValue::from(doc).to_compact()).into_response()
}

/// `GET /diagnostic/status/heartbeat`: the process answers. The database is not asked.
pub(crate) async fn heartbeat(links: Links) -> Response {
    answer(StatusCode::OK, Doc::new().with("ok", true).link("self", Link::to(links.this())))
}

/// `GET /diagnostic/status/dependencies`: the database answers. If not it is a 503, as of every other resource then.
pub(crate) async fn dependencies(State(app): State<App>, links: Links) -> Response {
    let document = |database: Doc| Doc::new().with("database", database).link("self", Link::to(links.this()));
    match database_answers(&app).await {
        Ok(()) => answer(StatusCode::OK, document(Doc::new().with("ok", true))),
        Err(text) => {
            let error = Doc::new().with("message", format!("{text}; the broker's log says why"));
            let document = document(Doc::new().with("ok", false).with("error", error));
            ([(RETRY_AFTER, "1")], answer(StatusCode::SERVICE_UNAVAILABLE, document)).into_response()
        }
    }
}
