//! Describing messages: what the provider sends of its own accord, and what it answers to a message of the consumer's.
//!
//! [`UpcomingMessage`] is all there is to an asynchronous message. A synchronous one goes both ways, so two builders follow one
//! another: [`MessageRequest`], then a [`MessageResponse`] for each answer.

use intact_pact_model::path::Segment;
use intact_pact_model::{Interaction, Kind, MatchingRule, MessagePart, PathExpression, RuleList};
use serde::Serialize;

use crate::contents::{Contents, bodies};
use crate::draft::{Draft, annotations};
use crate::template::Split;

/// A message being described: its states, its contents, its metadata.
#[derive(Debug)]
pub struct UpcomingMessage {
    draft: Draft,
    part: Part,
}

/// A message that the consumer sends and gets an answer to, being described.
#[derive(Debug)]
#[must_use = "without `will_respond` there is no interaction"]
pub struct MessageRequest {
    draft: Draft,
    part: Part,
}

/// What the provider answers to a message, being described.
#[derive(Debug)]
pub struct MessageResponse {
    draft: Draft,
    request: MessagePart,
    /// All but the one being described.
    responses: Vec<MessagePart>,
    part: Part,
}

/// Contents and metadata of one message.
#[derive(Debug, Default)]
struct Part {
    part: MessagePart,
    type_rule: Option<MatchingRule>,
}

macro_rules! parts {
    ($what:literal) => {
        bodies!();

        /// The message has this metadata entry, such as a topic or a routing key: any value, or a matcher. Other entries may be
        /// there too. The entry `contentType` comes with the contents, unless it is given.
        pub fn metadata(mut self, key: &str, value: impl Serialize) -> Self {
            let place = format!("the metadata entry `{}` of {}", key.escape_debug(), $what);
            if let Some(split) = self.draft.split(&place, &value) {
                let added = self.part.add_metadata(key, split);
                self.draft.noted(&place, added);
            }
            self
        }

        fn with_contents(mut self, contents: Result<Contents, String>) -> Self {
            if let Some(contents) = self.draft.noted(concat!("the contents of ", $what), contents) {
                self.part.set_contents(contents);
            }
            self
        }
    };
}

impl UpcomingMessage {
    pub(crate) fn new(description: &str) -> Self {
        Self { draft: Draft::new(description), part: Part::default() }
    }

    annotations!();

    parts!("the message");

    pub(crate) fn finish(self) -> (Interaction, Vec<String>) {
        self.draft.finish(Kind::AsyncMessage(self.part.finish()))
    }
}

impl MessageRequest {
    pub(crate) fn new(description: &str) -> Self {
        Self { draft: Draft::new(description), part: Part::default() }
    }

    annotations!();

    parts!("the request");

    /// What the provider answers: contents and metadata that follow are those of the response.
    pub fn will_respond(self) -> MessageResponse {
        let request = self.part.finish();
        MessageResponse { draft: self.draft, request, responses: Vec::new(), part: Part::default() }
    }
}

impl MessageResponse {
    parts!("the response");

    /// The provider answers with one message more, which is described from here on.
    pub fn then_respond(mut self) -> Self {
        self.responses.push(std::mem::take(&mut self.part).finish());
        self
    }

    pub(crate) fn finish(self) -> (Interaction, Vec<String>) {
        let Self { draft, request, mut responses, part } = self;
        responses.push(part.finish());
        draft.finish(Kind::SyncMessage { request, responses })
    }
}

/// The two names of the entry that says what the contents are.
fn is_content_type(key: &str) -> bool {
    key.eq_ignore_ascii_case("contentType") || key.eq_ignore_ascii_case("content-type")
}

impl Part {
    fn set_contents(&mut self, contents: Contents) {
        self.part.contents = contents.body;
        self.part.matching_rules.body = contents.rules;
        self.part.generators.body = contents.generators;
        self.type_rule = contents.type_rule;
    }

    fn add_metadata(&mut self, key: &str, split: Split) -> Result<(), String> {
        let MessagePart { metadata, matching_rules, generators, .. } = &mut self.part;
        if key.is_empty() {
            return Err("it needs a name".to_owned());
        }
        if metadata.names().any(|own| own == key || (is_content_type(own) && is_content_type(key))) {
            return Err("it is given twice".to_owned());
        }
        for (path, generator) in split.generators {
            if path != "$" {
                return Err(format!("a value is generated for the whole entry only, not for {path}"));
            }
            generators.metadata.insert(key.to_owned(), generator);
        }
        for (path, list) in split.rules {
            matching_rules.metadata.insert(rule_key(key, &path)?, list);
        }
        metadata.insert(key.to_owned(), split.example);
        Ok(())
    }

    fn finish(self) -> MessagePart {
        let Self { mut part, type_rule } = self;
        if let Some(content_type) = part.contents.content_type()
            && !part.metadata.names().any(is_content_type)
        {
            let content_type = content_type.to_string();
            part.metadata.insert("contentType", content_type);
            if let Some(rule) = type_rule {
                part.matching_rules.metadata.insert("contentType".to_owned(), RuleList::of(rule));
            }
        }
        part
    }
}

/// Where a rule about an entry stands: under the plain name, if that is a path by itself, or below it.
fn rule_key(key: &str, below: &str) -> Result<String, String> {
    let entry = vec![Segment::Field(key.to_owned())];
    let below: PathExpression = below.parse().map_err(|error| format!("{below}: {error}"))?;
    if below.segments().is_empty() {
        let is_plain = key.parse::<PathExpression>().is_ok_and(|path| path.segments() == entry);
        return Ok(if is_plain { key.to_owned() } else { PathExpression::from(entry).to_string() });
    }
    Ok(PathExpression::from([entry, below.segments().to_vec()].concat()).to_string())
}
