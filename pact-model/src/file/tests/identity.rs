//! Which interaction of the file is the same, with keys and in versions that cannot say all of it.

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
