//! A whole contract.

use crate::interaction::Interaction;
use crate::json::Object;
use crate::spec_version::SpecVersion;

/// A contract between one consumer and one provider.
///
/// The same type holds contracts of every specification version; [`Pact::version`] only remembers which one the file
/// was written in, so that it can be written back that way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pact {
    /// Name of the consumer.
    pub consumer: String,
    /// Name of the provider.
    pub provider: String,
    /// The interactions in the order of the file.
    pub interactions: Vec<Interaction>,
    /// The file's metadata without the specification version, which is in [`Pact::version`].
    pub metadata: Object<'static>,
    /// Members of the file that this version of Intact does not know; kept, so that files round-trip. What a broker adds
    /// (`_links`, `createdAt`) is not among them.
    ///
    /// Here, and wherever the model has `unknown` members, those of an object further down that has none of its own stand under the
    /// name of that: `{"consumer": {"team": "web"}}` here, `{"matchingRules": {"body": {"$.id": {"matchers": [{"note": 1}]}}}}` in a
    /// request. What the model itself says always wins when it is written.
    pub unknown: Object<'static>,
    /// The specification version the contract was read in, or is to be written in by default.
    pub version: SpecVersion,
}

impl Pact {
    /// A contract without interactions, of the newest specification version.
    pub fn new(consumer: impl Into<String>, provider: impl Into<String>) -> Self {
        Self {
            consumer: consumer.into(),
            provider: provider.into(),
            interactions: Vec::new(),
            metadata: Object::new(),
            unknown: Object::new(),
            version: SpecVersion::default(),
        }
    }
}
