//! An interaction without what a version of the specification cannot say.

use crate::body::Body;
use crate::generators::Generators;
use crate::http::{Headers, Query};
use crate::interaction::{Interaction, Kind};
use crate::json::{JsonValue, Object};
use crate::message::{MessagePart, metadata_content_type, states_content_type};
use crate::path::write_field;
use crate::rules::{Combine, MatchingRule, MatchingRules, RuleList};
use crate::spec_version::SpecVersion;
use crate::write::is_empty;

use super::{Effect, Loss};

/// The interaction without what the version cannot say; what that is goes to `losses`.
pub(crate) fn reduced(interaction: &Interaction, version: SpecVersion, losses: &mut Vec<Loss>) -> Interaction {
    let mut interaction = interaction.clone();
    let mut reducer = Reducer { interaction: interaction.description.clone(), version, losses };
    reducer.members(&mut interaction);
    reducer.provider_states(&mut interaction);
    reducer.kind(&mut interaction.kind);
    interaction
}

/// The parts of an interaction that may have rules and generators.
struct Part<'i> {
    /// What it is called in a sentence.
    name: &'static str,
    /// Its JSON path.
    at: String,
    rules: &'i mut MatchingRules,
    generators: &'i mut Generators,
}

struct Reducer<'l> {
    interaction: String,
    version: SpecVersion,
    losses: &'l mut Vec<Loss>,
}

impl Reducer<'_> {
    /// Notes a loss, if the version is older than `since`.
    fn loses(&mut self, since: SpecVersion, at: impl Into<String>, what: impl Into<String>, effect: Effect) -> bool {
        let lost = self.version < since;
        if lost {
            let (interaction, version) = (Some(self.interaction.clone()), self.version);
            let (at, what, since) = (at.into(), what.into(), Some(since));
            self.losses.push(Loss { interaction, at, what, since, version, effect });
        }
        lost
    }

    fn leaves_out(&mut self, since: SpecVersion, at: &str, what: &str) -> bool {
        self.loses(since, at, what, Effect::LeftOut)
    }

    /// What only V4 has.
    fn members(&mut self, own: &mut Interaction) {
        const V4: SpecVersion = SpecVersion::V4;
        if own.pending && self.leaves_out(V4, "$.pending", "`pending`") {
            own.pending = false;
        }
        if own.comments.values().any(|comment| !is_empty(comment)) && self.leaves_out(V4, "$.comments", "a comment") {
            own.comments = Object::new();
        }
        if own.key.is_some() && self.leaves_out(V4, "$.key", "a key") {
            own.key = None;
        }
        // What goes without saying is not lost.
        let usual = matches!((&own.kind, own.transport.as_deref()), (Kind::Http(..), Some("http")));
        if usual && self.version < V4 {
            own.transport = None;
        }
        if own.transport.is_some() && self.leaves_out(V4, "$.transport", "a transport") {
            own.transport = None;
        }
        if !own.plugin_configuration.is_empty() && self.leaves_out(V4, "$.pluginConfiguration", "data of a plugin") {
            own.plugin_configuration = Object::new();
        }
        let has_markup = own.markup.iter().any(|(name, value)| name != "markupType" && !is_empty(value));
        if has_markup && self.leaves_out(V4, "$.interactionMarkup", "markup") {
            own.markup = Object::new();
        }
    }

    /// Before V3 there is one provider state, which is a name.
    fn provider_states(&mut self, own: &mut Interaction) {
        const V3: SpecVersion = SpecVersion::V3;
        let states = &mut own.provider_states;
        if states.len() > 1 && self.leaves_out(V3, "$.providerStates[1]", "a second provider state") {
            states.truncate(1);
        }
        if states.iter().any(|state| !state.params.is_empty())
            && self.leaves_out(V3, "$.providerStates[0].params", "a provider state with parameters")
        {
            for state in states.iter_mut() {
                state.params = Object::new();
            }
        }
        if states.iter().any(|state| state.name.is_empty())
            && self.leaves_out(V3, "$.providerStates[0].name", "a provider state without a name")
        {
            states.clear();
        }
        if own.unknown.contains("providerStates")
            && self.leaves_out(V3, "$.providerStates", "a provider state with members that nobody knows")
        {
            own.unknown.remove("providerStates");
        }
    }

    fn kind(&mut self, kind: &mut Kind) {
        let (since, what) = match kind {
            Kind::Http(..) => (SpecVersion::V1, String::new()),
            Kind::AsyncMessage(_) => (SpecVersion::V3, "a message".to_owned()),
            Kind::SyncMessage { .. } => (SpecVersion::V4, "a synchronous message".to_owned()),
            Kind::Unknown { type_name, .. } => {
                (SpecVersion::V4, format!("an interaction of the unknown type {type_name:?}"))
            }
        };
        self.loses(since, "$.type", what, Effect::Refused);
        for part in parts(kind) {
            self.rules(&part.at, part.name, part.rules);
            if !part.generators.is_empty() {
                let what = format!("a value from a provider state or another generator ({})", part.name);
                if self.leaves_out(SpecVersion::V3, &format!("{}.generators", part.at), &what) {
                    *part.generators = Generators::default();
                }
            }
        }
        match kind {
            // Only older versions compare the text itself.
            Kind::Http(request, _) if self.version >= SpecVersion::V3 && request.query.raw().is_some() => {
                let mut query = Query::default();
                for (name, values) in request.query.iter() {
                    query.set(name, values.to_vec());
                }
                request.query = query;
            }
            Kind::AsyncMessage(part) if self.version == SpecVersion::V3 => state_content_type(part),
            _ => {}
        }
        if let Kind::Http(request, response) = kind
            && self.version < SpecVersion::V4
        {
            join_lines(&mut request.headers);
            join_lines(&mut response.headers);
        }
    }

    fn rules(&mut self, at: &str, part: &str, rules: &mut MatchingRules) {
        let MatchingRules { method, path, status, query, header, body, metadata } = rules;
        for (category, list) in [("method", method), ("path", path), ("status", status)] {
            let at = format!("{at}.matchingRules.{category}");
            self.list(&at, &format!("{part} {category}"), category, list);
        }
        for (category, lists) in [("query", query), ("header", header), ("body", body), ("metadata", metadata)] {
            for (name, list) in lists {
                let mut at = format!("{at}.matchingRules.{category}");
                let _ = write_field(&mut at, name);
                self.list(&at, &format!("{part} {category} {name}"), category, list);
            }
        }
    }

    fn list(&mut self, at: &str, place: &str, category: &str, list: &mut RuleList) {
        const V3: SpecVersion = SpecVersion::V3;
        if list.is_empty() {
            return;
        }
        if matches!(category, "method" | "status" | "metadata")
            && self.loses(V3, at, format!("a rule for the {category} ({place})"), Effect::Refused)
        {
            return;
        }
        for (index, rule) in list.rules.iter().enumerate() {
            let effect = match self.version {
                SpecVersion::V1 | SpecVersion::V1_1 => Effect::Refused,
                SpecVersion::V2 if index > 0 => Effect::LeftOut,
                _ => Effect::NotUnderstood,
            };
            let bounds = match rule {
                MatchingRule::Type { min: Some(_), max: Some(_) } => " with `min` and `max`",
                _ => "",
            };
            let what = format!("the rule `{}`{bounds} ({place})", rule.name());
            self.loses(rule.since(), format!("{at}.matchers[{index}]"), what, effect);
        }
        let what = match (list.rules.len(), list.combine) {
            (1, Combine::And) => return,
            (1, Combine::Or) => format!("a list of alternatives ({place})"),
            _ => format!("more than one rule for a value ({place})"),
        };
        if self.leaves_out(V3, at, &what) {
            list.rules.truncate(1);
            list.combine = Combine::And;
        }
    }
}

fn parts(kind: &mut Kind) -> Vec<Part<'_>> {
    fn of_message<'i>(name: &'static str, at: String, part: &'i mut MessagePart) -> Part<'i> {
        Part { name, at, rules: &mut part.matching_rules, generators: &mut part.generators }
    }
    match kind {
        Kind::Http(request, response) => vec![
            Part {
                name: "request",
                at: "$.request".to_owned(),
                rules: &mut request.matching_rules,
                generators: &mut request.generators,
            },
            Part {
                name: "response",
                at: "$.response".to_owned(),
                rules: &mut response.matching_rules,
                generators: &mut response.generators,
            },
        ],
        Kind::AsyncMessage(part) => vec![of_message("message", "$".to_owned(), part)],
        Kind::SyncMessage { request, responses } => {
            let responses = responses.iter_mut().enumerate();
            std::iter::once(of_message("request", "$.request".to_owned(), request))
                .chain(responses.map(|(at, part)| of_message("response", format!("$.response[{at}]"), part)))
                .collect()
        }
        Kind::Unknown { .. } => Vec::new(),
    }
}

/// Before V4, a header is one line. HTTP says that the lines of one header are as good as one that lists their values, except
/// for cookies.
fn join_lines(headers: &mut Headers) {
    let lines: Vec<(String, Vec<String>)> = headers
        .iter()
        .map(|(name, values)| match values {
            [] => (name.to_owned(), Vec::new()),
            [_, _, ..] if name.eq_ignore_ascii_case("set-cookie") => (name.to_owned(), values.to_vec()),
            _ => (name.to_owned(), Headers::split_line(name, &values.join(", "))),
        })
        .collect();
    *headers = Headers::of_distinct(lines);
}

/// Before V4, the metadata is the only place for the type of a message's contents.
fn state_content_type(part: &mut MessagePart) {
    if let Body::Present(content) = &part.contents
        && let Some(own) = &content.content_type
        && metadata_content_type(&part.metadata).is_none()
        && !states_content_type(&part.metadata)
    {
        part.metadata.insert("contentType", JsonValue::from(own.to_string()));
    }
}
