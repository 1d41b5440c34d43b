//! The two editions of an interaction.

use std::collections::HashMap;

use intact_pact_model::Interaction;

/// Which interactions belong together.
pub(super) struct Pairs {
    /// For each new interaction, the old one.
    pub(super) old_of: Vec<Option<usize>>,
    /// Old interactions that are not there any more.
    pub(super) gone: Vec<usize>,
}

/// Finds pairs: first by key, then by description, states and type, then by description and type, where only the states are others; at
/// last by what is exchanged, where only the description is another.
pub(super) fn find(old: &[Interaction], new: &[Interaction]) -> Pairs {
    let mut pairs = Pairs { old_of: vec![None; new.len()], gone: (0..old.len()).collect() };
    let states = |own: &Interaction| own.provider_states.iter().map(|state| state.name.clone()).collect::<Vec<_>>();
    pairs.by(old, new, |own| own.key.clone().map(|key| vec![key]));
    pairs.by(old, new, |own| {
        let mut all = vec![own.description.clone(), own.kind.type_name().to_owned()];
        all.extend(states(own));
        Some(all)
    });
    pairs.by(old, new, |own| Some(vec![own.description.clone(), own.kind.type_name().to_owned()]));
    for (index, interaction) in new.iter().enumerate() {
        if pairs.old_of[index].is_none() {
            let same = |at: &usize| {
                old[*at].kind == interaction.kind && old[*at].provider_states == interaction.provider_states
            };
            if let Some(found) = pairs.gone.iter().position(same) {
                pairs.old_of[index] = Some(pairs.gone.remove(found));
            }
        }
    }
    pairs
}

impl Pairs {
    /// Pairs those that are alike in what `name` gives; of several the same first, then in their order.
    fn by(&mut self, old: &[Interaction], new: &[Interaction], name: impl Fn(&Interaction) -> Option<Vec<String>>) {
        let mut candidates: HashMap<Vec<String>, Vec<usize>> = HashMap::new();
        for at in &self.gone {
            if let Some(name) = name(&old[*at]) {
                candidates.entry(name).or_default().push(*at);
            }
        }
        if candidates.is_empty() {
            return;
        }
        let mut taken = std::collections::HashSet::new();
        // What is the same in both must not be taken by what is only called the same.
        for exact in [true, false] {
            for (index, interaction) in
                new.iter().enumerate().filter(|(index, _)| self.old_of[*index].is_none()).collect::<Vec<_>>()
            {
                let Some(places) = name(interaction).and_then(|name| candidates.get_mut(&name)) else { continue };
                if exact && places.len() == 1 {
                    continue;
                }
                let found = places.iter().position(|at| !exact || old[*at].kind == interaction.kind);
                if let Some(found) = found {
                    let at = places.remove(found);
                    self.old_of[index] = Some(at);
                    taken.insert(at);
                }
            }
        }
        self.gone.retain(|at| !taken.contains(at));
    }
}
