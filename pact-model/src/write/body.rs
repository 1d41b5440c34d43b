//! Bodies: with V4's wrapping, and as the bare value of older versions.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::body::{Body, Content, ContentTypeHint};
use crate::content_type::ContentType;
use crate::json::{Json, JsonValue, MAX_DEPTH, Object};
use crate::read::is_json_text;

/// How deep a body lies inside a pact at most, and some more.
const DEPTH_OF_PACT: usize = 16;

/// The V4 object of a body; `None` if nothing is said about it. `stated` is the type that a header or the metadata names.
pub(super) fn v4(body: &Body, stated: Option<&ContentType>) -> Option<JsonValue> {
    let content = match body {
        Body::Missing => return None,
        Body::Empty => return Some(Json::object([("content", "")])),
        Body::Null => return Some(Json::object([("content", Json::Null)])),
        Body::Present(content) => content,
    };
    let content_type =
        content.content_type.clone().or_else(|| stated.cloned()).or_else(|| ContentType::detect(&content.bytes));
    let is_json = content_type.as_ref().is_some_and(ContentType::is_json);
    let is_binary =
        content.hint == Some(ContentTypeHint::Binary) || content_type.as_ref().is_none_or(ContentType::is_binary);
    let text = str::from_utf8(&content.bytes).ok();
    let (value, encoded) = match text {
        Some(text) if is_json => match document(text) {
            // Bare, these two would be read as a body without content.
            Some(Json::Null) => (Json::from(text.to_owned()), Json::from("JSON")),
            Some(Json::String(empty)) if empty.is_empty() => (Json::from(text.to_owned()), Json::from("JSON")),
            Some(value) => (value, Json::Bool(false)),
            None => base64(content),
        },
        Some(text) if !is_binary => (Json::from(text.to_owned()), Json::Bool(false)),
        _ => base64(content),
    };
    let mut object = Object::new();
    object.insert("content", value);
    object
        .insert("contentType", content_type.map_or_else(|| "*/*".to_owned(), |content_type| content_type.to_string()));
    if let Some(hint) = content.hint {
        object.insert(
            "contentTypeHint",
            match hint {
                ContentTypeHint::Binary => "BINARY",
                ContentTypeHint::Text => "TEXT",
                ContentTypeHint::Default => "DEFAULT",
            },
        );
    }
    object.insert("encoded", encoded);
    Some(object.into())
}

fn base64(content: &Content) -> (JsonValue, JsonValue) {
    (BASE64_STANDARD.encode(&content.bytes).into(), "base64".into())
}

/// The value of a body before V4; `None` if nothing is said about it. The form is chosen so that a reader, who sees nothing
/// but the value and the `stated` type, gets the same bytes wherever that is possible.
pub(super) fn v3(body: &Body, stated: Option<&ContentType>) -> Option<JsonValue> {
    let content = match body {
        Body::Missing => return None,
        Body::Empty => return Some("".into()),
        Body::Null => return Some(Json::Null),
        Body::Present(content) => content,
    };
    let base64 = || Json::from(BASE64_STANDARD.encode(&content.bytes));
    let Ok(text) = str::from_utf8(&content.bytes) else { return Some(base64()) };
    let content_type =
        stated.or(content.content_type.as_ref()).cloned().unwrap_or_else(|| ContentType::detect_text(text));
    if content_type.is_json() {
        return Some(match document(text) {
            // A bare string is taken for a string document only if it looks like no document itself, and only under a stated
            // type, or if it looks like JSON otherwise.
            Some(Json::String(own))
                if own.is_empty()
                    || is_json_text(&own)
                    || (stated.is_none()
                        && !(content.content_type.is_some() && ContentType::detect_text(&own).is_json())) =>
            {
                text.to_owned().into()
            }
            Some(value) => value,
            None if stated.is_some() => base64(),
            None => text.to_owned().into(),
        });
    }
    let taken_for_base64 = stated.is_some_and(ContentType::is_binary) && BASE64_STANDARD.decode(text).is_ok();
    Some(if taken_for_base64 { base64() } else { text.to_owned().into() })
}

/// The JSON document that the text is, if a pact file can hold it.
fn document(text: &str) -> Option<JsonValue> {
    let document = Json::parse(text.as_bytes()).ok()?.into_owned();
    (depth(&document) + DEPTH_OF_PACT <= MAX_DEPTH).then_some(document)
}

/// How deep arrays and objects nest.
pub(super) fn depth(json: &JsonValue) -> usize {
    match json {
        Json::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Json::Object(object) => 1 + object.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
