//! The HTTP client of webhooks: within time limits, without redirects, and to no address of the broker's own surroundings.
//!
//! Whoever may create webhooks could otherwise have the broker call what only the broker can reach. A host that the list of
//! allowed hosts names may have any address; otherwise its addresses must be public, and that is looked at after the name was
//! resolved, by the same resolution that the connection is made with.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use url::{Host, Url};

use crate::config::Config;
use crate::domain::webhook_hosts::{HostRule, is_public, names};

/// How much of an answer is looked at, and of a request logged.
pub(crate) const MOST_OF_BODY: usize = 64 * 1024;
/// How many times its time limit a delivery may take in all, with an answer that arrives in drops.
const MOST_TIMES: u32 = 3;

/// Sends the requests of webhooks.
pub(crate) struct Sender {
    hosts: Arc<[HostRule]>,
    timeout: Duration,
    client: OnceLock<Result<reqwest::Client, String>>,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Received {
    /// The status.
    pub(crate) status: StatusCode,
    /// The headers in the order received, their names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// The beginning of the body.
    pub(crate) body: String,
}

/// Why nothing was answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SendError {
    /// The host is not one that webhooks may call.
    #[error("{0}")]
    Refused(String),
    /// The receiver took too long.
    #[error("{0}")]
    Timeout(String),
    /// No connection, or a broken one.
    #[error("{0}")]
    Failed(String),
}

impl SendError {
    /// What kind of error it is, in a word.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Refused(_) => "AddressRefused",
            Self::Timeout(_) => "Timeout",
            Self::Failed(_) => "ConnectionFailed",
        }
    }
}

impl Sender {
    /// A sender that keeps to the settings. Certificates are read when something is sent for the first time.
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            hosts: config.webhook_host_whitelist.clone().into(),
            timeout: config.webhook_timeout,
            client: OnceLock::new(),
        }
    }

    /// Sends a request and reads the answer.
    pub(crate) async fn send(
        &self,
        method: Method,
        url: Url,
        headers: &[(String, String)],
        body: Option<String>,
    ) -> Result<Received, SendError> {
        self.check(&url)?;
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let failed =
                || SendError::Failed(format!("the header {name} cannot be sent: it has characters no header may have"));
            let name = HeaderName::try_from(name).map_err(|_| failed())?;
            map.append(name, HeaderValue::from_bytes(value.as_bytes()).map_err(|_| failed())?);
        }
        let client = self.client.get_or_init(|| self.new_client()).as_ref();
        let client = client.map_err(|reason| SendError::Failed(reason.clone()))?;
        let mut request = client.request(method, url).headers(map).version(Version::HTTP_11);
        if let Some(body) = body {
            request = request.body(body);
        }
        let mut response = request.send().await.map_err(failure)?;
        let status = response.status();
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let mut body = Vec::new();
        while body.len() < MOST_OF_BODY {
            let Some(chunk) = response.chunk().await.map_err(failure)? else { break };
            let rest = MOST_OF_BODY - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(rest)]);
        }
        Ok(Received { status, headers, body: String::from_utf8_lossy(&body).into_owned() })
    }

    /// Refuses hosts that are not in the list, and literal addresses, which are not resolved.
    fn check(&self, url: &Url) -> Result<(), SendError> {
        let Some(host) = url.host() else { return Err(SendError::Refused("the address has no host".to_owned())) };
        if names(&self.hosts, &host) {
            return Ok(());
        }
        if !self.hosts.is_empty() {
            return Err(SendError::Refused(format!("the host {host} is not in the list of allowed hosts")));
        }
        match host {
            Host::Ipv4(address) => check_address(IpAddr::V4(address)),
            Host::Ipv6(address) => check_address(IpAddr::V6(address)),
            Host::Domain(_) => Ok(()),
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the broker calls nobody else, and must not depend on the client for brokers"
    )]
    fn new_client(&self) -> Result<reqwest::Client, String> {
        reqwest::Client::builder()
            .tls_backend_preconfigured(tls()?)
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(self.timeout)
            .read_timeout(self.timeout)
            .timeout(self.timeout * MOST_TIMES)
            // A proxy would resolve names out of our sight.
            .no_proxy()
            .gzip(false)
            // Receivers are called seldom; a connection that is kept open may be closed when it is needed.
            .pool_max_idle_per_host(0)
            .dns_resolver(Resolver { hosts: Arc::clone(&self.hosts) })
            .build()
            .map_err(|error| format!("the HTTP client cannot be set up: {}", chain(&error)))
    }
}

/// The platform's root certificates; without any, plain HTTP still works.
fn tls() -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be set up: {error}"))?;
    let config = match Verifier::new(provider) {
        Ok(verifier) => config.dangerous().with_custom_certificate_verifier(Arc::new(verifier)),
        Err(error) => {
            tracing::warn!("webhooks cannot call https addresses, as there are no root certificates: {error}");
            config.with_root_certificates(RootCertStore::empty())
        }
    };
    Ok(config.with_no_client_auth())
}

fn check_address(address: IpAddr) -> Result<(), SendError> {
    if is_public(address) {
        return Ok(());
    }
    let text = format!("{address} is not a public address; a host in the list of allowed hosts may have any");
    Err(SendError::Refused(text))
}

/// Resolves names to addresses that may be called.
struct Resolver {
    hosts: Arc<[HostRule]>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let any = names(&self.hosts, &Host::Domain(name.as_str()));
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if !any && let Some(refused) = found.iter().find_map(|address| check_address(address.ip()).err()) {
                return Err(refused.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

fn failure(error: reqwest::Error) -> SendError {
    // Addresses may hold passwords.
    let error = error.without_url();
    let mut cause: Option<&dyn std::error::Error> = Some(&error);
    while let Some(current) = cause {
        if let Some(refused) = current.downcast_ref::<SendError>() {
            return refused.clone();
        }
        cause = current.source();
    }
    if error.is_timeout() { SendError::Timeout(chain(&error)) } else { SendError::Failed(chain(&error)) }
}

/// An error and its causes in a line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut texts = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(current) = cause {
        texts.push(current.to_string());
        cause = current.source();
    }
    texts.dedup();
    texts.join(": ")
}
