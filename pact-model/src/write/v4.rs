//! Interactions as V4 writes them.

use crate::http::{HttpRequest, HttpResponse};
use crate::interaction::{Interaction, Kind};
use crate::json::{Json, JsonValue, Object};
use crate::merge;
use crate::message::{MessagePart, metadata_content_type};

use super::rule::{by_category, generators_by_category};
use super::unknown::{HTTP_PART, INTERACTION_V4, MESSAGE, finished};
use super::{body, headers, insert_unless_empty, is_empty, provider_states, query, sorted_object};

/// All interactions, sorted.
pub(super) fn interactions(interactions: &[Interaction]) -> JsonValue {
    let mut order: Vec<&Interaction> = interactions.iter().collect();
    merge::sort(&mut order);
    Json::Array(order.into_iter().map(interaction).collect())
}

/// One interaction.
pub(crate) fn interaction(interaction: &Interaction) -> JsonValue {
    let mut object = kind(&interaction.kind);
    object.insert("description", interaction.description.clone());
    object.insert("pending", interaction.pending);
    if !interaction.kind.type_name().is_empty() {
        object.insert("type", interaction.kind.type_name().to_owned());
    }
    if !interaction.provider_states.is_empty() {
        object.insert("providerStates", provider_states(&interaction.provider_states));
    }
    for (name, text) in [("key", &interaction.key), ("transport", &interaction.transport)] {
        if let Some(text) = text {
            object.insert(name, text.clone());
        }
    }
    let comments = sorted_object(&interaction.comments);
    insert_unless_empty(&mut object, "comments", comments.into_iter().filter(|(_, value)| !is_empty(value)).collect());
    insert_unless_empty(&mut object, "pluginConfiguration", sorted_object(&interaction.plugin_configuration));
    let says = |(name, value): (&str, &JsonValue)| name != "markupType" && (name != "markup" || !is_empty(value));
    if interaction.markup.iter().any(says) {
        object.insert("interactionMarkup", sorted_object(&interaction.markup));
    }
    let is_message = matches!(interaction.kind, Kind::AsyncMessage(_));
    let below: &[_] = if is_message { &[INTERACTION_V4, MESSAGE] } else { &[INTERACTION_V4] };
    finished(object, &interaction.unknown, below).into()
}

/// The members for what is exchanged.
pub(crate) fn kind(kind: &Kind) -> Object<'static> {
    let mut object = Object::new();
    match kind {
        Kind::Http(own_request, own_response) => {
            object.insert("request", request(own_request));
            object.insert("response", response(own_response));
        }
        Kind::AsyncMessage(part) => return message_part(part),
        Kind::SyncMessage { request, responses } => {
            object.insert("request", message_part(request));
            object.insert("response", Json::array(responses.iter().map(message_part)));
        }
        // Not sorted: what is not understood is kept as it is.
        Kind::Unknown { members, .. } => return members.clone(),
    }
    object
}

fn request(request: &HttpRequest) -> Object<'static> {
    let mut object = Object::new();
    object.insert("method", request.method.to_uppercase());
    object.insert("path", request.path.clone());
    insert_unless_empty(&mut object, "query", query(&request.query));
    insert_unless_empty(
        &mut object,
        "headers",
        headers(&request.headers, |values| Json::array(values.iter().cloned())),
    );
    if let Some(body) = body::v4(&request.body, request.headers.content_type().as_ref()) {
        object.insert("body", body);
    }
    insert_unless_empty(&mut object, "matchingRules", by_category(&request.matching_rules));
    insert_unless_empty(&mut object, "generators", generators_by_category(&request.generators));
    finished(object, &request.unknown, &[HTTP_PART])
}

fn response(response: &HttpResponse) -> Object<'static> {
    let mut object = Object::new();
    object.insert("status", response.status);
    insert_unless_empty(
        &mut object,
        "headers",
        headers(&response.headers, |values| Json::array(values.iter().cloned())),
    );
    if let Some(body) = body::v4(&response.body, response.headers.content_type().as_ref()) {
        object.insert("body", body);
    }
    insert_unless_empty(&mut object, "matchingRules", by_category(&response.matching_rules));
    insert_unless_empty(&mut object, "generators", generators_by_category(&response.generators));
    finished(object, &response.unknown, &[HTTP_PART])
}

fn message_part(part: &MessagePart) -> Object<'static> {
    let mut object = Object::new();
    if let Some(contents) = body::v4(&part.contents, metadata_content_type(&part.metadata).as_ref()) {
        object.insert("contents", contents);
    }
    insert_unless_empty(&mut object, "metadata", sorted_object(&part.metadata));
    insert_unless_empty(&mut object, "matchingRules", by_category(&part.matching_rules));
    insert_unless_empty(&mut object, "generators", generators_by_category(&part.generators));
    finished(object, &part.unknown, &[MESSAGE])
}
