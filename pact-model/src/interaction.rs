//! One interaction of a contract.

use crate::http::{HttpRequest, HttpResponse};
use crate::json::{Json, Object};
use crate::message::MessagePart;
use crate::provider_state::ProviderState;
use crate::rules::MatchingRules;

/// One thing the consumer does with the provider, and what it expects of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interaction {
    /// What happens, in words; with the provider states it identifies the interaction.
    pub description: String,
    /// The states the provider must be in.
    pub provider_states: Vec<ProviderState>,
    /// What is exchanged.
    pub kind: Kind,
    /// Identifier that the file gives the interaction (V4).
    pub key: Option<String>,
    /// Identifier that a broker gave the interaction (`_id`); verification results name it. Never written to files.
    pub id: Option<String>,
    /// A failing pending interaction does not fail the verification (V4).
    pub pending: bool,
    /// Comments: `text`, `testname`, `references` and free keys (V4).
    pub comments: Object<'static>,
    /// Which transport carries the interaction, for example `http` (V4).
    pub transport: Option<String>,
    /// Data that plugins keep with the interaction, by plugin name (V4).
    pub plugin_configuration: Object<'static>,
    /// How a plugin wants the interaction shown: `markup` and `markupType` (V4).
    pub markup: Object<'static>,
    /// Members of the interaction and its provider states (and of the message, if it is one) that this version of Intact does not
    /// know; kept, so that files round-trip. See [`Pact::unknown`](crate::Pact::unknown).
    pub unknown: Object<'static>,
}

/// What an interaction exchanges.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "HTTP is the rule: a box for it would be one more allocation nearly always"
)]
pub enum Kind {
    /// A request and its response.
    Http(HttpRequest, HttpResponse),
    /// A message that the provider sends.
    AsyncMessage(MessagePart),
    /// A message and the messages that answer it.
    SyncMessage {
        /// What the consumer sends.
        request: MessagePart,
        /// What the provider answers; usually one message.
        responses: Vec<MessagePart>,
    },
    /// Something of a type that this version of Intact does not know (V4). It can be shown, merged and written again just as it
    /// was read; it cannot be played or verified.
    Unknown {
        /// The name of the type; empty if the file names none.
        type_name: String,
        /// What is exchanged: the members that are not those of every interaction.
        members: Object<'static>,
    },
}

impl Kind {
    /// The V4 name of the type, for example `Synchronous/HTTP`.
    pub fn type_name(&self) -> &str {
        match self {
            Self::Http(..) => "Synchronous/HTTP",
            Self::AsyncMessage(_) => "Asynchronous/Messages",
            Self::SyncMessage { .. } => "Synchronous/Messages",
            Self::Unknown { type_name, .. } => type_name,
        }
    }

    /// The matching rules of each part: of request and response, or of each message.
    pub fn matching_rules(&self) -> impl Iterator<Item = &MatchingRules> {
        let (first, second, more) = match self {
            Self::Http(request, response) => (Some(&request.matching_rules), Some(&response.matching_rules), &[][..]),
            Self::AsyncMessage(message) => (Some(&message.matching_rules), None, &[][..]),
            Self::SyncMessage { request, responses } => (Some(&request.matching_rules), None, &responses[..]),
            Self::Unknown { .. } => (None, None, &[][..]),
        };
        first.into_iter().chain(second).chain(more.iter().map(|message| &message.matching_rules))
    }
}

impl Interaction {
    /// An interaction with nothing but a description and what is exchanged.
    pub fn new(description: impl Into<String>, kind: Kind) -> Self {
        Self {
            description: description.into(),
            provider_states: Vec::new(),
            kind,
            key: None,
            id: None,
            pending: false,
            comments: Object::new(),
            transport: None,
            plugin_configuration: Object::new(),
            markup: Object::new(),
            unknown: Object::new(),
        }
    }

    /// Adds markup to that which the interaction has, below it: several plugins may each show their part. The type stays that of the
    /// first (specification V4).
    pub fn add_markup(&mut self, markup: &Object<'static>) {
        let text =
            |markup: &Object<'static>| markup.get("markup").and_then(Json::as_str).unwrap_or_default().to_owned();
        let (own, new) = (text(&self.markup), text(markup));
        if own.is_empty() {
            self.markup = markup.clone();
        } else if !new.is_empty() {
            self.markup.insert("markup", format!("{own}\n{new}"));
        }
    }

    /// The request and response, if this is an HTTP interaction.
    pub fn as_http(&self) -> Option<(&HttpRequest, &HttpResponse)> {
        if let Kind::Http(request, response) = &self.kind { Some((request, response)) } else { None }
    }
}
