//! One case: an expected and an actual part, and whether they match.

use std::fmt;
use std::path::Path;

use intact_matching::{
    ActualMessage, ActualRequest, ActualResponse, Comparison, MessageMatcher, RequestMatcher, ResponseMatcher,
};
use intact_pact_model::json::Json;
use intact_pact_model::{Body, ContentType, Headers, SpecVersion, read};

/// What is compared, as whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Side {
    /// As a mock server does.
    Request,
    /// As a verifier does.
    Response,
    /// As a verifier does.
    Message,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Request => "request",
            Self::Response => "response",
            Self::Message => "message",
        })
    }
}

/// Compares two parts that are written as the version does.
pub(crate) fn compare(
    side: Side,
    expected: &Json<'_>,
    actual: &Json<'_>,
    version: SpecVersion,
) -> Result<Comparison, String> {
    match side {
        Side::Request => request(expected, actual, version),
        Side::Response => response(expected, actual, version),
        Side::Message => message(expected, actual, version),
    }
}

/// Compares the two sides of the case in the file and says what is wrong, if anything is.
pub(crate) fn run(path: &Path, name: &str) -> Result<(), String> {
    let text = std::fs::read(path).map_err(|error| error.to_string())?;
    let case = Json::parse(&text).map_err(|error| error.to_string())?;
    let member = |name: &str| case.get(name).ok_or_else(|| format!("the case has no `{name}`"));
    let mut folders = name.split('/');
    let version = folders.next().and_then(SpecVersion::parse).ok_or("the first folder is no version")?;
    let (expected, actual) = (member("expected")?, member("actual")?);
    let side = match folders.next() {
        Some("request") => Side::Request,
        Some("response") => Side::Response,
        Some("message") => Side::Message,
        other => return Err(format!("unknown part {other:?}")),
    };
    let comparison = compare(side, expected, actual, version)?;
    let should_match = member("match")?.as_bool().ok_or("`match` is no boolean")?;
    if comparison.is_match() == should_match {
        return Ok(());
    }
    let comment = case.get("comment").and_then(Json::as_str).unwrap_or_default();
    let found: Vec<String> = comparison.mismatches().iter().map(|mismatch| format!("  {mismatch}")).collect();
    let verdict = if should_match { "should match, but:" } else { "should not match, but no mismatch was found" };
    Err(format!("{comment}\n{verdict}\n{}", found.join("\n")))
}

fn request(expected: &Json<'_>, actual: &Json<'_>, version: SpecVersion) -> Result<Comparison, String> {
    let expected = read::http_request(expected, version).map_err(|error| error.to_string())?.value;
    let actual = read::http_request(actual, version).map_err(|error| error.to_string())?.value;
    let matcher = RequestMatcher::compile(&expected, version).map_err(|error| error.to_string())?;
    let query = actual.query.raw().map_or_else(|| actual.query.to_query_string(), str::to_owned);
    let headers = sent_headers(actual.headers, &actual.body);
    let actual = ActualRequest {
        method: &actual.method,
        path: &actual.path,
        query: (!query.is_empty()).then_some(&*query),
        headers: &headers,
        body: sent_body(&actual.body),
    };
    assert_eq!(matcher.matches(&actual), matcher.compare(&actual).is_match(), "the short and the long form agree");
    Ok(matcher.compare(&actual))
}

fn response(expected: &Json<'_>, actual: &Json<'_>, version: SpecVersion) -> Result<Comparison, String> {
    let expected = read::http_response(expected, version).map_err(|error| error.to_string())?.value;
    let actual = read::http_response(actual, version).map_err(|error| error.to_string())?.value;
    let matcher = ResponseMatcher::compile(&expected, version).map_err(|error| error.to_string())?;
    let headers = sent_headers(actual.headers, &actual.body);
    let actual = ActualResponse { status: actual.status, headers: &headers, body: sent_body(&actual.body) };
    assert_eq!(matcher.matches(&actual), matcher.compare(&actual).is_match(), "the short and the long form agree");
    Ok(matcher.compare(&actual))
}

fn message(expected: &Json<'_>, actual: &Json<'_>, version: SpecVersion) -> Result<Comparison, String> {
    let expected = read::message_part(expected, version).map_err(|error| error.to_string())?.value;
    let actual = read::message_part(actual, version).map_err(|error| error.to_string())?.value;
    let matcher = MessageMatcher::compile(&expected, version).map_err(|error| error.to_string())?;
    let content_type = actual.contents.content_type().map(ToString::to_string);
    let actual = ActualMessage {
        contents: sent_body(&actual.contents),
        content_type: content_type.as_deref(),
        metadata: &actual.metadata,
    };
    assert_eq!(matcher.matches(&actual), matcher.compare(&actual).is_match(), "the short and the long form agree");
    Ok(matcher.compare(&actual))
}

/// What the case's body is on the wire.
fn sent_body(body: &Body) -> Option<&[u8]> {
    match body {
        Body::Missing => None,
        Body::Empty => Some(b""),
        Body::Null => Some(b"null"),
        Body::Present(content) => Some(&content.bytes),
    }
}

/// A body that names its own type (V4) travels with the header that says so.
fn sent_headers(mut headers: Headers, body: &Body) -> Headers {
    if let (None, Some(own)) = (headers.get("content-type"), body.content_type().map(ContentType::to_string)) {
        headers.append("Content-Type", [own]);
    }
    headers
}
