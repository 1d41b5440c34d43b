//! Interactions of V4, and bodies in their wrapping.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::body::{Body, Content, ContentTypeHint};
use crate::content_type::ContentType;
use crate::interaction::{Interaction, Kind};
use crate::json::{Json, Object};
use crate::spec_version::SpecVersion;

use super::parts::{description, http_request, http_response, message_part, provider_states, text};
use super::{ReadError, ReadErrorKind, owned, unknown};
use crate::place::{At, Notes, describe, shortened};

/// Members that Intact knows of every interaction.
const INTERACTION_MEMBERS: &[&str] = &[
    "_id",
    "comments",
    "description",
    "interactionMarkup",
    "key",
    "pending",
    "pluginConfiguration",
    "providerState",
    "providerStates",
    "provider_state",
    "transport",
    "type",
];

/// Members of a body object.
pub(crate) const BODY_MEMBERS: [&str; 4] = ["content", "contentType", "contentTypeHint", "encoded"];

/// Base64 as it is found in files: with or without `=` at its end.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub(super) fn interaction(
    json: &Json<'_>,
    index: usize,
    at: &At<'_>,
    notes: &mut Notes,
) -> Result<Interaction, ReadError> {
    let object = json.as_object().ok_or_else(|| at.wrong_type("an interaction, which is an object", json))?;
    let at_type = at.field("type");
    let kind_name = match object.get("type") {
        None | Some(Json::Null) => "",
        Some(name) => name.as_str().ok_or_else(|| at_type.wrong_type("a type of interaction", name))?,
    };
    let unknown_beside = |members| unknown::members(object, &[INTERACTION_MEMBERS, members]);
    let (kind, mut unknown) = match kind_name {
        "Synchronous/HTTP" => {
            let request = http_request(object.get("request"), SpecVersion::V4, &at.field("request"), notes)?;
            let response = http_response(object.get("response"), SpecVersion::V4, &at.field("response"), notes)?;
            (Kind::Http(request, response), unknown_beside(&["request", "response"]))
        }
        "Asynchronous/Messages" => {
            let mut part = message_part(object, INTERACTION_MEMBERS, SpecVersion::V4, at, notes)?;
            // The message is the interaction: what is not known has one place.
            let unknown = std::mem::take(&mut part.unknown);
            (Kind::AsyncMessage(part), unknown)
        }
        "Synchronous/Messages" => (synchronous_message(object, at, notes)?, unknown_beside(&["request", "response"])),
        other => {
            let what = if other.is_empty() {
                "no type".to_owned()
            } else {
                format!("the unknown type `{}`", shortened(other))
            };
            notes.warn(&at_type, format!("an interaction of {what}: it is kept, but cannot be played or verified"));
            (Kind::Unknown { type_name: other.to_owned(), members: unknown_beside(&[]) }, Object::new())
        }
    };
    let provider_states = provider_states(object, &mut unknown, at, notes)?;
    let pending = match object.get("pending") {
        None | Some(Json::Null) => false,
        Some(Json::Bool(pending)) => *pending,
        Some(other) => {
            notes.warn(
                &at.field("pending"),
                format!("expected `true` or `false`, found {}; taken as `false`", describe(other)),
            );
            false
        }
    };
    Ok(Interaction {
        description: description(object, "Interaction", index),
        provider_states,
        kind,
        key: text(object, "key", "a key", at)?.filter(|key| !key.is_empty()),
        id: text(object, "_id", "an identifier", at)?,
        pending,
        comments: free_object(object, "comments", at, notes),
        transport: text(object, "transport", "the name of a transport", at)?.filter(|name| !name.is_empty()),
        plugin_configuration: free_object(object, "pluginConfiguration", at, notes),
        markup: free_object(object, "interactionMarkup", at, notes),
        unknown,
    })
}

fn synchronous_message(object: &Object<'_>, at: &At<'_>, notes: &mut Notes) -> Result<Kind, ReadError> {
    let mut part = |json: &Json<'_>, at: &At<'_>| {
        let object =
            json.as_object().ok_or_else(|| at.wrong_type("the contents of a message, which are an object", json))?;
        message_part(object, &[], SpecVersion::V4, at, notes)
    };
    let request = object.get("request").ok_or_else(|| at.error(ReadErrorKind::Missing("request")))?;
    let request = part(request, &at.field("request"))?;
    let at_response = at.field("response");
    let responses = match object.get("response") {
        None => return Err(at.error(ReadErrorKind::Missing("response"))),
        Some(Json::Array(items)) => items
            .iter()
            .enumerate()
            .map(|(index, item)| part(item, &at_response.index(index)))
            .collect::<Result<_, _>>()?,
        Some(other) => return Err(at_response.wrong_type("an array of messages", other)),
    };
    Ok(Kind::SyncMessage { request, responses })
}

/// An object that is kept as it is; anything else is left out.
fn free_object(object: &Object<'_>, name: &str, at: &At<'_>, notes: &mut Notes) -> Object<'static> {
    match object.get(name) {
        None | Some(Json::Null) => Object::new(),
        Some(Json::Object(members)) => owned(members),
        Some(other) => {
            notes.warn(&at.field(name), format!("expected an object, found {}; ignored", describe(other)));
            Object::new()
        }
    }
}

/// Reads a body object; `stated` is the type that a header or the metadata names. What is not known of it goes to `unknown`, under
/// the given name.
pub(super) fn body(
    json: Option<&Json<'_>>,
    stated: Option<&ContentType>,
    (name, unknown): (&str, &mut Object<'static>),
    at: &At<'_>,
    notes: &mut Notes,
) -> Body {
    let body = content(json, stated, at, notes);
    if let Some(Json::Object(object)) = json {
        let rest = match &body {
            // The type and the encoding of nothing have no place in the model.
            Body::Missing | Body::Empty | Body::Null => unknown::members(object, &[&["content"]]),
            Body::Present(_) if object.contains("content") => unknown::members(object, &[&BODY_MEMBERS]),
            Body::Present(_) => Object::new(),
        };
        unknown::keep(unknown, name, rest);
    }
    body
}

fn content(json: Option<&Json<'_>>, stated: Option<&ContentType>, at: &At<'_>, notes: &mut Notes) -> Body {
    let object = match json {
        None => return Body::Missing,
        Some(Json::Null) => return Body::Null,
        Some(Json::Object(object)) => object,
        Some(other) => {
            notes.warn(
                at,
                format!(
                    "a body is an object with the member `content`, found {}; taken as the content",
                    describe(other)
                ),
            );
            return Body::new(other.to_compact(), None);
        }
    };
    let Some(content) = object.get("content") else {
        if object.names().all(|name| BODY_MEMBERS.contains(&name)) {
            return Body::Missing;
        }
        notes.warn(at, "a body is an object with the member `content`; the whole object is taken as the content");
        return Body::new(Json::Object(object.clone()).to_compact(), Some(ContentType::json()));
    };
    let content_type = content_type(object.get("contentType"), &at.field("contentType"), notes);
    let text = notes.take_text(&at.field("content")).map_or_else(|| content.to_text(), Cow::Owned);
    let mut bytes = match (content, encoding(object.get("encoded"))) {
        (Json::Null, _) => return Body::Null,
        (Json::String(text), Encoding::None) => {
            let is_json = content_type.as_ref().or(stated).is_some_and(ContentType::is_json);
            if is_json && !text.is_empty() { content.to_compact().into_bytes() } else { text.as_bytes().to_vec() }
        }
        (_, Encoding::None | Encoding::Json) => text.into_owned().into_bytes(),
        (_, Encoding::Base64) => {
            let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
            BASE64.decode(digits).unwrap_or_else(|error| {
                notes.warn(&at.field("content"), format!("not base64 ({error}), taken as it is"));
                text.as_bytes().to_vec()
            })
        }
        (_, Encoding::Unknown) => {
            notes.warn(&at.field("encoded"), "unknown encoding, the content is taken as it is");
            text.into_owned().into_bytes()
        }
    };
    if bytes.is_empty() {
        return Body::Empty;
    }
    // The text grew as it was written; what is kept for long should not hold what that left over.
    bytes.shrink_to_fit();
    let hint = object.get("contentTypeHint").and_then(|hint| hint_of(hint, &at.field("contentTypeHint"), notes));
    Body::Present(Content { bytes: bytes.into(), content_type, hint })
}

fn content_type(json: Option<&Json<'_>>, at: &At<'_>, notes: &mut Notes) -> Option<ContentType> {
    let json = json.filter(|json| !json.is_null())?;
    let content_type = json.as_str().and_then(ContentType::parse);
    if content_type.is_none() {
        notes.warn(at, format!("expected a content type, found {}; ignored", describe(json)));
    }
    // `*/*` is what is written for a type that nobody knows.
    content_type.filter(|content_type| !content_type.is_unknown())
}

enum Encoding {
    None,
    Base64,
    Json,
    Unknown,
}

fn encoding(json: Option<&Json<'_>>) -> Encoding {
    match json {
        None | Some(Json::Null | Json::Bool(false)) => Encoding::None,
        Some(Json::String(name)) if name.eq_ignore_ascii_case("base64") => Encoding::Base64,
        Some(Json::String(name)) if name.eq_ignore_ascii_case("json") => Encoding::Json,
        Some(_) => Encoding::Unknown,
    }
}

fn hint_of(json: &Json<'_>, at: &At<'_>, notes: &mut Notes) -> Option<ContentTypeHint> {
    let name = json.as_str().unwrap_or_default();
    let hint =
        [("BINARY", ContentTypeHint::Binary), ("TEXT", ContentTypeHint::Text), ("DEFAULT", ContentTypeHint::Default)]
            .into_iter()
            .find_map(|(known, hint)| known.eq_ignore_ascii_case(name).then_some(hint));
    if hint.is_none() && !json.is_null() {
        notes.warn(at, format!("expected `BINARY`, `TEXT` or `DEFAULT`, found {}; ignored", describe(json)));
    }
    hint
}
