//! The mock server: plays the provider of one contract for one test.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::Full;
use intact_matching::CompileError;
use intact_matching::generate::{self, GenerateContext};
use intact_pact_model::Pact;

use crate::body::GZIP;
use crate::listen::{Answer, Limits, Listening, NotHttp, Received, Unreadable};
use crate::outcome::{NearInteraction, Outcome};
use crate::select::{Candidates, Selection};
use crate::session::Session;
use crate::tls::TlsIdentity;
use crate::{explain, respond};

/// How a server listens and what it allows. The defaults suit tests.
#[derive(Debug, Clone)]
pub struct Options {
    pub(crate) address: SocketAddr,
    pub(crate) cors_preflight: bool,
    pub(crate) limits: Limits,
    pub(crate) tls: Option<TlsIdentity>,
    on_refusal: Option<OnRefusal>,
}

/// What is called for each request that is refused.
#[derive(Clone)]
struct OnRefusal(Arc<dyn Fn(&str) + Send + Sync>);

impl std::fmt::Debug for OnRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OnRefusal")
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            cors_preflight: false,
            limits: Limits {
                body: 64 * 1024 * 1024,
                bodies: 256 * 1024 * 1024,
                read: Duration::from_secs(30),
                keep_alive: true,
                unpack: true,
            },
            tls: None,
            on_refusal: None,
        }
    }
}

impl Options {
    /// The address to listen on; `127.0.0.1` unless set.
    pub fn host(mut self, host: IpAddr) -> Self {
        self.address.set_ip(host);
        self
    }

    /// The port; 0 (unless set) lets the operating system choose a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.address.set_port(port);
        self
    }

    /// Whether to answer `OPTIONS` requests that the contract does not expect as browsers want it (a CORS preflight).
    pub fn cors_preflight(self, cors_preflight: bool) -> Self {
        Self { cors_preflight, ..self }
    }

    /// Whether a connection may serve several requests; yes unless set.
    pub fn keep_alive(mut self, keep_alive: bool) -> Self {
        self.limits.keep_alive = keep_alive;
        self
    }

    /// The largest body of a request, in bytes; 64 MiB unless set. Larger ones are answered with 413.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.limits.body = bytes;
        self
    }

    /// How large the bodies of all requests together may be that come at the same time, in bytes; 256 MiB unless set. Requests
    /// beyond that are answered with 503.
    pub fn total_body_limit(mut self, bytes: usize) -> Self {
        self.limits.bodies = bytes;
        self
    }

    /// How long a client may take to send the head of a request, and then its body; 30 seconds each unless set.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.limits.read = timeout;
        self
    }

    /// Speaks TLS with this certificate; HTTP/2 or HTTP/1.1, as the client negotiates.
    #[cfg(feature = "tls")]
    pub fn tls(self, identity: TlsIdentity) -> Self {
        Self { tls: Some(identity), ..self }
    }

    /// Calls `tell` for each request that is refused, **before** the client gets its answer, with the reason in one line: a test
    /// can say it before its own assertions fail for that reason. It is called on the servers' thread, which serves all tests,
    /// so it must not take long. Only for mock servers: stub servers have nothing to refuse.
    pub fn on_refusal(self, tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { on_refusal: Some(OnRefusal(Arc::new(tell))), ..self }
    }
}

/// A server that could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address is not to be had: the port is taken, for example.
    #[error("cannot listen on {address}: {source}")]
    #[non_exhaustive]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// The matching rules of an interaction are of no use.
    #[error("the request of \"{interaction}\" cannot be compared: {source}")]
    #[non_exhaustive]
    Compile {
        /// Description of the interaction.
        interaction: String,
        /// Why not.
        source: CompileError,
    },
}

/// A running mock server. Dropping it frees its port.
#[derive(Debug)]
pub struct MockServer {
    listening: Listening,
    provider: Arc<Provider>,
}

impl MockServer {
    /// Starts a server that answers as the provider of the pact. It is ready when this returns.
    ///
    /// May be called anywhere: the server lives on a thread of its own, so it answers also while a blocking client holds up
    /// the caller's runtime, and needs none. Message interactions of the pact play no role.
    ///
    /// # Errors
    ///
    /// If the port is taken, or matching rules cannot be used; see [`StartError`].
    pub fn start(pact: impl Into<Arc<Pact>>, options: Options) -> Result<Self, StartError> {
        let pact = pact.into();
        let candidates = Candidates::compile(vec![Arc::clone(&pact)], |_| true)
            .map_err(|(interaction, source)| StartError::Compile { interaction, source })?;
        let session = Session::new(candidates.interactions().len());
        let limits = Limits { unpack: !expects_compressed(&pact), ..options.limits };
        let (address, tls) = (options.address, options.tls.clone());
        let is_tls = tls.is_some();
        let mut provider = None;
        let start = |address| {
            let url = crate::listen::url_of(address, is_tls);
            let Options { cors_preflight, on_refusal, .. } = options;
            let started = Arc::new(Provider { pact, candidates, session, url, cors_preflight, on_refusal });
            provider = Some(Arc::clone(&started));
            started as Arc<dyn Answer>
        };
        let listening =
            Listening::start(address, limits, tls, start).map_err(|source| StartError::Listen { address, source })?;
        Ok(Self { listening, provider: provider.expect("a server that listens was given what it answers with") })
    }

    /// The base URL, without a slash at the end: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.provider.url
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.listening.address()
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.address().port()
    }

    /// The contract it plays.
    pub fn pact(&self) -> &Pact {
        &self.provider.pact
    }

    /// What it cannot compare or make as the contract wants it, because it takes a plugin; a sentence for each interaction.
    pub fn warnings(&self) -> Vec<String> {
        self.provider.candidates.plugin_warnings()
    }

    /// What came in up to now.
    pub fn outcome(&self) -> Outcome {
        self.provider.session.outcome(&self.provider.pact, &self.provider.candidates)
    }

    /// Stops the server, lets requests in progress end, and tells what came in. Needs no particular runtime.
    pub async fn finish(self) -> Outcome {
        let Self { listening, provider } = self;
        listening.stop().await;
        provider.session.outcome(&provider.pact, &provider.candidates)
    }

    /// As [`finish`](Self::finish), for code that is not async. Blocks the thread for no longer than requests in progress take,
    /// two seconds at most.
    pub fn finish_blocking(self) -> Outcome {
        let Self { listening, provider } = self;
        listening.stop_blocking();
        provider.session.outcome(&provider.pact, &provider.candidates)
    }
}

/// Answers requests as the contract says.
#[derive(Debug)]
struct Provider {
    pact: Arc<Pact>,
    candidates: Candidates,
    session: Session,
    url: String,
    cors_preflight: bool,
    on_refusal: Option<OnRefusal>,
}

impl Answer for Provider {
    fn answer(&self, request: Received) -> Response<Full<Bytes>> {
        let selection = self.candidates.select(&request.actual());
        // What differs is told once for answer and report, and before the session is locked: other requests come meanwhile.
        let near = match &selection {
            Selection::Matched(_) => Vec::new(),
            Selection::Mismatch(near) | Selection::NotFound(near) => {
                NearInteraction::all(&self.candidates, near, &request)
            }
        };
        self.session.record(&self.candidates, &request, &selection, &near);
        match &selection {
            Selection::Matched(at) => self.matched(*at, &request),
            Selection::Mismatch(_) | Selection::NotFound(_) if request.method == "OPTIONS" && self.cors_preflight => {
                let wanted = request.headers.get("access-control-request-headers").map(|values| values.join(", "));
                respond::preflight(StatusCode::NO_CONTENT, origin(&request), wanted.as_deref())
            }
            Selection::Mismatch(_) => self.refused("Request-Mismatch", &request, &near),
            Selection::NotFound(_) => self.refused("Unexpected-Request", &request, &near),
        }
    }

    fn unreadable(&self, request: &Unreadable) {
        self.session.record_unreadable(request);
        self.tell(&request.to_string());
    }

    fn not_http(&self, what: NotHttp) {
        self.session.record_not_http(what);
    }
}

impl Provider {
    fn refused(&self, kind: &'static str, request: &Received, near: &[NearInteraction]) -> Response<Full<Bytes>> {
        let reason = explain::one_line(request, near.first());
        self.tell(&reason);
        respond::problem(StatusCode::INTERNAL_SERVER_ERROR, kind, &explain::answer(kind, &reason, near))
    }

    fn tell(&self, reason: &str) {
        if let Some(OnRefusal(tell)) = &self.on_refusal {
            tell(reason);
        }
    }

    fn matched(&self, at: usize, request: &Received) -> Response<Full<Bytes>> {
        let interaction = self.candidates.interaction(at);
        let Some((_, expected)) = interaction.as_http() else {
            unreachable!("only HTTP interactions are candidates");
        };
        let context = || GenerateContext::consumer(Some(&self.url), generate::now());
        let response = respond::generated((&self.candidates.draws, interaction), expected, context)
            .and_then(|response| respond::to_http(&response, &request.method));
        match response {
            Ok(mut response) => {
                respond::add_cors(response.headers_mut(), origin(request));
                response
            }
            Err(error) => {
                let reason = respond::unsendable_reason(&interaction.description, &error);
                self.session.record_unsendable(&reason);
                self.tell(&reason);
                respond::unsendable(reason)
            }
        }
    }
}

/// Is a body compressed in the contract itself, so that it is to be compared as it is?
pub(crate) fn expects_compressed(pact: &Pact) -> bool {
    let mut requests = pact.interactions.iter().filter_map(|interaction| Some(interaction.as_http()?.0));
    requests.any(|request| request.body.bytes().starts_with(&GZIP))
}

pub(crate) fn origin(request: &Received) -> Option<&str> {
    request.headers.get("origin")?.first().map(String::as_str)
}
