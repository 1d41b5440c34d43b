//! Checking a description: everything that can be wrong with it is found before anything is sent.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use intact_broker_client::http::{HttpClientError, HttpOptions, http_client, without_credentials};
use regex::Regex;
use url::Url;

use super::VerifierBuilder;
use crate::call::{Endpoints, HttpTarget, Limits, Origin, Target};
use crate::execute::{Filter, Producers};
use crate::handlers::Named;
use crate::message::{Message, MessageRequest};
use crate::plan::Filters;
use crate::publish::PublishOptions;
use crate::schedule::Schedule;
use crate::source::PactSource;
use crate::state::command::CommandStates;
use crate::state::http::HttpStates;
use crate::state::in_process::InProcessStates;
use crate::state::told::Told;
use crate::state::{StateError, StateHandler};
use crate::verifier::Verifier;
use intact_broker_client::secrets::{self, Secrets};

/// A verification that cannot be run as it is described.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Nothing says where pacts come from.
    #[error("there is no source of pacts")]
    NoSource,
    /// Nothing says how to reach the provider.
    #[error("there is no provider: give its URL or, in a test, its service")]
    NoProvider,
    /// A URL and a service.
    #[error("there are two providers: a URL and a service")]
    TwoProviders,
    /// A URL that is none.
    #[error("the {what} `{url}` is not an http or https URL: {reason}")]
    Url {
        /// What it is the URL of.
        what: String,
        /// The text.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A header that cannot be sent.
    #[error("the header `{name}` cannot be sent: {reason}")]
    Header {
        /// Its name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A filter that is no regular expression.
    #[error("the {what} filter is not a regular expression: {reason}")]
    Filter {
        /// `description` or `state`.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A filter for a state and one for interactions without.
    #[error("a filter for a provider state and a filter for interactions without provider states exclude each other")]
    ContradictingFilters,
    /// More than one of: a state-change URL, a command, a state handler, closures.
    #[error(
        "provider states are set up in two ways: choose one of a state-change URL, a command, a state handler and closures"
    )]
    TwoStateHandlers,
    /// Several interactions at once, while closures set up states of the one provider.
    #[error(
        "{jobs} jobs were asked for, but closures set up the states of one provider: \
         say with `isolated` that interactions do not see each other, or ask for one job"
    )]
    NotIsolated {
        /// How many jobs were asked for.
        jobs: usize,
    },
    /// The run would verify a part of a pact, and the broker would take the result for that of the whole.
    #[error("the results of a run that verifies only a part of the pacts are not published ({why})")]
    PartialPublication {
        /// What makes it partial.
        why: &'static str,
    },
    /// Results go to the broker that has the pact, and there is none.
    #[error("results are published to the broker that the pacts come from, but no source is a broker or a URL")]
    NowhereToPublish,
    /// A time limit that no request can keep.
    #[error("the request timeout or the deadline is zero, which leaves no time for any request")]
    NoTime,
    /// A publication without provider version.
    #[error("results cannot be published without the version of the provider")]
    NoProviderVersion,
    /// The HTTP client could not be made.
    #[error(transparent)]
    HttpClient(#[from] HttpClientError),
}

impl<C: Clone + Send + Sync + 'static> VerifierBuilder<C> {
    /// Checks the description.
    pub fn build(self) -> Result<Verifier, BuildError> {
        let Self { settings, context, handlers } = self;
        if settings.sources.is_empty() {
            return Err(BuildError::NoSource);
        }
        if settings.timeout.is_zero() || settings.deadline.is_some_and(|deadline| deadline.is_zero()) {
            return Err(BuildError::NoTime);
        }
        let filters = Filters {
            description: regex("description", settings.description.as_deref())?,
            state: regex("state", settings.state.as_deref())?,
            no_state: settings.no_state,
            consumers: settings.consumers,
            only: settings.only,
        };
        if filters.state.is_some() && filters.no_state {
            return Err(BuildError::ContradictingFilters);
        }
        if let Some(options) = &settings.publish {
            check_publication(options, &settings.sources, &filters, settings.stop_at_first_failure)?;
        }
        let headers = header_map(&settings.headers)?;
        let default = match (&settings.url, &settings.service) {
            (Some(url), None) => http_url("provider URL", url)?,
            (None, Some(_)) => http_url("provider URL", "http://localhost")?,
            (None, None) if !handlers.messages.is_empty() => http_url("provider URL", "http://localhost")?,
            (None, None) => return Err(BuildError::NoProvider),
            (Some(_), Some(_)) => return Err(BuildError::TwoProviders),
        };
        let state_change_url =
            settings.state_change_url.as_deref().map(|url| http_url("state-change URL", url)).transpose()?;
        let endpoints = endpoints(&default, &settings.base_path, &settings.transports)?;
        let sources = settings.sources.iter().filter_map(|source| match source {
            PactSource::Url(_, url) => Url::parse(url).ok(),
            _ => None,
        });
        let urls = endpoints.urls().chain(&state_change_url).cloned().chain(sources);
        let in_urls = urls.flat_map(|url| secrets::in_url(&url));
        let secrets = Secrets::of(settings.secrets.into_iter().chain(in_urls).chain(secrets::in_headers(&headers)));
        let client = if settings.url.is_some() || state_change_url.is_some() {
            Some(http_client(&HttpOptions {
                skip_tls_verification: settings.skip_tls_verification,
                ca_certificates: settings.ca_certificates,
                platform_roots: settings.platform_roots,
                ..HttpOptions::for_provider(settings.timeout)
            })?)
        } else {
            None
        };

        let mut ways: Vec<Arc<dyn StateHandler>> = settings.state_handler.into_iter().collect();
        let in_process = !ways.is_empty() || !handlers.have_no_states();
        let producers = (!handlers.messages.is_empty()).then(|| producers(context.clone(), handlers.messages));
        let async_filter = handlers.filter.map(|filter| {
            let context = context.clone();
            Arc::new(move |request| filter(context.clone(), request)) as Arc<Filter>
        });
        if handlers.before_each.is_some() || !handlers.set_up.is_empty() || !handlers.tear_down.is_empty() {
            ways.push(Arc::new(InProcessStates {
                context,
                before_each: handlers.before_each,
                set_up: handlers.set_up,
                tear_down: handlers.tear_down,
                isolated: settings.isolated,
            }));
        }
        if let (Some(url), Some(client)) = (state_change_url, &client) {
            let whom = HttpStates {
                client: client.clone(),
                url,
                form: settings.state_change_form,
                headers: headers.clone(),
                timeout: settings.timeout,
                secrets: secrets.clone(),
            };
            ways.push(Arc::new(Told { whom, tear_down: settings.state_change_teardown }));
        }
        if let Some(command) = settings.state_command {
            let whom = CommandStates { command, timeout: settings.timeout, secrets: secrets.clone() };
            ways.push(Arc::new(Told { whom, tear_down: settings.state_change_teardown }));
        }
        if ways.len() > 1 {
            return Err(BuildError::TwoStateHandlers);
        }
        let states = ways.pop();
        let schedule = schedule(settings.jobs, states.as_deref(), in_process)?;
        let target = match (settings.service, client) {
            (Some(service), _) => Target::Service(service),
            (None, Some(client)) if settings.url.is_some() => Target::Http(HttpTarget { client }),
            (None, _) => Target::Nowhere,
        };
        Ok(Verifier {
            provider: settings.provider,
            sources: settings.sources,
            target,
            endpoints,
            states,
            headers,
            filter: settings.request_filter,
            async_filter,
            producers,
            limits: Limits { timeout: settings.timeout, body: settings.largest_body },
            deadline: settings.deadline,
            filters,
            schedule,
            secrets,
            require_states: settings.require_states,
            print_curl: settings.print_curl,
            stop_at_first_failure: settings.stop_at_first_failure,
            nothing_is_fine: settings.nothing_is_fine,
            publish: settings.publish,
        })
    }
}

/// How many interactions run at once. States are states of the whole provider, unless their handler says otherwise.
fn schedule(jobs: Option<usize>, states: Option<&dyn StateHandler>, in_process: bool) -> Result<Schedule, BuildError> {
    const A_FEW: usize = 4;
    let isolated = states.is_none_or(StateHandler::is_isolated);
    match jobs {
        Some(jobs) if jobs > 1 && in_process && !isolated => Err(BuildError::NotIsolated { jobs }),
        Some(jobs) => Ok(Schedule { jobs, cautious: false }),
        None if states.is_none() => Ok(Schedule { jobs: A_FEW, cautious: true }),
        None if isolated => Ok(Schedule { jobs: A_FEW, cautious: false }),
        None => Ok(Schedule { jobs: 1, cautious: false }),
    }
}

fn producers<C: Clone + Send + Sync + 'static>(
    context: C,
    messages: Named<C, MessageRequest, Vec<Message>>,
) -> Arc<Producers> {
    Arc::new(move |request: MessageRequest| {
        if let Some(produce) = messages.find(&request.description) {
            return produce(context.clone(), request);
        }
        let to_paste =
            format!("    .message({:?}, async |_context, _request| Ok(serde_json::json!({{}})))", request.description);
        let reason = messages.none_fits(&request.description, &to_paste);
        Box::pin(async { Err(StateError(reason)) })
    })
}

fn check_publication(
    options: &PublishOptions,
    sources: &[PactSource],
    filters: &Filters,
    stops: bool,
) -> Result<(), BuildError> {
    if options.provider_version.trim().is_empty() {
        return Err(BuildError::NoProviderVersion);
    }
    if !sources.iter().any(|source| matches!(source, PactSource::Broker(_) | PactSource::Url(..))) {
        return Err(BuildError::NowhereToPublish);
    }
    if stops {
        return Err(BuildError::PartialPublication { why: "it stops at the first failure" });
    }
    if filters.are_partial() && !options.even_if_partial {
        return Err(BuildError::PartialPublication { why: "filters leave out interactions" });
    }
    Ok(())
}

fn regex(what: &'static str, text: Option<&str>) -> Result<Option<Regex>, BuildError> {
    text.map(Regex::new).transpose().map_err(|error| BuildError::Filter { what, reason: error.to_string() })
}

fn http_url(what: &str, text: &str) -> Result<Url, BuildError> {
    intact_broker_client::http::http_url(text).map_err(|reason| BuildError::Url {
        what: what.to_owned(),
        url: without_credentials(text),
        reason,
    })
}

fn header_map(headers: &[(String, String)]) -> Result<HeaderMap, BuildError> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let unusable = |reason: String| BuildError::Header { name: name.clone(), reason };
        let header = HeaderName::try_from(name.trim()).map_err(|error| unusable(error.to_string()))?;
        map.append(header, HeaderValue::try_from(value.trim()).map_err(|error| unusable(error.to_string()))?);
    }
    Ok(map)
}

fn endpoints(default: &Url, base_path: &str, transports: &[(String, String)]) -> Result<Endpoints, BuildError> {
    let mut base = base_path.trim_matches('/').to_owned();
    if !base.is_empty() {
        base.insert(0, '/');
    }
    let mut origin = Origin::of(default);
    let mut named = Vec::new();
    for (name, location) in transports {
        let mut own = if location.starts_with('/') {
            Origin { base_path: location.trim_end_matches('/').to_owned(), ..origin.clone() }
        } else {
            Origin::of(&http_url(&format!("URL of transport `{name}`"), location)?)
        };
        if own.base_path.is_empty() && matches!(name.as_str(), "http" | "https") {
            own.base_path.clone_from(&base);
        }
        named.push((name.clone(), own));
    }
    origin.base_path.push_str(&base);
    Ok(Endpoints { default: origin, named: named.into() })
}
