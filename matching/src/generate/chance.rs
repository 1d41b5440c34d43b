//! Where random values come from, and how a run is repeated.
//!
//! All chance of a process starts from one seed: that of the variable `INTACT_SEED`, else one made up at the first use. What is
//! drawn for something depends on the seed, on what it is for, and on how often something was drawn for that before; not on
//! what else the process does at the same time. Dates and times are not drawn: they follow the clock, whatever the seed.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{LazyLock, Mutex, PoisonError};

use intact_pact_model::{Generator, Generators, Interaction, MatchingRule, MatchingRules};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng as _};

/// The variable that names the seed.
pub const SEED_VARIABLE: &str = "INTACT_SEED";

static SEED: LazyLock<String> = LazyLock::new(|| {
    let given = std::env::var(SEED_VARIABLE).ok().filter(|seed| !seed.is_empty());
    given.unwrap_or_else(|| rand::random::<u32>().to_string())
});

/// The source of chance of what is made once. For `what` the values are made, for example an interaction ([`drawn_for`]): with
/// the same seed ([`SEED_VARIABLE`]) they are the same at every call, in every run of the same build.
pub fn rng(what: &str) -> impl Rng + use<> {
    StdRng::seed_from_u64(number(what, 1))
}

/// The source of chance of a server, which makes other values for each answer: with the same seed the first that are made for
/// something are the same in every run of the same build, and so are the second.
#[derive(Debug, Default)]
pub struct Draws(Mutex<HashMap<u64, u64>>);

impl Draws {
    /// The next values for `what`.
    pub fn rng(&self, what: &str) -> impl Rng + use<> {
        let mut drawn = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let times = drawn.entry(number(what, 0)).or_default();
        *times += 1;
        StdRng::seed_from_u64(number(what, *times))
    }
}

/// What values of an interaction are drawn for: all that tells it from others of a consumer.
pub fn drawn_for(consumer: &str, interaction: &Interaction) -> String {
    let Interaction { description, provider_states, key, .. } = interaction;
    format!("{:?}", (consumer, description, provider_states, key))
}

fn number(what: &str, times: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    (SEED.as_str(), what, times).hash(&mut hasher);
    hasher.finish()
}

/// How the random values of this process come again, if any of these generators makes some: for people who look at a failure.
pub fn how_to_repeat(generators: &Generators, rules: &MatchingRules) -> Option<String> {
    let named = [&generators.query, &generators.header, &generators.body, &generators.metadata];
    let single = [&generators.method, &generators.path, &generators.status].into_iter().flatten();
    let of_variants = rules.body.values().flat_map(|list| &list.rules).filter_map(|rule| match rule {
        MatchingRule::ArrayContains(variants) => Some(variants),
        _ => None,
    });
    let of_variants = of_variants.flatten().flat_map(|variant| variant.generators.values());
    let mut all = single.chain(named.into_iter().flat_map(|named| named.values())).chain(of_variants);
    all.any(is_random).then(|| format!("the same random values come again with {SEED_VARIABLE}={}", *SEED))
}

fn is_random(generator: &Generator) -> bool {
    let kind = generator.kind.as_str();
    kind.starts_with("Random") || matches!(kind, "Regex" | "Uuid")
}

#[cfg(test)]
mod tests {
    use rand::RngExt as _;

    use super::*;

    #[test]
    fn what_is_drawn_depends_on_what_for_and_how_often_and_on_nothing_else() {
        let draws = Draws::default();
        let draw = |what: &str| draws.rng(what).random::<u64>();
        let alone = [draw("one"), draw("one")];
        assert_ne!(alone[0], alone[1]);
        let of_other = [draw("other"), draw("other")];
        assert!(!alone.contains(&of_other[0]) && !alone.contains(&of_other[1]));
        let again = [1, 2].map(|times| StdRng::seed_from_u64(number("one", times)).random::<u64>());
        assert_eq!(again, alone);
        assert_eq!([rng("one"), rng("one")].map(|mut rng| rng.random::<u64>()), [alone[0]; 2], "as often as one likes");
    }

    #[test]
    fn only_random_values_are_worth_a_word() {
        let mut generators = Generators { path: Some(Generator::named("ProviderState")), ..Generators::default() };
        generators.body.insert("$.on".to_owned(), Generator::named("Date"));
        assert_eq!(how_to_repeat(&generators, &MatchingRules::default()), None);
        generators.header.insert("X-Id".to_owned(), Generator::named("Uuid"));
        let told = how_to_repeat(&generators, &MatchingRules::default()).expect("a random value");
        assert_eq!(told, format!("the same random values come again with INTACT_SEED={}", *SEED));
    }
}
