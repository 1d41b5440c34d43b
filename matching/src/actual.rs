//! What came over the wire, as borrowed views: comparing copies nothing.

use intact_pact_model::json::Object;
use intact_pact_model::{Body, ContentType, Headers};

/// A request as it was received.
#[derive(Debug, Clone, Copy)]
pub struct ActualRequest<'a> {
    /// The method, in any case.
    pub method: &'a str,
    /// The path as it was sent, not decoded, without the query.
    pub path: &'a str,
    /// The raw text after the `?`, if there was one.
    pub query: Option<&'a str>,
    /// Headers; lines of list headers split into values ([`Headers::append_line`]).
    pub headers: &'a Headers,
    /// The body; `None` if there was none. No bytes and no body make no difference.
    pub body: Option<&'a [u8]>,
}

impl<'a> ActualRequest<'a> {
    /// A request without query and body.
    pub fn new(method: &'a str, path: &'a str, headers: &'a Headers) -> Self {
        Self { method, path, query: None, headers, body: None }
    }

    /// The same with the raw text after the `?`.
    pub fn with_query(self, query: &'a str) -> Self {
        Self { query: Some(query), ..self }
    }

    /// The same with a body.
    pub fn with_body(self, body: &'a [u8]) -> Self {
        Self { body: Some(body), ..self }
    }
}

/// A response as it was received.
#[derive(Debug, Clone, Copy)]
pub struct ActualResponse<'a> {
    /// The status code.
    pub status: u16,
    /// Headers; lines of list headers split into values ([`Headers::append_line`]).
    pub headers: &'a Headers,
    /// The body; `None` if there was none. No bytes and no body make no difference.
    pub body: Option<&'a [u8]>,
}

impl<'a> ActualResponse<'a> {
    /// A response without a body.
    pub fn new(status: u16, headers: &'a Headers) -> Self {
        Self { status, headers, body: None }
    }

    /// The same with a body.
    pub fn with_body(self, body: &'a [u8]) -> Self {
        Self { body: Some(body), ..self }
    }
}

/// A message as it was produced.
#[derive(Debug, Clone, Copy)]
pub struct ActualMessage<'a> {
    /// The payload; `None` if there was none.
    pub contents: Option<&'a [u8]>,
    /// The type of the payload as its transport states it, for example in a `Content-Type` header. Without it the metadata
    /// (`contentType`, `content-type`) is asked, then the payload itself.
    pub content_type: Option<&'a str>,
    /// Metadata.
    pub metadata: &'a Object<'a>,
}

impl<'a> ActualMessage<'a> {
    /// A message of which nothing but payload and metadata is known.
    pub fn new(contents: Option<&'a [u8]>, metadata: &'a Object<'a>) -> Self {
        Self { contents, content_type: None, metadata }
    }

    /// The same with the type that the transport states.
    pub fn with_content_type(self, content_type: &'a str) -> Self {
        Self { content_type: Some(content_type), ..self }
    }
}

/// An actual body in its states, with the type that is stated for it.
#[derive(Debug, Clone)]
pub(crate) struct ActualBody<'a> {
    pub(crate) state: ActualState<'a>,
    pub(crate) stated_type: Option<ContentType>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum ActualState<'a> {
    Missing,
    Empty,
    /// Only of the model: over the wire this is the text `null`.
    Null,
    Present(&'a [u8]),
}

impl<'a> ActualBody<'a> {
    /// A body from the wire.
    pub(crate) fn received(bytes: Option<&'a [u8]>, stated_type: Option<ContentType>) -> Self {
        let state = match bytes {
            None => ActualState::Missing,
            Some([]) => ActualState::Empty,
            Some(bytes) => ActualState::Present(bytes),
        };
        Self { state, stated_type }
    }

    /// What is in a part of a multipart body: without bytes it is an empty text, which is compared like any other.
    pub(crate) fn of_part(bytes: &'a [u8], stated_type: Option<ContentType>) -> Self {
        Self { state: ActualState::Present(bytes), stated_type }
    }

    /// A body of the model, taken as if it had been received; its own type counts before that of the header.
    pub(crate) fn of_model(body: &'a Body, header_type: Option<ContentType>) -> Self {
        let state = match body {
            Body::Missing => ActualState::Missing,
            Body::Empty => ActualState::Empty,
            Body::Null => ActualState::Null,
            Body::Present(content) => ActualState::Present(&content.bytes),
        };
        Self { state, stated_type: body.content_type().cloned().or(header_type) }
    }

    /// The bytes; none unless there are some.
    pub(crate) fn bytes(&self) -> &'a [u8] {
        match self.state {
            ActualState::Present(bytes) => bytes,
            ActualState::Null => b"null",
            ActualState::Missing | ActualState::Empty => &[],
        }
    }

    /// The stated type, else what the bytes look like.
    pub(crate) fn content_type(&self) -> Option<ContentType> {
        self.stated_type.clone().or_else(|| match self.state {
            ActualState::Present(bytes) if !bytes.is_empty() => ContentType::detect(bytes),
            _ => None,
        })
    }
}
