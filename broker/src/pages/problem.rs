//! What a browser is shown in place of a page.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};

use crate::api::problem::{ApiError, NOT_FOUND};
use crate::pages::PageBody;
use crate::pages::site::Site;

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    site: Site,
    status: String,
    texts: Vec<String>,
}

/// The page for an error; none for those that programs and browsers understand by status and headers alone.
pub(crate) fn page(error: &ApiError, base: String) -> Option<Response> {
    let (status, texts) = described(error)?;
    let reason = status.canonical_reason().unwrap_or_default();
    let page = ProblemPage { site: Site::new(base, "/"), status: format!("{} {reason}", status.as_u16()), texts };
    // A page that cannot be rendered is answered as programs are.
    let mut response = (status, PageBody::of(&page).ok()?).into_response();
    // Pact Brokers name no character set here; the page itself does.
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
    Some(response)
}

fn described(error: &ApiError) -> Option<(StatusCode, Vec<String>)> {
    Some(match error {
        ApiError::Fields(errors) => (StatusCode::BAD_REQUEST, errors.iter().map(|of| of.text.to_string()).collect()),
        ApiError::Selectors(texts) => (StatusCode::BAD_REQUEST, texts.clone()),
        ApiError::Unreadable(text) => (StatusCode::BAD_REQUEST, vec![text.clone()]),
        ApiError::UnknownRoute | ApiError::NotFound => (StatusCode::NOT_FOUND, vec![NOT_FOUND.to_owned()]),
        ApiError::NoPacticipant { role, name } => {
            (StatusCode::NOT_FOUND, vec![format!("No {role} with name '{name}' found")])
        }
        ApiError::Message(status, text) => (*status, vec![text.clone()]),
        ApiError::BadAddress { status, detail, .. } => (*status, vec![(*detail).to_owned()]),
        ApiError::Internal { reference } => {
            let text = format!("The broker failed. The details are in its log under the reference {reference}.");
            (StatusCode::INTERNAL_SERVER_ERROR, vec![text])
        }
        ApiError::Unprocessable(_)
        | ApiError::Empty(_)
        | ApiError::Text(..)
        | ApiError::Document(..)
        | ApiError::Method(_)
        | ApiError::UnknownMethod(_)
        | ApiError::Refused(_)
        | ApiError::NotAcceptable
        | ApiError::UnsupportedMediaType => return None,
    })
}
