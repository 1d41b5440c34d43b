//! Describing a verification.

mod check;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use intact_pact_model::{Pact, ProviderState};
use tower::Service;

pub use self::check::BuildError;
use crate::call::ServiceTarget;
use crate::event::Observer;
use crate::publish::PublishOptions;
use crate::report::{Report, terminal};
use crate::request_filter::RequestFilter;
use crate::source::PactSource;
use crate::state::in_process::Handlers;
use crate::state::{BoxError, IntoStateValues, StateChangeForm, StateHandler};

/// Describes a verification. `C` is what the closures that set up provider states are given; see
/// [`context`](VerifierBuilder::context).
#[must_use = "nothing is verified before `verify` or `run`"]
pub struct VerifierBuilder<C = ()> {
    provider: String,
    sources: Vec<PactSource>,
    url: Option<String>,
    service: Option<ServiceTarget>,
    base_path: String,
    transports: Vec<(String, String)>,
    context: C,
    handlers: Handlers<C>,
    state_handler: Option<Arc<dyn StateHandler>>,
    state_change_url: Option<String>,
    state_change_form: StateChangeForm,
    state_change_teardown: bool,
    headers: Vec<(String, String)>,
    request_filter: Option<RequestFilter>,
    timeout: Duration,
    largest_body: usize,
    skip_tls_verification: bool,
    description: Option<String>,
    state: Option<String>,
    no_state: bool,
    consumers: Vec<String>,
    stop_at_first_failure: bool,
    nothing_is_fine: bool,
    publish: Option<PublishOptions>,
}

impl VerifierBuilder<()> {
    pub(crate) fn new(provider: String) -> Self {
        Self {
            provider,
            sources: Vec::new(),
            url: None,
            service: None,
            base_path: String::new(),
            transports: Vec::new(),
            context: (),
            handlers: Handlers::default(),
            state_handler: None,
            state_change_url: None,
            state_change_form: StateChangeForm::Body,
            state_change_teardown: false,
            headers: Vec::new(),
            request_filter: None,
            timeout: Duration::from_secs(5),
            largest_body: 64 * 1024 * 1024,
            skip_tls_verification: false,
            description: None,
            state: None,
            no_state: false,
            consumers: Vec::new(),
            stop_at_first_failure: false,
            nothing_is_fine: false,
            publish: None,
        }
    }

    /// What the closures that set up provider states are given, cloned for each call: the provider's store, a pool of
    /// database connections. Closures that were registered before get `()`.
    ///
    /// It is handed on as an argument because an `async` closure that captures its surroundings cannot be called more than
    /// once.
    pub fn context<D: Clone + Send + Sync + 'static>(self, context: D) -> VerifierBuilder<D> {
        VerifierBuilder {
            context,
            handlers: self.handlers.with_context(&()),
            provider: self.provider,
            sources: self.sources,
            url: self.url,
            service: self.service,
            base_path: self.base_path,
            transports: self.transports,
            state_handler: self.state_handler,
            state_change_url: self.state_change_url,
            state_change_form: self.state_change_form,
            state_change_teardown: self.state_change_teardown,
            headers: self.headers,
            request_filter: self.request_filter,
            timeout: self.timeout,
            largest_body: self.largest_body,
            skip_tls_verification: self.skip_tls_verification,
            description: self.description,
            state: self.state,
            no_state: self.no_state,
            consumers: self.consumers,
            stop_at_first_failure: self.stop_at_first_failure,
            nothing_is_fine: self.nothing_is_fine,
            publish: self.publish,
        }
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
        self.sources.push(source);
        self
    }

    /// It is fine if there is nothing to verify.
    pub fn ignore_no_pacts(mut self, ignore: bool) -> Self {
        self.nothing_is_fine = ignore;
        self
    }
}

/// How the provider is reached.
impl<C: Clone + Send + Sync + 'static> VerifierBuilder<C> {
    /// The provider runs at this URL. A path in it comes before the path of each request.
    pub fn provider_url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
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
        self.service = Some(ServiceTarget::new(service));
        self
    }

    /// A path that comes before the path of each request.
    pub fn base_path(mut self, path: impl Into<String>) -> Self {
        self.base_path = path.into();
        self
    }

    /// Where the interactions of a transport go: a URL, or a path (`/_messages`) of the provider. Messages go to the one called
    /// `message`.
    pub fn transport(mut self, name: impl Into<String>, location: impl Into<String>) -> Self {
        self.transports.push((name.into(), location.into()));
        self
    }

    /// Sends a header with every request and state change, in place of the contract's header of that name.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Changes each request last, for example to add a token that must be fresh.
    pub fn request_filter(
        mut self,
        filter: impl Fn(&mut Request<Bytes>) -> Result<(), BoxError> + Send + Sync + 'static,
    ) -> Self {
        self.request_filter = Some(Box::new(filter));
        self
    }

    /// How long a request or a state change may take, from connecting to the last byte of the answer (5 seconds unless told).
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The largest body of a response, in bytes (64 MiB unless told).
    pub fn largest_body(mut self, bytes: usize) -> Self {
        self.largest_body = bytes;
        self
    }

    /// Accepts any certificate of the provider.
    pub fn skip_tls_verification(mut self, skip: bool) -> Self {
        self.skip_tls_verification = skip;
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
        V: IntoStateValues,
    {
        self.handlers.set_up(name.into(), set_up);
        self
    }

    /// Sets up every state that has no closure of its own; for interactions without states, the one whose name is empty.
    pub fn any_state<F, Fut, V>(mut self, set_up: F) -> Self
    where
        F: Fn(C, ProviderState) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<V, BoxError>> + Send + 'static,
        V: IntoStateValues,
    {
        self.handlers.any(set_up);
        self
    }

    /// Runs before the states of each interaction, for example to empty the store.
    pub fn before_each<F, Fut>(mut self, run: F) -> Self
    where
        F: Fn(C) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.handlers.before_each(run);
        self
    }

    /// Tears down the state of this name after its interaction.
    pub fn tear_down<F, Fut>(mut self, name: impl Into<String>, tear_down: F) -> Self
    where
        F: Fn(C, ProviderState) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.handlers.tear_down(name.into(), tear_down);
        self
    }

    /// Sets up states in a way of your own.
    pub fn state_handler(mut self, handler: impl StateHandler + 'static) -> Self {
        self.state_handler = Some(Arc::new(handler));
        self
    }

    /// Sets up states by calling this URL.
    pub fn state_change_url(mut self, url: impl Into<String>) -> Self {
        self.state_change_url = Some(url.into());
        self
    }

    /// How states are told to the URL (as a body unless told).
    pub fn state_change_form(mut self, form: StateChangeForm) -> Self {
        self.state_change_form = form;
        self
    }

    /// Calls the URL after each interaction as well.
    pub fn state_change_teardown(mut self, tear_down: bool) -> Self {
        self.state_change_teardown = tear_down;
        self
    }
}

/// What is verified, and what becomes of the result.
impl<C: Clone + Send + Sync + 'static> VerifierBuilder<C> {
    /// Verifies only interactions whose description contains a match of this regular expression.
    pub fn filter_description(mut self, regex: impl Into<String>) -> Self {
        self.description = Some(regex.into());
        self
    }

    /// Verifies only interactions with a provider state that contains a match of this regular expression.
    pub fn filter_state(mut self, regex: impl Into<String>) -> Self {
        self.state = Some(regex.into());
        self
    }

    /// Verifies only interactions without provider states.
    pub fn filter_no_state(mut self, only: bool) -> Self {
        self.no_state = only;
        self
    }

    /// Verifies only pacts of this consumer; may be repeated.
    pub fn filter_consumer(mut self, name: impl Into<String>) -> Self {
        self.consumers.push(name.into());
        self
    }

    /// Ends the run at the first failure of an interaction that is not pending.
    pub fn stop_at_first_failure(mut self, stop: bool) -> Self {
        self.stop_at_first_failure = stop;
        self
    }

    /// Publishes the results to the broker that the pacts come from.
    pub fn publish(mut self, options: PublishOptions) -> Self {
        self.publish = Some(options);
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
    /// # Panics
    ///
    /// If the provider does not keep its contracts; the text of the panic is the report.
    pub async fn verify(self) {
        match self.run(&mut ()).await {
            Ok(report) if report.is_success() => {}
            Ok(report) => panic!("the provider does not keep its contracts\n\n{}", terminal::text(&report)),
            Err(error) => panic!("nothing was verified: {error}"),
        }
    }
}
