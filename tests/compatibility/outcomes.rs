//! Which scenarios passed, and the verdict over them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;

use cucumber::event::{Cucumber, Hook, RetryableScenario, Rule, Scenario, Step};
use cucumber::gherkin;
use cucumber::{Event, Writer, cli, event, parser, writer};

use crate::suite::Suite;
use crate::{feature_name, name_of};

/// Name of a scenario → why it fails.
pub(crate) type KnownFailures = BTreeMap<String, String>;

/// Collects what becomes of the scenarios.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    /// By feature and line; what went wrong, if anything did.
    scenarios: BTreeMap<(String, usize), Outcome>,
    /// Feature files that could not be read.
    unreadable: Vec<String>,
}

#[derive(Debug, Default)]
struct Outcome {
    name: String,
    failure: Option<String>,
    steps: usize,
    is_finished: bool,
}

impl Writer<Suite> for Outcomes {
    type Cli = cli::Empty;

    async fn handle_event(&mut self, event: parser::Result<Event<Cucumber<Suite>>>, _: &Self::Cli) {
        match event.map(Event::into_inner) {
            Err(error) => self.unreadable.push(error.to_string()),
            Ok(Cucumber::Feature(
                feature,
                event::Feature::Scenario(scenario, event) | event::Feature::Rule(_, Rule::Scenario(scenario, event)),
            )) => self.note(&feature, &scenario, event),
            Ok(_) => {}
        }
    }
}

/// Events are sorted here, in whatever order they come.
impl writer::Normalized for Outcomes {}

impl Outcomes {
    fn note(&mut self, feature: &gherkin::Feature, scenario: &gherkin::Scenario, event: RetryableScenario<Suite>) {
        let outcome = self.scenarios.entry((feature_name(feature), scenario.position.line)).or_default();
        outcome.name = name_of(feature, scenario);
        match event.event {
            Scenario::Background(step, event) | Scenario::Step(step, event) => {
                let why = match event {
                    Step::Started => return,
                    Step::Passed(..) => {
                        outcome.steps += 1;
                        return;
                    }
                    Step::Skipped => "there is no code for this step".to_owned(),
                    Step::Failed(_, _, _, error) => error.to_string(),
                };
                let line = step.position.line;
                outcome.failure.get_or_insert(format!(
                    "line {line}: {} {}\n    {why}",
                    step.keyword.trim(),
                    step.value
                ));
            }
            Scenario::Hook(_, Hook::Failed(..)) => outcome.failure = Some("a hook failed".to_owned()),
            Scenario::Finished => outcome.is_finished = true,
            Scenario::Started | Scenario::Hook(..) | Scenario::Log(_) => {}
        }
    }

    /// Prints the result, with one line for each feature and `N passed, N failed` at the end. With `only_some`, scenarios that
    /// are listed as failing need not have run.
    pub(crate) fn judge(self, mut known: KnownFailures, only_some: bool) -> ExitCode {
        let mut features: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
        let mut report = String::new();
        let mut failed = 0;
        let mut fail = |text: String| {
            failed += 1;
            let _ = writeln!(report, "failed: {text}\n");
        };
        for ((feature, _), outcome) in &self.scenarios {
            let (passed, listed, broken) = features.entry(feature).or_default();
            let failure = outcome.failure.clone().or_else(|| {
                let complete = outcome.is_finished && outcome.steps > 0;
                (!complete).then(|| "it did not run to its end".to_owned())
            });
            match (failure, known.remove(&outcome.name)) {
                (None, None) => *passed += 1,
                (Some(_), Some(_)) => *listed += 1,
                (Some(why), None) => {
                    *broken += 1;
                    fail(format!("{}\n  {why}", outcome.name));
                }
                (None, Some(reason)) => {
                    *broken += 1;
                    fail(format!("{}\n  passes, but known_failures.toml says it does not: {reason}", outcome.name));
                }
            }
        }
        for error in &self.unreadable {
            fail(error.clone());
        }
        if !only_some {
            // The features may be those of another folder.
            let ran = |name: &&String| name.split_once(": ").is_none_or(|(feature, _)| features.contains_key(feature));
            for name in known.keys().filter(ran) {
                fail(format!("{name}\n  known_failures.toml lists a scenario that does not exist"));
            }
            if self.scenarios.is_empty() {
                fail("there are no scenarios".to_owned());
            }
        }
        let passed: usize = features.values().map(|(passed, ..)| passed).sum();
        for (feature, (passed, listed, broken)) in features {
            let _ = writeln!(report, "{feature}: {passed} passed, {listed} known to fail, {broken} failed");
        }
        let _ = write!(report, "{passed} passed, {failed} failed");
        print(&report);
        if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

#[expect(clippy::print_stdout, reason = "this is the output of the test program")]
fn print(report: &str) {
    println!("{report}");
}
