//! The one place where HTTP clients are made, so that each of them has time limits and the same TLS.
//!
//! A client is made once and shared: it keeps connections open and loads root certificates at most once.

use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use crate::tls;

/// What a client does about time, redirects, compression, proxies and certificates.
///
/// [`HttpOptions::default`] suits calls to a broker; [`HttpOptions::for_provider`] suits calls whose exact form is what
/// matters, such as a replayed interaction.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// How long one request may take, from connecting to the last byte of the answer.
    pub timeout: Duration,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How many redirects are followed; 0 hands the redirect itself to the caller.
    pub redirects: usize,
    /// Whether compressed answers are asked for and unpacked. Without it the answer's bytes are left alone, and no
    /// `Accept-Encoding` header is added.
    pub decompress: bool,
    /// Whether the proxies named by `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` are used.
    pub system_proxy: bool,
    /// Files with further root certificates (PEM with one or many, or one DER) that are trusted besides the platform's.
    pub ca_certificates: Vec<PathBuf>,
    /// Whether the platform's root certificates are trusted; without them, only those of `ca_certificates`.
    pub platform_roots: bool,
    /// Whether any certificate of a server is accepted.
    pub skip_tls_verification: bool,
    /// What the client shows to servers that ask who it is.
    pub client_certificate: Option<ClientCertificate>,
    /// The `User-Agent` header, if one is sent.
    pub user_agent: Option<String>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_mins(1),
            connect_timeout: Duration::from_secs(10),
            redirects: 0,
            decompress: true,
            system_proxy: true,
            ca_certificates: Vec::new(),
            platform_roots: true,
            skip_tls_verification: false,
            client_certificate: None,
            user_agent: Some(concat!("intact/", env!("CARGO_PKG_VERSION")).to_owned()),
        }
    }
}

impl HttpOptions {
    /// A client that takes nothing from an answer and adds no more to a request than its own name, which some servers ask for:
    /// no redirects followed, no compression negotiated, no proxy.
    pub fn for_provider(timeout: Duration) -> Self {
        Self {
            timeout,
            connect_timeout: timeout.min(Duration::from_secs(10)),
            redirects: 0,
            decompress: false,
            system_proxy: false,
            ca_certificates: Vec::new(),
            platform_roots: true,
            skip_tls_verification: false,
            ..Self::default()
        }
    }
}

/// A certificate with which a client shows who it is, in PEM files.
#[derive(Debug, Clone)]
pub struct ClientCertificate {
    /// The certificate, followed by those of the authorities between it and the root, if there are any.
    pub certificate: PathBuf,
    /// Its private key; may be the same file.
    pub key: PathBuf,
}

/// An HTTP client could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpClientError {
    /// A file with root certificates is of no use.
    #[error("the certificate file `{}` cannot be used: {reason}", file.display())]
    Certificate {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file with the client's certificate or key is of no use.
    #[error("the client certificate or key in `{}` cannot be used: {reason}", file.display())]
    ClientCertificate {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The TLS library refused the settings.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// The HTTP library refused the settings, for example a `User-Agent` with a line break.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(String),
}

/// Makes a client with these options. It does not retry; nothing is sent yet.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub fn http_client(options: &HttpOptions) -> Result<reqwest::Client, HttpClientError> {
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls::client_config(options)?)
        .timeout(options.timeout)
        .connect_timeout(options.connect_timeout)
        .gzip(options.decompress)
        .redirect(match options.redirects {
            0 => reqwest::redirect::Policy::none(),
            most => reqwest::redirect::Policy::limited(most),
        });
    if !options.system_proxy {
        builder = builder.no_proxy();
    }
    if let Some(user_agent) = &options.user_agent {
        builder = builder.user_agent(user_agent.as_str());
    }
    builder.build().map_err(|error| HttpClientError::Client(chain(&error)))
}

/// Why an exchange failed, in one line: without the URL, which may hold a key, and without the layers of the HTTP library,
/// which say nothing that the sentence around this does not.
pub fn failure_reason(error: reqwest::Error) -> String {
    const LAYERS: [&str; 3] = ["error sending request: ", "client error (Connect): ", "tcp connect error: "];
    let reason = chain(&error.without_url());
    LAYERS.iter().fold(reason.as_str(), |reason, layer| reason.strip_prefix(layer).unwrap_or(reason)).to_owned()
}

/// A URL of HTTP, or what is wrong with the text.
pub fn http_url(text: &str) -> Result<Url, String> {
    const NO_SCHEME: &str = "write http:// or https:// before it";
    match Url::parse(text.trim()) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
        // `localhost:9292` reads as an address of the scheme `localhost`.
        Ok(url) if url.cannot_be_a_base() => Err(NO_SCHEME.to_owned()),
        Ok(url) => Err(format!("it begins with {}:// and not with http:// or https://", url.scheme())),
        Err(url::ParseError::RelativeUrlWithoutBase) => Err(NO_SCHEME.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// A URL without user name and password, as it may be shown. Text that is no URL loses everything before its last `@`.
pub fn without_credentials(url: &str) -> String {
    match Url::parse(url) {
        Ok(mut url) if url.has_host() => {
            // These fail for URLs without a host only.
            let _ = url.set_username("");
            let _ = url.set_password(None);
            url.into()
        }
        _ => url.rfind('@').map_or(url, |at| &url[at + 1..]).to_owned(),
    }
}

/// An error and its causes in one line, each said once.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(current) = cause {
        let words = current.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        cause = current.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_url_of_http_is_told_apart() {
        let told = |text| http_url(text).map_or_else(|reason| reason, String::from);
        for (text, expected) in [
            (" https://host/a ", "https://host/a"),
            ("localhost:9292", "write http:// or https:// before it"),
            ("broker.example.com/pacts", "write http:// or https:// before it"),
            ("ftp://host", "it begins with ftp:// and not with http:// or https://"),
            ("http://", "empty host"),
        ] {
            assert_eq!(told(text), expected);
        }
    }

    #[test]
    fn credentials_are_taken_out_of_urls_and_of_what_should_have_been_one() {
        for (url, shown) in [
            ("http://u:p@host/a@b?c=@", "http://host/a@b?c=@"),
            ("http://host/@scope/name", "http://host/@scope/name"),
            ("http//u:p@host/x", "host/x"),
            ("u:p/w@host", "host"),
            ("localhost:9292", "localhost:9292"),
        ] {
            assert_eq!(without_credentials(url), shown);
        }
    }
}
