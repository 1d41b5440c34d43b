//! What is verified, how many interactions at once, and what becomes of the result.

use std::time::Duration;

use super::VerifierBuilder;
use crate::plan::FailedInteraction;
use crate::publish::PublishOptions;

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
