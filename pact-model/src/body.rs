//! Bodies and message contents.

use bytes::Bytes;

use crate::content_type::ContentType;

/// A body in its four states; missing, empty and null mean different things when they are expected (specification 1.1 and later).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Body {
    /// Nothing is said about the body: it is not compared.
    #[default]
    Missing,
    /// There must be no bytes.
    Empty,
    /// JSON `null` in the file: no body, or the JSON document `null`.
    Null,
    /// There are bytes.
    Present(Content),
}

/// The bytes of a body and what they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The bytes as they travel; not empty.
    pub bytes: Bytes,
    /// The body's own type, if the file states one (V4) or the author did; else a header decides.
    pub content_type: Option<ContentType>,
    /// Whether an unknown type is text or binary (V4).
    pub hint: Option<ContentTypeHint>,
}

/// Overrides what a content type says about being text or binary (V4 `contentTypeHint`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentTypeHint {
    /// `BINARY`
    Binary,
    /// `TEXT`
    Text,
    /// `DEFAULT`: as the type says.
    Default,
}

impl Body {
    /// A body of these bytes; without bytes it is [`Body::Empty`].
    pub fn new(bytes: impl Into<Bytes>, content_type: Option<ContentType>) -> Self {
        let bytes = bytes.into();
        if bytes.is_empty() { Self::Empty } else { Self::Present(Content { bytes, content_type, hint: None }) }
    }

    /// The content, if there are bytes.
    pub fn content(&self) -> Option<&Content> {
        if let Self::Present(content) = self { Some(content) } else { None }
    }

    /// The bytes; none unless the body is present.
    pub fn bytes(&self) -> &[u8] {
        self.content().map_or(&[], |content| &content.bytes)
    }

    /// The body's own type, if it states one.
    pub fn content_type(&self) -> Option<&ContentType> {
        self.content()?.content_type.as_ref()
    }
}
