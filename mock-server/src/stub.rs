//! The stub server: serves the responses of pacts to whoever asks, expecting nothing.
//!
//! Where the mock server is strict, for it stands in a test, the stub is generous, for somebody develops against it: headers
//! may differ, a body may be left out. Method, path and query must be those of an interaction; of a `POST`, `PUT` or `PATCH`
//! with a body, the body too. The interaction with the fewest differences answers, the first defined on a tie.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::Full;
use intact_matching::generate::{self, Draws, GenerateContext};
use intact_matching::{Location, Mismatch};
use intact_pact_model::{Interaction, Pact};
use regex::Regex;

use crate::listen::{Answer, Limits, Listening, NotHttp, Received, Unreadable};
use crate::outcome::{InteractionName, NearInteraction};
use crate::select::Candidates;
use crate::server::{Options, StartError, expects_compressed, origin};
use crate::{explain, respond};

/// What a stub server serves, and how.
#[derive(Debug, Clone, Default)]
pub struct StubOptions {
    server: Options,
    cors: bool,
    cors_referer: bool,
    state: Option<Regex>,
    without_state: bool,
    state_header: Option<String>,
}

/// A provider state filter that is no regular expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is not a regular expression: {reason}")]
pub struct InvalidPattern {
    pattern: String,
    reason: String,
}

impl StubOptions {
    /// The address to listen on; `127.0.0.1` unless set.
    pub fn host(self, host: IpAddr) -> Self {
        Self { server: self.server.host(host), ..self }
    }

    /// The port; 0 (unless set) lets the operating system choose a free one.
    pub fn port(self, port: u16) -> Self {
        Self { server: self.server.port(port), ..self }
    }

    /// Whether to answer every `OPTIONS` request that no interaction is for as browsers want it, and to put CORS headers on
    /// every response.
    pub fn cors(self, cors: bool) -> Self {
        Self { cors, ..self }
    }

    /// Whether the origin that CORS headers allow is taken from the `Referer` of a request instead of its `Origin`, for pages
    /// that are served through something that takes the `Origin` away.
    pub fn cors_referer(self, cors_referer: bool) -> Self {
        Self { cors_referer, ..self }
    }

    /// Serves only interactions with a provider state in which the regular expression finds something.
    ///
    /// # Errors
    ///
    /// If the text is no regular expression.
    pub fn provider_state(self, pattern: &str) -> Result<Self, InvalidPattern> {
        let state = Regex::new(pattern)
            .map_err(|error| InvalidPattern { pattern: pattern.to_owned(), reason: error.to_string() })?;
        Ok(Self { state: Some(state), ..self })
    }

    /// With a filter on provider states, or a header that chooses one: whether to serve interactions without states too.
    pub fn empty_provider_state(self, without_state: bool) -> Self {
        Self { without_state, ..self }
    }

    /// The name of a request header that says, for the request it comes with, which provider state to serve. It holds the
    /// name of the state or a regular expression that finds something in it; a request without it is served from all. With
    /// [`empty_provider_state`](Self::empty_provider_state), interactions without states are served whatever it holds.
    pub fn provider_state_header(self, name: impl Into<String>) -> Self {
        Self { state_header: Some(name.into()), ..self }
    }

    fn compile(&self, pacts: impl IntoIterator<Item = impl Into<Arc<Pact>>>) -> Result<Candidates, StartError> {
        let pacts = pacts.into_iter().map(Into::into).collect();
        Candidates::compile(pacts, |interaction| self.takes(interaction))
            .map_err(|(interaction, source)| StartError::Compile { interaction, source })
    }

    /// Does the filter let the interaction through?
    fn takes(&self, interaction: &Interaction) -> bool {
        let states = &interaction.provider_states;
        self.state.as_ref().is_none_or(|pattern| {
            states.iter().any(|state| pattern.is_match(&state.name)) || (self.without_state && states.is_empty())
        })
    }
}

/// A running stub server. Dropping it frees its port.
#[derive(Debug)]
pub struct StubServer {
    listening: Listening,
    url: String,
    stub: Arc<Stub>,
}

/// An interaction that its own request does not reach, because another one answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Overlap {
    /// The one that is not reached.
    pub hidden: InteractionName,
    /// The one that answers.
    pub answers: InteractionName,
}

impl StubServer {
    /// Starts a server that answers with the responses of the pacts. It is ready when this returns, and may be started
    /// anywhere, as a [`MockServer`](crate::MockServer).
    ///
    /// # Errors
    ///
    /// If the port is taken, or matching rules cannot be used; see [`StartError`].
    pub fn start(
        pacts: impl IntoIterator<Item = impl Into<Arc<Pact>>>,
        options: StubOptions,
    ) -> Result<Self, StartError> {
        let served = Arc::new(options.compile(pacts)?);
        let address = options.server.address;
        let unpack = !served.pacts().iter().any(|pact| expects_compressed(pact));
        let limits = Limits { unpack, ..options.server.limits };
        let stub = Arc::new(Stub { served: RwLock::new(served), options });
        let answer = Arc::clone(&stub);
        let listening = Listening::start(address, limits, None, |_| answer)
            .map_err(|source| StartError::Listen { address, source })?;
        let url = crate::listen::url_of(listening.address(), false);
        Ok(Self { listening, url, stub })
    }

    /// Serves these pacts from now on, instead of those before. Requests in progress are answered from the old ones.
    ///
    /// # Errors
    ///
    /// If matching rules cannot be used; the old pacts stay then.
    pub fn replace(&self, pacts: impl IntoIterator<Item = impl Into<Arc<Pact>>>) -> Result<(), StartError> {
        let served = Arc::new(self.stub.options.compile(pacts)?);
        *self.stub.served.write().unwrap_or_else(PoisonError::into_inner) = served;
        Ok(())
    }

    /// The base URL, without a slash at the end: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.listening.address()
    }

    /// How many interactions it serves: HTTP interactions that the filter lets through.
    pub fn interactions(&self) -> usize {
        self.stub.served().interactions().len()
    }

    /// Interactions that nobody gets with their own request, because an earlier one fits it just as well. A header that
    /// chooses a provider state reaches them.
    ///
    /// Interactions that share method and path are compared pairwise; where very many do, only the first of them are.
    pub fn overlaps(&self) -> Vec<Overlap> {
        const COMPARED: usize = 200;
        let served = self.stub.served();
        let mut overlaps = Vec::new();
        for (at, hidden) in served.interactions().enumerate() {
            let Some((request, _)) = hidden.as_http() else { continue };
            let earlier = served.at_target(&request.method, &request.path).into_iter().take_while(|one| *one < at);
            if let Some(first) = earlier.take(COMPARED).find(|one| served.compare_with(*one, request).is_match()) {
                overlaps.push(Overlap { hidden: served.name(at), answers: served.name(first) });
            }
        }
        overlaps
    }

    /// Stops the server and lets requests in progress end.
    pub async fn finish(self) {
        self.listening.stop().await;
    }
}

#[derive(Debug)]
struct Stub {
    served: RwLock<Arc<Candidates>>,
    options: StubOptions,
}

impl Answer for Stub {
    fn answer(&self, request: Received) -> Response<Full<Bytes>> {
        let served = self.served();
        let referer = self.options.cors_referer.then(|| referring_origin(&request)).flatten();
        let origin = referer.as_deref().or_else(|| origin(&request));
        let mut response = match self.choose(&served, &request) {
            Ok(interaction) => respond_with(&served.draws, interaction, &request),
            Err(_) if request.method == "OPTIONS" && self.options.cors => {
                let wanted = request.headers.get("access-control-request-headers").map(|values| values.join(", "));
                respond::preflight(StatusCode::OK, origin, wanted.as_deref())
            }
            Err(nearest) => {
                let reason = explain::one_line(&request, nearest.first());
                // The answer says why as well, but not to `HEAD`.
                tracing::info!(
                    method = request.method,
                    path = request.path,
                    "no interaction answers the request: {reason}"
                );
                let body = explain::answer("Unexpected-Request", &reason, &nearest);
                let mut response = respond::problem(StatusCode::NOT_FOUND, "Unexpected-Request", &body);
                if self.options.cors {
                    response.headers_mut().remove(header::ACCESS_CONTROL_ALLOW_ORIGIN);
                }
                response
            }
        };
        let headers = response.headers_mut();
        if self.options.cors {
            respond::add_cors(headers, origin);
        }
        headers.entry(header::ACCESS_CONTROL_ALLOW_ORIGIN).or_insert(HeaderValue::from_static("*"));
        response
    }

    fn unreadable(&self, request: &Unreadable) {
        tracing::warn!(method = request.method, path = request.path, "{}", request.reason);
    }

    fn not_http(&self, what: NotHttp) {
        tracing::warn!("{what}");
    }
}

/// Scheme, host and port of the page that a request came from.
fn referring_origin(request: &Received) -> Option<String> {
    let referer = request.headers.get("referer")?.first()?;
    let (scheme, rest) = referer.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    Some(format!("{scheme}://{host}"))
}

/// The provider state that a request asks for in a header.
struct WantedState<'r> {
    name: &'r str,
    pattern: Option<Regex>,
}

impl<'r> WantedState<'r> {
    fn of(request: &'r Received, header: &str) -> Option<Self> {
        let name = request.headers.get(header)?.first()?;
        Some(Self { name, pattern: Regex::new(name).ok() })
    }

    fn is(&self, state: &str) -> bool {
        state == self.name || self.pattern.as_ref().is_some_and(|pattern| pattern.is_match(state))
    }
}

impl Stub {
    fn served(&self) -> Arc<Candidates> {
        Arc::clone(&self.served.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The interaction that answers the request, else the nearest ones.
    fn choose<'s>(&self, served: &'s Candidates, request: &Received) -> Result<&'s Interaction, Vec<NearInteraction>> {
        let actual = request.actual();
        let wanted = self.options.state_header.as_deref().and_then(|name| WantedState::of(request, name));
        let may_answer = |interaction: &Interaction| {
            let states = &interaction.provider_states;
            wanted.as_ref().is_none_or(|wanted| {
                states.iter().any(|state| wanted.is(&state.name)) || (self.options.without_state && states.is_empty())
            })
        };
        let compares_body = matches!(request.method.as_str(), "POST" | "PUT" | "PATCH") && !request.body.is_empty();

        let mut at_target = served.at_target(&request.method, &request.path);
        at_target.retain(|&at| may_answer(served.interaction(at)));
        // Nothing has fewer differences than none; this saves the reports of all the others.
        if let Some(&full) = at_target.iter().find(|&&at| served.matches(at, &actual)) {
            return Ok(served.interaction(full));
        }
        let compared = at_target.into_iter().map(|at| served.compare(at, &actual));
        let fitting =
            compared.filter(|one| !one.comparison.mismatches().iter().any(|one| excludes(one, compares_body)));
        // `min_by_key` keeps the first of equals.
        if let Some(best) = fitting.min_by_key(|one| one.comparison.mismatches().len()) {
            return Ok(served.interaction(best.at));
        }
        Err(NearInteraction::all(served, &served.nearest(&actual, may_answer), request))
    }
}

/// Does the difference keep an interaction from answering?
fn excludes(mismatch: &Mismatch, compares_body: bool) -> bool {
    match mismatch.at {
        Location::Method | Location::Path | Location::Query(_) => true,
        Location::Body(_) => compares_body,
        Location::Header(_) | Location::ContentType | Location::Status | Location::Metadata(_) => false,
    }
}

fn respond_with(draws: &Draws, interaction: &Interaction, request: &Received) -> Response<Full<Bytes>> {
    let Some((_, expected)) = interaction.as_http() else {
        unreachable!("only HTTP interactions are candidates");
    };
    // Nobody sets up states here and there is no provider, so values of either stay as the contract's author wrote them.
    let context = || GenerateContext::consumer(None, generate::now());
    let response = respond::generated((draws, interaction), expected, context)
        .and_then(|response| respond::to_http(&response, &request.method));
    response.unwrap_or_else(|error| respond::unsendable(respond::unsendable_reason(&interaction.description, &error)))
}
