//! Finds the interaction with the same identity among many.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash as _, Hasher as _, RandomState};

use super::is_same;
use crate::interaction::Interaction;

/// Positions of interactions by hashes of what identifies them.
pub(super) struct Index {
    hashes: RandomState,
    /// In ascending order.
    positions: HashMap<(By, u64), Vec<usize>>,
}

/// What an interaction can be found by.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum By {
    /// Its key: where both have one, only that counts.
    Key,
    /// Description, provider states and type, if it has no key.
    IdentityOfKeyless,
    /// Description, provider states and type.
    Identity,
}

impl Index {
    pub(super) fn of(interactions: &[Interaction]) -> Self {
        let positions = HashMap::with_capacity(2 * interactions.len());
        let mut index = Self { hashes: RandomState::new(), positions };
        for (at, interaction) in interactions.iter().enumerate() {
            index.add(at, interaction);
        }
        index
    }

    /// The position of the first of `interactions`, which are those of the index, that has the same identity.
    pub(super) fn find<T: Borrow<Interaction>>(&self, interactions: &[T], wanted: &Interaction) -> Option<usize> {
        let places = match &wanted.key {
            Some(key) => {
                [Some((By::Key, self.hash_of_key(key))), Some((By::IdentityOfKeyless, self.hash_of_identity(wanted)))]
            }
            None => [Some((By::Identity, self.hash_of_identity(wanted))), None],
        };
        let first = |place| {
            let positions = self.positions.get(&place)?;
            positions.iter().copied().find(|at| is_same(interactions[*at].borrow(), wanted))
        };
        places.into_iter().flatten().filter_map(first).min()
    }

    pub(super) fn add(&mut self, at: usize, interaction: &Interaction) {
        for place in self.places_of(interaction) {
            let positions = self.positions.entry(place).or_default();
            positions.insert(positions.partition_point(|own| *own < at), at);
        }
    }

    /// The interaction at a position gives way to another.
    pub(super) fn replace(&mut self, at: usize, old: &Interaction, new: &Interaction) {
        let places = self.places_of(old);
        if places == self.places_of(new) {
            return;
        }
        for place in places {
            if let Some(positions) = self.positions.get_mut(&place)
                && let Ok(found) = positions.binary_search(&at)
            {
                positions.remove(found);
            }
        }
        self.add(at, new);
    }

    fn places_of(&self, interaction: &Interaction) -> [(By, u64); 2] {
        let identity = self.hash_of_identity(interaction);
        let own = match &interaction.key {
            Some(key) => (By::Key, self.hash_of_key(key)),
            None => (By::IdentityOfKeyless, identity),
        };
        [own, (By::Identity, identity)]
    }

    fn hash_of_key(&self, key: &str) -> u64 {
        self.hashes.hash_one(key)
    }

    fn hash_of_identity(&self, interaction: &Interaction) -> u64 {
        let mut hasher = self.hashes.build_hasher();
        interaction.description.hash(&mut hasher);
        for state in &interaction.provider_states {
            state.name.hash(&mut hasher);
        }
        interaction.kind.type_name().hash(&mut hasher);
        hasher.finish()
    }
}
