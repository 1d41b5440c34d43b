//! Addresses of everything, absolute, with every name percent-encoded.

use std::fmt::Write as _;

use axum::extract::FromRequestParts;
use http::header::HOST;
use http::request::Parts;
use http::{HeaderMap, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::api::front::ENDINGS;
use crate::api::hal::Link;
use crate::api::problem::ApiError;
use crate::app::App;
use crate::config::Config;

const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A name as one segment of a path.
pub(crate) fn encoded(name: &str) -> String {
    let mut segment = String::with_capacity(name.len());
    push_encoded(&mut segment, name);
    segment
}

fn push_encoded(address: &mut String, name: &str) {
    address.extend(utf8_percent_encode(name, SEGMENT));
    // At the end of an address it would say in which form the answer is wanted.
    if ENDINGS.iter().any(|(ending, _)| name.ends_with(ending))
        && let Some(dot) = address.rfind('.')
    {
        address.replace_range(dot..=dot, "%2E");
    }
}

/// A text as the last segment of an address elsewhere, where endings mean what they say.
pub(crate) fn encoded_wholly(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// Makes addresses under the base URL that the client knows this broker by.
#[derive(Debug, Clone)]
pub(crate) struct Links {
    base: String,
    path: String,
    query: Option<String>,
}

impl Links {
    /// Addresses under `base`, for a request of `path`.
    pub(crate) fn new(base: impl Into<String>, path: impl Into<String>, query: Option<&str>) -> Self {
        Self { base: base.into(), path: path.into(), query: query.map(str::to_owned) }
    }

    /// The base, without a slash at its end.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The address of the request without its query.
    pub(crate) fn this(&self) -> String {
        format!("{}{}", self.base, self.path)
    }

    /// The address of the request with its query.
    pub(crate) fn this_with_query(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.this()),
            None => self.this(),
        }
    }

    /// An address of segments that are names, encoded, or fixed words; `["pacticipants", name]`.
    pub(crate) fn at(&self, segments: &[&str]) -> String {
        let length = segments.iter().map(|segment| segment.len() + 1).sum::<usize>();
        // A few bytes more for what has to be encoded.
        let mut href = String::with_capacity(self.base.len() + length + 16);
        href.push_str(&self.base);
        for segment in segments {
            href.push('/');
            push_encoded(&mut href, segment);
        }
        href
    }

    /// An address with a literal path, which may be templated.
    pub(crate) fn path(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// A pacticipant.
    pub(crate) fn pacticipant(&self, name: &str) -> String {
        self.at(&["pacticipants", name])
    }

    /// A version.
    pub(crate) fn version(&self, pacticipant: &str, number: &str) -> String {
        self.at(&["pacticipants", pacticipant, "versions", number])
    }

    /// A version as the link clients are given of it.
    pub(crate) fn version_link(&self, pacticipant: &str, number: &str) -> Link {
        Link::to(self.version(pacticipant, number)).title("Version").name(number)
    }

    /// A tag of a version.
    pub(crate) fn tag(&self, pacticipant: &str, number: &str, tag: &str) -> String {
        self.at(&["pacticipants", pacticipant, "versions", number, "tags", tag])
    }

    /// A branch.
    pub(crate) fn branch(&self, pacticipant: &str, branch: &str) -> String {
        self.at(&["pacticipants", pacticipant, "branches", branch])
    }

    /// A version on a branch.
    pub(crate) fn branch_version(&self, pacticipant: &str, branch: &str, number: &str) -> String {
        self.at(&["pacticipants", pacticipant, "branches", branch, "versions", number])
    }

    /// The pacts of a consumer and a provider; everything about one pact is below it.
    pub(crate) fn pair(&self, consumer: &str, provider: &str) -> String {
        self.at(&["pacts", "provider", provider, "consumer", consumer])
    }

    /// The pact of a consumer version.
    pub(crate) fn pact(&self, consumer: &str, provider: &str, number: &str) -> String {
        self.at(&["pacts", "provider", provider, "consumer", consumer, "version", number])
    }

    /// A pact's content, whatever version published it; with metadata about why it was asked for.
    pub(crate) fn pact_content(&self, consumer: &str, provider: &str, sha: &str, metadata: Option<&str>) -> String {
        let content = ["pacts", "provider", provider, "consumer", consumer, "pact-version", sha];
        match metadata {
            Some(metadata) => self.at(&[&content[..], &["metadata", metadata]].concat()),
            None => self.at(&content),
        }
    }

    /// A verification result.
    pub(crate) fn verification(
        &self,
        consumer: &str,
        provider: &str,
        sha: &str,
        metadata: Option<&str>,
        number: i64,
    ) -> String {
        let mut href = self.pact_content(consumer, provider, sha, metadata);
        let _ = write!(href, "/verification-results/{number}");
        href
    }

    /// An environment.
    pub(crate) fn environment(&self, uuid: &str) -> String {
        self.at(&["environments", uuid])
    }

    /// A deployed version.
    pub(crate) fn deployed_version(&self, uuid: &str) -> String {
        self.at(&["deployed-versions", uuid])
    }

    /// A released version.
    pub(crate) fn released_version(&self, uuid: &str) -> String {
        self.at(&["released-versions", uuid])
    }
}

impl FromRequestParts<App> for Links {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let base = base_url(app.config(), &parts.headers, &parts.uri);
        Ok(Self::new(base, parts.uri.path(), parts.uri.query()))
    }
}

/// The base of links: the configured one (of several that by which the client came), else what the client (or the proxy before
/// us) says it called.
pub(crate) fn base_url(config: &Config, headers: &HeaderMap, uri: &Uri) -> String {
    let Some(first) = &config.base_url else { return called(headers, uri, true) };
    let shown = |url: &Url| url.as_str().trim_end_matches('/').to_owned();
    if config.more_base_urls.is_empty() {
        return shown(first);
    }
    let came_by = |called: String| {
        let called = Url::parse(&called).ok()?.origin();
        [first].into_iter().chain(&config.more_base_urls).find(|url| url.origin() == called)
    };
    shown(came_by(called(headers, uri, true)).or_else(|| came_by(called(headers, uri, false))).unwrap_or(first))
}

/// The address that was called, with or without what proxies say of it.
fn called(headers: &HeaderMap, uri: &Uri, with_proxies: bool) -> String {
    let header = |name: &str| {
        let value = headers.get(name).filter(|_| with_proxies)?.to_str().ok()?.split(',').next()?.trim();
        (!value.is_empty()).then_some(value)
    };
    let scheme = header("x-forwarded-proto")
        .or_else(|| header("x-forwarded-scheme"))
        .or_else(|| header("x-forwarded-ssl").filter(|ssl| *ssl == "on").map(|_| "https"))
        .filter(|scheme| matches!(*scheme, "http" | "https"))
        .unwrap_or("http");
    let host = header("x-forwarded-host")
        .or_else(|| headers.get(HOST)?.to_str().ok())
        .or_else(|| uri.authority().map(http::uri::Authority::as_str))
        // A header may hold anything; only what can be a host goes into links.
        .filter(|host| host.chars().all(|c| c.is_ascii_alphanumeric() || "-._:[]".contains(c)))
        .unwrap_or("localhost");
    let (name, own_port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.chars().all(|c| c.is_ascii_digit()) => (name, Some(port)),
        _ => (host, None),
    };
    let port = header("x-forwarded-port").filter(|port| port.chars().all(|c| c.is_ascii_digit())).or(own_port);
    let default = if scheme == "https" { "443" } else { "80" };
    match port {
        Some(port) if port != default => format!("{scheme}://{name}:{port}"),
        _ => format!("{scheme}://{name}"),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn base(headers: &[(&'static str, &'static str)]) -> String {
        let headers = headers
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        base_url(&config(&[]), &headers, &Uri::from_static("/"))
    }

    fn config(addresses: &[&str]) -> Config {
        let mut addresses = addresses.iter().map(|url| Url::parse(url).unwrap());
        let mut config = Config::new(crate::Database::sqlite("broker.db"));
        config.base_url = addresses.next();
        config.more_base_urls = addresses.collect();
        config
    }

    #[test]
    fn the_base_is_what_the_client_called() {
        assert_eq!(base(&[("host", "localhost:9292")]), "http://localhost:9292");
        assert_eq!(base(&[("host", "broker:80")]), "http://broker");
        assert_eq!(base(&[]), "http://localhost");
    }

    #[test]
    fn a_proxy_says_what_the_client_called() {
        let forwarded =
            [("host", "10.0.0.1:9292"), ("x-forwarded-proto", "https"), ("x-forwarded-host", "pacts.example.org")];

        assert_eq!(base(&forwarded), "https://pacts.example.org");
        assert_eq!(
            base(&[("host", "broker"), ("x-forwarded-port", "8443"), ("x-forwarded-ssl", "on")]),
            "https://broker:8443"
        );
    }

    #[test]
    fn a_host_header_cannot_put_markup_into_links() {
        assert_eq!(base(&[("host", "x\"><script>")]), "http://localhost");
    }

    #[test]
    fn a_configured_base_loses_its_last_slash() {
        let config = config(&["https://example.org/pacts/"]);

        assert_eq!(base_url(&config, &HeaderMap::new(), &Uri::from_static("/")), "https://example.org/pacts");
    }

    #[test]
    fn of_several_bases_that_by_which_the_client_came_is_taken() {
        let config = config(&["https://pacts.example.org/x", "http://10.0.0.1:9292"]);
        let base = |headers: &[(&'static str, &'static str)]| {
            let header = |&(name, value): &(&'static str, &'static str)| {
                (http::HeaderName::from_static(name), HeaderValue::from_static(value))
            };
            base_url(&config, &headers.iter().map(header).collect(), &Uri::from_static("/"))
        };

        assert_eq!(base(&[("host", "10.0.0.1:9292")]), "http://10.0.0.1:9292");
        let forwarded = [("host", "10.0.0.1:9292"), ("x-forwarded-proto", "https")];
        assert_eq!(
            base(&[forwarded[0], forwarded[1], ("x-forwarded-host", "pacts.example.org")]),
            "https://pacts.example.org/x"
        );
        assert_eq!(base(&[forwarded[0], ("x-forwarded-host", "unknown")]), "http://10.0.0.1:9292");
        assert_eq!(base(&[("host", "elsewhere")]), "https://pacts.example.org/x");
    }

    #[test]
    fn names_are_one_segment_each() {
        let links = Links::new("http://b", "/", None);

        assert_eq!(links.branch("A B", "feat/x?y"), "http://b/pacticipants/A%20B/branches/feat%2Fx%3Fy");
        assert_eq!(links.version("A.B", "1.0.json"), "http://b/pacticipants/A.B/versions/1.0%2Ejson");
    }
}
