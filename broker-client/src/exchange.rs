//! One request and its successful answer, before and after the network.

use std::collections::BTreeMap;

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Method, StatusCode};
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

/// The first page of a list, or all of it.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// What is on the page.
    pub items: Vec<T>,
    /// How many there are on all pages, if the broker says it.
    pub total: Option<u64>,
}

/// One request, before it is sent.
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// Content type and content.
    pub(crate) body: Option<(&'static str, Bytes)>,
    /// Whether doing it twice is as good as doing it once.
    pub(crate) repeatable: bool,
    /// The forms of an answer that are understood.
    pub(crate) accepted: &'static str,
}

/// `application/json` is what some proxies and PactFlow answer with.
const HAL: &str = "application/hal+json, application/json";

impl Call {
    pub(crate) fn get(url: Url) -> Self {
        Self { method: Method::GET, url, body: None, repeatable: true, accepted: HAL }
    }

    pub(crate) fn delete(url: Url) -> Self {
        Self { method: Method::DELETE, url, body: None, repeatable: true, accepted: HAL }
    }

    pub(crate) fn put(url: Url, body: impl Into<Bytes>) -> Self {
        Self {
            method: Method::PUT,
            url,
            body: Some(("application/json", body.into())),
            repeatable: true,
            accepted: HAL,
        }
    }

    pub(crate) fn post(url: Url, body: &Value) -> Self {
        Self::post_text(url, body.to_string())
    }

    /// Sends JSON that is written already.
    pub(crate) fn post_text(url: Url, body: impl Into<Bytes>) -> Self {
        Self {
            method: Method::POST,
            url,
            body: Some(("application/json", body.into())),
            repeatable: true,
            accepted: HAL,
        }
    }

    pub(crate) fn patch(url: Url, body: &Value) -> Self {
        let body = Bytes::from(body.to_string());
        Self {
            method: Method::PATCH,
            url,
            body: Some(("application/merge-patch+json", body)),
            repeatable: true,
            accepted: HAL,
        }
    }

    /// Turns the PUT of a pact into the PATCH that merges it with what is there.
    pub(crate) fn merge_pact(mut self) -> Self {
        self.method = Method::PATCH;
        self
    }

    /// The answer is text for people.
    pub(crate) fn accepting_text(mut self) -> Self {
        self.accepted = "text/plain, */*;q=0.1";
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
    pub(crate) status: StatusCode,
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

    /// The entries of the list `list` among what the document embeds; those that cannot be read are left out.
    pub(crate) fn embedded<T: DeserializeOwned>(&self, list: &str) -> Result<Received<Vec<T>>, BrokerError> {
        let body: Value = self.json()?;
        let items = body.pointer(&format!("/_embedded/{list}")).and_then(Value::as_array).into_iter().flatten();
        Ok(Received { value: items.filter_map(|item| T::deserialize(item).ok()).collect(), raw: self.text()? })
    }

    /// At most `most` entries of a list; brokers that know no pages give all of them.
    pub(crate) fn page<T: DeserializeOwned>(&self, list: &str, most: usize) -> Result<Received<Page<T>>, BrokerError> {
        let Received { value: mut items, raw } = self.embedded(list)?;
        let said = self.json::<Value>()?.pointer("/page/totalElements").and_then(Value::as_u64);
        let total = said.or_else(|| u64::try_from(items.len()).ok());
        items.truncate(most);
        Ok(Received { value: Page { items, total }, raw })
    }

    pub(crate) fn text(&self) -> Result<String, BrokerError> {
        std::str::from_utf8(&self.body).map(str::to_owned).map_err(|error| self.unreadable(error.to_string()))
    }

    pub(crate) fn received<T: DeserializeOwned>(&self) -> Result<Received<T>, BrokerError> {
        Ok(Received { value: self.json()?, raw: self.text()? })
    }
}
