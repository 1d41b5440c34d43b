//! Puts interactions, or whole pacts, into a pact that may have them already, and finds what two pacts contradict each other in.
//!
//! Two interactions are the same if their keys are, where both have one; else if description, names of the provider states and
//! type are. The new one wins: it is what the test that has just run says. Where it is the same as several, the nearest gives way:
//! the one that also has its key, or as it has none, before one of which only one of the two has a key. Those that nothing
//! tells apart (a file that somebody else wrote may have such) all give way, or a stale edition would stay beside the new one.
//! Afterwards the pact is sorted, so that the order in which tests run leaves no trace. Merging does not ask whether the two say the same, since a consumer may change its mind
//! between two runs; who wants to know asks [`Pact::conflicts`] before, as the file layer ([`crate::file`]) does for two tests of
//! one run.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::HashSet;

use crate::interaction::{Interaction, Kind};
use crate::json::{Json, Object};
use crate::pact::Pact;
use crate::spec_version::SpecVersion;
use crate::write::v4;

mod conflict;
mod index;
mod metadata;

pub use self::conflict::Conflict;
pub(crate) use self::conflict::conflict;

use self::index::Index;
use self::metadata::{merge_json, merge_members, merge_plugins};

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

/// What merging a pact into another did: how many of its interactions are new, replaced one, or were there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct MergedPact {
    /// New interactions.
    pub added: usize,
    /// Interactions that took the place of one with the same identity.
    pub replaced: usize,
    /// Interactions that were there already, just so.
    pub unchanged: usize,
    /// The version the pact had before, if it was an older one than the other's.
    pub upgraded_from: Option<SpecVersion>,
}

/// Something that the pact cannot take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MergeConflict {
    /// The other pact is that of another contract.
    #[error("this is the pact between {wanted}, and the other that between {found}")]
    OtherContract {
        /// Between whom this pact is: `"Web" and "Orders"`.
        wanted: String,
        /// Between whom the other is.
        found: String,
    },
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
    /// Puts an interaction into the pact, in place of the one with the same identity if there is one, and sorts the pact. For many at
    /// once, [`Pact::merge_pact`] is faster.
    ///
    /// # Errors
    ///
    /// [`MergeConflict::Mixed`] if the pact is of a version before 4 and has interactions of another kind.
    pub fn merge(&mut self, interaction: Interaction) -> Result<Merged, MergeConflict> {
        let name = interaction.kind.type_name();
        let other = self.interactions.iter().find(|own| own.kind.type_name() != name);
        check_kind(self.version, other, &interaction)?;
        let merged = match giving_way(self.interactions.iter().enumerate(), &interaction)[..] {
            [only] if self.interactions[only] == interaction => Merged::Unchanged,
            [first, ref others @ ..] => {
                self.interactions[first] = interaction;
                others.iter().rev().for_each(|at| drop(self.interactions.remove(*at)));
                Merged::Replaced
            }
            [] => {
                self.interactions.push(interaction);
                Merged::Added
            }
        };
        sort(&mut self.interactions);
        Ok(merged)
    }

    /// Puts all of another pact of the same contract into this one: its interactions each as [`Pact::merge`] does, its metadata, and
    /// what nobody knows of it. If the other is of a newer version, this one becomes that too. Needs one look at each
    /// interaction.
    ///
    /// ```
    /// use intact_pact_model::{HttpRequest, HttpResponse, Interaction, Kind, Pact};
    ///
    /// let pact_of = |path: &str| {
    ///     let request = HttpRequest { path: path.to_owned(), ..HttpRequest::default() };
    ///     let mut pact = Pact::new("Web", "Orders");
    ///     pact.interactions.push(Interaction::new("a request", Kind::Http(request, HttpResponse::default())));
    ///     pact
    /// };
    /// let (mut old, new) = (pact_of("/old"), pact_of("/new"));
    /// assert_eq!(
    ///     old.conflicts(&new)[0].to_string(),
    ///     r#"the interaction "a request" is defined differently, at $.request.path: "/old" and "/new""#,
    /// );
    /// assert_eq!(old.merge_pact(&new)?.replaced, 1);
    /// assert_eq!(old, new);
    /// # Ok::<(), intact_pact_model::merge::MergeConflict>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`MergeConflict::OtherContract`] if consumer or provider are others, [`MergeConflict::Mixed`] as for [`Pact::merge`]. Nothing
    /// is changed then.
    pub fn merge_pact(&mut self, other: &Self) -> Result<MergedPact, MergeConflict> {
        if (&self.consumer, &self.provider) != (&other.consumer, &other.provider) {
            let between = |pact: &Self| format!("{:?} and {:?}", pact.consumer, pact.provider);
            return Err(MergeConflict::OtherContract { wanted: between(self), found: between(other) });
        }
        let version = self.version.max(other.version);
        if let Some(first) = self.interactions.first().or(other.interactions.first()) {
            self.interactions
                .iter()
                .chain(&other.interactions)
                .try_for_each(|own| check_kind(version, Some(first), own))?;
        }
        let mut merged =
            MergedPact { upgraded_from: (self.version < version).then_some(self.version), ..MergedPact::default() };
        self.version = version;
        let mut index = Index::of(&self.interactions);
        let mut gone = HashSet::new();
        for interaction in &other.interactions {
            match index.giving_way(&self.interactions, interaction)[..] {
                [only] if self.interactions[only] == *interaction => merged.unchanged += 1,
                [first, ref others @ ..] => {
                    for at in others {
                        index.remove(*at, &self.interactions[*at]);
                        gone.insert(*at);
                    }
                    index.replace(first, &self.interactions[first], interaction);
                    self.interactions[first] = interaction.clone();
                    merged.replaced += 1;
                }
                [] => {
                    index.add(self.interactions.len(), interaction);
                    self.interactions.push(interaction.clone());
                    merged.added += 1;
                }
            }
        }
        if !gone.is_empty() {
            let mut places = 0..;
            self.interactions.retain(|_| places.next().is_none_or(|at| !gone.contains(&at)));
        }
        sort(&mut self.interactions);
        self.merge_around(other);
        Ok(merged)
    }

    /// Merges what stands around the interactions: metadata, and what nobody knows.
    pub(crate) fn merge_around(&mut self, other: &Self) {
        self.merge_metadata(&other.metadata);
        merge_members(&mut self.unknown, &other.unknown);
    }

    /// The interactions that both pacts have and that exchange different things, or under other parameters of a provider state; also
    /// those that the other pact has twice in different editions. Merging would replace the first of the two by the second.
    pub fn conflicts(&self, other: &Self) -> Vec<Conflict> {
        let version = self.version.max(other.version);
        let mut current: Vec<&Interaction> = self.interactions.iter().collect();
        let mut index = Index::of(&self.interactions);
        let mut conflicts = Vec::new();
        for interaction in &other.interactions {
            let places = index.giving_way(&current, interaction);
            conflicts.extend(places.iter().find_map(|at| conflict(current[*at], interaction, version)));
            if let [first, others @ ..] = &places[..] {
                for at in others {
                    index.remove(*at, current[*at]);
                }
                index.replace(*first, current[*first], interaction);
                current[*first] = interaction;
            } else {
                index.add(current.len(), interaction);
                current.push(interaction);
            }
        }
        conflicts
    }

    /// Merges metadata: objects member by member, arrays item by item, plugins by name and version; any other new value replaces the
    /// old one.
    pub fn merge_metadata(&mut self, metadata: &Object<'static>) {
        for (name, new) in metadata.iter() {
            match (name, self.metadata.get_mut(name), new) {
                ("plugins", Some(Json::Array(plugins)), Json::Array(new)) => merge_plugins(plugins, new),
                (_, Some(own), new) => merge_json(own, new),
                (_, None, new) => self.metadata.insert(name.to_owned(), new.clone()),
            }
        }
    }
}

/// Fails if a pact of this version that holds `existing` cannot hold the interaction too.
pub(crate) fn check_kind(
    version: SpecVersion,
    existing: Option<&Interaction>,
    interaction: &Interaction,
) -> Result<(), MergeConflict> {
    match existing {
        Some(other) if version < SpecVersion::V4 && other.kind.type_name() != interaction.kind.type_name() => {
            Err(MergeConflict::Mixed {
                existing: in_words(&other.kind),
                new: in_words(&interaction.kind),
                description: interaction.description.clone(),
            })
        }
        _ => Ok(()),
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

/// The places of those `candidates` that give way to a new interaction, in ascending order: of all that are the same, the nearest, and
/// what nothing tells apart from it.
pub(crate) fn giving_way<'i>(
    candidates: impl IntoIterator<Item = (usize, &'i Interaction)>,
    new: &Interaction,
) -> Vec<usize> {
    let (mut nearest, mut places) = (None, Vec::new());
    for (at, own) in candidates.into_iter().filter(|(_, own)| is_same(own, new)) {
        // The lesser, the nearer. Of several keys, any would do, but it must not depend on the order of the candidates.
        let distance = (own.key.is_some() != new.key.is_some(), own.key.as_deref());
        match nearest {
            Some(nearest) if distance > nearest => {}
            Some(nearest) if distance == nearest => places.push(at),
            _ => (nearest, places) = (Some(distance), vec![at]),
        }
    }
    places.sort_unstable();
    places.dedup();
    places
}

/// The order by what tells interactions apart.
pub(crate) fn by_identity(a: &Interaction, b: &Interaction) -> Ordering {
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

#[cfg(test)]
mod tests;
