//! Verifies one interaction: set up its states, call the provider, compare, tear down.

mod error;

use std::borrow::Cow;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderMap, Request};
use intact_matching::generate::{self, GenerateContext};
use intact_matching::{ActualResponse, Explanation, Mismatch, ResponseMatcher};
use intact_pact_model::{Headers, HttpRequest, HttpResponse, Interaction, Kind, Pact, ProviderState};

use crate::aside;
use crate::call::{Answer, Endpoints, Limits, Origin, Target, curl, message, request};
use crate::message::{Message, MessageRequest};
use crate::report::{Exchange, InteractionReport};
use crate::request_filter::RequestFilter;
use crate::source::SourcedPact;
use crate::state::{StateError, StateHandler, StateValues, context_of};
use crate::trace;
use intact_broker_client::secrets::{self, Secrets};

pub use error::InteractionError;

/// What all interactions of a run share.
pub(crate) struct Execution<'a> {
    pub(crate) target: &'a Target,
    pub(crate) endpoints: &'a Endpoints,
    pub(crate) states: Option<&'a dyn StateHandler>,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) filter: Option<&'a RequestFilter>,
    pub(crate) async_filter: Option<&'a Filter>,
    pub(crate) producers: Option<&'a Producers>,
    pub(crate) limits: Limits,
    pub(crate) require_states: bool,
    pub(crate) print_curl: bool,
    pub(crate) secrets: &'a Secrets,
    /// When the run must be over, and after how long that is.
    pub(crate) deadline: Option<(tokio::time::Instant, Duration)>,
}

/// A closure that changes requests, with the context that it is given.
pub(crate) type Filter = dyn Fn(Request<Bytes>) -> BoxFuture<'static, Result<Request<Bytes>, StateError>> + Send + Sync;

/// The closures that produce messages, with the context that they are given.
pub(crate) type Producers =
    dyn Fn(MessageRequest) -> BoxFuture<'static, Result<Vec<Message>, StateError>> + Send + Sync;

/// What came of the call, before and apart from tearing down.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) mismatches: Vec<Mismatch>,
    pub(crate) error: Option<InteractionError>,
    pub(crate) explanation: Explanation,
    pub(crate) exchange: Option<Exchange>,
    pub(crate) warnings: Vec<String>,
    /// What a request filter added.
    pub(crate) secrets: Vec<String>,
}

impl Execution<'_> {
    /// Verifies an interaction of `pact`.
    pub(crate) async fn verify(&self, interaction: &Interaction, pact: &SourcedPact) -> InteractionReport {
        let started = Instant::now();
        let mut report = InteractionReport::of(interaction, pact.pending);
        // An interaction without states is told to the handler as well: many use it to clean up.
        let unnamed = [ProviderState::default()];
        let states = if interaction.provider_states.is_empty() { &unnamed[..] } else { &interaction.provider_states };
        let set_up = match self.in_time(self.set_up(states)).await {
            Ok((set_up, warnings)) => {
                report.warnings = warnings;
                set_up
            }
            Err(late) => Err(vec![late]),
        };
        let mut secrets = self.secrets.clone();
        match set_up {
            Ok(values) => {
                let outcome = self.in_time(self.exchange(interaction, &pact.pact, &values)).await;
                let outcome = outcome.unwrap_or_else(|late| Outcome { error: Some(late), ..Outcome::default() });
                secrets = secrets.and(outcome.secrets);
                report.mismatches = outcome.mismatches;
                report.explanation = outcome.explanation;
                report.errors.extend(outcome.error);
                report.exchange = outcome.exchange;
                report.warnings.extend(outcome.warnings);
                self.tear_down(states, &mut report).await;
            }
            Err(errors) => report.errors = errors,
        }
        if !secrets.is_empty() {
            hide(&mut report, &secrets);
        }
        if report.is_success()
            && let Some((_, body)) = report.exchange.as_mut().and_then(|exchange| exchange.answer.as_mut())
        {
            // Thousands of bodies that nobody reads would be kept until the end of the run.
            *body = String::new();
        }
        report.duration = started.elapsed();
        report
    }

    /// Ends what takes longer than the run may.
    async fn in_time<T>(&self, doing: impl Future<Output = T>) -> Result<T, InteractionError> {
        match self.deadline {
            // Asked first: on a busy machine an answer may be there when the time is looked at.
            Some((at, limit)) if tokio::time::Instant::now() >= at => Err(InteractionError::DeadlineReached { limit }),
            Some((at, limit)) => {
                tokio::time::timeout_at(at, doing).await.map_err(|_| InteractionError::DeadlineReached { limit })
            }
            None => Ok(doing.await),
        }
    }

    /// The values of the states, and warnings.
    async fn set_up(&self, states: &[ProviderState]) -> (Result<StateValues, Vec<InteractionError>>, Vec<String>) {
        match self.states {
            Some(handler) => (set_up_by(handler, states).await, Vec::new()),
            None => self.without_handler(states),
        }
    }

    fn without_handler(&self, states: &[ProviderState]) -> (Result<StateValues, Vec<InteractionError>>, Vec<String>) {
        const NOBODY: &str = "no state handler is configured";
        let named = states.iter().filter(|state| !state.name.is_empty()).map(|state| state.name.clone());
        if self.require_states {
            let errors: Vec<_> =
                named.map(|state| InteractionError::SetUp { state, reason: NOBODY.to_owned() }).collect();
            if !errors.is_empty() {
                return (Err(errors), Vec::new());
            }
            return (Ok(StateValues::new()), Vec::new());
        }
        let warnings = named.map(|name| format!("nothing sets up the provider state `{name}`: {NOBODY}")).collect();
        (Ok(context_of(states, Vec::new())), warnings)
    }

    async fn tear_down(&self, states: &[ProviderState], report: &mut InteractionReport) {
        let Some(handler) = self.states else { return };
        for state in states {
            if let Err(error) = handler.tear_down(state).await {
                report.errors.push(InteractionError::TearDown { state: state.name.clone(), reason: error.to_string() });
            }
        }
    }

    async fn exchange(&self, interaction: &Interaction, pact: &Pact, values: &StateValues) -> Outcome {
        let plugins = pact.plugins_of(interaction);
        if !plugins.is_empty() {
            // What the plugin would compare, or how it would reach the provider, nobody else knows.
            let word = if plugins.len() == 1 { "plugin" } else { "plugins" };
            let what = format!("interactions made with the {word} {}", plugins.join(", "));
            return Outcome { error: Some(InteractionError::Unsupported { what }), ..Outcome::default() };
        }
        match &interaction.kind {
            Kind::Http(request, response) => self.http((interaction, request, response), pact, values).await,
            Kind::AsyncMessage(_) | Kind::SyncMessage { .. } => message::verify(self, interaction, pact, values).await,
            Kind::Unknown { type_name, .. } => {
                let what = format!("interactions of the type `{type_name}`");
                Outcome { error: Some(InteractionError::Unsupported { what }), ..Outcome::default() }
            }
        }
    }

    async fn http(
        &self,
        (interaction, expected, response): (&Interaction, &HttpRequest, &HttpResponse),
        pact: &Pact,
        values: &StateValues,
    ) -> Outcome {
        let origin = self.endpoints.for_http(interaction.transport.as_deref());
        let mut outcome = Outcome::default();
        let compared = async {
            let prepared = if expected.generators.is_empty() {
                Cow::Borrowed(expected)
            } else {
                let what = generate::drawn_for(&pact.consumer, interaction);
                let made = with_generated(&what, |context, rng| generate::request(expected, context, rng), values)?;
                outcome.warnings = made.1;
                Cow::Owned(made.0)
            };
            let matcher = ResponseMatcher::compile(response, pact.version)
                .map_err(|error| InteractionError::Contract { reason: error.to_string() })?;
            let request = request::of(&prepared, origin, self.headers)?;
            let answer = self.call(origin, request, response.body.bytes(), &mut outcome).await?;
            let secrets = self.secrets.and(outcome.secrets.iter().cloned());
            let size = answer.body.len().max(response.body.bytes().len());
            let compare = move || {
                let headers = answer.model_headers();
                let actual = ActualResponse::new(answer.status, &headers).with_body(&answer.body);
                let mismatches = matcher.compare(&actual).into_mismatches();
                let explanation = matcher.explain(&actual, &mismatches, &|text| secrets.hide(text));
                (mismatches, explanation)
            };
            let (mismatches, explanation) = aside::compare(size, compare).await?;
            outcome.explanation = explanation;
            Ok(mismatches)
        }
        .await;
        match compared {
            Ok(mismatches) => outcome.mismatches = mismatches,
            Err(error) => outcome.error = Some(error),
        }
        if outcome.error.is_some() || !outcome.mismatches.is_empty() {
            outcome.warnings.extend(generate::how_to_repeat(&expected.generators, &expected.matching_rules));
        }
        outcome
    }

    /// Sends a request and notes in the outcome what was sent and what came back. The body of the answer is unpacked.
    pub(crate) async fn call(
        &self,
        origin: &Origin,
        mut request: Request<Bytes>,
        expected_body: &[u8],
        outcome: &mut Outcome,
    ) -> Result<Answer, InteractionError> {
        let failed = |reason: String| InteractionError::Filter { reason };
        let is_filtered = self.filter.is_some() || self.async_filter.is_some();
        let before = is_filtered.then(|| request.headers().clone());
        if let Some(filter) = self.filter {
            filter(&mut request).map_err(|error| failed(intact_broker_client::http::chain(&*error)))?;
        }
        if let Some(filter) = self.async_filter {
            request = filter(request).await.map_err(|error| failed(error.to_string()))?;
        }
        if let Some(before) = before {
            // What a filter adds is the user's; what the contract has is no secret.
            let mut added = request.headers().clone();
            for (name, value) in &before {
                if added.get(name) == Some(value) {
                    added.remove(name);
                }
            }
            outcome.secrets = secrets::in_headers(&added);
        }
        trace::add_to(request.headers_mut());
        let sent = outcome.exchange.insert(Exchange::of(&request));
        if self.print_curl {
            sent.curl = Some(curl::command(&request, &origin.url));
        }
        let mut answer = self.target.call(origin, request, self.limits).await?;
        answer.body = answer.comparable_body(expected_body, self.limits.body)?;
        sent.answered(answer.status, &answer.body, &self.secrets.and(outcome.secrets.iter().cloned()));
        Ok(answer)
    }
}

async fn set_up_by(handler: &dyn StateHandler, states: &[ProviderState]) -> Result<StateValues, Vec<InteractionError>> {
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

/// Takes secrets out of what the provider, its state handlers and the user's closures said.
fn hide(report: &mut InteractionReport, secrets: &Secrets) {
    report.errors = std::mem::take(&mut report.errors).into_iter().map(|error| error.hidden(secrets)).collect();
    report.mismatches = report.mismatches.iter().map(|one| one.map_texts(|text| secrets.hide(text))).collect();
    report.explanation.hide(&|text| secrets.hide(text));
    for warning in &mut report.warnings {
        *warning = secrets.hide(warning).into_owned();
    }
    if let Some(exchange) = &mut report.exchange {
        exchange.request = secrets.hide(&exchange.request).into_owned();
        exchange.curl = exchange.curl.take().map(|curl| secrets.hide(&curl).into_owned());
        exchange.answer = exchange.answer.take().map(|(status, body)| (status, secrets.hide(&body).into_owned()));
    }
}

/// Runs the generators of a part with the values of the provider states; gives their warnings as text.
pub(crate) fn with_generated<T>(
    what: &str,
    run: impl FnOnce(
        &GenerateContext<'_>,
        &mut dyn generate::Rng,
    ) -> Result<generate::Generated<T>, generate::GenerateError>,
    values: &StateValues,
) -> Result<(T, Vec<String>), InteractionError> {
    match run(&GenerateContext::provider(values, generate::now()), &mut generate::rng(what)) {
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
