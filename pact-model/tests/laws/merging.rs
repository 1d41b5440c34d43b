//! Merging is the same whatever was there first.

use intact_pact_model::json::Object;
use intact_pact_model::merge::MergedPact;
use intact_pact_model::{Interaction, Pact};
use proptest::prelude::*;

use crate::made_up::{pact_of, v3_pact, v4_pact};

/// Three pacts of one contract, in one version, with parts of the same interactions. Their metadata and their unknown members agree
/// where they have the same names.
fn relatives() -> impl Strategy<Value = [Pact; 3]> {
    (prop_oneof![v3_pact(), v4_pact()], any::<[u64; 3]>()).prop_map(|(mut pact, seeds)| {
        // An interaction without a key may be the same as two that have different ones.
        for interaction in &mut pact.interactions {
            interaction.key = None;
        }
        let distinct = pact_of(pact.version, pact.interactions.clone(), Default::default(), Object::default());
        seeds.map(|seed| {
            let mut part = pact.clone();
            let chosen = |at: usize| seed.rotate_right(u32::try_from(at).expect("small")) & 1 == 1;
            let mut at = 0;
            part.interactions.clone_from(&distinct.interactions);
            part.interactions.retain(|_| {
                at += 1;
                chosen(at)
            });
            part.interactions.reverse();
            for object in [&mut part.metadata, &mut part.unknown] {
                let names: Vec<String> = object.names().map(str::to_owned).collect();
                for (_, name) in names.iter().enumerate().filter(|(at, _)| !chosen(40 + at)) {
                    object.remove(name);
                }
            }
            part
        })
    })
}

fn merged(one: &Pact, other: &Pact) -> Pact {
    let mut pact = one.clone();
    pact.merge_pact(other).expect("of one contract and one kind");
    pact
}

fn text(pact: &Pact) -> String {
    pact.write(pact.version).expect("can be said").to_pretty()
}

proptest! {
    #![proptest_config(crate::cases(48))]

    #[test]
    fn the_order_of_merging_leaves_no_trace(pact in v4_pact(), other in v3_pact(), seed in any::<u64>()) {
        for mut pact in [pact, other] {
            // An interaction without a key may be the same as two that have different ones.
            let keyless = pact.interactions.drain(..).map(|own| Interaction { key: None, ..own }).collect();
            let pact = pact_of(pact.version, keyless, (pact.consumer, pact.provider), pact.metadata);
            let mut shuffled = Pact { interactions: Vec::new(), ..pact.clone() };
            let mut rest = pact.interactions.clone();
            let mut seed = seed;
            while !rest.is_empty() {
                let count = rest.len() as u64;
                shuffled.merge(rest.remove(usize::try_from(seed % count).expect("small"))).expect("of one kind");
                seed = seed.rotate_left(7) ^ 0x9e37_79b9;
            }
            prop_assert_eq!(shuffled.write(pact.version).expect("written").to_pretty(), pact.write(pact.version).expect("written").to_pretty());
        }
    }

    #[test]
    fn merging_pacts_that_agree_is_idempotent_commutative_and_associative([a, b, c] in relatives()) {
        prop_assert!(a.conflicts(&b).is_empty());
        let both = merged(&a, &b);
        prop_assert_eq!(&merged(&both, &b), &both);
        prop_assert_eq!(text(&merged(&both, &a)), text(&both));
        prop_assert_eq!(text(&merged(&b, &a)), text(&both));
        prop_assert_eq!(text(&merged(&both, &c)), text(&merged(&a, &merged(&b, &c))));
    }

    #[test]
    fn merging_a_pact_is_merging_its_interactions(one in v4_pact(), other in v4_pact()) {
        let (mut at_once, mut one_by_one) = (one.clone(), one);
        let other = Pact { consumer: at_once.consumer.clone(), provider: at_once.provider.clone(), ..other };
        let MergedPact { added, replaced, unchanged, .. } = at_once.merge_pact(&other).expect("V4 takes all");
        prop_assert_eq!(added + replaced + unchanged, other.interactions.len());
        for interaction in &other.interactions {
            one_by_one.merge(interaction.clone()).expect("V4 takes all");
        }
        one_by_one.merge_metadata(&other.metadata);
        prop_assert_eq!(at_once.interactions, one_by_one.interactions);
        prop_assert_eq!(at_once.metadata, one_by_one.metadata);
    }

    #[test]
    fn a_conflict_is_what_merging_would_replace(pact in v4_pact(), pending in any::<bool>()) {
        let mut other = pact.clone();
        for interaction in &mut other.interactions {
            interaction.pending = pending;
        }
        prop_assert_eq!(pact.conflicts(&other), []);
        for Interaction { provider_states, .. } in &mut other.interactions {
            for state in provider_states {
                state.params.insert("x-conflict", 1);
            }
        }
        let with_states = pact.interactions.iter().filter(|own| !own.provider_states.is_empty()).count();
        prop_assert_eq!(pact.conflicts(&other).len(), with_states);
    }
}
