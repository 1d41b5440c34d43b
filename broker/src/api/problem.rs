//! Every error the API answers, in the two forms clients may ask for: `{"error": …}` / `{"errors": …}`, or
//! `application/problem+json`.
//!
//! An [`ApiError`] does not know the request. It travels in the response's extensions to [`render`], which the outermost
//! layer calls with what the client accepts.

use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use intact_pact_model::json::{Json, JsonValue};

use crate::access::Refused;
use crate::api::hal::{Doc, HAL_JSON};
use crate::api::validation::{FieldErrors, IS_MISSING};
use crate::store::StoreError;

/// The text of a 404 that says no more.
pub(crate) const NOT_FOUND: &str = "The requested document was not found on this server.";
const PROBLEM_JSON: &str = "application/problem+json;charset=utf-8";

/// What a request is answered when it cannot be done.
#[derive(Debug, Clone)]
pub(crate) enum ApiError {
    /// Fields of the body or query are wrong: 400.
    Fields(FieldErrors),
    /// Fields of the body are well-formed but cannot be had: 422.
    Unprocessable(FieldErrors),
    /// The selectors or options of a matrix query are wrong: 400 with a list of texts.
    Selectors(Vec<String>),
    /// The body is not JSON, or not an object: 400.
    Unreadable(String),
    /// Nothing is at this address: 404.
    UnknownRoute,
    /// The address is known, what it names does not exist: 404.
    NotFound,
    /// The pacticipant of the address does not exist: 404 with its role and name.
    NoPacticipant {
        /// `pacticipant`, `consumer` or `provider`.
        role: &'static str,
        /// The name in the address.
        name: String,
    },
    /// One sentence with a status: `{"error": text}`.
    Message(StatusCode, String),
    /// A status and nothing else.
    Empty(StatusCode),
    /// A text for people, `text/plain`.
    Text(StatusCode, String),
    /// A document of its own with a status, as `application/json`.
    Document(StatusCode, JsonValue),
    /// The address itself is malformed; answered as a problem document whatever was asked for.
    BadAddress {
        /// 404 or 422.
        status: StatusCode,
        /// The problem's title.
        title: &'static str,
        /// The problem's type.
        slug: &'static str,
        /// What is wrong.
        detail: &'static str,
    },
    /// The method is not among those of the resource: 405 with the list.
    Method(&'static str),
    /// No HTTP method at all: 501.
    UnknownMethod(String),
    /// Credentials are missing or do not suffice: 401. Or they cannot be understood: 400.
    Refused(Refused),
    /// None of the forms the client accepts is available: 406.
    NotAcceptable,
    /// The body is of another type than expected: 415, naming the type that would have been answered.
    UnsupportedMediaType,
    /// The broker failed; the details are in its log under the reference: 500.
    Internal {
        /// Ten letters, to find the log line by.
        reference: String,
    },
}

impl ApiError {
    /// No pacticipant of that name.
    pub(crate) fn no_pacticipant(name: &str) -> Self {
        Self::NoPacticipant { role: "pacticipant", name: name.to_owned() }
    }

    /// No provider of that name.
    pub(crate) fn no_provider(name: &str) -> Self {
        Self::NoPacticipant { role: "provider", name: name.to_owned() }
    }

    /// No consumer of that name.
    pub(crate) fn no_consumer(name: &str) -> Self {
        Self::NoPacticipant { role: "consumer", name: name.to_owned() }
    }

    /// Logs a fault of ours and answers a reference to the log line.
    pub(crate) fn internal(cause: &dyn std::error::Error) -> Self {
        let reference: String =
            uuid::Uuid::new_v4().as_bytes().iter().take(10).map(|byte| char::from(b'a' + byte % 26)).collect();
        tracing::error!(reference, "a request failed: {cause}");
        Self::Internal { reference }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        if error.is_conflict() {
            tracing::warn!("a request met another: {error}");
            let text =
                "Another request changed the same things at the same moment. Nothing was stored; please try again.";
            return Self::Message(StatusCode::CONFLICT, text.to_owned());
        }
        if error.is_overload() {
            tracing::warn!("a request was not served: {error}");
            let text = "The broker has more to do than it can at the moment. Nothing was stored; please try again.";
            return Self::Message(StatusCode::SERVICE_UNAVAILABLE, text.to_owned());
        }
        if error.is_absence() {
            tracing::warn!("a request was not served: {error}");
            let text = if error.may_be_stored() {
                "The database went away while it stored this. Whether it is stored is not known; please try again."
            } else {
                "The database cannot be reached at the moment. Nothing was stored; please try again."
            };
            return Self::Message(StatusCode::SERVICE_UNAVAILABLE, text.to_owned());
        }
        Self::internal(&error)
    }
}

impl From<FieldErrors> for ApiError {
    fn from(errors: FieldErrors) -> Self {
        Self::Fields(errors)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// How an error is to be said.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    /// Does `Accept` name problem+json?
    pub(crate) problem: bool,
    /// The base of links.
    pub(crate) base: &'a str,
    /// The configured base, empty without one: types of server errors are made of it.
    pub(crate) configured_base: &'a str,
}

/// The response for an error, in the form asked for.
pub(crate) fn render(error: &ApiError, asked: &Asked<'_>) -> Response {
    match error {
        ApiError::Fields(errors) => fields(StatusCode::BAD_REQUEST, errors, asked),
        ApiError::Unprocessable(errors) => fields(StatusCode::UNPROCESSABLE_ENTITY, errors, asked),
        ApiError::Selectors(texts) => selectors(texts, asked),
        ApiError::Unreadable(text) => unreadable(text, asked),
        ApiError::UnknownRoute if asked.problem => {
            let problem = Doc::new()
                .with("title", "404 Not Found")
                .with("type", "/problem/not-found")
                .with("detail", NOT_FOUND)
                .with("status", 404);
            answer(StatusCode::NOT_FOUND, PROBLEM_JSON, problem)
        }
        ApiError::UnknownRoute | ApiError::NotFound => {
            answer(StatusCode::NOT_FOUND, "application/json;charset=utf-8", Doc::new().with("error", NOT_FOUND))
        }
        ApiError::NoPacticipant { role, name } => {
            message(StatusCode::NOT_FOUND, &format!("No {role} with name '{name}' found"), asked)
        }
        ApiError::Message(status, text) => message(*status, text, asked),
        ApiError::Empty(status) => status.into_response(),
        ApiError::Text(status, text) => (*status, [(CONTENT_TYPE, "text/plain")], text.clone()).into_response(),
        ApiError::Document(status, document) => {
            (*status, [(CONTENT_TYPE, "application/json;charset=utf-8")], document.to_compact()).into_response()
        }
        ApiError::BadAddress { status, title, slug, detail } => {
            let problem = Doc::new()
                .with("title", *title)
                .with("type", format!("/problem/{slug}"))
                .with("detail", *detail)
                .with("status", status.as_u16());
            answer(*status, "application/problem+json", problem)
        }
        ApiError::Method(allowed) => (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, *allowed)]).into_response(),
        ApiError::UnknownMethod(method) => {
            let mut response =
                (StatusCode::NOT_IMPLEMENTED, format!("{method} method is not supported")).into_response();
            response.headers_mut().remove(CONTENT_TYPE);
            response
        }
        ApiError::Refused(refused) => {
            let text = [(CONTENT_TYPE, HeaderValue::from_static("text/plain"))];
            match refused {
                Refused::Malformed => (StatusCode::BAD_REQUEST, text).into_response(),
                Refused::Unauthorised => {
                    let challenge = [(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"Restricted area\""))];
                    (StatusCode::UNAUTHORIZED, text, challenge).into_response()
                }
            }
        }
        ApiError::NotAcceptable => StatusCode::NOT_ACCEPTABLE.into_response(),
        ApiError::UnsupportedMediaType => {
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, [(CONTENT_TYPE, HAL_JSON)]).into_response()
        }
        ApiError::Internal { reference } => internal(reference, asked),
    }
}

fn answer(status: StatusCode, content_type: &'static str, body: impl Into<JsonValue>) -> Response {
    let body: JsonValue = body.into();
    let content_type = HeaderValue::from_static(content_type);
    (status, [(CONTENT_TYPE, content_type)], body.to_compact()).into_response()
}

fn fields(status: StatusCode, errors: &FieldErrors, asked: &Asked<'_>) -> Response {
    if !asked.problem {
        return answer(status, HAL_JSON, Doc::new().with("errors", errors.to_json()));
    }
    let entries = errors.iter().map(|error| {
        let kind = if error.text == IS_MISSING { "missing-body-property" } else { "invalid-body-property-value" };
        Doc::new()
            .with("type", format!("{}/problems/{kind}", asked.base))
            .with("title", "Invalid body parameter")
            .with("detail", error.text.to_string())
            .with("pointer", error.pointer())
    });
    answer(status, PROBLEM_JSON, validation_problem(status, Json::array(entries), asked))
}

fn selectors(texts: &[String], asked: &Asked<'_>) -> Response {
    let status = StatusCode::BAD_REQUEST;
    if !asked.problem {
        return answer(status, HAL_JSON, Doc::new().with("errors", Json::array(texts.iter().cloned())));
    }
    let entries = texts.iter().map(|text| {
        Doc::new()
            .with("type", format!("{}/problems/invalid-body-property-value", asked.base))
            .with("title", "Invalid body parameter")
            .with("detail", text.clone())
    });
    answer(status, PROBLEM_JSON, validation_problem(status, Json::array(entries), asked))
}

fn validation_problem(status: StatusCode, errors: JsonValue, asked: &Asked<'_>) -> Doc {
    Doc::new()
        .with("title", "Validation errors")
        .with("type", format!("{}/problems/validation-error", asked.base))
        .with("status", status.as_u16())
        .with("instance", "/")
        .with("errors", errors)
}

fn unreadable(text: &str, asked: &Asked<'_>) -> Response {
    if !asked.problem {
        return answer(StatusCode::BAD_REQUEST, HAL_JSON, Doc::new().with("error", text.to_owned()));
    }
    // The status inside is what every Pact Broker answers here.
    let problem = Doc::new()
        .with("title", "Server error")
        .with("type", format!("{}/problem/server-error", asked.base))
        .with("detail", text.to_owned())
        .with("status", 500);
    answer(StatusCode::BAD_REQUEST, PROBLEM_JSON, problem)
}

fn message(status: StatusCode, text: &str, asked: &Asked<'_>) -> Response {
    if !asked.problem {
        let mut response = answer(status, HAL_JSON, Doc::new().with("error", text.to_owned()));
        say_when_to_retry(&mut response);
        return response;
    }
    let (title, slug) = match status {
        StatusCode::NOT_FOUND => ("Not found", "not-found"),
        StatusCode::CONFLICT => ("Conflict", "conflict"),
        StatusCode::PAYLOAD_TOO_LARGE => ("Payload too large", "payload-too-large"),
        StatusCode::REQUEST_TIMEOUT => ("Request timeout", "request-timeout"),
        StatusCode::SERVICE_UNAVAILABLE => ("Service unavailable", "service-unavailable"),
        _ => ("Bad request", "bad-request"),
    };
    let problem = Doc::new()
        .with("title", title)
        .with("type", format!("{}/problem/{slug}", asked.base))
        .with("detail", text.to_owned())
        .with("status", status.as_u16());
    let mut response = answer(status, PROBLEM_JSON, problem);
    say_when_to_retry(&mut response);
    response
}

fn say_when_to_retry(response: &mut Response) {
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
}

fn internal(reference: &str, asked: &Asked<'_>) -> Response {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    let text = format!("An error has occurred. The details have been logged with the reference {reference}");
    if asked.problem {
        let problem = Doc::new()
            .with("title", "Server error")
            .with("type", format!("{}/problems/server-error", asked.configured_base))
            .with("detail", text)
            .with("status", 500);
        return answer(status, PROBLEM_JSON, problem);
    }
    let error = Doc::new().with("message", text).with("reference", reference.to_owned());
    answer(status, HAL_JSON, Doc::new().with("error", JsonValue::from(error)))
}
