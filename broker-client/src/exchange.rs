//! One request and its successful answer, before and after the network.

use std::collections::BTreeMap;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use url::Url;

use crate::error::{BrokerError, BrokerErrorKind, excerpt};
use crate::hal::HalDocument;
use crate::secrets::Secrets;

/// What a call gave: the part that was asked for, and the whole answer as text, for output as JSON.
#[derive(Debug, Clone)]
pub struct Received<T> {
    /// The answer, read.
    pub value: T,
    /// The answer as the broker wrote it.
    pub raw: String,
}

impl<T> std::ops::Deref for Received<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// One request, before it is sent.
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// Content type and content.
    pub(crate) body: Option<(&'static str, Bytes)>,
    /// Whether doing it twice is as good as doing it once.
    pub(crate) repeatable: bool,
}

impl Call {
    pub(crate) fn get(url: Url) -> Self {
        Self { method: Method::GET, url, body: None, repeatable: true }
    }

    pub(crate) fn delete(url: Url) -> Self {
        Self { method: Method::DELETE, url, body: None, repeatable: true }
    }

    pub(crate) fn put(url: Url, body: impl Into<Bytes>) -> Self {
        Self { method: Method::PUT, url, body: Some(("application/json", body.into())), repeatable: true }
    }

    pub(crate) fn post(url: Url, body: &Value) -> Self {
        let body = Bytes::from(body.to_string());
        Self { method: Method::POST, url, body: Some(("application/json", body)), repeatable: true }
    }

    pub(crate) fn patch(url: Url, body: &Value) -> Self {
        let body = Bytes::from(body.to_string());
        Self { method: Method::PATCH, url, body: Some(("application/merge-patch+json", body)), repeatable: true }
    }

    /// Turns the PUT of a pact into the PATCH that merges it with what is there.
    pub(crate) fn merge_pact(mut self) -> Self {
        self.method = Method::PATCH;
        self
    }

    /// Doing it twice would have another outcome than doing it once.
    pub(crate) fn not_repeatable(mut self) -> Self {
        self.repeatable = false;
        self
    }
}

/// A successful answer.
pub(crate) struct Answer {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What must not be shown when the answer cannot be read.
    pub(crate) secrets: Secrets,
}

impl Answer {
    fn content_type(&self) -> Option<String> {
        self.headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    }

    fn unreadable(&self, reason: String) -> BrokerError {
        let content_type = self.content_type();
        BrokerErrorKind::Unreadable { content_type, reason }
            .at(self.method.as_str(), &self.secrets.hide(self.url.as_str()))
    }

    /// The answer's JSON as `T`.
    pub(crate) fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, BrokerError> {
        // Files that people keep on web servers may begin with a byte order mark.
        let body = self.body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&self.body);
        serde_json::from_slice(body).map_err(|error| {
            let text = String::from_utf8_lossy(&self.body);
            let text = self.secrets.hide(&text);
            let looks_like_json = text.trim_start().starts_with(['{', '[']);
            let found = excerpt(&self.content_type().unwrap_or_default(), &text).filter(|_| !looks_like_json);
            self.unreadable(found.map_or_else(
                || if text.trim().is_empty() { "it is empty".to_owned() } else { error.to_string() },
                |found| format!("expected JSON, found {found}"),
            ))
        })
    }

    pub(crate) fn document(&self) -> Result<HalDocument, BrokerError> {
        let body: Value = self.json()?;
        if body.is_object() {
            Ok(HalDocument { url: self.url.clone(), body })
        } else {
            Err(self.unreadable("expected a JSON object".to_owned()))
        }
    }

    /// The document with nothing but its links: of a large one the rest is read by somebody else.
    pub(crate) fn links(&self) -> Result<HalDocument, BrokerError> {
        const LINKS: &str = "_links";
        let members: BTreeMap<String, &RawValue> = self.json()?;
        let links = members.get(LINKS).and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or(Value::Null);
        Ok(HalDocument { url: self.url.clone(), body: json!({ LINKS: links }) })
    }

    pub(crate) fn text(&self) -> Result<String, BrokerError> {
        std::str::from_utf8(&self.body).map(str::to_owned).map_err(|error| self.unreadable(error.to_string()))
    }

    pub(crate) fn received<T: DeserializeOwned>(&self) -> Result<Received<T>, BrokerError> {
        Ok(Received { value: self.json()?, raw: self.text()? })
    }
}
