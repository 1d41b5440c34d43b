//! Running a description, and running it as a test.

use super::{BuildError, VerifierBuilder};
use crate::event::{Observer, VerificationEvent};
use crate::report::{Report, terminal};

/// The end of the description.
impl<C: Clone + Send + Sync + 'static> VerifierBuilder<C> {
    /// Verifies everything and tells the observer as it goes; `&mut ()` watches nothing.
    pub async fn run(self, observer: &mut dyn Observer) -> Result<Report, BuildError> {
        Ok(self.build()?.run(observer).await)
    }

    /// Verifies everything, as a test.
    ///
    /// The variables `PACT_DESCRIPTION`, `PACT_PROVIDER_STATE` and `PACT_PROVIDER_NO_STATE` (`true`) are filters, unless the test
    /// has its own, so that one failing interaction can be run alone.
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
        if self.settings.state.is_none() && variable("PACT_PROVIDER_NO_STATE").is_some_and(|text| text.trim() == "true")
        {
            self.settings.no_state = true;
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
