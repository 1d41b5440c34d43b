//! What happens during a run, as it happens.

use crate::report::{InteractionReport, PactReport, Report};
use crate::source::{SkippedFile, SourceFailure};

/// One step of a run.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum VerificationEvent<'a> {
    /// A source, or one pact of it, could not be loaded.
    SourceFailed(&'a SourceFailure),
    /// A file of a directory was left out.
    FileSkipped(&'a SkippedFile),
    /// All sources are loaded; this many interactions will be verified.
    Planned {
        /// How many.
        interactions: usize,
    },
    /// The interactions of a pact come next. Its report has none yet.
    PactStarted(&'a PactReport),
    /// An interaction was verified, or not.
    InteractionFinished(&'a InteractionReport),
    /// All interactions of a pact are done.
    PactFinished(&'a PactReport),
    /// The run is over, and its results are published if that was asked for.
    Finished(&'a Report),
}

/// Is told what happens. Reports are observers; so is a progress bar.
pub trait Observer: Send {
    /// Takes note of one step.
    fn on(&mut self, event: &VerificationEvent<'_>);
}

/// Watches nothing.
impl Observer for () {
    fn on(&mut self, _event: &VerificationEvent<'_>) {}
}

/// Tells an observer of a finished run as if it happened now.
pub(crate) fn replay(report: &Report, observer: &mut dyn Observer) {
    for failure in &report.failed_sources {
        observer.on(&VerificationEvent::SourceFailed(failure));
    }
    for file in &report.skipped_files {
        observer.on(&VerificationEvent::FileSkipped(file));
    }
    observer.on(&VerificationEvent::Planned { interactions: report.interactions().count() });
    for pact in &report.pacts {
        observer.on(&VerificationEvent::PactStarted(pact));
        for interaction in &pact.interactions {
            observer.on(&VerificationEvent::InteractionFinished(interaction));
        }
        observer.on(&VerificationEvent::PactFinished(pact));
    }
    observer.on(&VerificationEvent::Finished(report));
}
