//! Puts an interaction into a pact that may have it already.
//!
//! Two interactions are the same if their keys are, where both have one; else if description, names of the provider states and
//! type are. The new one wins: it is what the test that has just run says. Afterwards the pact is sorted, so that the order in
//! which tests run leaves no trace. Whether *two tests of one run* contradict each other cannot be seen here; the file layer
//! ([`crate::file`]) remembers that.

use std::borrow::Borrow;
use std::cmp::Ordering;

use crate::interaction::{Interaction, Kind};
use crate::json::{Json, JsonValue, Object};
use crate::pact::Pact;
use crate::spec_version::SpecVersion;
use crate::write::v4;

/// What merging an interaction did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merged {
    /// It is new.
    Added,
    /// It took the place of one with the same identity.
    Replaced,
    /// It was there already, just so.
    Unchanged,
}

/// An interaction that the pact cannot take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MergeConflict {
    /// Before V4, a pact holds HTTP interactions or messages, not both.
    #[error(
        "the pact has {existing}, and before specification version 4 {new} cannot join them (the interaction {description:?})"
    )]
    Mixed {
        /// What the pact has, in words.
        existing: &'static str,
        /// What was to be added, in words.
        new: &'static str,
        /// The interaction to be added.
        description: String,
    },
}

impl Pact {
    /// Puts an interaction into the pact, in place of the one with the same identity if there is one, and sorts the pact.
    ///
    /// # Errors
    ///
    /// [`MergeConflict::Mixed`] if the pact is of a version before 4 and has interactions of another kind.
    pub fn merge(&mut self, interaction: Interaction) -> Result<Merged, MergeConflict> {
        self.check_kind(&interaction)?;
        let merged = match self.position_of(&interaction) {
            Some(at) if self.interactions[at] == interaction => Merged::Unchanged,
            Some(at) => {
                self.interactions[at] = interaction;
                Merged::Replaced
            }
            None => {
                self.interactions.push(interaction);
                Merged::Added
            }
        };
        sort(&mut self.interactions);
        Ok(merged)
    }

    /// Merges metadata: objects member by member, plugins by name and version; any other new value replaces the old one.
    pub fn merge_metadata(&mut self, metadata: &Object<'static>) {
        for (name, new) in metadata.iter() {
            match (name, self.metadata.get_mut(name), new) {
                ("plugins", Some(Json::Array(plugins)), Json::Array(new)) => merge_plugins(plugins, new),
                (_, Some(own), new) => merge_json(own, new),
                (_, None, new) => self.metadata.insert(name.to_owned(), new.clone()),
            }
        }
    }

    /// Fails if a pact of this version cannot hold the interaction beside those it has.
    pub(crate) fn check_kind(&self, interaction: &Interaction) -> Result<(), MergeConflict> {
        let name = interaction.kind.type_name();
        match self.interactions.iter().find(|own| own.kind.type_name() != name) {
            Some(other) if self.version < SpecVersion::V4 => Err(MergeConflict::Mixed {
                existing: in_words(&other.kind),
                new: in_words(&interaction.kind),
                description: interaction.description.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// Where the interaction with the same identity is.
    pub(crate) fn position_of(&self, interaction: &Interaction) -> Option<usize> {
        self.interactions.iter().position(|own| is_same(own, interaction))
    }
}

fn in_words(kind: &Kind) -> &'static str {
    match kind {
        Kind::Http(..) => "HTTP interactions",
        Kind::AsyncMessage(_) => "messages",
        Kind::SyncMessage { .. } => "synchronous messages",
        Kind::Unknown { .. } => "interactions of an unknown type",
    }
}

/// Are the two the same interaction, perhaps in different editions? Parameters of provider states do not tell them apart.
pub fn is_same(a: &Interaction, b: &Interaction) -> bool {
    match (&a.key, &b.key) {
        (Some(a), Some(b)) => a == b,
        _ => by_identity(a, b) == Ordering::Equal,
    }
}

fn by_identity(a: &Interaction, b: &Interaction) -> Ordering {
    fn states(interaction: &Interaction) -> impl Iterator<Item = &str> {
        interaction.provider_states.iter().map(|state| state.name.as_str())
    }
    (a.description.cmp(&b.description))
        .then_with(|| states(a).cmp(states(b)))
        .then_with(|| a.kind.type_name().cmp(b.kind.type_name()))
}

/// Sorts interactions as [`order`] has it. Those that cannot be told apart otherwise are compared by their text, which is made
/// only once for each.
pub(crate) fn sort<T: Borrow<Interaction>>(interactions: &mut [T]) {
    let roughly = |a: &T, b: &T| by_identity(a.borrow(), b.borrow()).then_with(|| a.borrow().key.cmp(&b.borrow().key));
    interactions.sort_by(roughly);
    for same in interactions.chunk_by_mut(|a, b| roughly(a, b).is_eq()).filter(|same| same.len() > 1) {
        same.sort_by_cached_key(|own| v4::interaction(own.borrow()).to_compact());
    }
}

/// The order of interactions in files: by description, states and type; then by all the rest, so that it is the same
/// whatever order they came in.
pub(crate) fn order(a: &Interaction, b: &Interaction) -> Ordering {
    by_identity(a, b)
        .then_with(|| a.key.cmp(&b.key))
        .then_with(|| v4::interaction(a).to_compact().cmp(&v4::interaction(b).to_compact()))
}

/// Plugins of the same name and version are one, with the configurations of both.
fn merge_plugins(own: &mut Vec<JsonValue>, new: &[JsonValue]) {
    let id = |plugin: &JsonValue| {
        ["name", "version"].map(|member| plugin.get(member).map(|text| text.to_text().into_owned()))
    };
    for plugin in new {
        match own.iter_mut().find(|own| id(own) == id(plugin)) {
            Some(own) => merge_json(own, plugin),
            None => own.push(plugin.clone()),
        }
    }
    own.sort_by_key(id);
}

/// Objects are merged member by member, arrays get the items they do not have, all else is replaced.
fn merge_json(own: &mut JsonValue, new: &JsonValue) {
    match (own, new) {
        (Json::Object(own), Json::Object(new)) => {
            for (name, new) in new.iter() {
                match own.get_mut(name) {
                    Some(own) => merge_json(own, new),
                    None => own.insert(name.to_owned(), new.clone()),
                }
            }
        }
        (Json::Array(own), Json::Array(new)) => {
            for item in new {
                if !own.contains(item) {
                    own.push(item.clone());
                }
            }
        }
        (own, new) => *own = new.clone(),
    }
}

#[cfg(test)]
mod tests;
