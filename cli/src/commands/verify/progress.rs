//! A bar below the report of a long run, for somebody who waits at a terminal.
//!
//! It goes to standard error, is gone at the end, and is not drawn at all where nobody watches, nor for runs that are over
//! before one would look for it.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use intact_verifier::{Observer, VerificationEvent};

/// How long a run may take without a bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// A report with a bar below it.
pub(super) struct Progress<R> {
    report: R,
    bar: ProgressBar,
    /// Where the bar is drawn, as soon as it is.
    target: Option<ProgressDrawTarget>,
    patience: Duration,
    began: Instant,
}

impl<R: Observer> Progress<R> {
    /// A bar on standard error, if that is a terminal and something besides the report is welcome.
    pub(super) fn on_terminal(report: R, quiet: bool) -> Self {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        Self::new(report, target, PATIENCE)
    }

    fn new(report: R, target: ProgressDrawTarget, patience: Duration) -> Self {
        let style = ProgressStyle::with_template("{bar:30} {pos} of {len} interactions, {elapsed}");
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { report, bar, target: Some(target), patience, began: Instant::now() }
    }
}

impl<R: Observer> Observer for Progress<R> {
    fn on(&mut self, event: &VerificationEvent<'_>) {
        match event {
            VerificationEvent::Planned { interactions } => {
                self.bar.set_length(u64::try_from(*interactions).unwrap_or(u64::MAX));
            }
            VerificationEvent::Finished(_) => self.bar.finish_and_clear(),
            _ => {}
        }
        // The report's lines scroll by above the bar.
        let Self { report, bar, .. } = self;
        bar.suspend(|| report.on(event));
        if let VerificationEvent::InteractionFinished(_) = event {
            self.bar.inc(1);
            if self.began.elapsed() >= self.patience
                && let Some(target) = self.target.take()
            {
                self.bar.set_draw_target(target);
                self.bar.tick();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use intact_pact_model::Pact;
    use intact_verifier::Verifier;

    use super::*;
    use crate::progress::testing::Screen;

    async fn shown(patience: Duration) -> String {
        let interaction = r#"{"description": "d", "request": {}, "response": {"status": 404}}"#;
        let interactions = vec![interaction.to_owned(); 3].join(",");
        let pact = format!(
            r#"{{"consumer": {{"name": "C"}}, "provider": {{"name": "P"}}, "interactions": [{interactions}]}}"#
        );
        let pact = Pact::read(pact.as_bytes()).expect("a pact").value;
        let screen = Screen::default();
        let target = ProgressDrawTarget::term_like(Box::new(screen.clone()));
        let verifier = Verifier::for_provider("P").pact(pact).service(Router::new()).build().expect("a verifier");
        verifier.run(&mut Progress::new((), target, patience)).await;
        screen.shown()
    }

    #[tokio::test]
    async fn a_long_run_has_a_bar_that_is_cleared_at_the_end() {
        let shown = shown(Duration::ZERO).await;
        assert!(shown.contains("1 of 3 interactions"), "{shown:?}");
        assert!(shown.ends_with("<cleared>"), "{shown:?}");
    }

    #[tokio::test]
    async fn a_short_run_has_none() {
        assert_eq!(shown(Duration::MAX).await, "");
    }
}
