//! What the dialects share: requests, responses, message parts, provider states.

use indexmap::IndexMap;

use crate::body::Body;
use crate::http::{Headers, HttpRequest, HttpResponse, Query};
use crate::json::{Json, Object};
use crate::message::{MessagePart, metadata_content_type};
use crate::provider_state::ProviderState;
use crate::spec_version::SpecVersion;

use super::{ReadError, categories, owned, unknown, v3, v4};
use crate::place::{At, Notes, describe, members};

/// Members of a request that Intact knows.
const REQUEST_MEMBERS: &[&str] =
    &["method", "path", "query", "headers", "body", "matchingRules", "requestMatchingRules", "generators"];

/// Members of a response that Intact knows.
const RESPONSE_MEMBERS: &[&str] =
    &["status", "headers", "body", "matchingRules", "responseMatchingRules", "generators"];

/// Members of a message part that Intact knows.
pub(super) const MESSAGE_MEMBERS: &[&str] =
    &["contents", "content", "metaData", "metadata", "matchingRules", "generators"];

pub(super) fn http_request(
    json: Option<&Json<'_>>,
    version: SpecVersion,
    at: &At<'_>,
    notes: &mut Notes,
) -> Result<HttpRequest, ReadError> {
    let Some(object) = members(json, "a request, which is an object", at)? else { return Ok(HttpRequest::default()) };
    let method =
        text(object, "method", "a method", at)?.map_or_else(|| "GET".to_owned(), |method| method.to_uppercase());
    let path = text(object, "path", "a path", at)?.unwrap_or_else(|| "/".to_owned());
    let (rules, rules_name) = rules_of(object, "requestMatchingRules", at, notes);
    let mut unknown = unknown::members(object, &[REQUEST_MEMBERS]);
    let query = query(object.get("query"), version, &mut unknown, &at.field("query"), notes)?;
    let headers = headers(object.get("headers"), &at.field("headers"))?;
    let body = body(object.get("body"), version, &headers, &mut unknown, &at.field("body"), notes);
    Ok(HttpRequest {
        method,
        path,
        query,
        headers,
        body,
        matching_rules: categories::matching_rules(rules, &mut unknown, &at.field(rules_name), notes)?,
        generators: categories::generators(object.get("generators"), &mut unknown, &at.field("generators"), notes)?,
        unknown,
    })
}

pub(super) fn http_response(
    json: Option<&Json<'_>>,
    version: SpecVersion,
    at: &At<'_>,
    notes: &mut Notes,
) -> Result<HttpResponse, ReadError> {
    let Some(object) = members(json, "a response, which is an object", at)? else { return Ok(HttpResponse::default()) };
    let status = match object.get("status") {
        None => 200,
        Some(status) => status
            .as_u64()
            .and_then(|status| u16::try_from(status).ok())
            .ok_or_else(|| at.field("status").wrong_type("a status code", status))?,
    };
    let (rules, rules_name) = rules_of(object, "responseMatchingRules", at, notes);
    let mut unknown = unknown::members(object, &[RESPONSE_MEMBERS]);
    let headers = headers(object.get("headers"), &at.field("headers"))?;
    let body = body(object.get("body"), version, &headers, &mut unknown, &at.field("body"), notes);
    Ok(HttpResponse {
        status,
        headers,
        body,
        matching_rules: categories::matching_rules(rules, &mut unknown, &at.field(rules_name), notes)?,
        generators: categories::generators(object.get("generators"), &mut unknown, &at.field("generators"), notes)?,
        unknown,
    })
}

/// Reads the message members of an object; those called `known` are read by the caller.
pub(super) fn message_part(
    object: &Object<'_>,
    known: &[&str],
    version: SpecVersion,
    at: &At<'_>,
    notes: &mut Notes,
) -> Result<MessagePart, ReadError> {
    let (metadata, metadata_name) = first_of(object, ["metaData", "metadata"]);
    let metadata = members(metadata, "an object of metadata", &at.field(metadata_name))?.map(owned).unwrap_or_default();
    let stated = metadata_content_type(&metadata);
    let mut unknown = unknown::members(object, &[MESSAGE_MEMBERS, known]);
    let contents = if version == SpecVersion::V4 {
        v4::body(object.get("contents"), stated.as_ref(), ("contents", &mut unknown), &at.field("contents"), notes)
    } else {
        let (contents, name) = first_of(object, ["contents", "content"]);
        let at = at.field(name);
        if name == "content" {
            notes.warn(&at, "read as `contents`, which is its name");
        }
        v3::body(contents, stated.as_ref(), &at, notes)
    };
    Ok(MessagePart {
        contents,
        metadata,
        matching_rules: categories::matching_rules(
            object.get("matchingRules"),
            &mut unknown,
            &at.field("matchingRules"),
            notes,
        )?,
        generators: categories::generators(object.get("generators"), &mut unknown, &at.field("generators"), notes)?,
        unknown,
    })
}

/// The description, or the text that stands for a missing one.
pub(super) fn description(object: &Object<'_>, noun: &str, index: usize) -> String {
    match object.get("description") {
        None | Some(Json::Null) => format!("{noun} {index}"),
        Some(description) => description.to_text().into_owned(),
    }
}

/// A member that is a text; a scalar becomes one.
pub(super) fn text(
    object: &Object<'_>,
    name: &str,
    expected: &'static str,
    at: &At<'_>,
) -> Result<Option<String>, ReadError> {
    match object.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(json @ (Json::Array(_) | Json::Object(_))) => Err(at.field(name).wrong_type(expected, json)),
        Some(scalar) => Ok(Some(scalar.to_text().into_owned())),
    }
}

/// `providerStates` (V3 and later), else `providerState` (V1 and V2). What is not known of them goes to `unknown`.
pub(super) fn provider_states(
    object: &Object<'_>,
    unknown: &mut Object<'static>,
    at: &At<'_>,
    notes: &mut Notes,
) -> Result<Vec<ProviderState>, ReadError> {
    let at_list = at.field("providerStates");
    match object.get("providerStates") {
        None | Some(Json::Null) => {
            let (name, _) = first_of(object, ["providerState", "provider_state"]);
            Ok(match name {
                None | Some(Json::Null) => Vec::new(),
                Some(name) if name.as_str() == Some("") => Vec::new(),
                Some(name) => vec![ProviderState::named(name.to_text())],
            })
        }
        Some(Json::Array(items)) => {
            let states: Vec<ProviderState> = items
                .iter()
                .enumerate()
                .map(|(index, state)| provider_state(state, &at_list.index(index), notes))
                .collect::<Result<_, _>>()?;
            unknown::keep(unknown, "providerStates", unknown::of_each(items.iter().map(rest_of_state)));
            for name in ["providerState", "provider_state"] {
                // Where both forms are there, the older one mostly repeats what the other says. An empty list is left out of a
                // file, and then the older one would take effect.
                if let Some(other) = object.get(name)
                    && states.first().is_some_and(|first| other.to_text() != first.name)
                {
                    unknown::keep(unknown, name, other.clone().into_owned());
                }
            }
            Ok(states)
        }
        Some(Json::String(name)) if name.is_empty() => Ok(Vec::new()),
        Some(state @ (Json::String(_) | Json::Object(_))) => {
            notes.warn(&at_list, "one provider state; it belongs into an array");
            unknown::keep(unknown, "providerStates", unknown::of_each(std::iter::once(rest_of_state(state))));
            Ok(vec![provider_state(state, &at_list, notes)?])
        }
        Some(other) => Err(at_list.wrong_type("an array of provider states", other)),
    }
}

fn provider_state(json: &Json<'_>, at: &At<'_>, notes: &mut Notes) -> Result<ProviderState, ReadError> {
    match json {
        Json::String(name) => {
            notes.warn(at, "a name alone; it belongs into an object with the member `name`");
            Ok(ProviderState::named(name.as_ref()))
        }
        Json::Object(object) => {
            let name = match object.get("name") {
                None | Some(Json::Null) => {
                    notes.warn(at, "has no name, `unknown provider states` is taken");
                    "unknown provider states".to_owned()
                }
                Some(name) => name.to_text().into_owned(),
            };
            let params = members(object.get("params"), "an object of parameters", &at.field("params"))?;
            Ok(ProviderState { name, params: params.map(owned).unwrap_or_default() })
        }
        other => Err(at.wrong_type("a provider state", other)),
    }
}

fn rest_of_state(json: &Json<'_>) -> Object<'static> {
    json.as_object().map(|state| unknown::members(state, &[&["name", "params"]])).unwrap_or_default()
}

fn headers(json: Option<&Json<'_>>, at: &At<'_>) -> Result<Headers, ReadError> {
    // By the name in lower case: the same header may stand in the object twice, in different spellings.
    let mut headers = IndexMap::<String, (String, Vec<String>)>::new();
    for (name, value) in members(json, "an object of headers", at)?.into_iter().flat_map(Object::iter) {
        let (_, values) = headers.entry(name.to_ascii_lowercase()).or_insert_with(|| (name.to_owned(), Vec::new()));
        match value {
            Json::Array(items) => {
                values.reserve_exact(items.len());
                values.extend(items.iter().map(|item| item.to_text().into_owned()));
            }
            other => values.extend(Headers::split_line(name, &other.to_text())),
        }
    }
    Ok(Headers::of_distinct(headers.into_values().collect()))
}

fn query(
    json: Option<&Json<'_>>,
    version: SpecVersion,
    unknown: &mut Object<'static>,
    at: &At<'_>,
    notes: &mut Notes,
) -> Result<Query, ReadError> {
    if let Some(Json::String(raw)) = json {
        let parsed = Query::parse(raw);
        if version < SpecVersion::V3 {
            return Ok(if raw.is_empty() { Query::default() } else { parsed });
        }
        // From V3 on, the text is just another way to write the map.
        let mut query = Query::default();
        for (name, values) in parsed.iter() {
            query.set(name, values.to_vec());
        }
        return Ok(query);
    }
    let mut query = Query::default();
    let mut rest = Object::new();
    for (name, value) in members(json, "query parameters, which are an object", at)?.into_iter().flat_map(Object::iter)
    {
        let one = |value: &Json<'_>| if value.is_null() { None } else { Some(value.to_text().into_owned()) };
        match value {
            Json::Array(items) => query.set(name, items.iter().map(one).collect()),
            Json::Object(_) => {
                let text =
                    format!("expected values of a query parameter, found {}; kept, but not used", describe(value));
                notes.warn(&at.field(name), text);
                rest.insert(name.to_owned(), value.clone().into_owned());
            }
            scalar => query.set(name, vec![one(scalar)]),
        }
    }
    unknown::keep(unknown, "query", rest);
    Ok(query)
}

fn body(
    json: Option<&Json<'_>>,
    version: SpecVersion,
    headers: &Headers,
    unknown: &mut Object<'static>,
    at: &At<'_>,
    notes: &mut Notes,
) -> Body {
    let stated = headers.content_type();
    match version {
        SpecVersion::V4 => v4::body(json, stated.as_ref(), ("body", unknown), at, notes),
        _ => v3::body(json, stated.as_ref(), at, notes),
    }
}

/// The matching rules, which once had the name `old`, and the name they have here.
fn rules_of<'j, 'a, 'n>(
    object: &'j Object<'a>,
    old: &'n str,
    at: &At<'_>,
    notes: &mut Notes,
) -> (Option<&'j Json<'a>>, &'n str) {
    if object.contains("matchingRules") && object.contains(old) {
        // Not kept either: `matchingRules` are left out of a file if there are none, and then these would take effect.
        notes.warn(&at.field(old), "left out: there are also `matchingRules`");
    }
    first_of(object, ["matchingRules", old])
}

/// The first of two members that is there, and its name; the first name if none is.
fn first_of<'j, 'a, 'n>(object: &'j Object<'a>, names: [&'n str; 2]) -> (Option<&'j Json<'a>>, &'n str) {
    match names.iter().find_map(|name| Some((object.get(name)?, *name))) {
        Some((value, name)) => (Some(value), name),
        None => (None, names[0]),
    }
}
