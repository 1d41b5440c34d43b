//! Whether the broker is alive, and whether what it depends on is.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
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

fn answer(status: StatusCode, doc: Doc) -> Response {
    (status, [(CONTENT_TYPE, "application/hal+json")], JsonValue::from(doc).to_compact()).into_response()
}

/// `GET /diagnostic/status/heartbeat`: the process answers. The database is not asked.
pub(crate) async fn heartbeat(links: Links) -> Response {
    answer(StatusCode::OK, Doc::new().with("ok", true).link("self", Link::to(links.this())))
}

/// `GET /diagnostic/status/dependencies`: the database answers.
pub(crate) async fn dependencies(State(app): State<App>, links: Links) -> Response {
    let (status, database) = match app.store().ping().await {
        Ok(()) => (StatusCode::OK, Doc::new().with("ok", true)),
        Err(error) => {
            tracing::warn!("the database does not answer: {error}");
            let error = Doc::new().with("message", "the database does not answer; the broker's log says why");
            (StatusCode::INTERNAL_SERVER_ERROR, Doc::new().with("ok", false).with("error", error))
        }
    };
    answer(status, Doc::new().with("database", database).link("self", Link::to(links.this())))
}
