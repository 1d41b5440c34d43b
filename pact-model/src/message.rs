//! Messages.

use crate::body::Body;
use crate::content_type::ContentType;
use crate::generators::Generators;
use crate::json::{Json, Object};
use crate::rules::MatchingRules;

/// A message: what is in it and what is said about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MessagePart {
    /// The payload.
    pub contents: Body,
    /// Metadata, for example `contentType` or a topic.
    pub metadata: Object<'static>,
    /// How contents (category `body`) and metadata are compared.
    pub matching_rules: MatchingRules,
    /// Values put in place of examples.
    pub generators: Generators,
    /// Members that this version of Intact does not know, also of the contents' wrapping, the matching rules and the generators; kept,
    /// so that files round-trip. For an asynchronous message they are in the interaction. See
    /// [`Pact::unknown`](crate::Pact::unknown).
    pub unknown: Object<'static>,
}

impl MessagePart {
    /// The type of the contents: their own, else that in the metadata (`contentType` or `content-type`, ignoring case), else
    /// detected.
    pub fn content_type(&self) -> Option<ContentType> {
        self.contents
            .content_type()
            .cloned()
            .or_else(|| metadata_content_type(&self.metadata))
            .or_else(|| self.contents.content().and_then(|content| ContentType::detect(&content.bytes)))
    }

    /// The metadata entry called `name`.
    pub fn metadata(&self, name: &str) -> Option<&Json<'static>> {
        self.metadata.get(name)
    }
}

/// The type that the metadata names, under `contentType` or `content-type`, ignoring case.
pub(crate) fn metadata_content_type(metadata: &Object<'_>) -> Option<ContentType> {
    let (_, value) = metadata.iter().find(|(name, _)| is_content_type(name))?;
    value.as_str().and_then(ContentType::parse)
}

/// Does the metadata have a place for the content type, whatever stands there?
pub(crate) fn states_content_type(metadata: &Object<'_>) -> bool {
    metadata.names().any(is_content_type)
}

fn is_content_type(name: &str) -> bool {
    name.eq_ignore_ascii_case("contentType") || name.eq_ignore_ascii_case("content-type")
}
