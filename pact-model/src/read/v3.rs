//! Interactions of V1 to V3, messages of V3, and bodies without a wrapping.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::body::{Body, Content};
use crate::content_type::ContentType;
use crate::interaction::{Interaction, Kind};
use crate::json::Json;
use crate::spec_version::SpecVersion;

use super::parts::{description, http_request, http_response, message_part, provider_states, text};
use super::{ReadError, unknown};
use crate::place::{At, Notes};

/// Members of an interaction or message that Intact knows.
const INTERACTION_MEMBERS: &[&str] = &["_id", "description", "providerState", "providerStates", "provider_state"];

pub(super) fn interaction(
    json: &Json<'_>,
    index: usize,
    version: SpecVersion,
    at: &At<'_>,
    notes: &mut Notes,
) -> Result<Interaction, ReadError> {
    let object = json.as_object().ok_or_else(|| at.wrong_type("an interaction, which is an object", json))?;
    let mut unknown = unknown::members(object, &[INTERACTION_MEMBERS, &["request", "response"]]);
    let provider_states = provider_states(object, &mut unknown, at, notes)?;
    let request = http_request(object.get("request"), version, &at.field("request"), notes)?;
    let response = http_response(object.get("response"), version, &at.field("response"), notes)?;
    Ok(Interaction {
        provider_states,
        id: text(object, "_id", "an identifier", at)?,
        unknown,
        ..Interaction::new(description(object, "Interaction", index), Kind::Http(request, response))
    })
}

pub(super) fn message(json: &Json<'_>, index: usize, at: &At<'_>, notes: &mut Notes) -> Result<Interaction, ReadError> {
    let object = json.as_object().ok_or_else(|| at.wrong_type("a message, which is an object", json))?;
    let mut part = message_part(object, INTERACTION_MEMBERS, SpecVersion::V3, at, notes)?;
    // A message is its interaction: what is not known has one place.
    let mut unknown = std::mem::take(&mut part.unknown);
    let provider_states = provider_states(object, &mut unknown, at, notes)?;
    Ok(Interaction {
        provider_states,
        id: text(object, "_id", "an identifier", at)?,
        unknown,
        ..Interaction::new(description(object, "Message", index), Kind::AsyncMessage(part))
    })
}

/// Reads a body. Nothing marks base64 or JSON texts in these versions: the content type decides, `stated` or detected.
pub(super) fn body(json: Option<&Json<'_>>, stated: Option<&ContentType>, at: &At<'_>, notes: &mut Notes) -> Body {
    match json {
        None => Body::Missing,
        Some(Json::Null) => Body::Null,
        Some(Json::String(text)) if text.is_empty() => Body::Empty,
        Some(Json::String(text)) => {
            let content_type = stated.cloned().unwrap_or_else(|| ContentType::detect_text(text));
            if content_type.is_json() {
                if is_json_text(text) {
                    return Body::new(text.clone().into_owned(), None);
                }
                // The quotes hide from later detection that this is JSON, so it is said here.
                let own = if stated.is_none() { Some(content_type) } else { None };
                let bytes = Json::from(text.as_ref()).to_compact().into();
                return Body::Present(Content { bytes, content_type: own, hint: None });
            }
            if content_type.is_binary()
                && let Ok(decoded) = BASE64_STANDARD.decode(text.as_bytes())
            {
                return Body::new(decoded, None);
            }
            Body::new(text.clone().into_owned(), None)
        }
        Some(value) => {
            let mut text = notes.take_text(at).unwrap_or_else(|| value.to_compact());
            text.shrink_to_fit();
            Body::new(text, None)
        }
    }
}

/// Is the text of a JSON body the document itself? Numbers, arrays and words are not taken for one: they are texts.
pub(crate) fn is_json_text(text: &str) -> bool {
    matches!(Json::parse(text.as_bytes()), Ok(Json::String(_) | Json::Object(_)))
}
