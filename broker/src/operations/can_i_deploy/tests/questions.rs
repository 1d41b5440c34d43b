//! Questions of every kind, those that pipelines ask most often more than others.

use proptest::prelude::*;
use proptest::sample::select;

use super::history::{BRANCHES, ENVIRONMENTS, NAMES, NUMBERS, TAGS};
use crate::domain::matrix::{DEFAULT_LIMIT, LatestBy, Question};
use crate::domain::matrix_selector::{Criteria, Selector};

/// Several questions to one history: that is the expensive part.
pub(super) fn questions() -> impl Strategy<Value = Vec<Question>> {
    prop::collection::vec(question(), 8)
}

fn question() -> impl Strategy<Value = Question> {
    let selectors = prop_oneof![
        5 => prop::collection::vec(selector(), 1),
        3 => prop::collection::vec(selector(), 2),
        1 => prop::collection::vec(selector(), 3),
    ];
    let ignore = prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(ignored(), 1..3)];
    let latest_by = prop_oneof![
        5 => Just(Some(LatestBy::ConsumerVersionAndProviderVersion)),
        3 => Just(Some(LatestBy::ConsumerVersionAndProvider)),
        1 => Just(None),
    ];
    let success = prop_oneof![
        8 => Just(Vec::new()),
        1 => prop::collection::vec(select(vec![Some(true), Some(false), None]), 1..3),
    ];
    let limit = prop_oneof![4 => Just(DEFAULT_LIMIT), 1 => 1..4_usize];
    (selectors, target(), ignore, latest_by, success, limit, prop::bool::weighted(0.8)).prop_map(
        |(selectors, target, ignore, latest_by, success, limit, strict)| Question {
            counts_ignored: !ignore.is_empty(),
            ignore,
            target,
            latest_by,
            success,
            limit,
            every_provider_version_needs_a_result: strict,
            ..Question::about(selectors)
        },
    )
}

fn selector() -> impl Strategy<Value = Selector> {
    (select(&NAMES[..]), criteria()).prop_map(|(name, criteria)| Selector { pacticipant: name.to_owned(), criteria })
}

fn ignored() -> impl Strategy<Value = Selector> {
    let criteria = prop_oneof![1 => Just(Criteria::default()), 1 => numbered(), 1 => criteria()];
    (prop_oneof![9 => select(&NAMES[..]), 1 => Just("Nobody")], criteria)
        .prop_map(|(name, criteria)| Selector { pacticipant: name.to_owned(), criteria })
}

fn numbered() -> impl Strategy<Value = Criteria> {
    // One of them never exists.
    prop_oneof![9 => select(&NUMBERS[..]), 1 => Just("none")]
        .prop_map(|number| Criteria { version: Some(number.to_owned()), ..Criteria::default() })
}

fn criteria() -> impl Strategy<Value = Criteria> {
    prop_oneof![
        8 => numbered(),
        2 => Just(Criteria::default()),
        // Everything may be combined, except that a number cannot be the latest.
        6 => combined(prop::option::of(select(&NUMBERS[..])), 0.25).prop_map(|criteria| Criteria {
            latest: criteria.latest && criteria.version.is_none(),
            ..criteria
        }),
        3 => one_group(),
    ]
}

/// A branch, tag, environment or the main branch, mostly the latest of it.
fn one_group() -> impl Strategy<Value = Criteria> {
    let none = Criteria::default;
    (0..4_u8, select(&BRANCHES[..]), select(&TAGS[..]), select(&ENVIRONMENTS[..]), prop::bool::weighted(0.7)).prop_map(
        move |(kind, branch, tag, environment, latest)| match kind {
            0 => Criteria { branch: Some(branch.to_owned()), latest, ..none() },
            1 => Criteria { tag: Some(tag.to_owned()), latest, ..none() },
            2 => Criteria { main_branch: true, latest, ..none() },
            _ => Criteria { environment: Some(environment.to_owned()), ..none() },
        },
    )
}

fn combined(version: impl Strategy<Value = Option<&'static str>>, likely: f64) -> impl Strategy<Value = Criteria> {
    let maybe = move |names: &'static [&'static str]| prop::option::weighted(likely, select(names));
    (version, any::<bool>(), maybe(&BRANCHES), maybe(&TAGS), maybe(&ENVIRONMENTS), prop::bool::weighted(likely))
        .prop_map(|(version, latest, branch, tag, environment, main_branch)| Criteria {
            version: version.map(str::to_owned),
            latest,
            branch: branch.map(str::to_owned),
            tag: tag.map(str::to_owned),
            environment: environment.map(str::to_owned),
            main_branch,
        })
}

/// Where to deploy to; a target has one kind of condition at most.
fn target() -> impl Strategy<Value = Criteria> {
    prop_oneof![
        6 => select(&ENVIRONMENTS[..])
            .prop_map(|name| Criteria { environment: Some(name.to_owned()), ..Criteria::default() }),
        3 => Just(Criteria::default()),
        1 => Just(Criteria { latest: true, ..Criteria::default() }),
        4 => one_group(),
    ]
}
