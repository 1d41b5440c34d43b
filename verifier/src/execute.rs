//! Verifies one interaction: set up its states, call the provider, compare, tear down.

use std::time::{Duration, Instant};

use http::HeaderMap;
use intact_matching::generate::{self, GenerateContext};
use intact_matching::{ActualResponse, Mismatch, ResponseMatcher};
use intact_pact_model::{Headers, HttpRequest, HttpResponse, Interaction, Kind, ProviderState, SpecVersion};

use crate::call::{Answer, Endpoints, Limits, Target, message, request};
use crate::report::{Exchange, InteractionReport};
use crate::request_filter::RequestFilter;
use crate::state::{StateHandler, StateValues, context_of};

/// An interaction could not be verified: there is nothing to compare. Every one of these fails the interaction.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InteractionError {
    /// A provider state could not be set up, so the request was not sent.
    #[error("{} could not be set up: {reason}", named(state))]
    SetUp {
        /// The state's name; empty for an interaction without states.
        state: String,
        /// What the state handler said.
        reason: String,
    },
    /// A provider state could not be torn down. The comparison before it stands.
    #[error("{} could not be torn down: {reason}", named(state))]
    TearDown {
        /// The state's name.
        state: String,
        /// What the state handler said.
        reason: String,
    },
    /// The request has a part that cannot be sent, or a value for it is missing.
    #[error("the request cannot be sent: {reason}")]
    Request {
        /// Which part, and why.
        reason: String,
    },
    /// The request filter refused the request.
    #[error("the request filter failed: {reason}")]
    Filter {
        /// What the filter said.
        reason: String,
    },
    /// There is no connection to the provider.
    #[error("the provider cannot be reached at {url}: {reason}")]
    Unreachable {
        /// Scheme, host and port.
        url: String,
        /// What the network said.
        reason: String,
    },
    /// The provider did not answer in time.
    #[error("the provider did not answer within {limit:?}")]
    TimedOut {
        /// The time limit.
        limit: Duration,
    },
    /// The provider's answer is no response that could be compared.
    #[error("the provider's answer cannot be used: {reason}")]
    Answer {
        /// What is wrong with it.
        reason: String,
    },
    /// The contract's own rules cannot be understood.
    #[error("the contract cannot be verified: {reason}")]
    Contract {
        /// What is wrong with it.
        reason: String,
    },
    /// The interaction is of a kind that Intact does not verify.
    #[error("not supported: {what}")]
    Unsupported {
        /// The kind.
        what: String,
    },
}

fn named(state: &str) -> String {
    if state.is_empty() { "the empty provider state".to_owned() } else { format!("provider state `{state}`") }
}

impl InteractionError {
    /// Whether the provider could not be reached, as opposed to having said something wrong.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}

/// What all interactions of a run share.
pub(crate) struct Execution<'a> {
    pub(crate) target: &'a Target,
    pub(crate) endpoints: &'a Endpoints,
    pub(crate) states: Option<&'a dyn StateHandler>,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) filter: Option<&'a RequestFilter>,
    pub(crate) limits: Limits,
}

/// What came of the call, before and apart from tearing down.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) mismatches: Vec<Mismatch>,
    pub(crate) error: Option<InteractionError>,
    pub(crate) exchange: Option<Exchange>,
    pub(crate) warnings: Vec<String>,
}

impl Outcome {
    fn of(result: Result<Vec<Mismatch>, InteractionError>, exchange: Option<Exchange>, warnings: Vec<String>) -> Self {
        let (mismatches, error) = match result {
            Ok(mismatches) => (mismatches, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        Self { mismatches, error, exchange, warnings }
    }
}

impl Execution<'_> {
    /// Verifies `interaction`. `pending` says that its pact is.
    pub(crate) async fn verify(
        &self,
        interaction: &Interaction,
        version: SpecVersion,
        pending: bool,
    ) -> InteractionReport {
        let started = Instant::now();
        let mut report = InteractionReport::of(interaction, pending);
        // An interaction without states is told to the handler as well: many use it to clean up.
        let unnamed = [ProviderState::default()];
        let states = if interaction.provider_states.is_empty() { &unnamed[..] } else { &interaction.provider_states };
        match self.set_up(states, &mut report).await {
            Ok(values) => {
                let outcome = self.exchange(interaction, version, &values).await;
                report.mismatches = outcome.mismatches;
                report.errors.extend(outcome.error);
                report.exchange = outcome.exchange;
                report.warnings.extend(outcome.warnings);
                self.tear_down(states, &mut report).await;
            }
            Err(errors) => report.errors = errors,
        }
        report.duration = started.elapsed();
        report
    }

    async fn set_up(
        &self,
        states: &[ProviderState],
        report: &mut InteractionReport,
    ) -> Result<StateValues, Vec<InteractionError>> {
        let Some(handler) = self.states else {
            for state in states.iter().filter(|state| !state.name.is_empty()) {
                report.warnings.push(format!(
                    "nothing sets up the provider state `{}`: no state handler is configured",
                    state.name
                ));
            }
            return Ok(context_of(states, Vec::new()));
        };
        let failed = |state: &str, reason: String| InteractionError::SetUp { state: state.to_owned(), reason };
        if let Err(error) = handler.before_each().await {
            return Err(vec![failed("", format!("what runs before each interaction failed: {error}"))]);
        }
        let mut returned = Vec::new();
        let mut errors = Vec::new();
        for state in states {
            match handler.set_up(state).await {
                Ok(values) => returned.push(values),
                Err(error) => errors.push(failed(&state.name, error.to_string())),
            }
        }
        if errors.is_empty() { Ok(context_of(states, returned)) } else { Err(errors) }
    }

    async fn tear_down(&self, states: &[ProviderState], report: &mut InteractionReport) {
        let Some(handler) = self.states else { return };
        for state in states {
            if let Err(error) = handler.tear_down(state).await {
                report.errors.push(InteractionError::TearDown { state: state.name.clone(), reason: error.to_string() });
            }
        }
    }

    async fn exchange(&self, interaction: &Interaction, version: SpecVersion, values: &StateValues) -> Outcome {
        match &interaction.kind {
            Kind::Http(request, response) => {
                self.http(request, response, interaction.transport.as_deref(), version, values).await
            }
            Kind::AsyncMessage(_) | Kind::SyncMessage { .. } => {
                message::verify(self, interaction, version, values).await
            }
        }
    }

    async fn http(
        &self,
        expected: &HttpRequest,
        response: &HttpResponse,
        transport: Option<&str>,
        version: SpecVersion,
        values: &StateValues,
    ) -> Outcome {
        let origin = self.endpoints.for_http(transport);
        let (prepared, warnings) =
            match with_generated(|context, rng| generate::request(expected, context, rng), values) {
                Ok(generated) => generated,
                Err(error) => return Outcome::of(Err(error), None, Vec::new()),
            };
        let mut exchange = None;
        let result = async {
            let matcher = ResponseMatcher::compile(response, version)
                .map_err(|error| InteractionError::Contract { reason: error.to_string() })?;
            let request = self.filtered(request::of(&prepared, origin, self.headers)?)?;
            let sent = exchange.insert(Exchange::of(&request));
            let answer = self.target.call(origin, request, self.limits).await?;
            let body = answer.comparable_body(response.body.bytes(), self.limits.body)?;
            sent.answered(answer.status, &body);
            let headers = answer.model_headers();
            Ok(matcher.compare(&ActualResponse::new(answer.status, &headers).with_body(&body)).into_mismatches())
        }
        .await;
        Outcome::of(result, exchange, warnings)
    }

    /// Lets the request filter have the last word.
    pub(crate) fn filtered(
        &self,
        mut request: http::Request<bytes::Bytes>,
    ) -> Result<http::Request<bytes::Bytes>, InteractionError> {
        if let Some(filter) = self.filter {
            filter(&mut request)
                .map_err(|error| InteractionError::Filter { reason: intact_broker_client::http::chain(&*error) })?;
        }
        Ok(request)
    }
}

/// Runs the generators of a part with the values of the provider states; gives their warnings as text.
pub(crate) fn with_generated<T>(
    run: impl FnOnce(
        &GenerateContext<'_>,
        &mut dyn generate::Rng,
    ) -> Result<generate::Generated<T>, generate::GenerateError>,
    values: &StateValues,
) -> Result<(T, Vec<String>), InteractionError> {
    match run(&GenerateContext::provider(values, generate::now()), &mut generate::rng()) {
        Ok(generated) => Ok((generated.value, generated.warnings.iter().map(ToString::to_string).collect())),
        Err(error) => Err(InteractionError::Request { reason: error.to_string() }),
    }
}

impl Answer {
    /// The headers as contracts have them: the lines of list headers split into values.
    pub(crate) fn model_headers(&self) -> Headers {
        let mut headers = Headers::default();
        for (name, value) in &self.headers {
            headers.append_line(name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
        }
        headers
    }
}
