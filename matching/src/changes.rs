//! What changed between two editions of a contract, and whether a provider that kept the old one may break the new one.
//!
//! Contracts are compared by what they mean. The order of interactions and members, the version of the specification and how rules are
//! spelled say nothing. A change is [`Class::Breaking`] unless it is sure that every provider that keeps the old contract keeps the new one
//! too: a member that a response need not have any more, a rule that accepts all that the old one accepted. In requests it is the other way
//! round: there, more values are more that the provider has to cope with.
//!
//! `pairs` finds the two editions of an interaction, `parts` compares what HTTP and messages consist of, `values` headers and query
//! parameters, `json` documents together with their rules (`own`: those of arrays and objects themselves); `constraint` knows which
//! rule accepts more than another.

mod constraint;
mod json;
mod own;
mod pairs;
mod parts;
#[cfg(test)]
mod tests;
mod values;

use intact_pact_model::{Interaction, Json, Kind, Pact, ProviderState};

use constraint::Relation;
use parts::Compare;

use crate::in_words;

/// What a change means for the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Nothing: only people see it.
    Documentation,
    /// A provider that keeps the old contract keeps the new one as well.
    Compatible,
    /// A provider that keeps the old contract may not keep the new one.
    Breaking,
}

impl Class {
    /// The words for it: `breaking`, `not breaking`, `documentation`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Documentation => "documentation",
            Self::Compatible => "not breaking",
            Self::Breaking => "breaking",
        }
    }
}

impl std::fmt::Display for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// What it means for the provider.
    pub class: Class,
    /// The description of the interaction in the new contract (in the old one, if it is gone); none if it is about all.
    pub interaction: Option<String>,
    /// Where in the interaction: `response body $.id`, `request header Accept`; empty for the interaction itself.
    pub place: String,
    /// What changed, in a sentence without a period.
    pub text: String,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: ", self.class)?;
        if let Some(interaction) = &self.interaction {
            write!(f, "{interaction:?}: ")?;
        }
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        f.write_str(&self.text)
    }
}

/// What changed from the old contract to the new one, in the order of the new one's interactions; then those that are gone.
///
/// ```
/// use intact_matching::changes::{self, Class};
/// use intact_pact_model::Pact;
///
/// let pact = |body: &str| Pact::read(format!(r#"{{ "consumer": {{ "name": "Web" }}, "provider": {{ "name": "Orders" }},
///     "interactions": [{{ "description": "an order", "request": {{ "method": "GET", "path": "/orders/1" }},
///         "response": {{ "status": 200, "headers": {{ "Content-Type": "application/json" }}, "body": {body} }} }}],
///     "metadata": {{ "pactSpecification": {{ "version": "2.0.0" }} }} }}"#).as_bytes()).map(|loaded| loaded.value);
/// let changes = changes::between(&pact(r#"{ "id": 1, "note": "" }"#)?, &pact(r#"{ "total": 5, "id": 1 }"#)?);
/// assert_eq!(changes.iter().map(ToString::to_string).collect::<Vec<_>>(), [
///     r#"not breaking: "an order": response body $.note: is not needed any more"#,
///     r#"breaking: "an order": response body $.total: is needed now: exactly 5"#,
/// ]);
/// # Ok::<(), intact_pact_model::read::ReadError>(())
/// ```
pub fn between(old: &Pact, new: &Pact) -> Vec<Change> {
    let mut changes = Vec::new();
    of_contract(old, new, &mut changes);
    let known_states: std::collections::HashSet<&str> = states_of(old).collect();
    let pairs = pairs::find(&old.interactions, &new.interactions);
    for (index, interaction) in new.interactions.iter().enumerate() {
        let mut found = Changes { list: Vec::new() };
        if let Some(before) = pairs.old_of[index] {
            of_interaction(&old.interactions[before], interaction, &mut found);
        } else {
            found.add(Class::Breaking, "", "is new: the provider has to support it");
            let states = interaction.provider_states.iter().map(|state| state.name.as_str());
            for state in states.filter(|state| !known_states.contains(state)) {
                found.add(
                    Class::Breaking,
                    "provider state",
                    format!("{state:?} is new: the provider has to set it up"),
                );
            }
        }
        changes.extend(found.of(interaction));
    }
    for interaction in pairs.gone.iter().map(|index| &old.interactions[*index]) {
        let mut found = Changes { list: Vec::new() };
        found.add(Class::Compatible, "", "is gone: the consumer does not need it any more");
        changes.extend(found.of(interaction));
    }
    changes
}

fn states_of(pact: &Pact) -> impl Iterator<Item = &str> {
    pact.interactions.iter().flat_map(|own| &own.provider_states).map(|state| state.name.as_str())
}

/// The changes of one interaction.
struct Changes {
    list: Vec<Change>,
}

impl Changes {
    fn add(&mut self, class: Class, place: impl Into<String>, text: impl Into<String>) {
        self.list.push(Change { class, interaction: None, place: place.into(), text: text.into() });
    }

    fn of(self, interaction: &Interaction) -> impl Iterator<Item = Change> {
        let description = interaction.description.clone();
        self.list.into_iter().map(move |change| Change { interaction: Some(description.clone()), ..change })
    }
}

/// Consumer, provider and plugins.
fn of_contract(old: &Pact, new: &Pact, changes: &mut Vec<Change>) {
    let mut add = |class, place: &str, text| {
        changes.push(Change { class, interaction: None, place: place.to_owned(), text });
    };
    if old.consumer != new.consumer {
        add(Class::Documentation, "consumer", format!("is {:?}, was {:?}", new.consumer, old.consumer));
    }
    if old.provider != new.provider {
        add(
            Class::Breaking,
            "provider",
            format!("is {:?}, was {:?}: this is another contract", new.provider, old.provider),
        );
    }
    let plugins = |pact: &Pact| -> Vec<(String, String)> {
        let text =
            |plugin: &Json<'_>, name| plugin.get(name).map(|text| text.to_text().into_owned()).unwrap_or_default();
        pact.plugins().iter().map(|plugin| (text(plugin, "name"), text(plugin, "version"))).collect()
    };
    let (before, now) = (plugins(old), plugins(new));
    for (name, version) in now.iter().filter(|plugin| !before.contains(plugin)) {
        let text = match before.iter().find(|(own, _)| own == name) {
            None => format!("{name:?} {version} is needed now, also to verify the contract"),
            Some((_, own)) => format!("{name:?} is needed in version {version}, was {own}"),
        };
        add(Class::Breaking, "plugin", text);
    }
    for (name, _) in before.iter().filter(|(name, _)| !now.iter().any(|(own, _)| own == name)) {
        add(Class::Compatible, "plugin", format!("{name:?} is not needed any more"));
    }
}

fn of_interaction(old: &Interaction, new: &Interaction, changes: &mut Changes) {
    if old.description != new.description {
        changes.add(Class::Documentation, "description", format!("was {:?}", old.description));
    }
    of_states(old, new, changes);
    match (old.pending, new.pending) {
        (true, false) => changes.add(Class::Breaking, "pending", "is not pending any more: failures count"),
        (false, true) => changes.add(Class::Compatible, "pending", "is pending now: failures do not count"),
        _ => {}
    }
    // Without a transport it is that of the kind.
    if let (Some(before), Some(now)) = (&old.transport, &new.transport)
        && before != now
    {
        changes.add(Class::Breaking, "transport", format!("is {now:?}, was {before:?}"));
    }
    if old.plugin_configuration != new.plugin_configuration {
        changes.add(Class::Breaking, "plugin configuration", "is another one");
    }
    if old.comments != new.comments || old.markup != new.markup {
        changes.add(Class::Documentation, "comments", "are other ones");
    }
    let mut compare = Compare { changes };
    match (&old.kind, &new.kind) {
        (Kind::Http(request, response), Kind::Http(new_request, new_response)) => {
            compare.requests(request, new_request);
            compare.responses(response, new_response);
        }
        (Kind::AsyncMessage(one), Kind::AsyncMessage(other)) => {
            compare.messages("message", Direction::Needed, one, other);
        }
        (
            Kind::SyncMessage { request, responses },
            Kind::SyncMessage { request: new_request, responses: new_responses },
        ) => {
            compare.messages("request", Direction::Sent, request, new_request);
            for (at, (one, other)) in responses.iter().zip(new_responses).enumerate() {
                let name =
                    if new_responses.len() == 1 { "response".to_owned() } else { format!("response {}", at + 1) };
                compare.messages(&name, Direction::Needed, one, other);
            }
            if responses.len() != new_responses.len() {
                let text = format!("there are {}, were {}", new_responses.len(), responses.len());
                compare.changes.add(Class::Breaking, "responses", text);
            }
        }
        (one, other) if one == other => {}
        (one, other) => {
            let text = format!("is of the type {}, was {}", other.type_name(), one.type_name());
            compare.changes.add(Class::Breaking, "", text);
        }
    }
}

/// A state may be there several times, with other parameters: each is paired once, with one that is the same if there is one.
fn of_states(old: &Interaction, new: &Interaction, changes: &mut Changes) {
    let place = "provider state";
    let mut left: Vec<&ProviderState> = old.provider_states.iter().collect();
    let mut changed: Vec<&ProviderState> = Vec::new();
    for state in &new.provider_states {
        match left.iter().position(|own| own.name == state.name && own.params == state.params) {
            Some(at) => _ = left.remove(at),
            None => changed.push(state),
        }
    }
    for state in changed {
        let name = &state.name;
        let Some(before) = left.iter().position(|own| own.name == *name).map(|at| left.remove(at)) else {
            changes.add(Class::Breaking, place, format!("{name:?} is new here: the provider has to set it up"));
            continue;
        };
        for (key, value) in state.params.iter() {
            match before.params.get(key) {
                None => changes.add(Class::Breaking, place, format!("{name:?} has a new parameter {key:?}")),
                Some(own) if own != value => {
                    let is_hidden = hides(key, &value.to_text()) || hides(key, &own.to_text());
                    let text = if is_hidden {
                        format!("{name:?} has another value of the parameter {key:?} (not shown)")
                    } else {
                        let (value, own) = (in_words::shown(value), in_words::shown(own));
                        format!("{name:?} has another value of the parameter {key:?}: {value}, was {own}")
                    };
                    changes.add(Class::Compatible, place, text);
                }
                Some(_) => {}
            }
        }
        for key in before.params.names().filter(|key| !state.params.contains(key)) {
            changes.add(Class::Breaking, place, format!("{name:?} does not have the parameter {key:?} any more"));
        }
    }
    for state in left {
        let is_there = new.provider_states.iter().any(|own| own.name == state.name);
        let again = if is_there { "as often " } else { "" };
        let text =
            format!("{:?} is not set up {again}here any more: the provider has to answer so without it", state.name);
        changes.add(Class::Breaking, place, text);
    }
}

/// Is the value under this name a secret, which no text repeats?
fn hides(name: &str, value: &str) -> bool {
    crate::lint::secrets::is_secret(name, value)
}

/// Who has to cope with a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    /// The consumer sends it.
    Sent,
    /// The consumer needs it.
    Needed,
}

impl Direction {
    /// What it means that other values are accepted than before.
    fn class(self, relation: Relation) -> Class {
        match (self, relation) {
            (_, Relation::Same) => Class::Documentation,
            (Self::Needed, Relation::Looser) | (Self::Sent, Relation::Tighter) => Class::Compatible,
            _ => Class::Breaking,
        }
    }

    /// What it means that the example is another one, under rules that accept the same.
    fn other_example(self) -> Class {
        match self {
            Self::Sent => Class::Compatible,
            Self::Needed => Class::Documentation,
        }
    }

    fn appeared(self) -> &'static str {
        match self {
            Self::Sent => "is sent now",
            Self::Needed => "is needed now",
        }
    }

    fn vanished(self) -> (Class, &'static str) {
        match self {
            Self::Sent => (Class::Breaking, "is not sent any more"),
            Self::Needed => (Class::Compatible, "is not needed any more"),
        }
    }
}
