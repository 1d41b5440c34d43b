//! [`Verifier`], and the story of a run: load, plan, execute, publish.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use http::HeaderMap;
use intact_pact_model::Interaction;

use crate::builder::VerifierBuilder;
use crate::call::{Endpoints, Limits, Target};
use crate::event::{Observer, VerificationEvent};
use crate::execute::{Execution, Filter, InteractionError, Producers};
use crate::plan::{Filters, PlannedPact, plan};
use crate::publish::{PublishOptions, not_published, publish};
use crate::report::{InteractionReport, PactReport, Publication, Report};
use crate::request_filter::RequestFilter;
use crate::schedule::{Jobs, Schedule};
use crate::source::{PactSource, Sourced, load};
use crate::state::StateHandler;
use intact_broker_client::secrets::Secrets;

/// Verifies a provider against the pacts of its consumers. Made by [`Verifier::for_provider`].
///
/// Where something sets up provider states, interactions are verified one after the other, because those are states of the whole
/// provider; see [`VerifierBuilder::jobs`].
pub struct Verifier {
    pub(crate) provider: String,
    pub(crate) sources: Vec<PactSource>,
    pub(crate) target: Target,
    pub(crate) endpoints: Endpoints,
    pub(crate) states: Option<Arc<dyn StateHandler>>,
    pub(crate) headers: HeaderMap,
    pub(crate) filter: Option<RequestFilter>,
    pub(crate) async_filter: Option<Arc<Filter>>,
    pub(crate) producers: Option<Arc<Producers>>,
    pub(crate) limits: Limits,
    pub(crate) deadline: Option<Duration>,
    pub(crate) filters: Filters,
    pub(crate) schedule: Schedule,
    pub(crate) secrets: Secrets,
    pub(crate) require_states: bool,
    pub(crate) print_curl: bool,
    pub(crate) stop_at_first_failure: bool,
    pub(crate) nothing_is_fine: bool,
    pub(crate) publish: Option<PublishOptions>,
}

impl Verifier {
    /// Begins to describe a verification of the provider of this name.
    pub fn for_provider(name: impl Into<String>) -> VerifierBuilder {
        VerifierBuilder::new(name.into())
    }

    /// Verifies everything, tells the observer as it goes, and publishes if that was asked for.
    pub async fn run(&self, observer: &mut dyn Observer) -> Report {
        let started = Instant::now();
        let deadline = self.deadline.map(|limit| (tokio::time::Instant::now() + limit, limit));
        let sourced = match deadline {
            None => load(&self.sources, &self.provider).await,
            Some((at, limit)) => {
                let loading = tokio::time::timeout_at(at, load(&self.sources, &self.provider)).await;
                loading.unwrap_or_else(|_| Sourced::late(limit))
            }
        };
        let mut report = Report {
            provider: self.provider.clone(),
            pacts: Vec::new(),
            failed_sources: sourced.failures,
            skipped_files: sourced.skipped,
            nothing_is_fine: self.nothing_is_fine,
            stopped_early: false,
            duration: started.elapsed(),
        };
        for failure in &mut report.failed_sources {
            self.secrets.take_out(&mut failure.source);
            self.secrets.take_out(&mut failure.reason);
            observer.on(&VerificationEvent::SourceFailed(failure));
        }
        for file in &report.skipped_files {
            observer.on(&VerificationEvent::FileSkipped(file));
        }
        let mut planned = plan(sourced.pacts, &self.filters);
        for pact in &mut planned {
            self.secrets.take_out(&mut pact.sourced.source);
        }
        let interactions = planned.iter().map(|pact| pact.interactions.len()).sum();
        observer.on(&VerificationEvent::Planned { interactions });
        (report.pacts, report.stopped_early) = self.verify_all(&planned, deadline, observer).await;
        if let Some(options) = &self.publish {
            let brokers: Vec<_> = planned.iter().map(|pact| pact.sourced.broker.as_ref()).collect();
            let publishing = publish(&mut report, &brokers, options);
            match deadline {
                None => publishing.await,
                Some((at, limit)) => {
                    if tokio::time::timeout_at(at, publishing).await.is_err() {
                        not_published(&mut report, &brokers, limit);
                    }
                }
            }
        }
        for pact in &mut report.pacts {
            match &mut pact.publication {
                Publication::Published(Some(text)) | Publication::Failed { reason: text, .. } => {
                    self.secrets.take_out(text);
                }
                Publication::None | Publication::Published(None) => {}
            }
        }
        report.duration = started.elapsed();
        observer.on(&VerificationEvent::Finished(&report));
        report
    }

    /// The reports of the pacts, and whether the run stopped before its end.
    async fn verify_all(
        &self,
        planned: &[PlannedPact],
        deadline: Option<(tokio::time::Instant, Duration)>,
        observer: &mut dyn Observer,
    ) -> (Vec<PactReport>, bool) {
        let execution = Execution {
            target: &self.target,
            endpoints: &self.endpoints,
            states: self.states.as_deref(),
            headers: &self.headers,
            filter: self.filter.as_ref(),
            async_filter: self.async_filter.as_deref(),
            producers: self.producers.as_deref(),
            limits: self.limits,
            require_states: self.require_states,
            print_curl: self.print_curl,
            secrets: &self.secrets,
            deadline,
        };
        let all: Vec<(usize, &Interaction)> = planned
            .iter()
            .enumerate()
            .flat_map(|(at, pact)| pact.interactions.iter().map(move |interaction| (at, interaction)))
            .collect();
        let mut progress = Progress { planned, observer, reports: Vec::new() };
        let mut stopped = false;
        let jobs = Jobs {
            count: all.len(),
            alone: |job: usize| !is_safe(all[job].1),
            start: |job: usize| {
                let (at, interaction) = all[job];
                let pact = &planned[at].sourced;
                let execution = &execution;
                let verifying: BoxFuture<'_, _> =
                    Box::pin(async move { (at, execution.verify(interaction, pact).await) });
                verifying
            },
            slow: |(_, report): &(usize, InteractionReport)| {
                report.errors.iter().any(|error| matches!(error, InteractionError::TimedOut { .. }))
            },
        };
        self.schedule
            .run(jobs, |(at, interaction)| {
                progress.finished(at, &interaction);
                stopped = self.stop_at_first_failure && !interaction.is_success() && !interaction.pending;
                progress.reports[at].interactions.push(interaction);
                if stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .await;
        (progress.end(stopped), stopped)
    }
}

/// Can it be repeated, and run beside others, without changing the provider? Methods of RFC 9110, section 9.2.1.
fn is_safe(interaction: &Interaction) -> bool {
    let safe = ["GET", "HEAD", "OPTIONS", "TRACE"];
    interaction.as_http().is_some_and(|(request, _)| safe.iter().any(|safe| request.method.eq_ignore_ascii_case(safe)))
}

/// Pacts begin and end in their order, as their interactions finish.
struct Progress<'a> {
    planned: &'a [PlannedPact],
    observer: &'a mut dyn Observer,
    /// Of the pacts that have begun.
    reports: Vec<PactReport>,
}

impl Progress<'_> {
    fn finished(&mut self, pact: usize, interaction: &InteractionReport) {
        while self.reports.len() <= pact {
            self.begin_next();
        }
        self.observer.on(&VerificationEvent::InteractionFinished(interaction));
    }

    fn begin_next(&mut self) {
        self.end_last();
        let report = heading(&self.planned[self.reports.len()]);
        self.observer.on(&VerificationEvent::PactStarted(&report));
        self.reports.push(report);
    }

    fn end_last(&mut self) {
        if let Some(last) = self.reports.last() {
            self.observer.on(&VerificationEvent::PactFinished(last));
        }
    }

    fn end(mut self, stopped: bool) -> Vec<PactReport> {
        while !stopped && self.reports.len() < self.planned.len() {
            self.begin_next();
        }
        self.end_last();
        self.reports
    }
}

/// The report of a pact of which nothing is verified yet.
fn heading(planned: &PlannedPact) -> PactReport {
    let sourced = &planned.sourced;
    let mut report = PactReport {
        consumer: sourced.pact.consumer.clone(),
        provider: sourced.pact.provider.clone(),
        source: sourced.source.clone(),
        version: sourced.pact.version,
        pending: sourced.pending,
        wip: sourced.wip,
        notices: sourced.notices.clone(),
        warnings: sourced.warnings.clone(),
        interactions: Vec::new(),
        left_out: planned.left_out,
        publication: Publication::None,
    };
    let plugins = sourced.pact.plugin_names();
    if !plugins.is_empty() {
        let names = plugins.join(", ");
        report.warnings.push(format!("the pact was made with plugins ({names}), which Intact does not run"));
    }
    report
}

impl std::fmt::Debug for Verifier {
    /// Without headers, which may hold credentials.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier")
            .field("provider", &self.provider)
            .field("sources", &self.sources.len())
            .field("filters", &self.filters)
            .field("publish", &self.publish)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_can_be_spawned() {
        fn is_send(_: &impl Send) {}
        let verifier = Verifier::for_provider("P").pact_file("p.json").provider_url("http://localhost").build();
        let verifier = verifier.expect("a verification");
        is_send(&verifier.run(&mut ()));
    }
}
