//! Something that a version of the specification cannot say, and the error that lists such things.

use crate::pact::Pact;
use crate::spec_version::SpecVersion;

/// More than anybody reads.
const MAX_SHOWN: usize = 20;

/// Something in a pact that a version of the specification cannot say.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Loss {
    /// The description of the interaction; none if it stands beside the interactions.
    pub interaction: Option<String>,
    /// JSON path in the interaction (else in the pact) as V4 writes it, for example `$.response.matchingRules.body['$.id']`.
    pub at: String,
    /// What it is, in words that can be followed by "needs": `a comment`.
    pub what: String,
    /// The oldest version that can say it; none if no version can.
    pub since: Option<SpecVersion>,
    /// The version that cannot.
    pub version: SpecVersion,
    /// What becomes of it.
    pub effect: Effect,
}

/// What becomes of something that a version cannot say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It is left out.
    LeftOut,
    /// It is written all the same; programs that know nothing newer than the version do not understand it.
    NotUnderstood,
    /// The pact cannot be written in the version at all.
    Refused,
}

/// The sentence for people.
impl std::fmt::Display for Loss {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { interaction, what, since, version, .. } = self;
        match interaction {
            Some(description) => write!(f, "the interaction {description:?}: {what} ")?,
            None => write!(f, "the pact: {what} ")?,
        }
        match since {
            Some(since) => write!(f, "needs specification version {since}")?,
            None => f.write_str("cannot be written in any version")?,
        }
        match self.effect {
            Effect::LeftOut => f.write_str("; left out"),
            Effect::NotUnderstood => write!(f, "; programs that know only {version} do not understand it"),
            Effect::Refused => Ok(()),
        }
    }
}

/// A pact that a version of the specification cannot say. Its text names the interactions and what is wrong with each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct ConversionError {
    /// Name of the consumer.
    pub consumer: String,
    /// Name of the provider.
    pub provider: String,
    /// The wanted version.
    pub version: SpecVersion,
    /// What would be lost, or, where losing was allowed, what cannot even be left out.
    pub losses: Vec<Loss>,
}

impl ConversionError {
    pub(super) fn new(pact: &Pact, version: SpecVersion, losses: Vec<Loss>) -> Self {
        Self { consumer: pact.consumer.clone(), provider: pact.provider.clone(), version, losses }
    }
}

impl std::fmt::Display for ConversionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { consumer, provider, version, losses } = self;
        write!(f, "specification version {version} cannot say all of the pact between {consumer:?} and {provider:?}:")?;
        for loss in losses.iter().take(MAX_SHOWN) {
            write!(f, "\n  - {loss}")?;
        }
        match losses.len().saturating_sub(MAX_SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n  - and {more} more"),
        }
    }
}
