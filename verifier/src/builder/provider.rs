//! How the provider is reached, and what is sent with each request.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt as _};

use super::VerifierBuilder;
use crate::call::{self, ServiceTarget};
use crate::state::BoxError;

/// How the provider is reached.
impl<C: Clone + Send + Sync + 'static> VerifierBuilder<C> {
    /// The provider runs at this URL. A path in it comes before the path of each request.
    pub fn provider_url(mut self, url: impl Into<String>) -> Self {
        self.settings.url = Some(url.into());
        self
    }

    /// The provider is this service, for example an axum `Router`: called in this process, without a socket. Headers that
    /// only a server adds, such as `Date`, are not there.
    pub fn service<S, B>(mut self, service: S) -> Self
    where
        S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        let service = service.map_response(|response| response.map(call::whole_chunks)).map_err(Into::into);
        self.settings.service = Some(ServiceTarget(BoxCloneSyncService::new(service)));
        self
    }

    /// A path that comes before the path of each request.
    pub fn base_path(mut self, path: impl Into<String>) -> Self {
        self.settings.base_path = path.into();
        self
    }

    /// Where the interactions of a transport go: a URL, or a path (`/_messages`) of the provider. Messages go to the one called
    /// `message`.
    pub fn transport(mut self, name: impl Into<String>, location: impl Into<String>) -> Self {
        self.settings.transports.push((name.into(), location.into()));
        self
    }

    /// Sends a header with every request and state change, in place of the contract's header of that name.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.headers.push((name.into(), value.into()));
        self
    }

    /// Changes each request last, for example to add a token that must be fresh.
    pub fn request_filter(
        mut self,
        filter: impl Fn(&mut Request<Bytes>) -> Result<(), BoxError> + Send + Sync + 'static,
    ) -> Self {
        self.settings.request_filter = Some(Box::new(filter));
        self
    }

    /// A text that must never be shown, written or published. Credentials in headers are known to be secret anyway.
    pub fn secret(mut self, text: impl Into<String>) -> Self {
        self.settings.secrets.push(text.into());
        self
    }

    /// Trusts the root certificates in this file (PEM or DER) besides the platform's.
    pub fn ca_certificate(mut self, file: impl Into<PathBuf>) -> Self {
        self.settings.ca_certificates.push(file.into());
        self
    }

    /// Whether the platform's root certificates are trusted (they are unless told otherwise).
    pub fn platform_roots(mut self, trusted: bool) -> Self {
        self.settings.platform_roots = trusted;
        self
    }

    /// How long a request or a state change may take, from connecting to the last byte of the answer (5 seconds unless told).
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// The largest body of a response, in bytes (64 MiB unless told).
    pub fn largest_body(mut self, bytes: usize) -> Self {
        self.settings.largest_body = bytes;
        self
    }

    /// Accepts any certificate of the provider.
    pub fn skip_tls_verification(mut self, skip: bool) -> Self {
        self.settings.skip_tls_verification = skip;
        self
    }
}
