//! Describing a verification: [`VerifierBuilder`], its settings, and where pacts come from.
//!
//! The other settings have a room each, by what they are about: `provider` how it is reached, `closures` what runs in the
//! test's own process, `states` who else sets up provider states, `run` what is verified and what becomes of the result.
//! `check` makes a [`Verifier`](crate::Verifier) of it, `as_test` runs it as a test.

mod as_test;
mod check;
mod closures;
mod provider;
mod run;
mod states;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use intact_pact_model::Pact;

pub use self::check::BuildError;
use crate::call::ServiceTarget;
use crate::handlers::Handlers;
use crate::plan::FailedInteraction;
use crate::publish::PublishOptions;
use crate::request_filter::RequestFilter;
use crate::source::PactSource;
use crate::state::{StateChangeForm, StateHandler};

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
