//! A pact that is published in parts: each part's interactions join those already published for the consumer version.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use intact_pact_model::json::{Json, JsonValue, Object};

use super::content::canonical_text;

/// Two parts describe one interaction in ways that cannot both hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MergeConflict {
    /// The same description and provider states with another request.
    #[error("two different requests are described as \"{description}\"")]
    Request {
        /// The description they share.
        description: String,
    },
    /// One side has no interactions or messages to merge.
    #[error("only pacts with interactions or messages can be merged")]
    NotMergeable,
}

/// The published pact with the interactions and messages of `part` added; those that are the same are replaced in place.
///
/// Ids that the broker gave are left out: the result is identified anew.
pub(crate) fn merge(published: &Json<'_>, part: &Json<'_>) -> Result<JsonValue, MergeConflict> {
    let (Json::Object(published), Json::Object(part)) = (published, part) else {
        return Err(MergeConflict::NotMergeable);
    };
    let lists = ["interactions", "messages"];
    let has_list = |pact: &Object<'_>| lists.iter().any(|list| pact.get(list).and_then(Json::as_array).is_some());
    if !has_list(published) || !has_list(part) {
        return Err(MergeConflict::NotMergeable);
    }
    let mut merged = Json::Object(published.clone()).into_owned();
    let members = merged.as_object_mut().expect("an object stays one when it is made to own its text");
    for list in lists {
        let Some(added) = part.get(list).and_then(Json::as_array) else { continue };
        let mut items: Vec<JsonValue> = match members.remove(list) {
            Some(Json::Array(items)) => items.into_iter().map(without_id).collect(),
            _ => Vec::new(),
        };
        let mut places: HashMap<[String; 2], usize> = HashMap::new();
        for (place, item) in items.iter().enumerate() {
            places.entry(identity(item)).or_insert(place);
        }
        for item in added {
            let item = without_id(item.clone().into_owned());
            match places.entry(identity(&item)) {
                Entry::Vacant(entry) => {
                    entry.insert(items.len());
                    items.push(item);
                }
                Entry::Occupied(place) if request(&items[*place.get()]) == request(&item) => items[*place.get()] = item,
                Entry::Occupied(_) => {
                    let description = item.get("description").map_or(Cow::Borrowed(""), Json::to_text).into_owned();
                    return Err(MergeConflict::Request { description });
                }
            }
        }
        members.insert(list, Json::Array(items));
    }
    Ok(merged)
}

fn without_id(mut item: JsonValue) -> JsonValue {
    if let Json::Object(members) = &mut item {
        members.remove("_id");
    }
    item
}

/// What makes two interactions the same one: description and provider states, as texts that are equal when these are.
fn identity(item: &JsonValue) -> [String; 2] {
    let states = ["provider_state", "providerState", "providerStates"];
    let states = states.iter().find_map(|name| item.get(name).filter(|value| !value.is_null()));
    [item.get("description"), states].map(|part| part.map(canonical_text).unwrap_or_default())
}

/// The parts of a request that must be equal.
fn request(item: &JsonValue) -> [Option<&Json<'static>>; 5] {
    let part = |name| item.get("request").and_then(|request| request.get(name));
    [part("method"), part("path"), part("query"), part("body"), part("headers")]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(published: &str, part: &str) -> Result<String, MergeConflict> {
        let merged = merge(&Json::parse(published.as_bytes()).unwrap(), &Json::parse(part.as_bytes()).unwrap())?;
        Ok(merged.to_compact())
    }

    #[test]
    fn new_interactions_and_messages_are_appended() {
        let published = r#"{"interactions":[{"_id":"1","description":"a","request":{"path":"/a"}}],"metadata":{}}"#;
        let part = r#"{"interactions":[{"description":"b"}],"messages":[{"description":"m"}]}"#;

        let result = merged(published, part).unwrap();

        let result = Json::parse(result.as_bytes()).unwrap().into_owned();
        let expected = r#"{"metadata":{},"interactions":[{"description":"a","request":{"path":"/a"}},{"description":"b"}],"messages":[{"description":"m"}]}"#;
        assert_eq!(result, Json::parse(expected.as_bytes()).unwrap());
    }

    #[test]
    fn the_same_interaction_is_replaced_also_with_another_response() {
        let published = r#"{"interactions":[{"description":"a","request":{"path":"/a"},"response":{"status":200}}]}"#;
        let part = r#"{"interactions":[{"description":"a","request":{"path":"/a"},"response":{"status":404}}]}"#;

        assert_eq!(merged(published, part).unwrap(), part);
    }

    #[test]
    fn another_request_under_the_same_description_is_a_conflict() {
        let published = r#"{"interactions":[{"description":"a","providerState":"s","request":{"path":"/a"}}]}"#;
        let part = r#"{"interactions":[{"description":"a","providerState":"s","request":{"path":"/b"}}]}"#;
        let other_state = r#"{"interactions":[{"description":"a","providerState":"t","request":{"path":"/b"}}]}"#;

        assert_eq!(merged(published, part), Err(MergeConflict::Request { description: "a".to_owned() }));
        assert!(merged(published, other_state).is_ok());
    }

    #[test]
    fn documents_that_are_not_pacts_cannot_be_merged() {
        assert_eq!(merged("{}", r#"{"interactions":[]}"#), Err(MergeConflict::NotMergeable));
    }
}
