//! The worked verdicts of a Pact Broker, and where this broker means to be stricter.
//!
//! A 1 has pacts with X and Y; Z 1 has a pact with A; X x1 verified A 1 successfully, x2 failed, x3 and x9 have no result.

use std::sync::Arc;

use super::*;
use crate::domain::id::{ContentId, VerificationId, VersionId};
use crate::domain::matrix::{Dependency, LatestBy, MatrixPact, ResultOf};
use crate::domain::matrix_selector::{Criteria, Origin, Selector};
use crate::domain::timestamp::Timestamp;

fn pacticipant(name: &str) -> PacticipantRef {
    PacticipantRef { id: PacticipantId(i64::from(name.as_bytes()[0])), name: name.to_owned() }
}

fn version(name: &str, number: &str) -> VersionRef {
    let order = i64::from(number.as_bytes()[number.len() - 1]);
    VersionRef { id: VersionId(pacticipant(name).id.0 * 1000 + order), number: number.to_owned(), order }
}

fn pact(consumer: &str, number: &str, provider: &str) -> Arc<MatrixPact> {
    let content = ContentId(pacticipant(consumer).id.0 * 1000 + pacticipant(provider).id.0);
    Arc::new(MatrixPact {
        consumer: pacticipant(consumer),
        consumer_version: version(consumer, number),
        provider: pacticipant(provider),
        revision: 1,
        content,
        sha: content.0.to_string(),
        created_at: Timestamp::from_micros(0),
    })
}

fn result(of: &MatrixPact, number: &str, success: bool) -> ResultOf {
    let provider_version = version(&of.provider.name, number);
    ResultOf {
        content: of.content,
        provider: of.provider.id,
        id: VerificationId(provider_version.order),
        number: provider_version.order,
        provider_version,
        success,
        executed_at: Timestamp::from_micros(0),
    }
}

fn resolve(name: &str, criteria: Criteria, numbers: &[&str], origin: Origin) -> Vec<ResolvedSelector> {
    let found: Vec<Option<VersionRef>> =
        if numbers.is_empty() { vec![None] } else { numbers.iter().map(|n| Some(version(name, n))).collect() };
    found
        .into_iter()
        .map(|version| ResolvedSelector {
            selector: Selector { pacticipant: name.to_owned(), criteria: criteria.clone() },
            origin,
            pacticipant: "AXYZ".contains(name).then(|| pacticipant(name).id),
            main_branch: None,
            version,
            one_of_many: numbers.len() > 1,
        })
        .collect()
}

struct Case {
    question: Question,
    facts: Facts,
}

impl Case {
    fn new() -> Self {
        let a_with_x = pact("A", "1", "X");
        let results = vec![result(&a_with_x, "x1", true), result(&a_with_x, "x2", false)];
        let pacts = vec![a_with_x, pact("A", "1", "Y"), pact("Z", "1", "A")];
        Self { question: Question::about(Vec::new()), facts: Facts { pacts, results, ..Facts::default() } }
    }

    fn ask(mut self, name: &str, criteria: Criteria, found: &[&str]) -> Self {
        self.question.selectors.push(Selector { pacticipant: name.to_owned(), criteria: criteria.clone() });
        self.facts.selectors.extend(resolve(name, criteria, found, Origin::Specified));
        self
    }

    fn version(self, name: &str, number: &str) -> Self {
        let known =
            [("A", "1"), ("Z", "1"), ("X", "x1"), ("X", "x2"), ("X", "x3"), ("X", "x9")].contains(&(name, number));
        let criteria = Criteria { version: Some(number.to_owned()), ..Criteria::default() };
        self.ask(name, criteria, if known { std::slice::from_ref(&number) } else { &[] })
    }

    fn to(mut self, target: Criteria, found: &[(&str, &[&str])]) -> Self {
        self.question.target = target.clone();
        for (name, numbers) in found {
            self.facts.selectors.extend(resolve(name, target.clone(), numbers, Origin::Inferred));
        }
        self
    }

    fn aiming_at_test(self, found: &[(&str, &[&str])]) -> Self {
        self.to(Criteria { environment: Some("test".to_owned()), ..Criteria::default() }, found)
    }

    fn needs(mut self, consumer: &str, providers: &[&str]) -> Self {
        for provider in providers {
            let (consumer, provider) = (pacticipant(consumer), pacticipant(provider));
            self.facts.dependencies.push(Dependency { consumer, provider, required: true });
        }
        self
    }

    fn ignore(mut self, name: &str, number: Option<&str>) -> Self {
        let criteria = Criteria { version: number.map(str::to_owned), ..Criteria::default() };
        self.question.counts_ignored = true;
        let found = number.into_iter().collect::<Vec<_>>();
        self.facts.ignored.extend(resolve(name, criteria, &found, Origin::Specified));
        self
    }

    fn with(mut self, change: impl FnOnce(&mut Question)) -> Self {
        change(&mut self.question);
        self
    }

    /// As Pact Brokers answer: the version that was overlooked stays so.
    fn lenient(self) -> Self {
        self.with(|question| question.every_provider_version_needs_a_result = false)
    }

    fn verdict(&self) -> Verdict {
        decide(&self.question, &self.facts)
    }

    /// The verdict in a line: deployable success/failed/unknown[/ignored]: rows
    fn shown(&self) -> String {
        let verdict = self.verdict();
        let deployable = verdict.deployable.map_or("null".to_owned(), |yes| yes.to_string());
        let ignored = verdict.ignored.map(|n| format!("/{n}")).unwrap_or_default();
        let rows: Vec<_> = verdict
            .rows
            .iter()
            .map(|row| {
                let provider = row.provider_version.as_ref().map_or(&row.pact.provider.name, |version| &version.number);
                let success = row.success().map_or("none".to_owned(), |success| success.to_string());
                let consumer = &row.pact.consumer.name;
                format!(
                    "{consumer}{}-{provider} {success}{}",
                    row.pact.consumer_version.number,
                    if row.ignored { " ignored" } else { "" }
                )
            })
            .collect();
        format!("{deployable} {}/{}/{}{ignored}: {}", verdict.success, verdict.failed, verdict.unknown, rows.join(", "))
    }
}

fn a1_to_test(x: &[&str]) -> Case {
    Case::new().version("A", "1").aiming_at_test(&[("X", x), ("Y", &[]), ("Z", &[])]).needs("A", &["X", "Y"])
}

#[test]
fn a_consumer_needs_every_provider_in_the_environment() {
    assert_eq!(a1_to_test(&[]).shown(), "null 0/0/2: A1-X none, A1-Y none");
    assert_eq!(a1_to_test(&["x1", "x2"]).shown(), "null 1/1/1: A1-x2 false, A1-x1 true, A1-Y none");
    assert_eq!(
        a1_to_test(&["x1", "x2"]).with(|q| q.latest_by = Some(LatestBy::ConsumerVersionAndProvider)).shown(),
        "null 0/1/1: A1-x2 false, A1-Y none"
    );
}

#[test]
fn a_provider_version_without_result_beside_one_with_is_unknown_unless_asked_to_overlook_it() {
    let strict = a1_to_test(&["x1", "x2", "x3"]);
    assert_eq!(strict.shown(), "null 1/1/2: A1-x3 none, A1-x2 false, A1-x1 true, A1-Y none");
    assert_eq!(
        strict.verdict().reason(),
        "The verification for the pact between version 1 of A and one of the versions of X currently in test (x2) failed\n\
         There is no verified pact between version 1 of A and one of the versions of X currently in test (x3)\n\
         There is no verified pact between version 1 of A and a version of Y currently in test (no version is currently \
         recorded as deployed/released in this environment)"
    );
    assert_eq!(strict.lenient().shown(), "null 1/1/1: A1-x2 false, A1-x1 true, A1-Y none");
    let only_good = || a1_to_test(&["x1", "x3"]).ignore("Y", None);
    assert_eq!(only_good().shown(), "null 1/0/1/1: A1-x3 none, A1-x1 true, A1-Y none ignored");
    assert_eq!(only_good().lenient().shown(), "true 1/0/0/1: A1-x1 true, A1-Y none ignored");
    assert_eq!(only_good().ignore("X", Some("x3")).verdict().deployable, Some(true));
}

#[test]
fn the_whole_history_is_judged_as_strictly_but_only_what_was_published_last_needs_every_result() {
    let history = |case: Case| case.with(|question| question.latest_by = None);
    let strict = || history(a1_to_test(&["x1", "x3"]).ignore("Y", None));
    assert_eq!(strict().shown(), "null 1/0/1/1: A1-x3 none, A1-x1 true, A1-Y none ignored");
    assert_eq!(strict().lenient().shown(), "true 1/0/0/1: A1-x1 true, A1-Y none ignored");

    // Published again with another content, which both versions have verified.
    let mut published_again = strict();
    let content = ContentId(1);
    let again = MatrixPact { revision: 2, content, ..(*pact("A", "1", "X")).clone() };
    for number in ["x1", "x3"] {
        published_again.facts.results.push(ResultOf { content, ..result(&again, number, true) });
    }
    published_again.facts.pacts.push(Arc::new(again));
    assert_eq!(published_again.shown(), "true 3/0/0/1: A1-x3 true, A1-x1 true, A1-x1 true, A1-Y none ignored");
}

#[test]
fn failures_are_named_before_what_is_missing_although_rows_stay_in_their_order() {
    let case = a1_to_test(&["x3", "x2"]).needs("A", &["W"]);

    assert_eq!(case.shown(), "null 0/1/3: A1-x3 none, A1-x2 false, A1-Y none");
    assert_eq!(
        case.verdict().reason(),
        "The verification for the pact between version 1 of A and one of the versions of X currently in test (x2) failed\n\
         There is no verified pact between version 1 of A and any version of W\n\
         There is no verified pact between version 1 of A and one of the versions of X currently in test (x3)\n\
         There is no verified pact between version 1 of A and a version of Y currently in test (no version is currently \
         recorded as deployed/released in this environment)"
    );
}

#[test]
fn ignored_rows_are_shown_and_do_not_count() {
    let case = || a1_to_test(&["x1", "x2", "x3"]).lenient().ignore("Y", None);
    assert_eq!(case().shown(), "false 1/1/0/1: A1-x2 false, A1-x1 true, A1-Y none ignored");
    assert_eq!(
        case().ignore("X", Some("x2")).shown(),
        "true 1/0/0/2: A1-x1 true, A1-x2 false ignored, A1-Y none ignored"
    );
    let unknown = a1_to_test(&["x1", "x2"]).ignore("Nobody", None);
    assert_eq!(unknown.shown(), "null 1/1/1/0: A1-x2 false, A1-x1 true, A1-Y none");
    assert_eq!(
        unknown.verdict().notices[0],
        Notice::new(NoticeKind::Warning, "WARN: Cannot ignore any version of Nobody (no such pacticipant exists)")
    );
}

#[test]
fn a_consumer_that_is_not_in_the_environment_does_not_hold_a_provider_back() {
    for number in ["x1", "x9"] {
        let case = Case::new().version("X", number).aiming_at_test(&[("A", &[])]);
        assert_eq!(case.shown(), "true 0/0/0: ");
        assert_eq!(case.verdict().reason(), "There are no missing dependencies");
    }
}

#[test]
fn a_provider_needs_a_result_for_every_consumer_in_the_environment() {
    let case = Case::new().version("X", "x9").aiming_at_test(&[("A", &["1"])]);
    assert_eq!(case.shown(), "null 0/0/1: A1-X none");
    assert_eq!(
        case.verdict().reason(),
        "There is no verified pact between the version of A currently in test (1) and version x9 of X"
    );
}

#[test]
fn a_version_that_does_not_exist_cannot_be_deployed() {
    let alone = Case::new().version("X", "x7").aiming_at_test(&[("A", &[])]);
    assert_eq!(alone.shown(), "false 0/0/0: ");
    assert_eq!(alone.verdict().reason(), "No pacts or verifications have been published for version x7 of X");
    let with_consumer = Case::new().version("X", "x7").aiming_at_test(&[("A", &["1"])]);
    assert_eq!(with_consumer.shown(), "false 0/0/1: A1-X none");
    let branch = Criteria { branch: Some("nope".to_owned()), latest: true, ..Criteria::default() };
    let branch = Case::new().ask("A", branch, &[]).aiming_at_test(&[("Z", &[])]);
    assert_eq!(branch.shown(), "false 0/0/0: ");
    assert_eq!(branch.verdict().reason(), format!("{NO_VERSION_NUMBER}\nNo version of A from branch nope exists"));
}

#[test]
fn versions_that_are_named_are_asked_about_alone_when_there_is_no_target() {
    assert_eq!(Case::new().version("A", "1").version("X", "x1").needs("A", &["X"]).shown(), "true 1/0/0: A1-x1 true");
    assert_eq!(Case::new().version("X", "x9").version("A", "1").needs("A", &["X"]).shown(), "null 0/0/1: A1-X none");
    assert_eq!(Case::new().version("Z", "1").version("X", "x1").shown(), "true 0/0/0: ");
}

#[test]
fn a_named_version_stands_for_what_is_in_the_environment() {
    let case = Case::new()
        .version("A", "1")
        .version("X", "x1")
        .aiming_at_test(&[("Y", &[]), ("Z", &[])])
        .needs("A", &["X", "Y"]);
    assert_eq!(case.shown(), "null 1/0/1: A1-x1 true, A1-Y none");
}

#[test]
fn the_latest_of_everything_is_a_target_that_is_warned_about() {
    let latest = Criteria { latest: true, ..Criteria::default() };
    let case = Case::new()
        .version("A", "1")
        .to(latest, &[("X", &["x9"]), ("Y", &[]), ("Z", &["1"])])
        .needs("A", &["X", "Y"])
        .with(|q| q.latest_by = Some(LatestBy::ConsumerVersionAndProvider));
    assert_eq!(case.shown(), "null 0/0/3: A1-X none, A1-Y none, Z1-A none");
    assert_eq!(case.verdict().notices[0].text, NO_ENVIRONMENT);
}

#[test]
fn a_name_alone_means_every_version() {
    let case = || Case::new().ask("A", Criteria::default(), &[]).needs("A", &["X", "Y"]);
    assert_eq!(case().shown(), "null 1/1/1: A1-x2 false, A1-x1 true, A1-Y none");
    assert_eq!(case().with(|q| q.success = vec![Some(true)]).shown(), "null 1/0/1: A1-x1 true");
}

#[test]
fn the_main_branch_of_pacticipants_without_one_has_no_versions() {
    let main = Criteria { main_branch: true, latest: true, ..Criteria::default() };
    let case = Case::new().version("A", "1").to(main, &[("X", &[]), ("Y", &[]), ("Z", &[])]).needs("A", &["X", "Y"]);
    assert_eq!(case.shown(), "null 0/0/2: A1-X none, A1-Y none");
    assert_eq!(
        case.verdict().notices[0].text,
        "There is no verified pact between version 1 of A and the latest version of X from the main branch (no versions \
         exist for this branch)"
    );
}

#[test]
fn a_limit_bounds_what_is_shown_and_not_the_verdict() {
    let case = a1_to_test(&["x1", "x2"]).with(|q| q.limit = 1);
    assert_eq!(case.shown(), "null 1/1/1: A1-x2 false");
}
