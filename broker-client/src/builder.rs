//! The settings of a [`BrokerClient`], and what can be wrong with them.

use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use url::{Host, Url};

use crate::client::BrokerClient;
use crate::http::{ClientCertificate, HttpClientError, HttpOptions, http_client, http_url, without_credentials};
use crate::retry::RetryPolicy;
use crate::secrets::{self, Secrets};

/// Settings of a [`BrokerClient`]; made by [`BrokerClient::builder`].
#[derive(Debug, Clone)]
pub struct BrokerClientBuilder {
    base_url: String,
    user: Option<(String, String)>,
    token: Option<String>,
    headers: Vec<(String, String)>,
    retry: RetryPolicy,
    http: HttpOptions,
}

/// The settings of a broker client are of no use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The base URL is not an `http` or `https` URL.
    #[error("the broker's base URL `{url}` is not a URL: {reason}")]
    BaseUrl {
        /// What was given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A header's name or value cannot be sent.
    #[error("the header `{name}` cannot be sent: {reason}")]
    Header {
        /// The header's name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The HTTP client could not be made.
    #[error(transparent)]
    Http(#[from] HttpClientError),
}

impl BuildError {
    /// What to try.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::BaseUrl { .. } => {
                Some("a base URL looks like https://broker.example.com or http://localhost:9292".into())
            }
            Self::Header { .. } => Some("a header looks like `Name: value`, in one line".into()),
            Self::Http(_) => None,
        }
    }
}

impl BrokerClientBuilder {
    pub(crate) fn new(base_url: String) -> Self {
        Self {
            base_url,
            user: None,
            token: None,
            headers: Vec::new(),
            retry: RetryPolicy::default(),
            http: HttpOptions::default(),
        }
    }

    /// Sends a user name and password with every request, unless there is a token as well.
    pub fn basic_auth(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.user = Some((user.into(), password.into()));
        self
    }

    /// Sends a bearer token with every request.
    pub fn bearer_token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Sends a further header with every request. One called `Authorization` replaces the credentials.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// How many times a request is repeated after a failure that may pass (8 unless told); 0 for a single attempt.
    pub fn retries(mut self, retries: u8) -> Self {
        self.retry.retries = retries;
        self
    }

    /// The whole retry policy.
    pub fn retry_policy(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// How long one attempt may take, connecting and reading the answer included (a minute unless told).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.http.timeout = timeout;
        self
    }

    /// Trusts the root certificates in this file (PEM or DER) besides the platform's.
    pub fn ca_certificate(mut self, file: impl Into<PathBuf>) -> Self {
        self.http.ca_certificates.push(file.into());
        self
    }

    /// Whether the platform's root certificates are trusted (they are unless told otherwise). Without them only the files
    /// given to [`ca_certificate`](Self::ca_certificate) are.
    pub fn platform_roots(mut self, trusted: bool) -> Self {
        self.http.platform_roots = trusted;
        self
    }

    /// Shows this certificate to a broker that asks who the client is.
    pub fn client_certificate(mut self, certificate: ClientCertificate) -> Self {
        self.http.client_certificate = Some(certificate);
        self
    }

    /// Accepts any certificate.
    pub fn skip_tls_verification(mut self, skip: bool) -> Self {
        self.http.skip_tls_verification = skip;
        self
    }

    /// The `User-Agent` header (`intact/` and our version unless told).
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.http.user_agent = Some(user_agent.into());
        self
    }

    /// Makes the client; nothing is sent yet. The proxies of the environment are used, except for a broker on this machine.
    pub fn build(mut self) -> Result<BrokerClient, BuildError> {
        let (base, user_in_url) = read_base_url(&self.base_url)?;
        // No proxy can reach what only this machine can; those who name a proxy seldom think of it.
        self.http.system_proxy &= !is_on_this_machine(&base);
        let mut headers = HeaderMap::new();
        let mut hidden = Url::parse(self.base_url.trim()).map(|url| secrets::in_url(&url)).unwrap_or_default();
        if let Some(token) = &self.token {
            headers.insert(AUTHORIZATION, secret("Authorization", &format!("Bearer {}", token.trim()))?);
        } else if let Some((user, password)) = self.user.or(user_in_url) {
            let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
            hidden.push(password);
            headers.insert(AUTHORIZATION, secret("Authorization", &format!("Basic {encoded}"))?);
        }
        for (name, value) in &self.headers {
            let unusable = |reason: String| BuildError::Header { name: name.clone(), reason };
            let header = HeaderName::try_from(name.trim()).map_err(|error| unusable(error.to_string()))?;
            headers.insert(header, secret(name, value.trim())?);
        }
        hidden.extend(secrets::in_headers(&headers));
        let http = http_client(&self.http)?;
        Ok(BrokerClient::new(http, base, headers, Secrets::of(hidden), self.retry, self.http.timeout))
    }
}

/// Whether a URL leads to an address that means this machine, whichever it is.
fn is_on_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A header value that is kept out of debugging output.
fn secret(name: &str, value: &str) -> Result<HeaderValue, BuildError> {
    let mut value = HeaderValue::try_from(value)
        .map_err(|error| BuildError::Header { name: name.to_owned(), reason: error.to_string() })?;
    value.set_sensitive(true);
    Ok(value)
}

type UserAndPassword = (String, String);

/// The base URL without trailing `/`, query, fragment and credentials; the latter are returned.
fn read_base_url(text: &str) -> Result<(Url, Option<UserAndPassword>), BuildError> {
    let unusable = |reason: String| BuildError::BaseUrl { url: without_credentials(text), reason };
    let mut url = http_url(text).map_err(unusable)?;
    let decode = |part: &str| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned();
    let user =
        (!url.username().is_empty()).then(|| (decode(url.username()), decode(url.password().unwrap_or_default())));
    url.set_username("").and_then(|()| url.set_password(None)).map_err(|()| unusable("it has no host".to_owned()))?;
    url.set_query(None);
    url.set_fragment(None);
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok((url, user))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(base: &str) -> BrokerClient {
        BrokerClient::builder(base).build().expect("a client")
    }

    #[test]
    fn the_base_url_loses_its_slash_and_keeps_its_path() {
        assert_eq!(client("http://localhost:9292/").base_url(), "http://localhost:9292");
        assert_eq!(client("https://example.com/a/broker//").base_url(), "https://example.com/a/broker");
        assert_eq!(client("https://u:p%40ss@example.com/?x#y").base_url(), "https://example.com");
    }

    #[test]
    fn what_is_no_base_url_is_refused() {
        for url in ["", "localhost:9292", "broker", "ftp://broker", "http://"] {
            let error = BrokerClient::builder(url).build().expect_err(url);
            assert!(matches!(error, BuildError::BaseUrl { .. }), "{url}: {error}");
        }
        let error = BrokerClient::builder("https//me:s3cret@broker").build().expect_err("no URL");
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }

    #[test]
    fn a_header_must_be_one() {
        for (name, value) in [("Bad Name", "x"), ("X", "a\nb"), ("", "x")] {
            let error = BrokerClient::builder("http://b").header(name, value).build().expect_err(name);
            assert!(matches!(error, BuildError::Header { .. }), "{error}");
        }
    }

    #[test]
    fn secrets_do_not_show_in_debugging_output() {
        let client = BrokerClient::builder("http://b").bearer_token("s3cret").header("X-Key", "hidden").build();
        let shown = format!("{:?}", client.expect("a client"));
        assert!(!shown.contains("s3cret") && !shown.contains("hidden"), "{shown}");
    }

    #[test]
    fn a_broker_on_this_machine_is_told_apart() {
        let here = |url: &str| is_on_this_machine(&Url::parse(url).expect("a URL"));
        for url in
            ["http://localhost:9292", "http://LOCALHOST.", "http://a.localhost", "http://127.3.2.1", "http://[::1]"]
        {
            assert!(here(url), "{url}");
        }
        for url in ["http://broker", "http://localhost.example.com", "http://10.0.0.1", "http://[fe80::1]"] {
            assert!(!here(url), "{url}");
        }
    }

    #[test]
    fn a_missing_client_certificate_is_named() {
        let certificate = ClientCertificate { certificate: "/no/cert.pem".into(), key: "/no/key.pem".into() };
        let error = BrokerClient::builder("https://b").client_certificate(certificate).build().expect_err("no file");
        let told = error.to_string();
        assert!(told.starts_with("the client certificate or key in `/no/key.pem` cannot be used:"), "{told}");
    }

    #[test]
    fn a_missing_certificate_file_is_named() {
        let error =
            BrokerClient::builder("https://b").ca_certificate("/does/not/exist.pem").build().expect_err("no file");
        assert!(error.to_string().starts_with("the certificate file `/does/not/exist.pem` cannot be used:"), "{error}");
    }
}
