//! Finds the interactions with the same identity among many.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash as _, Hasher as _, RandomState};

use super::giving_way;
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

    /// The positions of those of `interactions`, which are those of the index, that give way to a new one.
    pub(super) fn giving_way<T: Borrow<Interaction>>(&self, interactions: &[T], new: &Interaction) -> Vec<usize> {
        let places = match &new.key {
            Some(key) => {
                [Some((By::Key, self.hash_of_key(key))), Some((By::IdentityOfKeyless, self.hash_of_identity(new)))]
            }
            None => [Some((By::Identity, self.hash_of_identity(new))), None],
        };
        let candidates = places.into_iter().flatten().filter_map(|place| self.positions.get(&place)).flatten();
        giving_way(candidates.map(|at| (*at, interactions[*at].borrow())), new)
    }

    pub(super) fn add(&mut self, at: usize, interaction: &Interaction) {
        for place in self.places_of(interaction) {
            let positions = self.positions.entry(place).or_default();
            positions.insert(positions.partition_point(|own| *own < at), at);
        }
    }

    /// The interaction at a position gives way to another.
    pub(super) fn replace(&mut self, at: usize, old: &Interaction, new: &Interaction) {
        if self.places_of(old) == self.places_of(new) {
            return;
        }
        self.remove(at, old);
        self.add(at, new);
    }

    /// The interaction at a position gives way to one that is elsewhere.
    pub(super) fn remove(&mut self, at: usize, old: &Interaction) {
        for place in self.places_of(old) {
            if let Some(positions) = self.positions.get_mut(&place)
                && let Ok(found) = positions.binary_search(&at)
            {
                positions.remove(found);
            }
        }
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
