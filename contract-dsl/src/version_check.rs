//! What a contract says that the version it is to be written in cannot say.
//!
//! The specification has rules for leaving things out when a newer contract is written in an older version. A contract that is
//! made here was never newer: what would be left out is what its author has just asked for, so it is an error.

use intact_pact_model::{Interaction, SpecVersion};

/// Everything in the interaction that needs a newer version.
pub(crate) fn too_new(interaction: &Interaction, version: SpecVersion) -> Vec<String> {
    let since = |since: Option<SpecVersion>| since.map_or_else(|| "no version".to_owned(), |since| since.to_string());
    interaction
        .losses(version)
        .iter()
        .map(|loss| {
            let (what, since) = (&loss.what, since(loss.since));
            format!("{what} needs {since} of the specification, and the contract is written in {version}")
        })
        .collect()
}
