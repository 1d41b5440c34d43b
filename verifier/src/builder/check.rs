//! Checking a description: everything that can be wrong with it is found before anything is sent.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use intact_broker_client::http::{HttpClientError, HttpOptions, http_client, without_credentials};
use regex::Regex;
use url::Url;

use super::VerifierBuilder;
use crate::call::{Endpoints, HttpTarget, Limits, Origin, Target};
use crate::plan::Filters;
use crate::publish::PublishOptions;
use crate::source::PactSource;
use crate::state::StateHandler;
use crate::state::http::HttpStates;
use crate::state::in_process::InProcessStates;
use crate::verifier::Verifier;

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
    /// More than one of: a state-change URL, a state handler, closures.
    #[error("provider states are set up in two ways: choose one of a state-change URL, a state handler and closures")]
    TwoStateHandlers,
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
    #[error("the request timeout is zero, which leaves no time for any request")]
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
        if self.sources.is_empty() {
            return Err(BuildError::NoSource);
        }
        if self.timeout.is_zero() {
            return Err(BuildError::NoTime);
        }
        let filters = Filters {
            description: regex("description", self.description.as_deref())?,
            state: regex("state", self.state.as_deref())?,
            no_state: self.no_state,
            consumers: self.consumers,
        };
        if filters.state.is_some() && filters.no_state {
            return Err(BuildError::ContradictingFilters);
        }
        if let Some(options) = &self.publish {
            check_publication(options, &self.sources, &filters, self.stop_at_first_failure)?;
        }
        let headers = header_map(&self.headers)?;
        let client = || {
            let options = HttpOptions {
                skip_tls_verification: self.skip_tls_verification,
                ..HttpOptions::for_provider(self.timeout)
            };
            http_client(&options)
        };
        let default = match (&self.url, &self.service) {
            (Some(url), None) => http_url("provider URL", url)?,
            (None, Some(_)) => http_url("provider URL", "http://localhost")?,
            (None, None) => return Err(BuildError::NoProvider),
            (Some(_), Some(_)) => return Err(BuildError::TwoProviders),
        };
        let endpoints = endpoints(&default, &self.base_path, &self.transports)?;
        let mut states: Option<Arc<dyn StateHandler>> = self.state_handler;
        if !self.handlers.is_empty() {
            let closures = InProcessStates { context: self.context, handlers: self.handlers };
            if states.replace(Arc::new(closures)).is_some() {
                return Err(BuildError::TwoStateHandlers);
            }
        }
        if let Some(url) = &self.state_change_url {
            let handler = HttpStates {
                client: client()?,
                url: http_url("state-change URL", url)?,
                form: self.state_change_form,
                tear_down: self.state_change_teardown,
                headers: headers.clone(),
                timeout: self.timeout,
            };
            if states.replace(Arc::new(handler)).is_some() {
                return Err(BuildError::TwoStateHandlers);
            }
        }
        let target = match self.service {
            Some(service) => Target::Service(service),
            None => Target::Http(HttpTarget { client: client()? }),
        };
        Ok(Verifier {
            provider: self.provider,
            sources: self.sources,
            target,
            endpoints,
            states,
            headers,
            filter: self.request_filter,
            limits: Limits { timeout: self.timeout, body: self.largest_body },
            filters,
            stop_at_first_failure: self.stop_at_first_failure,
            nothing_is_fine: self.nothing_is_fine,
            publish: self.publish,
        })
    }
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
    let unusable = |reason: String| BuildError::Url { what: what.to_owned(), url: without_credentials(text), reason };
    let url = Url::parse(text).map_err(|error| unusable(error.to_string()))?;
    if matches!(url.scheme(), "http" | "https") {
        Ok(url)
    } else {
        Err(unusable(format!("its scheme is `{}`", url.scheme())))
    }
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
