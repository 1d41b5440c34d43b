//! Describing a verification.

mod check;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use intact_pact_model::json::Json;
use intact_pact_model::{Pact, ProviderState};
use serde::de::DeserializeOwned;
use tower::Service;

pub use self::check::BuildError;
use crate::call::ServiceTarget;
use crate::event::{Observer, VerificationEvent};
use crate::handlers::{Handlers, closure};
use crate::message::{IntoMessages, MessageRequest};
use crate::plan::FailedInteraction;
use crate::publish::PublishOptions;
use crate::report::{Report, terminal};
use crate::request_filter::RequestFilter;
use crate::source::PactSource;
use crate::state::{BoxError, IntoStateValues, StateChangeForm, StateHandler};

/// Describes a verification. `C` is what closures are given; see [`context`](VerifierBuilder::context).
#[must_use = "nothing is verified before `verify` or `run`"]
pub struct VerifierBuilder<C = ()> {
    settings: Settings,
    context: C,
    handlers: Handlers<C>,
}

/// What does not depend on the context.
struct Settings {
    provider: String,
    sources: Vec<PactSource>,
    url: Option<String>,
    service: Option<ServiceTarget>,
    base_path: String,
    transports: Vec<(String, String)>,
    isolated: bool,
    state_handler: Option<Arc<dyn StateHandler>>,
    state_change_url: Option<String>,
    state_change_form: StateChangeForm,
    state_change_teardown: bool,
    state_command: Option<String>,
    require_states: bool,
    headers: Vec<(String, String)>,
    secrets: Vec<String>,
    request_filter: Option<RequestFilter>,
    timeout: Duration,
    deadline: Option<Duration>,
    largest_body: usize,
    skip_tls_verification: bool,
    ca_certificates: Vec<PathBuf>,
    platform_roots: bool,
    description: Option<String>,
    state: Option<String>,
    no_state: bool,
    consumers: Vec<String>,
    only: Option<Vec<FailedInteraction>>,
    jobs: Option<usize>,
    stop_at_first_failure: bool,
    nothing_is_fine: bool,
    print_curl: bool,
    publish: Option<PublishOptions>,
}

impl VerifierBuilder<()> {
    pub(crate) fn new(provider: String) -> Self {
        let settings = Settings {
            provider,
            sources: Vec::new(),
            url: None,
            service: None,
            base_path: String::new(),
            transports: Vec::new(),
            isolated: false,
            state_handler: None,
            state_change_url: None,
            state_change_form: StateChangeForm::Body,
            state_change_teardown: false,
            state_command: None,
            require_states: false,
            headers: Vec::new(),
            secrets: Vec::new(),
            request_filter: None,
            timeout: Duration::from_secs(5),
            deadline: None,
            largest_body: 64 * 1024 * 1024,
            skip_tls_verification: false,
            ca_certificates: Vec::new(),
            platform_roots: true,
            description: None,
            state: None,
            no_state: false,
            consumers: Vec::new(),
            only: None,
            jobs: None,
            stop_at_first_failure: false,
            nothing_is_fine: false,
            print_curl: false,
            publish: None,
        };
        Self { settings, context: (), handlers: Handlers::default() }
    }

    /// What closures are given, cloned for each call: the provider's store, a pool of database connections. Closures that were
    /// registered before get `()`.
    ///
    /// It is handed on as an argument because an `async` closure that captures its surroundings cannot be called more than
    /// once.
    pub fn context<D: Clone + Send + Sync + 'static>(self, context: D) -> VerifierBuilder<D> {
        VerifierBuilder { settings: self.settings, context, handlers: self.handlers.with_context(&()) }
    }
}

/// Where pacts come from.
impl<C: Clone + Send + Sync + 'static> VerifierBuilder<C> {
    /// Verifies the pact in this file.
    pub fn pact_file(self, path: impl Into<PathBuf>) -> Self {
        self.source(PactSource::File(path.into()))
    }

    /// Verifies all pacts of the provider in this directory and below.
    pub fn pact_directory(self, path: impl Into<PathBuf>) -> Self {
        self.source(PactSource::Directory(path.into()))
    }

    /// Verifies this pact.
    pub fn pact(self, pact: Pact) -> Self {
        self.source(PactSource::Pact(Box::new(pact)))
    }

    /// Verifies the pacts of this source. Sources are used in the order they are given.
    pub fn source(mut self, source: PactSource) -> Self {
        self.settings.sources.push(source);
        self
    }

    /// It is fine if there is nothing to verify.
    pub fn ignore_no_pacts(mut self, ignore: bool) -> Self {
        self.settings.nothing_is_fine = ignore;
        self
    }
}

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
        self.settings.service = Some(ServiceTarget::new(service));
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

    /// Changes each request last and may wait for something on the way, for example for a token.
    pub fn async_request_filter<F, Fut>(mut self, filter: F) -> Self
    where
        F: Fn(C, Request<Bytes>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Request<Bytes>, BoxError>> + Send + 'static,
    {
        self.handlers.filter = Some(closure(filter, Ok));
        self
    }

    /// Produces the messages of the interaction of this description in this process. From the first producer on, a message
    /// without one fails its interaction, and no provider is asked for messages.
    pub fn message<F, Fut, M>(mut self, description: impl Into<String>, produce: F) -> Self
    where
        F: Fn(C, MessageRequest) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<M, BoxError>> + Send + 'static,
        M: IntoMessages + 'static,
    {
        self.handlers.messages.insert(description.into(), closure(produce, |made: M| Ok(made.into_messages())));
        self
    }

    /// Produces every message that has no producer of its own.
    pub fn any_message<F, Fut, M>(mut self, produce: F) -> Self
    where
        F: Fn(C, MessageRequest) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<M, BoxError>> + Send + 'static,
        M: IntoMessages + 'static,
    {
        self.handlers.messages.insert_for_all(closure(produce, |made: M| Ok(made.into_messages())));
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

/// Provider states.
impl<C: Clone + Send + Sync + 'static> VerifierBuilder<C> {
    /// Sets up the state of this name. What the closure returns beside `()` (a JSON object) are values for `ProviderState`
    /// generators. From the first closure on, a state without one fails its interaction.
    pub fn state<F, Fut, V>(mut self, name: impl Into<String>, set_up: F) -> Self
    where
        F: Fn(C, ProviderState) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<V, BoxError>> + Send + 'static,
        V: IntoStateValues + 'static,
    {
        self.handlers.set_up.insert(name.into(), closure(set_up, V::into_state_values));
        self
    }

    /// The same, with the state's parameters read into a type of the closure's own.
    pub fn state_with<P, F, Fut, V>(mut self, name: impl Into<String>, set_up: F) -> Self
    where
        P: DeserializeOwned + Send + 'static,
        F: Fn(C, P) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<V, BoxError>> + Send + 'static,
        V: IntoStateValues + 'static,
    {
        let set_up = Arc::new(set_up);
        let run = move |context: C, state: ProviderState| {
            let set_up = Arc::clone(&set_up);
            async move {
                let params = Json::Object(state.params).to_compact();
                let params = serde_json::from_str(&params)
                    .map_err(|error| format!("its parameters {params} are not what the handler takes: {error}"))?;
                set_up(context, params).await
            }
        };
        self.handlers.set_up.insert(name.into(), closure(run, V::into_state_values));
        self
    }

    /// Sets up every state that has no closure of its own; for interactions without states, the one whose name is empty.
    pub fn any_state<F, Fut, V>(mut self, set_up: F) -> Self
    where
        F: Fn(C, ProviderState) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<V, BoxError>> + Send + 'static,
        V: IntoStateValues + 'static,
    {
        self.handlers.set_up.insert_for_all(closure(set_up, V::into_state_values));
        self
    }

    /// Runs before the states of each interaction, for example to empty the store.
    pub fn before_each<F, Fut>(mut self, run: F) -> Self
    where
        F: Fn(C) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.handlers.before_each = Some(closure(move |context, ()| run(context), Ok));
        self
    }

    /// Tears down the state of this name after its interaction.
    pub fn tear_down<F, Fut>(mut self, name: impl Into<String>, tear_down: F) -> Self
    where
        F: Fn(C, ProviderState) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.handlers.tear_down.insert(name.into(), closure(tear_down, Ok));
        self
    }

    /// Sets up states in a way of your own.
    pub fn state_handler(mut self, handler: impl StateHandler + 'static) -> Self {
        self.settings.state_handler = Some(Arc::new(handler));
        self
    }

    /// Says that the closures let several interactions run at once without seeing each other, for example because each state
    /// makes records of its own. Without it interactions run one after the other.
    pub fn isolated(mut self) -> Self {
        self.settings.isolated = true;
        self
    }

    /// Sets up states by running this command in the system's shell: on standard input it is given
    /// `{"action": "setup", "params": {…}, "state": "NAME"}`, to standard output it may write a JSON object with values.
    /// [`state_change_teardown`](Self::state_change_teardown) holds for it too.
    pub fn state_command(mut self, command: impl Into<String>) -> Self {
        self.settings.state_command = Some(command.into());
        self
    }

    /// Fails interactions with provider states if nothing sets them up, which is a warning otherwise.
    pub fn require_states(mut self, require: bool) -> Self {
        self.settings.require_states = require;
        self
    }

    /// Sets up states by calling this URL.
    pub fn state_change_url(mut self, url: impl Into<String>) -> Self {
        self.settings.state_change_url = Some(url.into());
        self
    }

    /// How states are told to the URL (as a body unless told).
    pub fn state_change_form(mut self, form: StateChangeForm) -> Self {
        self.settings.state_change_form = form;
        self
    }

    /// Calls the URL after each interaction as well.
    pub fn state_change_teardown(mut self, tear_down: bool) -> Self {
        self.settings.state_change_teardown = tear_down;
        self
    }
}

/// What is verified, and what becomes of the result.
impl<C: Clone + Send + Sync + 'static> VerifierBuilder<C> {
    /// Verifies only interactions whose description contains a match of this regular expression.
    pub fn filter_description(mut self, regex: impl Into<String>) -> Self {
        self.settings.description = Some(regex.into());
        self
    }

    /// Verifies only interactions with a provider state that contains a match of this regular expression.
    pub fn filter_state(mut self, regex: impl Into<String>) -> Self {
        self.settings.state = Some(regex.into());
        self
    }

    /// Verifies only interactions without provider states.
    pub fn filter_no_state(mut self, only: bool) -> Self {
        self.settings.no_state = only;
        self
    }

    /// Verifies only pacts of this consumer; may be repeated.
    pub fn filter_consumer(mut self, name: impl Into<String>) -> Self {
        self.settings.consumers.push(name.into());
        self
    }

    /// Verifies only interactions that failed in an earlier run, as [`report::json::failed`](crate::report::json::failed) reads
    /// them from its report.
    pub fn only(mut self, failed: Vec<FailedInteraction>) -> Self {
        self.settings.only = Some(failed);
        self
    }

    /// How many interactions run at once; results keep the order of the pacts.
    ///
    /// Unless told, one after the other where something sets up provider states, and else a few of those with safe methods.
    pub fn jobs(mut self, jobs: usize) -> Self {
        self.settings.jobs = Some(jobs);
        self
    }

    /// How long the whole run may take. What is not verified by then fails.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.settings.deadline = Some(deadline);
        self
    }

    /// Reports failures with a `curl` command that repeats the request.
    pub fn print_curl(mut self, print: bool) -> Self {
        self.settings.print_curl = print;
        self
    }

    /// Ends the run at the first failure of an interaction that is not pending.
    pub fn stop_at_first_failure(mut self, stop: bool) -> Self {
        self.settings.stop_at_first_failure = stop;
        self
    }

    /// Publishes the results to the broker that the pacts come from.
    pub fn publish(mut self, options: PublishOptions) -> Self {
        self.settings.publish = Some(options);
        self
    }
}

/// The end of the description.
impl<C: Clone + Send + Sync + 'static> VerifierBuilder<C> {
    /// Verifies everything and tells the observer as it goes; `&mut ()` watches nothing.
    pub async fn run(self, observer: &mut dyn Observer) -> Result<Report, BuildError> {
        Ok(self.build()?.run(observer).await)
    }

    /// Verifies everything, as a test.
    ///
    /// The variables `PACT_DESCRIPTION` and `PACT_PROVIDER_STATE` are filters, unless the test has its own, so that one failing
    /// interaction can be run alone.
    ///
    /// # Panics
    ///
    /// If the provider does not keep its contracts; the text of the panic is the report.
    pub async fn verify(mut self) {
        let variable = |name| std::env::var(name).ok().filter(|text| !text.trim().is_empty());
        self.settings.description = self.settings.description.or_else(|| variable("PACT_DESCRIPTION"));
        if !self.settings.no_state {
            self.settings.state = self.settings.state.or_else(|| variable("PACT_PROVIDER_STATE"));
        }
        match self.run(&mut EachLine).await {
            Ok(report) if report.is_success() => {}
            Ok(report) => panic!(
                "the provider does not keep its contracts\n\n{}{}",
                terminal::text(&report),
                how_to_repeat(&report).unwrap_or_default()
            ),
            Err(error) => panic!("nothing was verified: {error}"),
        }
    }
}

/// One line for each interaction into the output of the test, which is shown if the test fails or if that is asked for.
struct EachLine;

impl Observer for EachLine {
    #[expect(clippy::print_stdout, reason = "the output of a test, which its harness keeps")]
    fn on(&mut self, event: &VerificationEvent<'_>) {
        if let VerificationEvent::InteractionFinished(interaction) = event {
            let fate = if interaction.is_success() { "ok" } else { "FAILED" };
            println!("{} ... {fate}", interaction.description.escape_debug());
        }
    }
}

/// The command that runs the first failed interaction alone.
fn how_to_repeat(report: &Report) -> Option<String> {
    let failed = report.interactions().find(|interaction| !interaction.is_success() && !interaction.pending)?;
    let regex = regex::escape(&failed.description).replace('\'', ".");
    let thread = std::thread::current();
    let test = thread.name().filter(|name| *name != "main").unwrap_or_default();
    Some(format!("to run one interaction alone: PACT_DESCRIPTION='^{regex}$' cargo test {test}\n"))
}
