//! What is in a pact file, with its text in pieces.
//!
//! Each test writes the whole file anew, and in a test build making the text of a large pact takes longer than the tests. So the
//! text of every interaction is kept, and only new ones are rendered.

use crate::interaction::Interaction;
use crate::merge::{self, MergeConflict};
use crate::pact::Pact;
use crate::spec_version::SpecVersion;
use crate::write::{self, WriteError};

/// A pact whose interactions are sorted, with the text of each.
pub(super) struct Contents {
    pact: Pact,
    texts: Vec<String>,
}

impl Contents {
    pub(super) fn new(mut pact: Pact) -> Result<Self, WriteError> {
        merge::sort(&mut pact.interactions);
        let mut contents = Self { pact, texts: Vec::new() };
        contents.render()?;
        Ok(contents)
    }

    pub(super) fn pact(&self) -> &Pact {
        &self.pact
    }

    /// The pact, to change anything but its interactions and version.
    pub(super) fn pact_mut(&mut self) -> &mut Pact {
        &mut self.pact
    }

    pub(super) fn upgrade(&mut self, version: SpecVersion) -> Result<(), WriteError> {
        self.pact.version = version;
        self.render()
    }

    /// The interaction with the same identity, if there is one.
    pub(super) fn find(&self, interaction: &Interaction) -> Option<&Interaction> {
        self.pact.position_of(interaction).map(|at| &self.pact.interactions[at])
    }

    /// Checks what [`Contents::put`] relies on.
    pub(super) fn check(&self, interaction: &Interaction) -> Result<(), MergeConflict> {
        self.pact.check_kind(interaction)
    }

    /// Puts an interaction in its place, as [`Pact::merge`] does.
    pub(super) fn put(&mut self, interaction: Interaction) -> Result<(), WriteError> {
        let text = write::interaction_text(&interaction, self.pact.version)?;
        if let Some(old) = self.pact.position_of(&interaction) {
            self.pact.interactions.remove(old);
            self.texts.remove(old);
        }
        let at = self.pact.interactions.partition_point(|own| merge::order(own, &interaction).is_lt());
        self.pact.interactions.insert(at, interaction);
        self.texts.insert(at, text);
        Ok(())
    }

    /// The text of the file, the same as that of [`Pact::write`].
    pub(super) fn text(&self) -> Result<String, WriteError> {
        write::text_of_pieces(&self.pact, &self.texts)
    }

    fn render(&mut self) -> Result<(), WriteError> {
        let text = |own| write::interaction_text(own, self.pact.version);
        self.texts = self.pact.interactions.iter().map(text).collect::<Result<_, _>>()?;
        Ok(())
    }
}
