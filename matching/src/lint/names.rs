//! What things are called: consumer, provider, interactions, provider states.

use std::collections::HashMap;

use intact_pact_model::json::JsonValue;
use intact_pact_model::path::PathExpression;
use intact_pact_model::{Interaction, Json, Kind, Pact, merge};

use super::file::{File, field};
use super::{Code, Finding};

/// What can be said only of all interactions together.
pub(super) fn of_pact(file: &File<'_>, pact: &Pact, findings: &mut Vec<Finding>) {
    for role in ["consumer", "provider"] {
        let own = file.document().get(role);
        let name = own.and_then(|own| own.get("name").or_else(|| own.as_str().map(|_| own)));
        if name.is_none_or(|name| name.to_text().trim().is_empty() || name.is_null()) {
            let text = format!("the {role} has no name; tools take `{role}` for it");
            findings.push(Finding::new(Code::MissingName, vec![field(role)].into(), text));
        }
    }
    if pact.interactions.is_empty() {
        findings.push(Finding::new(Code::NoInteractions, PathExpression::root(), "there is not one interaction"));
    }
    for plugin in pact.plugins() {
        let text =
            |name: &str| plugin.get(name).map(|value: &JsonValue| value.to_text().into_owned()).unwrap_or_default();
        let at = vec![field("metadata"), field("plugins")].into();
        let text = format!("whoever verifies or plays it needs the plugin `{}` {}", text("name"), text("version"));
        findings.push(Finding::new(Code::NeedsPlugin, at, text.trim_end()));
    }
    duplicates(file, pact, findings);
    similar_descriptions(file, pact, findings);
    similar_states(file, pact, findings);
}

/// What can be said of one interaction.
pub(super) fn of_interaction(file: &File<'_>, index: usize, interaction: &Interaction, findings: &mut Vec<Finding>) {
    let (place, there) = file.interaction(index);
    let description = there.and_then(|there| there.get("description"));
    if description.is_none_or(|text| text.is_null() || text.to_text().trim().is_empty()) {
        let text = format!("the interaction has no description; tools call it {:?}", interaction.description);
        findings.push(Finding::new(Code::NoDescription, place.clone().into(), text));
    }
    if let Kind::Unknown { type_name, .. } = &interaction.kind {
        let text = format!("nothing is known of interactions of the type {type_name:?}");
        findings.push(Finding::new(Code::UnknownInteraction, with(&place, &["type"]), text));
    }
}

fn with(place: &[intact_pact_model::path::Segment], steps: &[&str]) -> PathExpression {
    place.iter().cloned().chain(steps.iter().map(|step| field(step))).collect::<Vec<_>>().into()
}

fn duplicates(file: &File<'_>, pact: &Pact, findings: &mut Vec<Finding>) {
    let mut seen: HashMap<(&str, Vec<&str>, &str), Vec<usize>> = HashMap::new();
    for (index, interaction) in pact.interactions.iter().enumerate() {
        let states = interaction.provider_states.iter().map(|state| state.name.as_str()).collect();
        let before = seen.entry((&interaction.description, states, interaction.kind.type_name())).or_default();
        // Of thousands that are alike it is enough to know one.
        let first = before.iter().take(8).find(|first| merge::is_same(&pact.interactions[**first], interaction));
        if let Some(first) = first {
            let other = &pact.interactions[*first];
            let same = (&other.kind, &other.provider_states) == (&interaction.kind, &interaction.provider_states);
            let at = PathExpression::from(file.interaction(*first).0);
            let what = if same {
                "the same interaction is there already"
            } else {
                "an interaction of the same description and states is there already, with other content"
            };
            let mut finding =
                Finding::new(Code::DuplicateInteraction, file.interaction(index).0.into(), format!("{what}, at {at}"));
            finding.interaction = Some(interaction.description.clone());
            findings.push(finding);
        }
        before.push(index);
    }
}

/// The text as people remember it.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn similar_descriptions(file: &File<'_>, pact: &Pact, findings: &mut Vec<Finding>) {
    let mut seen: HashMap<String, &str> = HashMap::new();
    for (index, interaction) in pact.interactions.iter().enumerate() {
        let own = interaction.description.as_str();
        let first = *seen.entry(folded(own)).or_insert(own);
        if first != own {
            let text = format!("the description differs only in case or blanks from {first:?}");
            let at = with(&file.interaction(index).0, &["description"]);
            let mut finding = Finding::new(Code::SimilarDescription, at, text);
            finding.interaction = Some(own.to_owned());
            findings.push(finding);
        }
    }
}

fn similar_states(file: &File<'_>, pact: &Pact, findings: &mut Vec<Finding>) {
    let mut seen: HashMap<String, Vec<&str>> = HashMap::new();
    for (index, interaction) in pact.interactions.iter().enumerate() {
        for state in &interaction.provider_states {
            let own = state.name.as_str();
            let spellings = seen.entry(folded(own)).or_default();
            if spellings.contains(&own) {
                continue;
            }
            if let Some(first) = spellings.first() {
                let (place, there) = file.interaction(index);
                let member = ["providerStates", "providerState"]
                    .into_iter()
                    .find(|name| there.and_then(|there| there.get(name)).is_some_and(|there| !Json::is_null(there)));
                let text = format!("the provider state {own:?} differs only in case or blanks from {first:?}");
                let mut finding =
                    Finding::new(Code::SimilarState, with(&place, &[member.unwrap_or("providerStates")]), text);
                finding.interaction = Some(interaction.description.clone());
                findings.push(finding);
            }
            spellings.push(own);
        }
    }
}
