//! Pact files as plain JSON: where each version of the specification keeps things.

use serde_json::Value;

/// The interactions or messages of a pact file.
pub(crate) fn interactions(pact: &Value) -> &[Value] {
    let list = pact["interactions"].as_array().or_else(|| pact["messages"].as_array());
    list.unwrap_or_else(|| panic!("no interactions in {pact:#}"))
}

/// The body of a request or response.
pub(crate) fn body(part: &Value) -> &Value {
    unwrapped(&part["body"])
}

/// The contents of a message, or of a request or response of a synchronous one.
pub(crate) fn contents(message: &Value) -> &Value {
    unwrapped(&message["contents"])
}

/// V4 wraps bodies with their type.
fn unwrapped(body: &Value) -> &Value {
    let is_wrapped = body.get("content").is_some() && body.get("contentType").is_some();
    if is_wrapped { &body["content"] } else { body }
}

/// The metadata of a message.
pub(crate) fn metadata(message: &Value) -> &Value {
    message.get("metadata").or_else(|| message.get("metaData")).unwrap_or(&Value::Null)
}

/// The type of a message's contents: V4 states it with them, V3 in the metadata.
pub(crate) fn contents_type(message: &Value) -> Option<&str> {
    message["contents"].get("contentType").or_else(|| metadata(message).get("contentType"))?.as_str()
}

/// The values of a header, ignoring the case of its name.
pub(crate) fn header<'a>(part: &'a Value, name: &str) -> Vec<&'a str> {
    let headers = part["headers"].as_object().into_iter().flatten();
    let values = headers.filter(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    values
        .flat_map(|value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice))
        .filter_map(Value::as_str)
        .collect()
}

/// The names of an interaction's provider states.
pub(crate) fn state_names(interaction: &Value) -> Vec<&str> {
    let states = interaction["providerStates"].as_array().into_iter().flatten();
    states.filter_map(|state| state["name"].as_str()).chain(interaction["providerState"].as_str()).collect()
}

/// The parameters of a provider state.
pub(crate) fn state_params<'a>(interaction: &'a Value, state: &str) -> &'a Value {
    let states = interaction["providerStates"].as_array().into_iter().flatten();
    let found = states.into_iter().find(|own| own["name"] == state);
    &found.unwrap_or_else(|| panic!("no provider state `{state}` in {interaction:#}"))["params"]
}
