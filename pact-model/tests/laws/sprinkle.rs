//! Puts members that nobody knows into all objects of a pact that have known ones.

use intact_pact_model::json::{Json, JsonValue, Object};

fn add(json: &mut JsonValue) {
    if let Some(object) = json.as_object_mut() {
        object.insert("x-unknown", Json::object([("z", 1), ("a", 2)]));
    }
}

fn below(json: &mut JsonValue, name: &str, change: impl Fn(&mut JsonValue)) {
    match json.as_object_mut().and_then(|object| object.get_mut(name)) {
        Some(Json::Array(items)) => items.iter_mut().for_each(change),
        Some(other) => change(other),
        None => {}
    }
}

fn each_value(json: &mut JsonValue, change: impl Fn(&str, &mut JsonValue)) {
    let names: Vec<String> = json.as_object().into_iter().flat_map(Object::names).map(str::to_owned).collect();
    for name in names {
        if let Some(value) = json.as_object_mut().and_then(|object| object.get_mut(&name)) {
            change(&name, value);
        }
    }
}

pub(crate) fn pact(json: &mut JsonValue) {
    add(json);
    below(json, "consumer", add);
    below(json, "provider", add);
    below(json, "metadata", |metadata| below(metadata, "pactSpecification", add));
    below(json, "messages", |message| part(message, false));
    below(json, "interactions", |interaction| {
        let wrapped = interaction.get("type").is_some();
        below(interaction, "providerStates", add);
        match interaction.get("type").and_then(Json::as_str) {
            Some("Asynchronous/Messages") => part(interaction, wrapped),
            Some("Synchronous/HTTP" | "Synchronous/Messages") | None => {
                add(interaction);
                below(interaction, "request", |request| part(request, wrapped));
                below(interaction, "response", |response| part(response, wrapped));
            }
            Some(_) => add(interaction),
        }
    });
}

fn part(json: &mut JsonValue, wrapped: bool) {
    add(json);
    for name in ["body", "contents"] {
        // Without a content, the whole object would be taken for it.
        below(json, name, |body| {
            if wrapped && body.get("content").is_some() {
                add(body);
            }
        });
    }
    below(json, "generators", add);
    below(json, "matchingRules", |rules| {
        each_value(rules, |category, lists| match category {
            "method" | "path" | "status" => list(lists),
            flat if flat.starts_with('$') => rule(lists),
            _ => each_value(lists, |_, own| list(own)),
        });
        add(rules);
    });
}

fn list(json: &mut JsonValue) {
    below(json, "matchers", rule);
    add(json);
}

fn rule(json: &mut JsonValue) {
    if json.get("match").is_some_and(|name| matches!(name.as_str(), Some("eachKey" | "eachValue"))) {
        below(json, "rules", rule);
    }
    below(json, "variants", |variant| {
        below(variant, "rules", |rules| each_value(rules, |_, own| list(own)));
        add(variant);
    });
    add(json);
}
