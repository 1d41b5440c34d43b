//! Which interaction of the file is the same, with keys and in versions that cannot say all of it.

use proptest::prelude::*;

use super::*;

fn keyed(description: &str, key: &str, path: &str) -> Interaction {
    Interaction { key: Some(key.to_owned()), ..http(description, path) }
}

fn given(states: &[&str], path: &str) -> Interaction {
    let provider_states = states.iter().map(|name| crate::ProviderState::named(*name)).collect();
    Interaction { provider_states, ..http("a", path) }
}

fn in_version(version: SpecVersion, interaction: Interaction) -> Pact {
    Pact { version, ..pact_of([interaction]) }
}

#[test]
fn two_descriptions_for_one_key_are_a_contradiction() {
    for fresh in [false, true] {
        let dir = Dir::new();
        dir.in_run("1").merge(&pact_of([keyed("get order", "k", "/orders/1")])).expect("written");
        if fresh {
            forget(&dir);
        }
        let error = dir.in_run("1").merge(&pact_of([keyed("list orders", "k", "/orders")])).expect_err("the same key");
        insta::allow_duplicates! {
            insta::assert_snapshot!(error, @r#"two tests of this run define the interaction "list orders" differently, at $.request.path: "/orders/1" and "/orders": give one of them another key"#);
        }
        let error = dir.in_run("1").merge(&pact_of([keyed("again", "k", "/orders/1")])).expect_err("the same key");
        insta::allow_duplicates! {
            insta::assert_snapshot!(error, @r#"two tests of this run define the interaction "again" differently, at $.description: "get order" and "again": give one of them another key"#);
        }
        assert_eq!(dir.contents(), ["get order /orders/1"]);
        dir.in_run("2").merge(&pact_of([keyed("list orders", "k", "/orders")])).expect("another run may say otherwise");
        assert_eq!(dir.contents(), ["list orders /orders"]);
    }
}

#[test]
fn the_same_description_with_and_without_a_key_is_a_contradiction() {
    for (first, second) in [(keyed("a", "k", "/1"), http("a", "/2")), (http("a", "/1"), keyed("a", "k", "/2"))] {
        let dir = Dir::new();
        dir.in_run("1").merge(&pact_of([first])).expect("written");
        forget(&dir);
        let error = dir.in_run("1").merge(&pact_of([second])).expect_err("the same interaction");
        insta::allow_duplicates! {
            insta::assert_snapshot!(error, @r#"two tests of this run define the interaction "a" differently, at $.request.path: "/1" and "/2": give one of them another description or provider state"#);
        }
        assert_eq!(dir.contents(), ["a /1"]);
    }
}

#[test]
fn what_the_version_cannot_say_makes_no_second_interaction() {
    for (version, interaction) in [
        (SpecVersion::V2, given(&["one", "two"], "/")),
        (SpecVersion::V2, given(&[""], "/")),
        (SpecVersion::V3, keyed("a", "k", "/")),
        (SpecVersion::V3, given(&["one", "two"], "/")),
    ] {
        let dir = Dir::new();
        for run in ["1", "1", "2", "3"] {
            forget(&dir);
            let written = dir.in_run(run).merge(&in_version(version, interaction.clone())).expect("written");
            assert_eq!(written.interactions, 1, "{version}: {}", dir.text());
        }
    }
}

#[test]
fn what_differs_only_where_the_version_cannot_say_it_is_a_contradiction() {
    let dir = Dir::new();
    dir.in_run("1").merge(&in_version(SpecVersion::V2, given(&["one", "two"], "/1"))).expect("written");
    let error = dir.in_run("1").merge(&in_version(SpecVersion::V2, given(&["one", "other"], "/2")));
    assert!(matches!(error, Err(FileError::Redefined { .. })), "{error:?}");
    dir.in_run("1").merge(&in_version(SpecVersion::V2, given(&["two", "one"], "/2"))).expect("written");
    assert_eq!(dir.contents(), ["a /1", "a /2"]);
}

/// A file as another program may write it.
fn foreign(interactions: impl IntoIterator<Item = Interaction>) -> (Dir, Pact) {
    let dir = Dir::new();
    let pact = pact_of(interactions);
    dir.write(&pact.write(SpecVersion::V4).expect("can be said").to_compact());
    (dir, pact)
}

#[test]
fn two_editions_in_a_foreign_file_contradict_nobody_and_both_give_way() {
    let (dir, _) =
        foreign([http("a", "/1"), http("b", "/"), http("a", "/2"), keyed("c", "k", "/1"), keyed("d", "k", "/2")]);
    dir.in_run("1").merge(&pact_of([http("b", "/new")])).expect("written");
    assert_eq!(dir.contents(), ["a /1", "a /2", "b /new", "c /1", "d /2"], "what no test writes stays");
    for _ in 0..2 {
        for own in [http("a", "/2"), keyed("e", "k", "/3")] {
            forget(&dir);
            dir.in_run("1").merge(&pact_of([own.clone()])).expect("written");
            dir.in_run("1").merge(&pact_of([own])).expect("written");
        }
        assert_eq!(dir.contents(), ["a /2", "b /new", "e /3"]);
    }
    assert!(dir.in_run("1").merge(&pact_of([http("a", "/1")])).is_err(), "now it is this run that says otherwise");
}

#[test]
fn the_same_key_is_nearer_than_the_same_description() {
    let (dir, mut pact) = foreign([http("a", "/1"), keyed("b", "k", "/2"), keyed("b", "l", "/3")]);
    for (new, expected) in [
        (keyed("a", "k", "/4"), ["a /1", "a /4", "b /3"]),
        (http("a", "/5"), ["a /5", "a /4", "b /3"]),
        (http("b", "/6"), ["a /5", "a /4", "b /6"]),
    ] {
        dir.in_run(&new.description).merge(&pact_of([new.clone()])).expect("written");
        pact.merge(new).expect("V4 takes all");
        assert_eq!(dir.contents(), expected);
        assert_eq!(dir.in_run("any").read().expect("a pact").value.interactions, pact.interactions);
    }
}

fn any_interaction() -> impl Strategy<Value = Interaction> {
    let key = prop_oneof![Just(None), Just(Some("k".to_owned())), Just(Some("l".to_owned()))];
    ("[ab]", key, "/[123]").prop_map(|(description, key, path)| Interaction { key, ..http(&description, &path) })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_file_chooses_as_a_pact_in_memory_does(
        there in prop::collection::vec(any_interaction(), 0..6),
        new in prop::collection::vec(any_interaction(), 1..4),
    ) {
        let (dir, mut one_by_one) = foreign(there);
        let mut at_once = one_by_one.clone();
        at_once.merge_pact(&pact_of(new.clone())).expect("V4 takes all");
        for (run, own) in new.into_iter().enumerate() {
            dir.in_run(&run.to_string()).merge(&pact_of([own.clone()])).expect("each run may say otherwise");
            one_by_one.merge(own).expect("V4 takes all");
        }
        prop_assert_eq!(&dir.in_run("any").read().expect("a pact").value.interactions, &one_by_one.interactions);
        prop_assert_eq!(&at_once.interactions, &one_by_one.interactions);
    }
}
