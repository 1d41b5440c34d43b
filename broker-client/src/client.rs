//! [`BrokerClient`]: where the broker is, who asks, and how a request is sent.
//!
//! Links are followed to the broker's own address only: the scheme, host and port of a link are replaced by those of the
//! base URL. Brokers behind a proxy often give links that lead to an address inside, and credentials must not go
//! anywhere but to the address that the user gave.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::BytesMut;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, LOCATION, RETRY_AFTER};
use tokio::sync::OnceCell;
use url::Url;

use crate::builder::BrokerClientBuilder;
use crate::error::{BrokerError, BrokerErrorKind, read_failure};
use crate::exchange::{Answer, Call};
use crate::hal::{HalDocument, path_of};
use crate::http::{failure_reason, without_credentials};
use crate::retry::{RetryPolicy, Trouble, retry_after};
use crate::secrets::Secrets;

/// No document of a broker is larger than this; a peer that sends without end must not fill the memory.
const LARGEST_ANSWER: usize = 256 * 1024 * 1024;

/// Speaks to one broker. Cheap to clone; clones share connections and the index document.
#[derive(Debug, Clone)]
pub struct BrokerClient {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    http: reqwest::Client,
    base: Url,
    headers: HeaderMap,
    secrets: Secrets,
    retry: RetryPolicy,
    timeout: Duration,
    index: OnceCell<HalDocument>,
}

/// Why one attempt failed, and what that means for trying again.
struct Failure {
    trouble: Trouble,
    kind: FailureKind,
}

enum FailureKind {
    Network(String),
    Final(BrokerErrorKind),
}

impl BrokerClient {
    /// Begins a client for the broker at this URL. A path is kept (`https://example.com/broker`), a trailing `/` is
    /// dropped, and a user name and password in the URL are used as such.
    pub fn builder(base_url: impl Into<String>) -> BrokerClientBuilder {
        BrokerClientBuilder::new(base_url.into())
    }

    pub(crate) fn new(
        http: reqwest::Client,
        base: Url,
        headers: HeaderMap,
        secrets: Secrets,
        retry: RetryPolicy,
        timeout: Duration,
    ) -> Self {
        Self { shared: Arc::new(Shared { http, base, headers, secrets, retry, timeout, index: OnceCell::new() }) }
    }

    /// Where the broker is, without a trailing `/`.
    pub fn base_url(&self) -> &str {
        self.shared.base.as_str().trim_end_matches('/')
    }

    /// The broker's index document, fetched once.
    pub async fn index(&self) -> Result<&HalDocument, BrokerError> {
        self.shared
            .index
            .get_or_try_init(|| async {
                let mut url = self.shared.base.clone();
                let path = format!("{}/", url.path().trim_end_matches('/'));
                url.set_path(&path);
                let document = self.send(Call::get(url)).await?.document()?;
                // Any JSON would do for a document; an index without links is somebody else's.
                let links = document.body.get("_links").and_then(serde_json::Value::as_object);
                if links.is_none_or(serde_json::Map::is_empty) {
                    document.require("pb:pacticipants")?;
                }
                Ok(document)
            })
            .await
    }

    /// The URL of a relation of the index, with its variables filled in.
    pub(crate) async fn index_link(&self, relation: &str, variables: &[(&str, &str)]) -> Result<Url, BrokerError> {
        let href = self.index().await?.require(relation)?.expand(variables)?;
        self.resolve(&href)
    }

    /// Where a link leads: its path and query, at the broker's own address.
    pub(crate) fn resolve(&self, href: &str) -> Result<Url, BrokerError> {
        let base = &self.shared.base;
        let unusable = |reason: String| BrokerErrorKind::InvalidLink { reason }.at("GET", &without_credentials(href));
        let mut link = base.join(href).map_err(|error| unusable(error.to_string()))?;
        if link.origin() == base.origin() {
            // Those of the client are sent; these would be shown wherever the URL is. Every HTTP link has a host.
            let _ = link.set_username("");
            let _ = link.set_password(None);
            return Ok(link);
        }
        if !matches!(link.scheme(), "http" | "https") {
            return Err(unusable("it is not an HTTP link".to_owned()));
        }
        let mut url = base.clone();
        let prefix = base.path().trim_end_matches('/');
        // A proxy that takes a prefix off is not known to the broker, so its links lack the prefix.
        let has_prefix = link.path().strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if has_prefix {
            url.set_path(link.path());
        } else {
            url.set_path(&format!("{prefix}{}", link.path()));
        }
        url.set_query(link.query());
        Ok(url)
    }

    /// The base URL followed by a path, for the few resources that no link leads to.
    pub(crate) fn at_path(&self, path: &str) -> Url {
        let mut url = self.shared.base.clone();
        let full = format!("{}{path}", url.path().trim_end_matches('/'));
        url.set_path(&full);
        url
    }

    /// The base URL followed by these segments, each encoded as one.
    pub(crate) fn at_segments(&self, segments: &[&str]) -> Result<Url, BrokerError> {
        Ok(self.at_path(&path_of(segments)?))
    }

    /// Fetches a HAL document.
    pub(crate) async fn document(&self, url: Url) -> Result<HalDocument, BrokerError> {
        self.send(Call::get(url)).await?.document()
    }

    /// What is at a URL, if there is something.
    pub(crate) async fn find(&self, url: Url) -> Result<Option<Answer>, BrokerError> {
        unless_not_found(self.send(Call::get(url)).await)
    }

    /// Deletes what is at a URL. Says whether there was something.
    pub(crate) async fn delete(&self, url: Url) -> Result<bool, BrokerError> {
        Ok(unless_not_found(self.send(Call::delete(url)).await)?.is_some())
    }

    /// Sends a request until it succeeds, fails for good, or the retries are used up.
    pub(crate) async fn send(&self, call: Call) -> Result<Answer, BrokerError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let failure = match self.attempt(&call).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let jitter = rand::random_range(-1.0..=1.0);
            let pause = self.shared.retry.pause(failure.trouble, attempts, call.repeatable, jitter);
            let error = match failure.kind {
                FailureKind::Final(kind) => kind,
                FailureKind::Network(_) if failure.trouble == Trouble::TimedOut => {
                    BrokerErrorKind::TimedOut { attempts, limit: self.shared.timeout }
                }
                FailureKind::Network(reason) => BrokerErrorKind::Unreachable { attempts, reason },
            }
            .at(call.method.as_str(), &self.shared.secrets.hide(call.url.as_str()));
            let Some(pause) = pause else { return Err(error) };
            tracing::warn!("{error}; trying again in {:.1} s", pause.as_secs_f64());
            tokio::time::sleep(pause).await;
        }
    }

    async fn attempt(&self, call: &Call) -> Result<Answer, Failure> {
        let mut request = self
            .shared
            .http
            .request(call.method.clone(), call.url.clone())
            .header(ACCEPT, call.accepted)
            .headers(self.shared.headers.clone());
        if let Some((content_type, body)) = &call.body {
            request = request.header(CONTENT_TYPE, *content_type).body(body.clone());
        }
        let url = self.shared.secrets.hide(call.url.as_str());
        tracing::debug!(method = %call.method, %url, "asking the broker");
        let mut response = request.send().await.map_err(network_failure)?;
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(network_failure)? {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                let content_type = header_text(&headers, &CONTENT_TYPE);
                let reason = format!("it is longer than {} MB", LARGEST_ANSWER / 1024 / 1024);
                let kind = FailureKind::Final(BrokerErrorKind::Unreadable { content_type, reason });
                return Err(Failure { trouble: Trouble::Answered { status: 200, retry_after: None }, kind });
            }
            body.extend_from_slice(&chunk);
        }
        let body = body.freeze();
        tracing::debug!(method = %call.method, %url, status = status.as_u16(), "the broker answered");
        if status.is_success() {
            let secrets = self.shared.secrets.clone();
            return Ok(Answer { method: call.method.clone(), url: call.url.clone(), status, headers, body, secrets });
        }
        let content_type = header_text(&headers, &CONTENT_TYPE).unwrap_or_default();
        let said = String::from_utf8_lossy(&body);
        let said = self.shared.secrets.hide(&said);
        let (messages, notices) = read_failure(&content_type, said.as_bytes());
        let retry_after = header_text(&headers, &RETRY_AFTER).and_then(|text| retry_after(&text, SystemTime::now()));
        let location = header_text(&headers, &LOCATION).map(|text| self.shared.secrets.hide(&text).into_owned());
        let status = status.as_u16();
        Err(Failure {
            trouble: Trouble::Answered { status, retry_after },
            kind: FailureKind::Final(BrokerErrorKind::Answered { status, messages, notices, location }),
        })
    }
}

/// Nothing, if the broker says that there is no such thing.
pub(crate) fn unless_not_found<T>(answer: Result<T, BrokerError>) -> Result<Option<T>, BrokerError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

fn header_text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn network_failure(error: reqwest::Error) -> Failure {
    let trouble = if error.is_connect() {
        Trouble::NotConnected
    } else if error.is_timeout() {
        Trouble::TimedOut
    } else {
        Trouble::Lost
    };
    Failure { trouble, kind: FailureKind::Network(failure_reason(error)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(base: &str) -> BrokerClient {
        BrokerClient::builder(base).build().expect("a client")
    }

    #[test]
    fn links_are_followed_at_the_brokers_own_address() {
        for (base, href, expected) in [
            ("https://b.example", "https://b.example/pacts?x=1", "https://b.example/pacts?x=1"),
            ("https://b.example", "http://internal:9292/pacts/a%2Fb?x=%5B", "https://b.example/pacts/a%2Fb?x=%5B"),
            ("https://b.example/broker", "http://internal:9292/pacts", "https://b.example/broker/pacts"),
            ("https://b.example/broker", "http://internal/broker/pacts", "https://b.example/broker/pacts"),
            ("https://b.example/broker", "http://internal/broker?page=2", "https://b.example/broker?page=2"),
            ("https://b.example/broker", "http://internal/brokers", "https://b.example/broker/brokers"),
            ("https://b.example/broker", "http://internal/?page=2", "https://b.example/broker/?page=2"),
            ("https://b.example/broker", "/matrix?q=1", "https://b.example/matrix?q=1"),
            ("https://b.example", "https://user:secret@b.example/pact.json", "https://b.example/pact.json"),
        ] {
            assert_eq!(client(base).resolve(href).expect("a URL").as_str(), expected);
        }
        assert!(client("https://b.example").resolve("javascript:alert(1)").is_err());
    }
}
