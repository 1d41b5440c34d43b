//! What handlers are given: a moment of the database, a body, a query.

use std::borrow::Cow;
use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::pin;

use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, FromRequestParts, Request};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use intact_pact_model::json::{Json, JsonError, Object};

use crate::api::negotiate::{Accept, HAL};
use crate::api::problem::ApiError;
use crate::api::validation::ruby_class;
use crate::app::App;
use crate::store::ReadTx;

/// How deep the JSON of a request may nest.
const MAX_NESTING: usize = 50;

impl FromRequestParts<App> for ReadTx {
    type Rejection = ApiError;

    async fn from_request_parts(_: &mut Parts, app: &App) -> Result<Self, ApiError> {
        Ok(app.store().read().await?)
    }
}

/// A request's body with what its headers say about it.
///
/// The order of a handler's checks is visible to clients: first the body is read and validated (400), then what the client
/// accepts (406), then whether things exist (404) and are free (409), then the body's type (415).
#[derive(Debug)]
pub(crate) struct Submission {
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
    content_type: String,
    accept: Accept,
}

impl FromRequest<App> for Submission {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let content_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let limit = app.config().max_body_size;
        let bytes = match tokio::time::timeout(app.config().request_timeout, read(body, limit)).await {
            Ok(Ok(Some(bytes))) => bytes,
            Ok(Ok(None)) => {
                let text = format!("The request body is larger than the {limit} bytes this broker accepts.");
                return Err(ApiError::Message(StatusCode::PAYLOAD_TOO_LARGE, text));
            }
            Ok(Err(cause)) => return Err(ApiError::Unreadable(format!("The request body could not be read: {cause}"))),
            Err(_) => {
                let text = "The request body did not arrive in time.".to_owned();
                return Err(ApiError::Message(StatusCode::REQUEST_TIMEOUT, text));
            }
        };
        Ok(Self { bytes, content_type: content_type.to_ascii_lowercase(), accept: Accept::of(&parts.headers) })
    }
}

/// The bytes of a body, or nothing if there are more than `limit`.
///
/// Such a body is read to its end all the same: a client that is still sending would see its connection break, not our answer.
/// Nothing of it is kept if its length is said before.
async fn read(body: Body, limit: usize) -> Result<Option<Vec<u8>>, axum::Error> {
    let said = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut body = pin!(body);
    let mut bytes = (said <= limit).then(Vec::new);
    while let Some(frame) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
        let Ok(data) = frame?.into_data() else { continue };
        if let Some(kept) = &mut bytes {
            if kept.len() + data.len() > limit {
                bytes = None;
            } else {
                kept.extend_from_slice(&data);
            }
        }
    }
    Ok(bytes)
}

impl Submission {
    /// Is the body declared to be some form of JSON?
    pub(crate) fn says_json(&self) -> bool {
        self.content_type.contains("json")
    }

    /// Reads the body as a JSON object when its type says JSON; an empty body, and one of another type, is `{}`.
    pub(crate) fn object_if_json(&self) -> Result<Object<'_>, ApiError> {
        if self.says_json() && !self.bytes.is_empty() { self.object() } else { Ok(Object::new()) }
    }

    /// Reads the body as a JSON object, whatever its type says.
    pub(crate) fn object(&self) -> Result<Object<'_>, ApiError> {
        match read_json(&self.bytes).map_err(ApiError::Unreadable)? {
            Json::Object(object) => Ok(object),
            Json::Array(_) => {
                Err(ApiError::Unreadable("TypeError - no implicit conversion of String into Integer".to_owned()))
            }
            other => Err(ApiError::Unreadable(format!(
                "RuntimeError - Expected JSON Object in request body but found {}",
                ruby_class(&other)
            ))),
        }
    }

    /// Does work that may take long with a large body, where it does not hold up other requests.
    pub(crate) async fn work<T, F>(self, work: F) -> Result<(Self, T), ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&Self) -> Result<T, ApiError> + Send + 'static,
    {
        let working = tokio::task::spawn_blocking(move || {
            let result = work(&self);
            result.map(|result| (self, result))
        });
        working.await.unwrap_or_else(|error| Err(ApiError::internal(&error)))
    }

    /// Refuses a client that does not accept HAL.
    pub(crate) fn accepts_hal(&self) -> Result<(), ApiError> {
        self.accept.choose(&[HAL]).map(drop)
    }

    /// Refuses a client that accepts none of `available`.
    pub(crate) fn accepts(&self, available: &[&str]) -> Result<(), ApiError> {
        self.accept.choose(available).map(drop)
    }

    /// Refuses a body of another type than these; parameters do not count.
    pub(crate) fn is_one_of(&self, types: &[&str]) -> Result<(), ApiError> {
        let media = self.content_type.split(';').next().unwrap_or_default().trim();
        if types.contains(&media) { Ok(()) } else { Err(ApiError::UnsupportedMediaType) }
    }
}

/// Reads JSON from the network: UTF-8, not too deep. The error is the text of the answer.
pub(crate) fn read_json(bytes: &[u8]) -> Result<Json<'_>, String> {
    if let Some(text) = non_utf8(bytes) {
        return Err(format!("Request body has a {text}"));
    }
    let document = Json::parse(bytes).map_err(|error| {
        let reason = reason_in_known_words(&error, bytes);
        format!("JSON::ParserError - {reason} at line {} column {}", error.line, error.column)
    })?;
    if deeper_than(&document, MAX_NESTING) {
        return Err(format!("JSON::NestingError - nesting of {} is too deep", MAX_NESTING + 1));
    }
    Ok(document)
}

/// The most common faults in the words of other Pact Brokers, which people search for.
fn reason_in_known_words(error: &JsonError, bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().nth(error.line.saturating_sub(1)).unwrap_or_default();
    let rest = line.get(error.column.saturating_sub(1)..).unwrap_or_default();
    match error.reason.as_str() {
        "EOF while parsing a value" => "unexpected end of input".to_owned(),
        "EOF while parsing an object" => "expected object key, got EOF".to_owned(),
        "key must be a string" => {
            let token = rest.split_whitespace().next().unwrap_or_default();
            format!("expected object key, got '{}'", shortened(token))
        }
        "expected value" => format!("unexpected character: '{}'", shortened(rest)),
        other => other.to_owned(),
    }
}

/// Says where a text stops being UTF-8, if it does.
pub(crate) fn non_utf8(bytes: &[u8]) -> Option<String> {
    let error = std::str::from_utf8(bytes).err()?;
    let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
    let count = valid.chars().count();
    let fragment: String = valid.chars().skip(count.saturating_sub(100)).collect();
    Some(format!(
        "non UTF-8 character at char {} and cannot be parsed as JSON. Fragment preceding invalid character is: '{fragment}'",
        count + 1
    ))
}

/// Do arrays and objects nest deeper than `levels`?
pub(crate) fn deeper_than(value: &Json<'_>, levels: usize) -> bool {
    let inner = |mut values: Box<dyn Iterator<Item = &Json<'_>> + '_>| {
        levels == 0 || values.any(|value| deeper_than(value, levels - 1))
    };
    match value {
        Json::Array(items) => inner(Box::new(items.iter())),
        Json::Object(members) => inner(Box::new(members.values())),
        _ => false,
    }
}

/// The decoded pairs of the query, in order; `+` is a space, brackets may be raw or encoded.
#[derive(Debug)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query string.
    pub(crate) fn of(query: Option<&str>) -> Self {
        Self(
            url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
                .map(|(k, v)| (k.into(), v.into()))
                .collect(),
        )
    }

    /// Is nothing said?
    pub(crate) fn is_blank(&self) -> bool {
        self.0.iter().all(|(_, value)| value.is_empty())
    }

    /// The last value of `name`.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        note_asked(|| name.to_owned());
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All values of `name[]`.
    pub(crate) fn list<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        note_asked(|| format!("{name}[]"));
        self.0.iter().filter(move |(key, _)| key.strip_suffix("[]") == Some(name)).map(|(_, value)| value.as_str())
    }

    /// All values of `name`, and then of `name[]`.
    pub(crate) fn every<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        note_asked(|| name.to_owned());
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str()).chain(self.list(name))
    }

    /// The elements of an array of objects: `name[][k]` belongs to the last element, unless that has a `k` already. An element
    /// that is a bare value (`name[]=X`) has it under the empty name.
    pub(crate) fn elements(&self, array: &'static str) -> Vec<Element<'_>> {
        let mut elements: Vec<Element<'_>> = Vec::new();
        for (key, value) in &self.0 {
            let Some(rest) = key.strip_prefix(array).and_then(|rest| rest.strip_prefix("[]")) else { continue };
            let Some(key) =
                (if rest.is_empty() { Some("") } else { rest.strip_prefix('[').and_then(|k| k.strip_suffix(']')) })
            else {
                continue;
            };
            match elements.last_mut() {
                Some(Element { members, .. })
                    if !key.is_empty() && !members.contains_key(key) && !members.contains_key("") =>
                {
                    members.insert(key, value);
                }
                _ => elements.push(Element { array, members: HashMap::from([(key, value.as_str())]) }),
            }
        }
        elements
    }
}

/// An element of an array of objects in a query.
#[derive(Debug)]
pub(crate) struct Element<'q> {
    array: &'static str,
    members: HashMap<&'q str, &'q str>,
}

impl<'q> Element<'q> {
    /// What a member of the object is.
    pub(crate) fn get(&self, name: &str) -> Option<&'q str> {
        note_asked(|| format!("{}[][{name}]", self.array));
        self.members.get(name).copied()
    }

    /// What it is, if it is no object.
    pub(crate) fn bare(&self) -> Option<&'q str> {
        note_asked(|| format!("{}[]", self.array));
        self.members.get("").copied()
    }
}

/// Tests hold the parameters that are asked for against the description of the API.
fn note_asked(name: impl FnOnce() -> String) {
    #[cfg(test)]
    asked::note(name());
    #[cfg(not(test))]
    let _ = name;
}

#[cfg(test)]
pub(crate) mod asked {
    //! Which parameters of queries this thread has asked for.

    use std::cell::RefCell;
    use std::collections::BTreeSet;

    thread_local! {
        static NAMES: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
    }

    pub(super) fn note(name: String) {
        NAMES.with_borrow_mut(|names| names.insert(name));
    }

    /// Takes away what was noted since the last time.
    pub(crate) fn take() -> BTreeSet<String> {
        NAMES.take()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self::of(parts.uri.query()))
    }
}

/// The decoded variables of the path. The outermost layer has checked that they are text.
#[derive(Debug)]
pub(crate) struct Path<T>(pub(crate) T);

impl<T, S> FromRequestParts<S> for Path<T>
where
    T: serde::de::DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(variables)) => Ok(Self(variables)),
            Err(_) => Err(ApiError::NotFound),
        }
    }
}

/// A text that may have to be cut for an error message.
pub(crate) fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(200) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}
