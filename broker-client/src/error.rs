//! What can go wrong when talking to a broker, in the broker's own words where it has some.

use std::fmt::{self, Write as _};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A remark of the broker for the person at the terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// `success`, `info`, `debug`, `prompt`, `warning`, `error` or `danger`; brokers may have others.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// The remark. It may have several lines; leading blanks are meant as indentation.
    #[serde(default)]
    pub text: String,
}

/// A request to the broker failed.
#[derive(Debug)]
pub struct BrokerError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    method: String,
    url: String,
    kind: BrokerErrorKind,
}

/// How a request failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BrokerErrorKind {
    /// No connection, or it broke before the answer was complete.
    #[error("the broker could not be reached ({attempts}): {reason}", attempts = times(*attempts))]
    Unreachable {
        /// How often it was tried.
        attempts: u32,
        /// What the network said.
        reason: String,
    },
    /// There was no answer within the time limit.
    #[error("the broker did not answer within {limit:?} ({attempts})", attempts = times(*attempts))]
    TimedOut {
        /// How often it was tried.
        attempts: u32,
        /// The time limit of one attempt.
        limit: Duration,
    },
    /// The broker answered with a status that is no success.
    #[error("the broker answered {}{}", status_text(*status), said(messages))]
    Answered {
        /// The HTTP status.
        status: u16,
        /// What the broker said was wrong, one entry per problem, `field: text` where it named a field.
        messages: Vec<String>,
        /// The notices that came along.
        notices: Vec<Notice>,
        /// Where a redirect points to.
        location: Option<String>,
    },
    /// The answer was a success, but not a document that can be understood.
    #[error("the broker's answer ({}) cannot be read: {reason}", content_type.as_deref().unwrap_or("without a content type"))]
    Unreadable {
        /// The answer's content type.
        content_type: Option<String>,
        /// Why it cannot be read.
        reason: String,
    },
    /// The document lacks a link that is needed.
    #[error("the document has no link `{relation}`")]
    NoRelation {
        /// The relation.
        relation: String,
    },
    /// A link leads nowhere.
    #[error("the broker gave a link that cannot be followed: {reason}")]
    InvalidLink {
        /// What is wrong with it.
        reason: String,
    },
    /// A name that cannot be part of a URL.
    #[error("`{value}` cannot be used as the name of a {variable}")]
    InvalidName {
        /// What it would be the name of.
        variable: String,
        /// The name.
        value: String,
    },
}

impl BrokerErrorKind {
    pub(crate) fn at(self, method: &str, url: &str) -> BrokerError {
        BrokerError(Box::new(Inner { method: method.to_owned(), url: url.to_owned(), kind: self }))
    }
}

impl fmt::Display for BrokerError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            // Nothing was sent, and the URL would only be a template.
            kind @ BrokerErrorKind::InvalidName { .. } => kind.fmt(out),
            kind => write!(out, "{} {}: {kind}", self.0.method, self.0.url),
        }
    }
}

impl std::error::Error for BrokerError {}

impl BrokerError {
    /// What went wrong.
    pub fn kind(&self) -> &BrokerErrorKind {
        &self.0.kind
    }

    /// The URL that was asked for.
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// The status of the broker's answer, if it answered.
    pub fn status(&self) -> Option<u16> {
        match &self.0.kind {
            BrokerErrorKind::Answered { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the broker says that there is no such thing.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// Whether the broker could not be asked at all, or could not answer: it is worth trying later.
    pub fn is_unavailable(&self) -> bool {
        match &self.0.kind {
            BrokerErrorKind::Unreachable { .. } | BrokerErrorKind::TimedOut { .. } => true,
            BrokerErrorKind::Answered { status, .. } => *status >= 500 || matches!(status, 408 | 429),
            _ => false,
        }
    }

    /// The notices that came with the broker's answer.
    pub fn notices(&self) -> &[Notice] {
        match &self.0.kind {
            BrokerErrorKind::Answered { notices, .. } => notices,
            _ => &[],
        }
    }

    /// What the broker said was wrong, one entry per problem.
    pub fn messages(&self) -> &[String] {
        match &self.0.kind {
            BrokerErrorKind::Answered { messages, .. } => messages,
            _ => &[],
        }
    }

    /// What to try, if there is something to try.
    pub fn hint(&self) -> Option<String> {
        Some(match &self.0.kind {
            BrokerErrorKind::Unreachable { reason, .. } if reason.contains("certificate") => {
                "if the broker's certificate is signed by an authority of your own, name its certificate file with \
                 --ssl-certificate"
                    .to_owned()
            }
            BrokerErrorKind::Unreachable { .. } => "check the broker's base URL, and that the broker runs".to_owned(),
            BrokerErrorKind::TimedOut { .. } => "try again later, or allow more time".to_owned(),
            BrokerErrorKind::Answered { status: 401, .. } => {
                "the broker wants other credentials: give a user name and password (PACT_BROKER_USERNAME, \
                 PACT_BROKER_PASSWORD) or a token (PACT_BROKER_TOKEN)"
                    .to_owned()
            }
            BrokerErrorKind::Answered { status: 403, .. } => {
                "these credentials are not allowed to do this; a read-only user cannot publish".to_owned()
            }
            BrokerErrorKind::Answered { status: 300..=399, location: Some(location), .. } => {
                format!("use the address that it redirects to, {location}, as the broker's base URL")
            }
            BrokerErrorKind::Answered { status: 404, messages, .. } if messages.is_empty() => {
                "there is nothing at this address: check the broker's base URL, or the pact's".to_owned()
            }
            BrokerErrorKind::Answered { status: 429, .. } => "the broker is busy: try again later".to_owned(),
            BrokerErrorKind::Answered { status: 500..=599, .. } => {
                "the broker failed: its log says more; try again later".to_owned()
            }
            BrokerErrorKind::Unreadable { .. } => "is the base URL that of a Pact Broker?".to_owned(),
            BrokerErrorKind::NoRelation { .. } => {
                "this broker is too old for that, or the base URL is not that of a Pact Broker".to_owned()
            }
            BrokerErrorKind::InvalidLink { .. } => {
                "the broker's own base URL setting may be wrong: its links are made from it".to_owned()
            }
            BrokerErrorKind::Answered { .. } | BrokerErrorKind::InvalidName { .. } => return None,
        })
    }
}

fn times(attempts: u32) -> String {
    match attempts {
        1 => "1 attempt".to_owned(),
        many => format!("{many} attempts"),
    }
}

fn status_text(status: u16) -> String {
    let reason = reqwest::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    reason.map_or_else(|| status.to_string(), |reason| format!("{status} {reason}"))
}

fn said(messages: &[String]) -> String {
    if messages.is_empty() { String::new() } else { format!(": {}", messages.join("; ")) }
}

/// How much of an answer that nobody can read is quoted.
const EXCERPT: usize = 200;

/// What the body of a failed answer says, whatever form it has.
pub(crate) fn read_failure(content_type: &str, body: &[u8]) -> (Vec<String>, Vec<Notice>) {
    let text = String::from_utf8_lossy(body);
    let Ok(document) = serde_json::from_slice::<Value>(body) else {
        return (excerpt(content_type, &text).into_iter().collect(), Vec::new());
    };
    let notices: Vec<Notice> = document
        .get("notices")
        .and_then(Value::as_array)
        .map(|notices| notices.iter().filter_map(|notice| Notice::deserialize(notice).ok()).collect())
        .unwrap_or_default();
    let mut messages = Vec::new();
    match document.get("error") {
        Some(Value::String(message)) => messages.push(message.clone()),
        Some(Value::Object(error)) => messages.extend(error.get("message").and_then(Value::as_str).map(str::to_owned)),
        _ => {}
    }
    match document.get("errors") {
        Some(errors) => read_errors("", errors, &mut messages),
        None if messages.is_empty() => {
            let problem = ["detail", "title", "message"].iter().find_map(|key| document.get(key)?.as_str());
            messages.extend(problem.map(str::to_owned));
        }
        None => {}
    }
    if messages.is_empty() {
        messages.extend(notices.iter().filter(|notice| notice.kind == "error").map(|notice| notice.text.clone()));
    }
    if messages.is_empty() && notices.is_empty() {
        messages.extend(excerpt(content_type, &text));
    }
    (messages, notices)
}

fn read_errors(field: &str, errors: &Value, messages: &mut Vec<String>) {
    let mut push = |message: &str| {
        // Some messages name their field themselves.
        let names_field = field.is_empty() || message.starts_with(field);
        let message = if names_field { message.to_owned() } else { format!("{field}: {message}") };
        if !messages.contains(&message) {
            messages.push(message);
        }
    };
    match errors {
        Value::String(message) => push(message),
        Value::Array(list) => list.iter().for_each(|error| read_errors(field, error, messages)),
        Value::Object(problem) if problem.get("detail").is_some_and(Value::is_string) => {
            let detail = problem.get("detail").and_then(Value::as_str).unwrap_or_default();
            match problem.get("pointer").and_then(Value::as_str).map(|pointer| pointer.trim_matches('/')) {
                Some(pointer) if !pointer.is_empty() => push(&format!("{}: {detail}", pointer.replace('/', "."))),
                _ => push(detail),
            }
        }
        Value::Object(fields) => fields.iter().for_each(|(name, errors)| {
            let path = if field.is_empty() { name.clone() } else { format!("{field}.{name}") };
            read_errors(&path, errors, messages);
        }),
        Value::Null => {}
        other => push(&other.to_string()),
    }
}

/// The beginning of a text, or the title of an HTML page, in one line.
pub(crate) fn excerpt(content_type: &str, text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if content_type.contains("html") || text.starts_with('<') {
        let title = text
            .split_once("<title>")
            .and_then(|(_, rest)| rest.split_once("</title>"))
            .map(|(title, _)| title.split_whitespace().collect::<Vec<_>>().join(" "));
        return Some(title.map_or_else(|| "an HTML page".to_owned(), |title| format!("an HTML page titled `{title}`")));
    }
    if content_type.starts_with("text/plain") {
        return Some(shorten(text, 2000));
    }
    Some(format!("`{}`", shorten(&text.split_whitespace().collect::<Vec<_>>().join(" "), EXCERPT)))
}

fn shorten(text: &str, most: usize) -> String {
    let mut short: String = text.chars().take(most).collect();
    if short.len() < text.len() {
        let _ = write!(short, "…");
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(content_type: &str, body: &str) -> Vec<String> {
        read_failure(content_type, body.as_bytes()).0
    }

    #[test]
    fn every_form_of_error_is_understood() {
        let hal = "application/hal+json;charset=utf-8";
        for (body, expected) in [
            (r#"{"error":"No provider with name 'X' found"}"#, vec!["No provider with name 'X' found"]),
            (r#"{"error":{"message":"An error has occurred.","reference":"ABC"}}"#, vec!["An error has occurred."]),
            (
                r#"{"errors":{"name":["is missing","must be filled"]}}"#,
                vec!["name: is missing", "name: must be filled"],
            ),
            (r#"{"errors":{"name":["name 'x' is already used"]}}"#, vec!["name 'x' is already used"]),
            (r#"{"errors":{"":["Must specify either"]}}"#, vec!["Must specify either"]),
            (r#"{"errors":["Pacticipant NN not found"]}"#, vec!["Pacticipant NN not found"]),
            (r#"{"errors":"plain"}"#, vec!["plain"]),
            (
                r#"{"title":"Validation errors","errors":[{"title":"t","detail":"is missing","pointer":"/request/url"}]}"#,
                vec!["request.url: is missing"],
            ),
            (
                r#"{"title":"Not Found","detail":"Empty path component found","status":404}"#,
                vec!["Empty path component found"],
            ),
            (r#"{"notices":[{"type":"error","text":"no"},{"type":"info","text":"diff"}]}"#, vec!["no"]),
            (r#"{"unknown":1}"#, vec![r#"`{"unknown":1}"#]),
            ("", vec![]),
        ] {
            let read = messages(hal, body);
            assert_eq!(read.len(), expected.len(), "{body}: {read:?}");
            for (read, expected) in read.iter().zip(expected) {
                assert!(read.starts_with(expected), "{body}: {read}");
            }
        }
    }

    #[test]
    fn what_is_not_json_is_quoted_shortly() {
        assert_eq!(
            messages("text/html", "<html><head><title>502 Bad\n Gateway</title></head><body>…"),
            ["an HTML page titled `502 Bad Gateway`"]
        );
        assert_eq!(
            messages("text/plain", "This name is very similar:\n* Web\n"),
            ["This name is very similar:\n* Web"]
        );
        let long = messages("application/octet-stream", &"x".repeat(5000));
        assert_eq!(long[0].chars().count(), EXCERPT + 3);
    }
}
