//! Writes pacts in every specification version.
//!
//! Files are committed and compared by people, so the same pact always gives the same text: members in alphabetical order,
//! V4 interactions sorted, nothing optional that is empty. Only the content of bodies, and what Intact does not know, keep
//! the order they have. What a version cannot say is either dropped, as the specification's own rules for downgrading have
//! it (comments, generators before V3, all but the first of several rules in V2), or refused with a [`WriteError`]. Who wants to
//! know what is dropped, or wants nothing to be, asks [`Pact::losses`] or [`Pact::convert`] first.
//!
//! One file per dialect: `v4`, `v3`, and `v2` for V2 and older; rules and generators are in `rule`, bodies in
//! `body`; `unknown` adds what a file said that nobody knows.

mod body;
mod rule;
#[cfg(test)]
mod tests;
mod unknown;
mod v2;
mod v3;
pub(crate) mod v4;

pub use self::rule::{generator, generators, matching_rule, matching_rules};
use self::unknown::finished;

use crate::http::Headers;
use crate::interaction::{Interaction, Kind};
use crate::json::{Json, JsonValue, MAX_DEPTH, Object};
use crate::pact::Pact;
use crate::provider_state::ProviderState;
use crate::spec_version::SpecVersion;

/// A pact that cannot be written in the wanted version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// One file with messages and HTTP interactions.
    #[error(
        "HTTP interactions and messages in one pact need specification version 4, not {version} (the interaction {description:?} is of another kind than the first)"
    )]
    Mixed {
        /// The wanted version.
        version: SpecVersion,
        /// The first interaction that is of another kind than the first of all.
        description: String,
    },
    /// An interaction of a kind that the version does not have.
    #[error("{kind} cannot be written in specification version {version} (the interaction {description:?})")]
    Kind {
        /// The kind, in words.
        kind: String,
        /// The wanted version.
        version: SpecVersion,
        /// The interaction.
        description: String,
    },
    /// Parameters, comments or the like that nest so deeply that the file could not be read again.
    #[error("arrays and objects would nest deeper than {MAX_DEPTH} levels ({})", in_interaction(description.as_deref()))]
    TooDeep {
        /// The interaction; none if it is what stands around the interactions, for example the metadata.
        description: Option<String>,
    },
    /// A matching rule for a part that has none in the version: without it, the pact would demand more than it says.
    #[error(
        "a matching rule for the {part} cannot be written in specification version {version} (the interaction {description:?})"
    )]
    Rule {
        /// The part, for example `status`.
        part: &'static str,
        /// The wanted version.
        version: SpecVersion,
        /// The interaction.
        description: String,
    },
}

fn in_interaction(description: Option<&str>) -> String {
    description.map_or_else(|| "around the interactions".to_owned(), |text| format!("the interaction {text:?}"))
}

impl WriteError {
    fn of_kind(kind: &Kind, version: SpecVersion, interaction: &Interaction) -> Self {
        let kind = match kind {
            Kind::Http(..) => "an HTTP interaction".to_owned(),
            Kind::AsyncMessage(_) => "a message".to_owned(),
            Kind::SyncMessage { .. } => "a synchronous message".to_owned(),
            Kind::Unknown { type_name, .. } => format!("an interaction of the unknown type {type_name:?}"),
        };
        Self::Kind { kind, version, description: interaction.description.clone() }
    }
}

impl Pact {
    /// The pact as a document of the given version; its text is [`to_pretty`](Json::to_pretty). What an older version cannot say
    /// is left out, as [`Pact::convert_lossy`] has it.
    ///
    /// ```
    /// use intact_pact_model::{HttpRequest, HttpResponse, Interaction, Kind, Pact, SpecVersion};
    ///
    /// let mut pact = Pact::new("Web", "Orders");
    /// pact.interactions.push(Interaction::new("a request", Kind::Http(HttpRequest::default(), HttpResponse::default())));
    /// assert_eq!(pact.write(SpecVersion::V3)?.to_compact(), concat!(
    ///     r#"{"consumer":{"name":"Web"},"interactions":[{"description":"a request","request":{"method":"GET","path":"/"},"#,
    ///     r#""response":{"status":200}}],"metadata":{"pactSpecification":{"version":"3.0.0"}},"provider":{"name":"Orders"}}"#,
    /// ));
    /// # Ok::<(), intact_pact_model::write::WriteError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A pact that says what the version cannot.
    pub fn write(&self, version: SpecVersion) -> Result<JsonValue, WriteError> {
        let (list, interactions) = match version {
            SpecVersion::V4 => ("interactions", v4::interactions(&self.interactions)),
            SpecVersion::V3 => v3::interactions(&self.interactions)?,
            SpecVersion::V2 | SpecVersion::V1_1 | SpecVersion::V1 => {
                ("interactions", v2::interactions(&self.interactions, version)?)
            }
        };
        let document = frame(self, list, version, interactions);
        if body::depth(&document) <= MAX_DEPTH {
            return Ok(document);
        }
        let items = document.get(list).and_then(Json::as_array).unwrap_or_default();
        let deepest = items.iter().find(|item| body::depth(item) + DEPTH_OF_LIST > MAX_DEPTH);
        let description = deepest.and_then(|item| item.get("description")).map(|text| text.to_text().into_owned());
        Err(WriteError::TooDeep { description })
    }
}

/// How deep an interaction lies in a pact.
const DEPTH_OF_LIST: usize = 2;

/// The document around a list of interactions or messages.
fn frame(pact: &Pact, list: &'static str, version: SpecVersion, interactions: JsonValue) -> JsonValue {
    let mut metadata = sorted_object(&pact.metadata);
    metadata.insert("pactSpecification", Json::object([("version", version.as_str())]));
    metadata.sort();
    let mut root = Object::new();
    root.insert("consumer", Json::object([("name", pact.consumer.clone())]));
    root.insert("provider", Json::object([("name", pact.provider.clone())]));
    root.insert(list, interactions);
    root.insert("metadata", metadata);
    let below = if version < SpecVersion::V4 { unknown::PACT_V3 } else { unknown::PACT };
    finished(root, &pact.unknown, &[below]).into()
}

/// The text of one interaction as it stands in the text of a pact.
pub(crate) fn interaction_text(interaction: &Interaction, version: SpecVersion) -> Result<String, WriteError> {
    let document = match version {
        SpecVersion::V4 => v4::interaction(interaction),
        SpecVersion::V3 => v3::interaction(interaction)?,
        SpecVersion::V2 | SpecVersion::V1_1 | SpecVersion::V1 => v2::interaction(interaction, version)?,
    };
    if body::depth(&document) + DEPTH_OF_LIST > MAX_DEPTH {
        return Err(WriteError::TooDeep { description: Some(interaction.description.clone()) });
    }
    // Two levels deeper. No line break is part of a string: there it is written as `\n`.
    Ok(document.to_pretty().replace('\n', "\n    "))
}

/// Before V4: are all interactions messages, or none?
pub(crate) fn are_messages(interactions: &[Interaction], version: SpecVersion) -> Result<bool, WriteError> {
    let is_message = |interaction: &Interaction| matches!(interaction.kind, Kind::AsyncMessage(_));
    let messages = interactions.first().is_some_and(is_message);
    match interactions.iter().find(|own| is_message(own) != messages) {
        None => Ok(messages),
        Some(other) => Err(WriteError::Mixed { version, description: other.description.clone() }),
    }
}

/// The text of the pact in its own version, before its first interaction and after its last.
pub(crate) fn text_around(pact: &Pact, messages: bool) -> Result<(String, String), WriteError> {
    let list = if messages && pact.version == SpecVersion::V3 { "messages" } else { "interactions" };
    let document = frame(pact, list, pact.version, Json::Array(Vec::new()));
    if body::depth(&document) > MAX_DEPTH {
        return Err(WriteError::TooDeep { description: None });
    }
    let frame = document.to_pretty();
    let empty = format!("\n  \"{list}\": []");
    let at = frame.find(&empty).expect("the list stands at the only place with this indentation and name");
    let (before, after) = frame.split_at(at + empty.len() - 1);
    Ok((before.to_owned(), after.to_owned()))
}

/// Is there nothing in a comment?
pub(crate) fn is_empty(json: &JsonValue) -> bool {
    match json {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(object) => object.is_empty(),
        Json::Bool(_) | Json::Number(_) => false,
    }
}

/// Inserts a member unless its value is an empty object.
fn insert_unless_empty(object: &mut Object<'static>, name: &'static str, members: Object<'static>) {
    if !members.is_empty() {
        object.insert(name, members);
    }
}

/// The same document with members in alphabetical order at every level.
fn sorted(json: &JsonValue) -> JsonValue {
    match json {
        Json::Array(items) => Json::Array(items.iter().map(sorted).collect()),
        Json::Object(object) => Json::Object(sorted_object(object)),
        scalar => scalar.clone(),
    }
}

fn sorted_object(object: &Object<'static>) -> Object<'static> {
    let mut result: Object<'static> =
        object.iter().map(|(name, value)| (name.to_owned().into(), sorted(value))).collect();
    result.sort();
    result
}

fn provider_states(states: &[ProviderState]) -> JsonValue {
    let state = |state: &ProviderState| {
        let mut object = Object::new();
        object.insert("name", state.name.clone());
        insert_unless_empty(&mut object, "params", sorted_object(&state.params));
        Json::Object(object)
    };
    Json::Array(states.iter().map(state).collect())
}

/// Headers as an object by name, each written by `values`.
fn headers(headers: &Headers, values: impl Fn(&[String]) -> JsonValue) -> Object<'static> {
    let mut object: Object<'static> = headers.iter().map(|(name, own)| (name.to_owned().into(), values(own))).collect();
    object.sort();
    object
}

/// The query as an object by name (V3 and later).
fn query(query: &crate::http::Query) -> Object<'static> {
    let value = |value: &Option<String>| value.clone().map_or(Json::Null, Json::from);
    let mut object: Object<'static> = query
        .iter()
        .map(|(name, values)| (name.to_owned().into(), Json::Array(values.iter().map(value).collect())))
        .collect();
    object.sort();
    object
}
