//! The same verdict as the official verifier on thousands of providers.
//!
//! Each trial is an expectation and an answer of a provider: what is expected, or that with one thing changed. Expectations
//! come from every matching rule in every place (`of_rules`), bodies of every kind, statuses, headers and metadata
//! (`of_bodies`), pact files of other tools (`of_others`), and chance (`of_chance`). Both verifiers replay all of them, some hundred in a run. Where
//! they disagree on purpose, `verdicts/known.toml` says why; an entry that fits something they agree on is an error too.
//!
//! With every test run go one in [`SAMPLE`] of the trials; all of them with `--include-ignored`. `INTACT_VERDICTS_ONLY` is
//! an expression for a part of the names of those that shall run.

mod asked;
pub(crate) mod contract;
mod of_bodies;
pub(crate) mod of_chance;
mod of_others;
mod of_rules;
mod play;
mod sent;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use crate::known::Known;
use contract::{Answer, Expectation, Kind, Version};
use play::Verdict;

const KNOWN: &str = include_str!("verdicts/known.toml");
/// What ours may say where the official verifier says otherwise.
const KINDS: [&str; 2] = ["refuses", "accepts"];
/// One in so many trials goes with every test run.
const SAMPLE: usize = 32;

/// An expectation and an answer.
pub(crate) struct Trial {
    name: String,
    version: Version,
    kind: Kind,
    expected: Expected,
    answer: Answer,
}

enum Expected {
    Made(Expectation),
    /// A response as it stands in a file of another tool.
    Found(Value),
}

impl Trial {
    fn new(name: &str, kind: Kind, version: Version, expected: &Expectation, answer: Answer) -> Self {
        Self { name: name.to_owned(), version, kind, expected: Expected::Made(expected.clone()), answer }
    }

    fn is_message(&self) -> bool {
        self.kind != Kind::Response
    }

    /// The interaction in the pact file, with the path that it is asked under.
    fn interaction(&self, path: &str) -> Value {
        match &self.expected {
            Expected::Made(expected) => expected.interaction(self.kind, self.version, &self.name, path),
            Expected::Found(response) => serde_json::json!({
                "type": "Synchronous/HTTP", "description": self.name, "request": { "method": "GET", "path": path }, "response": response,
            }),
        }
    }
}

#[test]
fn a_sample_of_providers_gets_the_verdict_of_the_official_verifier() {
    judge(Some(SAMPLE));
}

#[test]
#[ignore = "takes minutes; runs with `cargo xtask soak`"]
fn all_providers_get_the_verdict_of_the_official_verifier() {
    judge(None);
}

fn judge(sample: Option<usize>) {
    let Some(modules) = super::official_tools() else { return };
    let mut trials = of_rules::trials();
    trials.extend(of_bodies::trials());
    trials.extend(of_others::trials());
    trials.extend(of_chance::trials());
    let mut names = BTreeSet::new();
    trials.retain(|trial| names.insert(trial.name.clone()));
    assert!(trials.len() > 20_000, "{} trials are too few", trials.len());
    let mut at = 0;
    trials.retain(|_| {
        at += 1;
        sample.is_none_or(|nth| at % nth == 0)
    });
    let only = std::env::var("INTACT_VERDICTS_ONLY").ok();
    let only = only.map(|only| regex::Regex::new(&only).expect("INTACT_VERDICTS_ONLY is an expression"));
    trials.retain(|trial| only.as_ref().is_none_or(|only| only.is_match(&trial.name)));

    let verdicts = play::verdicts(&super::official_pact(&modules), &trials);

    let mut known = Known::read(KNOWN);
    let mut unknown = String::new();
    let (mut accepted, mut refused, mut differing) = (0, 0, 0);
    for (trial, (theirs, ours)) in trials.iter().zip(&verdicts) {
        if ours.accepts {
            accepted += 1;
        } else {
            refused += 1;
        }
        if theirs.accepts == ours.accepts {
            known.is_equal(&KINDS, &trial.name);
        } else {
            differing += 1;
            if !known.covers(KINDS[usize::from(ours.accepts)], &trial.name) {
                describe(&mut unknown, trial, theirs, ours);
            }
        }
    }
    assert!(unknown.is_empty(), "of {} verdicts {differing} differ, unknown are:{unknown}", trials.len());
    known.finish(if sample.is_none() && only.is_none() { &KINDS } else { &[] });
    let enough = trials.len() / 8;
    assert!(only.is_some() || accepted > enough && refused > enough, "{accepted} accepted, {refused} refused");
}

fn describe(text: &mut String, trial: &Trial, theirs: &Verdict, ours: &Verdict) {
    let say = |verdict: &Verdict| {
        if verdict.accepts { "accepts".to_owned() } else { format!("refuses: {}", verdict.because) }
    };
    let body = String::from_utf8_lossy(&trial.answer.body).chars().take(400).collect::<String>();
    let interaction = trial.interaction("/").to_string().chars().take(1_000).collect::<String>();
    let _ = write!(
        text,
        "\n{}\n  official {}\n  intact   {}\n  answer   {} {:?} {body:?}\n  pact     {interaction}",
        trial.name,
        say(theirs),
        say(ours),
        trial.answer.status,
        trial.answer.headers
    );
}
