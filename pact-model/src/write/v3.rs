//! Interactions or messages as V3 writes them, in the order they have.

use crate::http::{Headers, HttpRequest, HttpResponse};
use crate::interaction::{Interaction, Kind};
use crate::json::{Json, JsonValue, Object};
use crate::message::{MessagePart, metadata_content_type, states_content_type};
use crate::spec_version::SpecVersion;

use super::rule::{by_category, generators_by_category};
use super::unknown::{HTTP_PART_V3, INTERACTION, MESSAGE_V3, finished};
use super::{WriteError, are_messages, body, headers, insert_unless_empty, provider_states, query, sorted_object};

/// The name of the list and the list.
pub(super) fn interactions(interactions: &[Interaction]) -> Result<(&'static str, JsonValue), WriteError> {
    let list = if are_messages(interactions, SpecVersion::V3)? { "messages" } else { "interactions" };
    Ok((list, Json::Array(interactions.iter().map(interaction).collect::<Result<_, _>>()?)))
}

/// One interaction or message.
pub(super) fn interaction(interaction: &Interaction) -> Result<JsonValue, WriteError> {
    let (mut object, below) = match &interaction.kind {
        Kind::Http(own_request, own_response) => {
            let mut object = Object::new();
            object.insert("request", request(own_request));
            object.insert("response", response(own_response));
            (object, &[INTERACTION][..])
        }
        Kind::AsyncMessage(part) => (message(part), &[INTERACTION, MESSAGE_V3][..]),
        kind @ (Kind::SyncMessage { .. } | Kind::Unknown { .. }) => {
            return Err(WriteError::of_kind(kind, SpecVersion::V3, interaction));
        }
    };
    object.insert("description", interaction.description.clone());
    if !interaction.provider_states.is_empty() {
        object.insert("providerStates", provider_states(&interaction.provider_states));
    }
    Ok(finished(object, &interaction.unknown, below).into())
}

fn request(request: &HttpRequest) -> Object<'static> {
    let mut object = request_without_rules(request);
    insert_unless_empty(&mut object, "query", query(&request.query));
    insert_unless_empty(&mut object, "matchingRules", by_category(&request.matching_rules));
    insert_unless_empty(&mut object, "generators", generators_by_category(&request.generators));
    finished(object, &request.unknown, &[HTTP_PART_V3])
}

fn response(response: &HttpResponse) -> Object<'static> {
    let mut object = response_without_rules(response);
    insert_unless_empty(&mut object, "matchingRules", by_category(&response.matching_rules));
    insert_unless_empty(&mut object, "generators", generators_by_category(&response.generators));
    finished(object, &response.unknown, &[HTTP_PART_V3])
}

/// What V3 shares with older versions; the query is not among it.
pub(super) fn request_without_rules(request: &HttpRequest) -> Object<'static> {
    let mut object = Object::new();
    object.insert("method", request.method.to_uppercase());
    object.insert("path", request.path.clone());
    insert_unless_empty(&mut object, "headers", joined(&request.headers));
    if let Some(body) = body::v3(&request.body, request.headers.content_type().as_ref()) {
        object.insert("body", body);
    }
    object
}

/// What V3 shares with older versions.
pub(super) fn response_without_rules(response: &HttpResponse) -> Object<'static> {
    let mut object = Object::new();
    object.insert("status", response.status);
    insert_unless_empty(&mut object, "headers", joined(&response.headers));
    if let Some(body) = body::v3(&response.body, response.headers.content_type().as_ref()) {
        object.insert("body", body);
    }
    object
}

fn joined(own: &Headers) -> Object<'static> {
    // White space around a line is not part of it.
    headers(own, |values| values.join(", ").trim().to_owned().into())
}

fn message(part: &MessagePart) -> Object<'static> {
    let mut object = Object::new();
    let mut metadata = part.metadata.clone();
    let mut stated = metadata_content_type(&metadata);
    // V3 has no other place for the type of the contents.
    if stated.is_none()
        && let Some(own) = part.contents.content_type()
        && !states_content_type(&metadata)
    {
        metadata.insert("contentType", own.to_string());
        stated = Some(own.clone());
    }
    if let Some(contents) = body::v3(&part.contents, stated.as_ref()) {
        object.insert("contents", contents);
    }
    // Written even if empty, as other programs do.
    object.insert("metadata", sorted_object(&metadata));
    insert_unless_empty(&mut object, "matchingRules", by_category(&part.matching_rules));
    insert_unless_empty(&mut object, "generators", generators_by_category(&part.generators));
    finished(object, &part.unknown, &[MESSAGE_V3])
}
