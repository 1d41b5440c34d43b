//! Verdicts held against a second implementation: random histories and questions, answered by the broker's SQL and decisions
//! and by [`model`], which keeps plain lists and was written from the description of a Pact Broker's behaviour alone.

mod history;
mod looked_up;
mod model;
mod questions;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::test_runner::{Config as Proptest, TestCaseError, TestError, TestRunner};

use self::history::{Action, Event, History};
use self::model::{Expected, Model};
use super::*;
use crate::domain::can_i_deploy::Verdict;
use crate::domain::notice::NoticeKind;
use crate::domain::reason::{Cause, Party};
use crate::testing::TestBroker;

/// What is compared of an answer.
fn shown(verdict: &Verdict, reasons: &[Reason]) -> Expected {
    Expected {
        deployable: verdict.deployable,
        success: verdict.success,
        failed: verdict.failed,
        unknown: verdict.unknown,
        ignored: verdict.ignored,
        rows: verdict
            .rows
            .iter()
            .map(|row| model::Row {
                consumer: row.pact.consumer.name.clone(),
                consumer_version: row.pact.consumer_version.number.clone(),
                revision: usize::try_from(row.pact.revision).expect("revisions count from one"),
                provider: row.pact.provider.name.clone(),
                provider_version: row.provider_version.as_ref().map(|version| version.number.clone()),
                success: row.success(),
                ignored: row.ignored,
            })
            .collect(),
        reasons: verdict
            .notices
            .iter()
            .map(|notice| match (notice.kind, notice.text.as_str()) {
                (NoticeKind::Warning, text) if text.starts_with("WARN: Cannot ignore ") => "cannot ignore",
                (NoticeKind::Warning, text) if text.contains("specify the environment") => "no environment",
                (NoticeKind::Warning, text) if text.contains("specify the version number") => "no version number",
                (NoticeKind::Error, text) if text.starts_with("There is no verified pact between ") => "unverified",
                (NoticeKind::Error, text) if text.ends_with(" failed") => "failed",
                (NoticeKind::Error, text) if text.starts_with("No ") => "missing",
                (NoticeKind::Success, text) if text.starts_with("All required ") => "verified",
                (NoticeKind::Success, text) if text.starts_with("There are no missing ") => "nothing needed",
                _ => panic!("an unknown reason: {notice:?}"),
            })
            .collect::<BTreeSet<_>>(),
        causes: told(reasons),
    }
}

/// The causes with whom they concern.
fn told(reasons: &[Reason]) -> Vec<String> {
    let mut told: Vec<String> = reasons
        .iter()
        .map(|reason| {
            let (cause, name) = (reason.cause.as_str(), |party: &Party| party.name.clone());
            match (&reason.consumer, &reason.provider) {
                (Some(consumer), Some(provider)) if reason.cause != Cause::NotConsidered => {
                    let number = consumer.version.as_deref().unwrap_or_default();
                    let (version, by) = (&provider.version, &reason.verified_by);
                    format!("{cause} {} {number} {} {version:?} {by:?}", consumer.name, provider.name)
                }
                (Some(consumer), Some(provider)) => format!("{cause} {} {}", consumer.name, provider.name),
                (consumer, _) => consumer.as_ref().map(name).map_or(cause.to_owned(), |name| format!("{cause} {name}")),
            }
        })
        .collect();
    told.sort_unstable();
    told
}

/// How often each verdict was given, so that a test can tell that all of them were.
#[derive(Debug, Default)]
struct Tally {
    yes: AtomicUsize,
    no: AtomicUsize,
    unknown: AtomicUsize,
    several_rows: AtomicUsize,
}

impl Tally {
    fn count(&self, verdict: &Expected) {
        let of = match verdict.deployable {
            Some(true) if verdict.rows.is_empty() => return,
            Some(true) => &self.yes,
            Some(false) => &self.no,
            None => &self.unknown,
        };
        of.fetch_add(1, Ordering::Relaxed);
        if verdict.rows.len() > 1 {
            self.several_rows.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Whatever way they were looked up, the branches, tags and environments of every version in the rows are those it has.
async fn expect_details(tx: &mut ReadTx, answer: &Answer) {
    let shown: HashSet<VersionId> = in_rows(&answer.verdict).collect();
    let every = tx.version_details(&shown).await.expect("details");
    for id in shown {
        let details = |of: &HashMap<VersionId, VersionDetails>| of.get(&id).map(|details| format!("{details:?}"));
        assert_eq!(details(&answer.versions), details(&every), "of version {id:?}");
    }
}

/// Lets a history happen in a transaction that is never committed, and asks the questions.
async fn compare(
    broker: &TestBroker,
    events: &[Event],
    questions: &[Question],
    tally: &Tally,
) -> Result<(), TestCaseError> {
    let app = broker.app();
    let mut tx = app.store().write().await.expect("a database");
    let mut model = Model::default();
    let mut history = History::new(app.config());
    let mut happened: Vec<Action> = Vec::new();
    for event in events {
        let Some(action) = model.meant_by(event) else { continue };
        model.happen(&action, event.at_once);
        history.happen(&mut tx, &action, event.at_once).await;
        happened.push(action);
    }
    for question in questions.iter().filter(|question| model.knows_all(question)) {
        let expected = model.answer(question);
        let answer = can_i_deploy(&mut tx, question).await.expect("an answer");
        tally.count(&expected);
        expect_details(&mut tx, &answer).await;
        let reasons = explain(&mut tx, &answer.verdict).await.expect("reasons");
        let actual = shown(&answer.verdict, &reasons);
        if expected != actual {
            let lines: Vec<String> = happened.iter().map(|action| format!("  {action:?}")).collect();
            return Err(TestCaseError::fail(format!(
                "after\n{}\nthe question {question:#?}\nis answered {actual:#?}\nexpected is {expected:#?}",
                lines.join("\n")
            )));
        }
    }
    Ok(())
}

/// Compares `cases` random histories, and answers how often each verdict was given.
fn agree(runtime: &tokio::runtime::Runtime, broker: &TestBroker, cases: u32) -> Tally {
    let config = Proptest { cases, failure_persistence: None, ..Proptest::default() };
    let tally = Tally::default();
    let strategy = (history::events(), questions::questions());
    let outcome = TestRunner::new(config)
        .run(&strategy, |(events, questions)| runtime.block_on(compare(broker, &events, &questions, &tally)));
    match outcome {
        Ok(()) => tally,
        Err(TestError::Fail(reason, _)) => panic!("the smallest history with another answer: {reason}"),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime")
}

/// `PROPTEST_CASES` says how many; the long suites have 10,000.
#[test]
fn a_second_implementation_agrees_on_random_histories() {
    let runtime = runtime();
    let broker = runtime.block_on(TestBroker::on_sqlite());
    let cases = Proptest::default().cases;

    let tally = agree(&runtime, &broker, cases);

    for (verdict, times) in [("yes", &tally.yes), ("no", &tally.no), ("unknown", &tally.unknown)] {
        let times = times.load(Ordering::Relaxed);
        assert!(times > cases as usize / 10, "{verdict} was said {times} times only: {tally:?}");
    }
    assert!(tally.several_rows.load(Ordering::Relaxed) > cases as usize / 5, "{tally:?}");
}

#[test]
fn a_second_implementation_agrees_on_some_histories_on_postgresql() {
    let runtime = runtime();
    if let Some(broker) = runtime.block_on(TestBroker::on_postgres()) {
        agree(&runtime, &broker, Proptest::default().cases / 8);
    }
}
