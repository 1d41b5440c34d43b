//! Interactions as V2 and older write them.
//!
//! Of several provider states the first is kept, without its parameters, and of several rules for a value the first; there are
//! no generators. That is how the specification downgrades. V1 has no rules at all: a pact with rules is refused.

use crate::http::Query;
use crate::interaction::{Interaction, Kind};
use crate::json::{Json, JsonValue, Object};
use crate::path::PathExpression;
use crate::read;
use crate::rules::{MatchingRules, RuleList};
use crate::spec_version::SpecVersion;

use super::rule::matching_rule;
use super::unknown::{HTTP_PART_V2, INTERACTION_V2, finished, lay_over};
use super::v3::{request_without_rules, response_without_rules};
use super::{WriteError, insert_unless_empty};

pub(super) fn interactions(interactions: &[Interaction], version: SpecVersion) -> Result<JsonValue, WriteError> {
    Ok(Json::Array(interactions.iter().map(|own| interaction(own, version)).collect::<Result<_, _>>()?))
}

/// One interaction.
pub(super) fn interaction(interaction: &Interaction, version: SpecVersion) -> Result<JsonValue, WriteError> {
    let description = || interaction.description.clone();
    let kind = match &interaction.kind {
        Kind::Http(request, response) => Ok((request, response)),
        other => Err(other),
    };
    let (request, response) = kind.map_err(|kind| WriteError::of_kind(kind, version, interaction))?;
    let rules = |rules: &MatchingRules, unknown: &Object<'static>| {
        flat(rules, unknown, version).map_err(|part| WriteError::Rule { part, version, description: description() })
    };

    let mut own_request = request_without_rules(request);
    if let Some(query) = query(&request.query) {
        own_request.insert("query", query);
    }
    insert_unless_empty(&mut own_request, "matchingRules", rules(&request.matching_rules, &request.unknown)?);
    let mut own_response = response_without_rules(response);
    insert_unless_empty(&mut own_response, "matchingRules", rules(&response.matching_rules, &response.unknown)?);

    let mut object = Object::new();
    object.insert("description", interaction.description.clone());
    // An empty name is how these versions say that there is no state.
    if let Some(state) = interaction.provider_states.first().filter(|state| !state.name.is_empty()) {
        object.insert("providerState", state.name.clone());
    }
    object.insert("request", finished(own_request, &request.unknown, &[HTTP_PART_V2]));
    object.insert("response", finished(own_response, &response.unknown, &[HTTP_PART_V2]));
    Ok(finished(object, &interaction.unknown, &[INTERACTION_V2]).into())
}

/// The text the query was read from, since V1 compares it; else the parameters sorted by name.
fn query(query: &Query) -> Option<String> {
    if query.is_empty() {
        return None;
    }
    if let Some(raw) = query.raw() {
        return Some(raw.to_owned());
    }
    let mut names: Vec<_> = query.iter().collect();
    names.sort_by_key(|(name, _)| *name);
    let mut sorted = Query::default();
    for (name, values) in names {
        sorted.set(name, values.to_vec());
    }
    Some(sorted.to_query_string()).filter(|text| !text.is_empty())
}

/// The rules in one map, or the part whose rules V2 has no place for. From `unknown` comes what is not known of them.
fn flat(
    rules: &MatchingRules,
    unknown: &Object<'static>,
    version: SpecVersion,
) -> Result<Object<'static>, &'static str> {
    let rest = unknown.get("matchingRules");
    let mut object = Object::new();
    let mut add = |key: String, list: &RuleList, rest: Option<&JsonValue>| {
        if let Some(rule) = list.rules.first() {
            let mut rule = matching_rule(rule);
            let rest = rest.and_then(|rest| rest.get("matchers")?.as_array()?.first());
            if let Some(rest) = rest {
                lay_over(&mut rule, rest);
            }
            // An object that asks for nothing is read as no rule, so it is not written as one.
            if !rule.as_object().is_some_and(|rule| rule.names().all(|name| name == "combine")) {
                object.insert(key, rule);
            }
        }
    };
    for (part, list) in [("method", &rules.method), ("status", &rules.status)] {
        if !list.is_empty() {
            return Err(part);
        }
    }
    if !rules.metadata.is_empty() {
        return Err("metadata");
    }
    let rest_of = |category: &str, name: &str| rest.and_then(|rest| rest.get(category)?.get(name));
    add("$.path".to_owned(), &rules.path, rest.and_then(|rest| rest.get("path")));
    for (part, category, named) in [("query", "query", &rules.query), ("headers", "header", &rules.header)] {
        for (name, list) in named {
            add(PathExpression::root().field(part).field(name).to_string(), list, rest_of(category, name));
        }
    }
    for (path, list) in &rules.body {
        // A path may do without `$` where it begins with a name.
        let below = path
            .strip_prefix('$')
            .map_or_else(|| if path.is_empty() { String::new() } else { format!(".{path}") }, str::to_owned);
        add(format!("$.body{below}"), list, rest_of("body", path));
    }
    if version < SpecVersion::V2 && !object.is_empty() {
        return Err(if rules.body.is_empty() { "request" } else { "body" });
    }
    for (name, value) in rest.and_then(Json::as_object).into_iter().flat_map(Object::iter) {
        if !read::is_rule_category(name) {
            object.insert(name.to_owned(), value.clone());
        }
    }
    object.sort();
    Ok(object)
}
