//! Two editions of one interaction that contradict each other.

use crate::difference::{Difference, differences};
use crate::interaction::Interaction;
use crate::pact::Pact;
use crate::spec_version::SpecVersion;

/// An interaction of which there are two editions that exchange different things, or under other parameters of a provider state.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conflict {
    /// The description of the interaction.
    pub description: String,
    /// The names of its provider states.
    pub provider_states: Vec<String>,
    /// The key, if both editions have it: they are the same interaction by that alone.
    pub key: Option<String>,
    /// JSON path in the interaction of the first difference, and what the two say there: `$.request.path: "/old" and "/new"`.
    pub difference: String,
}

impl Conflict {
    pub(crate) fn new(existing: &Interaction, new: &Interaction, difference: String) -> Self {
        Self {
            description: new.description.clone(),
            provider_states: new.provider_states.iter().map(|state| state.name.clone()).collect(),
            key: new.key.clone().filter(|key| existing.key.as_ref() == Some(key)),
            difference,
        }
    }
}

impl std::fmt::Display for Conflict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the interaction {:?}", self.description)?;
        for (at, state) in self.provider_states.iter().enumerate() {
            write!(f, "{} {state:?}", if at == 0 { " given" } else { " and" })?;
        }
        write!(f, " is defined differently, at {}", self.difference)
    }
}

/// What two editions of an interaction contradict each other in, as far as the version can say it.
pub(crate) fn conflict(existing: &Interaction, new: &Interaction, version: SpecVersion) -> Option<Conflict> {
    if existing.kind == new.kind && existing.provider_states == new.provider_states {
        return None;
    }
    let difference = difference(existing, new, version)?;
    Some(Conflict::new(existing, new, difference.to_string()))
}

fn difference(existing: &Interaction, new: &Interaction, version: SpecVersion) -> Option<Difference> {
    let exchange = |interaction: &Interaction| {
        let mut alone = Pact::new("", "");
        alone.interactions.push(Interaction {
            provider_states: interaction.provider_states.clone(),
            ..Interaction::new("", interaction.kind.clone())
        });
        let document = alone.write(version).ok()?;
        document.get("interactions").or_else(|| document.get("messages")).cloned()
    };
    match (exchange(existing), exchange(new)) {
        (Some(existing), Some(new)) => differences(&existing, &new).into_iter().next(),
        // What cannot be written is compared as it is.
        _ if version < SpecVersion::V4 => difference(existing, new, SpecVersion::V4),
        _ => Some(Difference { at: "$".to_owned(), what: "what they say nests too deeply".to_owned() }),
    }
}
