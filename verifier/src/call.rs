//! How a provider is reached: over a socket, or as a service in this process.
//!
//! Both take the same request, whose target is path and query alone, and give the same [`Answer`]; so a request filter sees
//! one type, and a contract cannot pass one way and fail the other because of how the request was written.

pub(crate) mod curl;
mod http;
pub(crate) mod message;
pub(crate) mod request;
mod service;

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use ::http::{HeaderMap, Request};
use bytes::Bytes;
use url::Url;

pub(crate) use self::http::HttpTarget;
pub(crate) use self::service::{ServiceTarget, whole_chunks};
use crate::execute::InteractionError;

/// What the provider answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Limits of one call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// From connecting to the last byte of the answer.
    pub(crate) timeout: Duration,
    /// Bytes of the answer's body, before and after it is unpacked.
    pub(crate) body: usize,
}

/// The provider under verification.
#[derive(Clone)]
pub(crate) enum Target {
    Http(HttpTarget),
    Service(ServiceTarget),
    /// There are closures for messages, and nothing for requests.
    Nowhere,
}

impl Target {
    /// Sends a request to `origin`, or to the service in this process.
    pub(crate) async fn call(
        &self,
        origin: &Origin,
        request: Request<Bytes>,
        limits: Limits,
    ) -> Result<Answer, InteractionError> {
        match self {
            Self::Http(target) => target.call(&origin.url, request, limits).await,
            Self::Service(target) => target.call(request, limits).await,
            Self::Nowhere => Err(InteractionError::Request {
                reason: "there is no provider: give its URL or its service".to_owned(),
            }),
        }
    }
}

/// Where requests go: scheme, host and port, and the path that comes before the path of each request.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    pub(crate) url: Url,
    pub(crate) base_path: String,
}

impl Origin {
    /// The origin of a URL; its path is the base path.
    pub(crate) fn of(url: &Url) -> Self {
        Self { url: url.clone(), base_path: url.path().trim_end_matches('/').to_owned() }
    }
}

/// Where the interactions of each transport go.
#[derive(Debug, Clone)]
pub(crate) struct Endpoints {
    pub(crate) default: Origin,
    pub(crate) named: Arc<[(String, Origin)]>,
}

impl Endpoints {
    /// The endpoint of an HTTP interaction: that of its transport if there is one of this name, else the default one.
    pub(crate) fn for_http(&self, transport: Option<&str>) -> &Origin {
        transport
            .and_then(|name| self.named(name))
            .or_else(|| ["http", "https"].iter().find_map(|name| self.named(name)))
            .unwrap_or(&self.default)
    }

    /// The endpoint that produces messages: that of exactly the interaction's transport, else the first of the `usual` names,
    /// else the default one.
    pub(crate) fn for_message(&self, transport: Option<&str>, usual: &[&str]) -> &Origin {
        transport
            .and_then(|name| self.named(name))
            .or_else(|| self.named.iter().find(|(name, _)| usual.contains(&name.as_str())).map(|(_, origin)| origin))
            .unwrap_or(&self.default)
    }

    /// Where requests may go.
    pub(crate) fn urls(&self) -> impl Iterator<Item = &Url> {
        std::iter::once(&self.default).chain(self.named.iter().map(|(_, origin)| origin)).map(|origin| &origin.url)
    }

    fn named(&self, name: &str) -> Option<&Origin> {
        self.named.iter().find(|(own, _)| own == name).map(|(_, origin)| origin)
    }
}

impl Answer {
    /// The body as it is compared: unpacked if it is compressed with gzip, unless the contract holds compressed bytes itself.
    pub(crate) fn comparable_body(&self, expected: &[u8], limit: usize) -> Result<Bytes, InteractionError> {
        const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];
        let encoding = self
            .headers
            .get(::http::header::CONTENT_ENCODING)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let gzipped = ["gzip", "x-gzip"].iter().any(|name| encoding.trim().eq_ignore_ascii_case(name));
        if !gzipped || !self.body.starts_with(GZIP_MAGIC) || expected.starts_with(GZIP_MAGIC) {
            return Ok(self.body.clone());
        }
        let mut unpacked = Vec::new();
        let mut reader = flate2::read::MultiGzDecoder::new(&*self.body).take(limit as u64 + 1);
        reader
            .read_to_end(&mut unpacked)
            .map_err(|error| InteractionError::Answer { reason: format!("its body is not valid gzip: {error}") })?;
        if unpacked.len() > limit {
            return Err(too_large(limit));
        }
        Ok(unpacked.into())
    }
}

fn too_large(limit: usize) -> InteractionError {
    InteractionError::Answer { reason: format!("its body is larger than the limit of {limit} bytes") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints(named: &[(&str, &str)]) -> Endpoints {
        let origin = |url: &str| Origin::of(&Url::parse(url).unwrap());
        Endpoints {
            default: origin("http://localhost"),
            named: named.iter().map(|(name, url)| ((*name).to_owned(), origin(url))).collect(),
        }
    }

    #[test]
    fn an_interaction_goes_to_the_endpoint_of_its_transport_else_to_the_usual_one() {
        let endpoints = endpoints(&[("sync-message", "http://localhost:1"), ("http", "http://localhost:2/api/")]);
        let port = |origin: &Origin| origin.url.port();
        assert_eq!(port(endpoints.for_http(None)), Some(2));
        assert_eq!(port(endpoints.for_http(Some("sync-message"))), Some(1));
        assert_eq!(port(endpoints.for_http(Some("grpc"))), Some(2));
        assert_eq!(port(endpoints.for_message(None, &["message", "async-message"])), None);
        assert_eq!(port(endpoints.for_message(None, &["message", "sync-message"])), Some(1));
        assert_eq!(endpoints.for_http(None).base_path, "/api");
    }

    #[test]
    fn a_gzip_bomb_is_not_unpacked() {
        use std::io::Write as _;
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(&vec![0; 100_000]).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("Content-Encoding", "GZip".parse().unwrap());
        let answer = Answer { status: 200, headers, body: packed.finish().unwrap().into() };

        assert_eq!(answer.comparable_body(b"", 100_000).unwrap().len(), 100_000);
        assert!(answer.comparable_body(b"", 99_999).is_err());
        assert_eq!(answer.comparable_body(&answer.body, 10).unwrap(), answer.body, "the contract holds gzip itself");
    }
}
