//! Merges what stands around the interactions.

use crate::json::{Json, JsonValue, Object};

/// Plugins of the same name and version are one, with the configurations of both.
pub(super) fn merge_plugins(own: &mut Vec<JsonValue>, new: &[JsonValue]) {
    let id = |plugin: &JsonValue| {
        ["name", "version"].map(|member| plugin.get(member).map(|text| text.to_text().into_owned()))
    };
    for plugin in new {
        match own.iter_mut().find(|own| id(own) == id(plugin)) {
            Some(own) => merge_json(own, plugin),
            None => own.push(plugin.clone()),
        }
    }
    own.sort_by_key(id);
}

/// Merges member by member.
pub(super) fn merge_members(own: &mut Object<'static>, new: &Object<'static>) {
    for (name, new) in new.iter() {
        match own.get_mut(name) {
            Some(own) => merge_json(own, new),
            None => own.insert(name.to_owned(), new.clone()),
        }
    }
}

/// Objects are merged member by member, all else is replaced. Two arrays that differ become one of the items of both, in the order
/// of their texts: it must not matter which was there first.
pub(super) fn merge_json(own: &mut JsonValue, new: &JsonValue) {
    match (own, new) {
        (own, new) if own == new => {}
        (Json::Object(own), Json::Object(new)) => merge_members(own, new),
        (Json::Array(own), Json::Array(new)) => {
            own.extend(new.iter().cloned());
            own.sort_by_cached_key(Json::to_compact);
            own.dedup();
        }
        (own, new) => *own = new.clone(),
    }
}
