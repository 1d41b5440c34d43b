//! Interactions that were made with plugins. Intact runs none, so what a plugin would compare or make is taken as it stands in
//! the contract; that is said wherever it may be the reason for what people see.

use intact_pact_model::json::{Json, JsonValue};
use intact_pact_model::{Interaction, MatchingRule, MatchingRules, Pact};

/// The plugins, with their versions, that the interaction was made with.
///
/// It names them itself; one that does not, but has rules that are of a plugin, was made with those of the pact.
pub(crate) fn plugins_of(pact: &Pact, interaction: &Interaction) -> Vec<String> {
    let listed = pact.plugins();
    let configured = interaction.plugin_configuration.names().map(|name| {
        let plugin = listed.iter().find(|plugin| plugin.get("name").and_then(Json::as_str) == Some(name));
        plugin.map_or_else(|| name.to_owned(), name_of)
    });
    let configured: Vec<String> = configured.collect();
    if !configured.is_empty() {
        return configured;
    }
    let has_rules_of_a_plugin = interaction.as_http().is_some_and(|(request, response)| {
        is_of_a_plugin(&request.matching_rules) || is_of_a_plugin(&response.matching_rules)
    });
    if has_rules_of_a_plugin { listed.iter().map(name_of).collect() } else { Vec::new() }
}

fn name_of(plugin: &JsonValue) -> String {
    let text = |member| plugin.get(member).map(Json::to_text).unwrap_or_default();
    format!("{} {}", text("name"), text("version")).trim().to_owned()
}

/// Is a rule of another kind than the specification's, or at a place that is none of its paths, such as `column:1`?
fn is_of_a_plugin(rules: &MatchingRules) -> bool {
    let by_name = [&rules.query, &rules.header, &rules.body].into_iter().flat_map(|named| named.values());
    let mut all = [&rules.method, &rules.path, &rules.status].into_iter().chain(by_name).flat_map(|list| &list.rules);
    rules.body.keys().any(|path| !path.starts_with('$')) || all.any(|rule| matches!(rule, MatchingRule::Other { .. }))
}

/// What it means that `what` was made with these plugins, if there are any.
pub(crate) fn warning(what: &str, plugins: &[String]) -> Option<String> {
    let (word, its) = match plugins.len() {
        0 => return None,
        1 => ("plugin", "its"),
        _ => ("plugins", "their"),
    };
    let names = plugins.join(", ");
    Some(format!(
        "{what} was made with the {word} {names}, which Intact does not run: {its} rules and generators are not applied"
    ))
}
