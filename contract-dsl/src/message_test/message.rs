//! A message as the consumer's handler is given it.

use std::fmt::{self, Display, Formatter};

use intact_matching::generate::{self, GenerateContext};
use intact_pact_model::MessagePart;
use serde::de::DeserializeOwned;

use crate::template::to_serde;

/// How much of a payload a failing test shows.
const SHOWN: usize = 2000;

/// A message as it would come: contents and metadata of the contract, with generated values in place.
#[derive(Debug, Clone)]
pub struct Message {
    description: String,
    pub(super) part: MessagePart,
    metadata: serde_json::Map<String, serde_json::Value>,
}

impl Message {
    /// With the generators at work. Where one cannot do that, the contract's own example stays.
    pub(super) fn generated(description: &str, part: &MessagePart, drawn_for: &str) -> Self {
        let context = GenerateContext::consumer(None, generate::now());
        let part = match generate::message(part, &context, &mut generate::rng(drawn_for)) {
            Ok(generated) => {
                for warning in &generated.warnings {
                    tracing::warn!(message = description, "{warning}");
                }
                generated.value
            }
            Err(error) => {
                tracing::warn!(message = description, "{error}");
                part.clone()
            }
        };
        let metadata = part.metadata.iter().map(|(key, value)| (key.to_owned(), to_serde(value))).collect();
        Self { description: description.to_owned(), part, metadata }
    }

    /// What the contract calls it.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The payload; no bytes if the contract says nothing about it.
    pub fn contents(&self) -> &[u8] {
        self.part.contents.bytes()
    }

    /// The payload, read as JSON.
    ///
    /// # Errors
    ///
    /// If it is no JSON, or not of this form.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(self.contents())
    }

    /// The payload as text.
    ///
    /// # Errors
    ///
    /// If it is not UTF-8.
    pub fn text(&self) -> Result<&str, std::str::Utf8Error> {
        str::from_utf8(self.contents())
    }

    /// The type of the payload, such as `application/json`; `None` if there is no payload and no entry that says it.
    pub fn content_type(&self) -> Option<String> {
        self.part.content_type().map(|content_type| content_type.to_string())
    }

    /// The metadata.
    pub fn metadata(&self) -> &serde_json::Map<String, serde_json::Value> {
        &self.metadata
    }
}

/// For failing tests: what the handler was given.
impl Display for Message {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match (self.contents(), self.content_type()) {
            ([], _) => f.write_str("no contents")?,
            (contents, Some(content_type)) => write!(f, "{} bytes of {content_type}", contents.len())?,
            (contents, None) => write!(f, "{} bytes", contents.len())?,
        }
        if let Ok(text) = self.text()
            && !text.is_empty()
        {
            f.write_str(":")?;
            let shown = &text[..text.floor_char_boundary(SHOWN)];
            shown.lines().try_for_each(|line| write!(f, "\n        {line}"))?;
            if shown.len() < text.len() {
                f.write_str("\n        …")?;
            }
        }
        for (key, value) in &self.metadata {
            write!(f, "\n      metadata {key}: {value}")?;
        }
        if let Some(told) = generate::how_to_repeat(&self.part.generators, &self.part.matching_rules) {
            write!(f, "\n      {told}")?;
        }
        Ok(())
    }
}
