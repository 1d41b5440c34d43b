mod categories;
mod files;
mod http;
mod interactions;
mod large;
mod leniency;
mod rules;
mod unknown;

use super::*;
use crate::body::{Body, Content, ContentTypeHint};
use crate::content_type::ContentType;
use crate::http::Query;
use crate::interaction::{Interaction, Kind};
use crate::rules::{Combine, MatchingRule, RuleList, StatusClass};

fn json(text: &str) -> Json<'_> {
    Json::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn pact_of(text: &str) -> Loaded<Pact> {
    Pact::read(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A pact of the given version with one member besides the names.
fn with(version: &str, member: &str) -> String {
    format!(
        r#"{{ "consumer": {{ "name": "Web" }}, "provider": {{ "name": "Orders" }}, {member},
             "metadata": {{ "pactSpecification": {{ "version": "{version}" }} }} }}"#
    )
}

fn only_interaction(version: &str, interaction: &str) -> (Interaction, Vec<String>) {
    let mut loaded = pact_of(&with(version, &format!(r#""interactions": [{interaction}]"#)));
    (loaded.value.interactions.remove(0), loaded.warnings.iter().map(ToString::to_string).collect())
}

fn request(text: &str, version: SpecVersion) -> Loaded<HttpRequest> {
    http_request(&json(text), version).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn rules(text: &str) -> Loaded<MatchingRules> {
    matching_rules(&json(text)).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn error_of(text: &str) -> String {
    Pact::read(text.as_bytes()).expect_err(text).to_string()
}
