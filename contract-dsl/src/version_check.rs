//! What a contract says that the version it is to be written in cannot say.
//!
//! The specification has rules for leaving things out when a newer contract is written in an older version. A contract that is
//! made here was never newer: what would be left out is what its author has just asked for, so it is an error.

use intact_pact_model::{Combine, Generators, Interaction, Kind, MatchingRule, MatchingRules, RuleList, SpecVersion};

/// Everything in the interaction that needs a newer version.
pub(crate) fn too_new(interaction: &Interaction, version: SpecVersion) -> Vec<String> {
    let mut found = Vec::new();
    let mut need = |since: SpecVersion, what: String| {
        if version < since {
            found.push(format!("{what} needs {since} of the specification, and the contract is written in {version}"));
        }
    };
    if interaction.pending {
        need(SpecVersion::V4, "`pending`".to_owned());
    }
    if !interaction.comments.is_empty() {
        need(SpecVersion::V4, "a comment".to_owned());
    }
    if interaction.key.is_some() {
        need(SpecVersion::V4, "a key".to_owned());
    }
    if interaction.provider_states.len() > 1 {
        need(SpecVersion::V3, "a second provider state".to_owned());
    }
    if interaction.provider_states.iter().any(|state| !state.params.is_empty()) {
        need(SpecVersion::V3, "a provider state with parameters".to_owned());
    }
    match &interaction.kind {
        Kind::Http(..) | Kind::Unknown { .. } => {}
        Kind::AsyncMessage(_) => need(SpecVersion::V3, "a message".to_owned()),
        Kind::SyncMessage { .. } => need(SpecVersion::V4, "a synchronous message".to_owned()),
    }
    for (part, rules, generators) in parts(&interaction.kind) {
        for (place, list) in lists(rules) {
            for rule in &list.rules {
                let bounds = match rule {
                    MatchingRule::Type { min: Some(_), max: Some(_) } => " with `min` and `max`",
                    _ => "",
                };
                need(rule.since(), format!("the rule `{}`{bounds} ({part} {place})", rule.name()));
            }
            if list.combine == Combine::Or || list.rules.len() > 1 {
                need(SpecVersion::V3, format!("more than one rule for a value ({part} {place})"));
            }
        }
        if !generators.is_empty() {
            need(SpecVersion::V3, format!("a value from a provider state or another generator ({part})"));
        }
    }
    found
}

type Part<'i> = (&'static str, &'i MatchingRules, &'i Generators);

/// The parts of an interaction, by name.
fn parts(kind: &Kind) -> Vec<Part<'_>> {
    match kind {
        Kind::Http(request, response) => vec![
            ("request", &request.matching_rules, &request.generators),
            ("response", &response.matching_rules, &response.generators),
        ],
        Kind::Unknown { .. } => Vec::new(),
        Kind::AsyncMessage(message) => vec![("message", &message.matching_rules, &message.generators)],
        Kind::SyncMessage { request, responses } => {
            let request = ("request", &request.matching_rules, &request.generators);
            let responses = responses.iter().map(|part| ("response", &part.matching_rules, &part.generators));
            std::iter::once(request).chain(responses).collect()
        }
    }
}

/// All lists of rules, each with its place: `body $.id`.
fn lists(rules: &MatchingRules) -> impl Iterator<Item = (String, &RuleList)> {
    let single = [("method", &rules.method), ("path", &rules.path), ("status", &rules.status)];
    let named =
        [("query", &rules.query), ("header", &rules.header), ("body", &rules.body), ("metadata", &rules.metadata)];
    let named = named
        .into_iter()
        .flat_map(|(part, lists)| lists.iter().map(move |(name, list)| (format!("{part} {name}"), list)));
    single.into_iter().map(|(part, list)| (part.to_owned(), list)).chain(named)
}
