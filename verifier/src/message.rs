//! Messages as closures in this process produce them.

use bytes::Bytes;
use intact_pact_model::json::{Json, JsonValue, Object};
use intact_pact_model::{MessagePart, ProviderState};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A message: its contents, and what is said about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message {
    /// The payload.
    pub contents: Bytes,
    /// Metadata, for example `contentType`, a topic or a key.
    pub metadata: Object<'static>,
}

/// What a closure that produces messages is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRequest {
    /// The description of the interaction.
    pub description: String,
    /// Its provider states; they are set up already.
    pub states: Vec<ProviderState>,
    /// The message to answer, if the interaction is a synchronous one; generators have been applied.
    pub request: Option<Message>,
}

/// What a closure that produces messages may return.
pub trait IntoMessages {
    /// The messages: one for an asynchronous interaction, the replies for a synchronous one.
    fn into_messages(self) -> Vec<Message>;
}

impl Message {
    /// A message of this content type.
    pub fn new(contents: impl Into<Bytes>, content_type: &str) -> Self {
        Self { contents: contents.into(), metadata: Object::new() }
            .with_metadata("contentType", Json::from(content_type.to_owned()))
    }

    /// The JSON form of a value, as `application/json`.
    ///
    /// # Errors
    ///
    /// If the value has no JSON form, for example a map whose keys are no texts.
    pub fn json(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        Ok(Self::new(serde_json::to_vec(value)?, "application/json"))
    }

    /// Adds an entry to the metadata.
    pub fn with_metadata(mut self, name: impl Into<String>, value: impl Into<JsonValue>) -> Self {
        self.metadata.insert(name.into(), value.into());
        self
    }

    /// Reads JSON contents.
    ///
    /// # Errors
    ///
    /// If the contents are not JSON, or not that of a `T`.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.contents)
    }

    pub(crate) fn of(part: &MessagePart) -> Self {
        let contents = part.contents.content().map(|content| content.bytes.clone()).unwrap_or_default();
        Self { contents, metadata: part.metadata.clone() }
    }
}

impl IntoMessages for Message {
    fn into_messages(self) -> Vec<Message> {
        vec![self]
    }
}

impl IntoMessages for Vec<Message> {
    fn into_messages(self) -> Vec<Message> {
        self
    }
}

/// A JSON document, as `application/json`.
impl IntoMessages for serde_json::Value {
    fn into_messages(self) -> Vec<Message> {
        vec![Message::new(self.to_string(), "application/json")]
    }
}
