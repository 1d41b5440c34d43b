//! The stub server: serves the responses of pacts to whoever asks, expecting nothing.
//!
//! Where the mock server is strict, for it stands in a test, the stub is generous, for somebody develops against it: headers
//! may differ, a body may be left out. Method, path and query must be those of an interaction; of a `POST`, `PUT` or `PATCH`
//! with a body, the body too. The interaction with the fewest differences answers, the first defined on a tie.

use std::cmp::Reverse;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::Full;
use intact_matching::generate::{self, GenerateContext};
use intact_matching::{ActualRequest, Location, Mismatch};
use intact_pact_model::json::Object;
use intact_pact_model::{Interaction, Pact};
use regex::Regex;

use crate::listen::{Answer, Limits, Listening, Received, Unreadable};
use crate::select::{Candidates, Compared, REPORTED};
use crate::server::{Options, StartError, expects_compressed, origin};
use crate::session::NearInteraction;
use crate::{explain, respond};

/// What a stub server serves, and how.
#[derive(Debug, Clone, Default)]
pub struct StubOptions {
    server: Options,
    cors: bool,
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

    /// With a filter on provider states: whether to serve interactions without states too.
    pub fn empty_provider_state(self, without_state: bool) -> Self {
        Self { without_state, ..self }
    }

    /// The name of a request header that says, for the request it comes with, which provider state to serve. It holds the
    /// name of the state; a request without it is served from all.
    pub fn provider_state_header(self, name: impl Into<String>) -> Self {
        Self { state_header: Some(name.into()), ..self }
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
    interactions: usize,
}

impl StubServer {
    /// Starts a server that answers with the responses of the pacts. It is ready when this returns, and may be started
    /// anywhere, as a [`MockServer`](crate::MockServer).
    ///
    /// # Errors
    ///
    /// If the port is taken, or matching rules cannot be used; see [`StartError`].
    pub fn start(pacts: Vec<Pact>, options: StubOptions) -> Result<Self, StartError> {
        let mut served = Vec::with_capacity(pacts.len());
        for pact in pacts {
            let candidates = Candidates::compile(&pact, |interaction| options.takes(interaction)).map_err(
                |(interaction, source)| StartError::Compile { interaction: interaction.description.clone(), source },
            )?;
            served.push((pact, candidates));
        }
        let interactions = served.iter().map(|(_, candidates)| candidates.positions().count()).sum();
        let address = options.server.address;
        let unpack = !served.iter().any(|(pact, _)| expects_compressed(pact));
        let limits = Limits { unpack, ..options.server.limits };
        let stub = Arc::new(Stub { served, options });
        let listening =
            Listening::start(address, limits, |_| stub).map_err(|source| StartError::Listen { address, source })?;
        let url = crate::listen::url_of(listening.address());
        Ok(Self { listening, url, interactions })
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
        self.interactions
    }

    /// Stops the server and lets requests in progress end.
    pub async fn finish(self) {
        self.listening.stop().await;
    }
}

#[derive(Debug)]
struct Stub {
    served: Vec<(Pact, Candidates)>,
    options: StubOptions,
}

impl Answer for Stub {
    fn answer(&self, request: Received) -> Response<Full<Bytes>> {
        let mut response = match self.choose(&request) {
            Ok(interaction) => respond_with(interaction, &request),
            Err(_) if request.method == "OPTIONS" && self.options.cors => {
                let wanted = request.headers.get("access-control-request-headers").map(|values| values.join(", "));
                respond::preflight(StatusCode::OK, origin(&request), wanted.as_deref())
            }
            Err(nearest) => {
                tracing::info!(method = request.method, path = request.path, "no interaction answers the request");
                let reason = explain::one_line(&request, nearest.first());
                let body = explain::answer("Unexpected-Request", &reason, &nearest);
                respond::problem(StatusCode::NOT_FOUND, "Unexpected-Request", &body)
            }
        };
        let headers = response.headers_mut();
        if self.options.cors {
            respond::add_cors(headers, origin(&request));
        }
        headers.entry(header::ACCESS_CONTROL_ALLOW_ORIGIN).or_insert(HeaderValue::from_static("*"));
        response
    }

    fn unreadable(&self, request: &Unreadable) {
        tracing::warn!(method = request.method, path = request.path, "{}", request.reason);
    }

    fn not_http(&self) {
        tracing::warn!("a connection sent no valid HTTP; does the client use `https`?");
    }
}

impl Stub {
    /// The interaction that answers the request, else the nearest ones.
    fn choose(&self, request: &Received) -> Result<&Interaction, Vec<NearInteraction>> {
        let actual = ActualRequest {
            method: &request.method,
            path: &request.path,
            query: request.query.as_deref(),
            headers: &request.headers,
            body: Some(&request.body),
        };
        let wanted_state = self.options.state_header.as_deref().and_then(|name| request.headers.get(name)?.first());
        let in_wanted_state = |interaction: &Interaction| {
            wanted_state.is_none_or(|wanted| interaction.provider_states.iter().any(|state| state.name == *wanted))
        };
        let compares_body = matches!(request.method.as_str(), "POST" | "PUT" | "PATCH") && !request.body.is_empty();

        let mut best: Option<(usize, &Interaction)> = None;
        let mut near: Vec<(&Pact, Compared)> = Vec::new();
        for (pact, candidates) in &self.served {
            for compared in candidates.compare_all(&actual) {
                let interaction = &pact.interactions[compared.at];
                if !in_wanted_state(interaction) {
                    continue;
                }
                let mismatches = compared.comparison.mismatches();
                if mismatches.iter().any(|mismatch| excludes(mismatch, compares_body)) {
                    near.push((pact, compared));
                } else if best.is_none_or(|(fewest, _)| mismatches.len() < fewest) {
                    best = Some((mismatches.len(), interaction));
                }
            }
        }
        if let Some((_, interaction)) = best {
            return Ok(interaction);
        }
        near.sort_by_key(|(_, near)| (near.comparison.has_method_or_path_mismatch(), Reverse(near.comparison.score())));
        near.truncate(REPORTED);
        Err(near.iter().map(|(pact, compared)| NearInteraction::of(pact, compared)).collect())
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

fn respond_with(interaction: &Interaction, request: &Received) -> Response<Full<Bytes>> {
    let Some((_, expected)) = interaction.as_http() else {
        unreachable!("only HTTP interactions are candidates");
    };
    // Nobody sets up states here; what the contract's author wrote as their parameters is the best there is.
    let mut states = Object::new();
    for (name, value) in interaction.provider_states.iter().flat_map(|state| state.params.iter()) {
        states.insert(name.to_owned(), value.clone());
    }
    let context = || GenerateContext::provider(&states, generate::now());
    let response =
        respond::generated(expected, context).and_then(|response| respond::to_http(&response, &request.method));
    response.unwrap_or_else(|error| respond::unsendable(respond::unsendable_reason(&interaction.description, &error)))
}
