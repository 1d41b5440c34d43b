//! Which plugins contracts were made with (`metadata.plugins` and `pluginConfiguration`, specification V4).

use crate::json::{Json, JsonValue};
use crate::{Interaction, MatchingRule, MatchingRules, Pact};

impl Pact {
    /// Plugins that the file says are needed to read or verify it (`metadata.plugins`, V4).
    pub fn plugins(&self) -> &[JsonValue] {
        self.metadata.get("plugins").and_then(Json::as_array).unwrap_or_default()
    }

    /// Their names, with their versions: `csv 0.0.6`.
    pub fn plugin_names(&self) -> Vec<String> {
        self.plugins().iter().map(name_of).collect()
    }

    /// The names of the plugins, with their versions, that an interaction of this pact was made with.
    ///
    /// It names them itself; one that does not, but has rules that are of a plugin, was made with those of the pact.
    pub fn plugins_of(&self, interaction: &Interaction) -> Vec<String> {
        let configured = interaction.plugin_configuration.names().map(|name| {
            let listed = self.plugins().iter().find(|plugin| plugin.get("name").and_then(Json::as_str) == Some(name));
            listed.map_or_else(|| name.to_owned(), name_of)
        });
        let configured: Vec<String> = configured.collect();
        if configured.is_empty() && interaction.kind.matching_rules().any(is_of_a_plugin) {
            return self.plugin_names();
        }
        configured
    }
}

fn name_of(plugin: &JsonValue) -> String {
    let text = |member| plugin.get(member).map(Json::to_text).unwrap_or_default();
    format!("{} {}", text("name"), text("version")).trim().to_owned()
}

/// Is a rule of another kind than the specification's, or at a place that is none of its paths, such as `column:1`?
fn is_of_a_plugin(rules: &MatchingRules) -> bool {
    let by_name = [&rules.query, &rules.header, &rules.body, &rules.metadata].into_iter().flat_map(|all| all.values());
    let mut all = [&rules.method, &rules.path, &rules.status].into_iter().chain(by_name).flat_map(|list| &list.rules);
    rules.body.keys().any(|path| !path.starts_with('$')) || all.any(|rule| matches!(rule, MatchingRule::Other { .. }))
}

#[cfg(test)]
mod tests {
    use crate::Pact;

    fn plugins_of(interaction: &str) -> Vec<String> {
        let text = format!(
            r#"{{"consumer":{{"name":"C"}},"provider":{{"name":"P"}},"interactions":[{{"description":"d",{interaction}}}],
            "metadata":{{"pactSpecification":{{"version":"4.0"}},"plugins":[{{"name":"csv","version":"0.0.6"}},{{"name":"avro"}}]}}}}"#
        );
        let pact = Pact::read(text.as_bytes()).expect("a pact").value;
        pact.plugins_of(&pact.interactions[0])
    }

    #[test]
    fn an_interaction_names_its_plugins() {
        let named = r#""type":"Synchronous/HTTP","pluginConfiguration":{"csv":{},"xyz":{}},"request":{},"response":{}"#;
        assert_eq!(plugins_of(named), ["csv 0.0.6", "xyz"]);
    }

    #[test]
    fn rules_that_are_of_a_plugin_tell_of_it_in_every_part() {
        let column = r#"{"body":{"column:1":{"combine":"AND","matchers":[{"match":"type"}]}}}"#;
        let kind = r#"{"metadata":{"topic":{"combine":"AND","matchers":[{"match":"csv-number"}]}}}"#;
        for rules in [column, kind] {
            let part = format!(r#"{{"contents":{{"content":"a,b"}},"matchingRules":{rules}}}"#);
            for of in [
                format!(r#""type":"Asynchronous/Messages",{}"#, &part[1..part.len() - 1]),
                format!(r#""type":"Synchronous/Messages","request":{part},"response":[{{}}]"#),
                format!(r#""type":"Synchronous/Messages","request":{{}},"response":[{{}},{part}]"#),
            ] {
                assert_eq!(plugins_of(&of), ["csv 0.0.6", "avro"], "{of}");
            }
        }
        let request = format!(r#""type":"Synchronous/HTTP","request":{{"matchingRules":{column}}},"response":{{}}"#);
        let response = format!(r#""type":"Synchronous/HTTP","request":{{}},"response":{{"matchingRules":{column}}}"#);
        assert_eq!([plugins_of(&request), plugins_of(&response)], [["csv 0.0.6", "avro"], ["csv 0.0.6", "avro"]]);
    }

    #[test]
    fn rules_of_the_specification_tell_of_none() {
        let rules = r#"{"body":{"$.a":{"combine":"AND","matchers":[{"match":"type"}]}}}"#;
        let plain = format!(r#""type":"Synchronous/HTTP","request":{{"matchingRules":{rules}}},"response":{{}}"#);
        assert!(plugins_of(&plain).is_empty());
    }
}
