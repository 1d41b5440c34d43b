//! [`Verifier`], and the story of a run: load, plan, execute, publish.

use std::sync::Arc;
use std::time::Instant;

use http::HeaderMap;

use crate::builder::VerifierBuilder;
use crate::call::{Endpoints, Limits, Target};
use crate::event::{Observer, VerificationEvent};
use crate::execute::Execution;
use crate::plan::{Filters, PlannedPact, plan};
use crate::publish::{PublishOptions, publish};
use crate::report::{PactReport, Publication, Report};
use crate::request_filter::RequestFilter;
use crate::source::{PactSource, load};
use crate::state::StateHandler;

/// Verifies a provider against the pacts of its consumers. Made by [`Verifier::for_provider`].
///
/// Interactions are verified one after the other, because provider states are states of the whole provider.
pub struct Verifier {
    pub(crate) provider: String,
    pub(crate) sources: Vec<PactSource>,
    pub(crate) target: Target,
    pub(crate) endpoints: Endpoints,
    pub(crate) states: Option<Arc<dyn StateHandler>>,
    pub(crate) headers: HeaderMap,
    pub(crate) filter: Option<RequestFilter>,
    pub(crate) limits: Limits,
    pub(crate) filters: Filters,
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
        let sourced = load(&self.sources, &self.provider).await;
        let mut report = Report {
            provider: self.provider.clone(),
            pacts: Vec::new(),
            failed_sources: sourced.failures,
            skipped_files: sourced.skipped,
            nothing_is_fine: self.nothing_is_fine,
            stopped_early: false,
            duration: started.elapsed(),
        };
        for failure in &report.failed_sources {
            observer.on(&VerificationEvent::SourceFailed(failure));
        }
        for file in &report.skipped_files {
            observer.on(&VerificationEvent::FileSkipped(file));
        }
        let mut brokers = Vec::new();
        for planned in plan(sourced.pacts, &self.filters) {
            let (pact, stop) = self.verify_pact(&planned, observer).await;
            report.pacts.push(pact);
            brokers.push(planned.sourced.broker);
            if stop {
                report.stopped_early = true;
                break;
            }
        }
        if let Some(options) = &self.publish {
            publish(&mut report, &brokers, options).await;
        }
        report.duration = started.elapsed();
        observer.on(&VerificationEvent::Finished(&report));
        report
    }

    /// The pact's report, and whether the run shall stop.
    async fn verify_pact(&self, planned: &PlannedPact, observer: &mut dyn Observer) -> (PactReport, bool) {
        let execution = Execution {
            target: &self.target,
            endpoints: &self.endpoints,
            states: self.states.as_deref(),
            headers: &self.headers,
            filter: self.filter.as_ref(),
            limits: self.limits,
        };
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
        let plugins: Vec<_> = sourced
            .pact
            .plugins()
            .iter()
            .map(|plugin| plugin.get("name").map_or_else(|| plugin.to_text(), |name| name.to_text()).into_owned())
            .collect();
        if !plugins.is_empty() {
            let names = plugins.join(", ");
            report.warnings.push(format!("the pact was made with plugins ({names}), which Intact does not run"));
        }
        observer.on(&VerificationEvent::PactStarted(&report));
        let mut stop = false;
        for interaction in &planned.interactions {
            let finished = execution.verify(interaction, report.version, report.pending).await;
            observer.on(&VerificationEvent::InteractionFinished(&finished));
            stop = self.stop_at_first_failure && !finished.is_success() && !finished.pending;
            report.interactions.push(finished);
            if stop {
                break;
            }
        }
        observer.on(&VerificationEvent::PactFinished(&report));
        (report, stop)
    }
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
