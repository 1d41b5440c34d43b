//! Reads pact files of every specification version.
//!
//! Reading is lenient, because files of fifteen years and twenty programs are in use: what is odd but can be understood is
//! read with a [`Warning`], what a newer specification may have added is kept in the `unknown` members of the model, and a
//! matching rule that makes no sense is kept as [`MatchingRule::Unreadable`], so that it fails the interaction when it is
//! applied and not the whole file. A [`ReadError`] is raised only where going on would lose or change an expectation.
//!
//! One file per dialect: `v2` (flat matching rules), `v3` (interactions, messages and bodies up to V3), `v4`. What they
//! share is in `parts`; rules and generators are in `rule` and `categories`; what nobody knows is kept by `unknown`; `large` makes
//! trees of the text, as few as possible at a time.

mod categories;
mod large;
mod parts;
mod rule;
#[cfg(test)]
mod tests;
mod unknown;
mod v2;
mod v3;
mod v4;

pub(crate) use self::categories::{is_rule_category, is_unnamed_category};
use self::large::{Item, Lists};
pub use self::rule::matching_rule;
pub(crate) use self::v3::is_json_text;
pub(crate) use self::v4::BODY_MEMBERS;

use crate::generators::Generators;
use crate::http::{HttpRequest, HttpResponse};
use crate::json::{CheckedJson, Json, JsonError, JsonText, JsonValue, Object};
use crate::message::MessagePart;
use crate::pact::Pact;
use crate::place::{At, Notes, describe, shortened};
#[cfg(doc)]
use crate::rules::MatchingRule;
use crate::rules::MatchingRules;
use crate::spec_version::SpecVersion;

/// What was read, with remarks about what was odd in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded<T> {
    /// What was read.
    pub value: T,
    /// What was odd but could be understood or left out, in the order of the file; at most a hundred.
    pub warnings: Vec<Warning>,
}

/// Something odd in a file that is read nevertheless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// JSON path of the place, for example `$.interactions[2].request.matchingRules`.
    pub at: String,
    /// What is odd there and what was made of it.
    pub text: String,
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.at, self.text)
    }
}

/// A pact, or a part of one, that could not be read. Its text includes the cause.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct ReadError {
    /// JSON path of the place, for example `$.interactions[2].response.status`.
    pub at: String,
    /// Description of the interaction it is in, if it is in one that has a description.
    pub interaction: Option<String>,
    /// What is wrong.
    pub kind: ReadErrorKind,
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.at, self.kind)?;
        match &self.interaction {
            Some(description) => write!(f, " (in the interaction {})", Json::from(shortened(description).as_ref())),
            None => Ok(()),
        }
    }
}

/// What is wrong with a pact that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// The bytes are no JSON document.
    #[error("not a JSON document: {0}")]
    Json(#[from] JsonError),
    /// The document is an object, but none of a pact's members is there.
    #[error("not a pact: it has neither `consumer`, `provider`, `interactions` nor `messages`")]
    NotAPact,
    /// A value of another kind is needed here.
    #[error("expected {expected}, found {found}")]
    WrongType {
        /// What should be here.
        expected: &'static str,
        /// What is here, in words.
        found: String,
    },
    /// A member without which the rest means nothing.
    #[error("the member `{0}` is missing")]
    Missing(&'static str),
    /// Messages came with version 3 of the specification.
    #[error("messages need specification version 3 or later, and the file says it is {0}")]
    MessagesBeforeV3(SpecVersion),
}

impl Pact {
    /// Reads a pact file; which version it is in is found in its metadata.
    ///
    /// ```
    /// use intact_pact_model::Pact;
    ///
    /// let file = br#"{ "consumer": { "name": "Web" }, "provider": { "name": "Orders" }, "interactions": [
    ///     { "description": "a request", "request": { "path": "/orders" }, "response": { "status": "200 OK" } }
    /// ] }"#;
    /// let error = Pact::read(file).unwrap_err();
    /// assert_eq!(error.to_string(), concat!(
    ///     "$.interactions[0].response.status: expected a status code, found the string \"200 OK\"",
    ///     " (in the interaction \"a request\")",
    /// ));
    /// ```
    ///
    /// # Errors
    ///
    /// Bytes that are not JSON, JSON that is not a pact, and a pact with a part that cannot be understood without changing
    /// what it expects.
    pub fn read(bytes: &[u8]) -> Result<Loaded<Self>, ReadError> {
        let text = CheckedJson::check(bytes).map_err(|error| At::root().error(error.into()))?;
        loaded(|at, notes| {
            let (document, lists) = large::outline(text.root());
            pact(&document, lists, at, notes)
        })
    }

    /// Reads a pact from a document, as [`Pact::read`] does from bytes.
    pub fn from_json(document: &Json<'_>) -> Result<Loaded<Self>, ReadError> {
        loaded(|at, notes| pact(document, Lists::default(), at, notes))
    }
}

/// Reads a request in the dialect of `version`.
///
/// What distinguishes the dialects is the form of the body, which V4 wraps; all else is recognised by its shape.
pub fn http_request(json: &Json<'_>, version: SpecVersion) -> Result<Loaded<HttpRequest>, ReadError> {
    loaded(|at, notes| parts::http_request(Some(json), version, at, notes))
}

/// Reads a response in the dialect of `version`.
pub fn http_response(json: &Json<'_>, version: SpecVersion) -> Result<Loaded<HttpResponse>, ReadError> {
    loaded(|at, notes| parts::http_response(Some(json), version, at, notes))
}

/// Reads contents, metadata, rules and generators of a message in the dialect of `version`: from a V3 message, a V4
/// asynchronous message, or the request or a response of a V4 synchronous message.
pub fn message_part(json: &Json<'_>, version: SpecVersion) -> Result<Loaded<MessagePart>, ReadError> {
    loaded(|at, notes| {
        let object = json.as_object().ok_or_else(|| at.wrong_type("a message", json))?;
        parts::message_part(object, &[], version, at, notes)
    })
}

/// Reads the object `matchingRules`, flat (V2) or by category (V3 and later): its shape decides. Members that Intact does not
/// know are kept only by those who read the whole request, response or message.
pub fn matching_rules(json: &Json<'_>) -> Result<Loaded<MatchingRules>, ReadError> {
    loaded(|at, notes| categories::matching_rules(Some(json), &mut Object::new(), at, notes))
}

/// Reads the object `generators`.
pub fn generators(json: &Json<'_>) -> Result<Loaded<Generators>, ReadError> {
    loaded(|at, notes| categories::generators(Some(json), &mut Object::new(), at, notes))
}

fn loaded<T>(read: impl FnOnce(&At<'_>, &mut Notes) -> Result<T, ReadError>) -> Result<Loaded<T>, ReadError> {
    let mut notes = Notes::default();
    let value = read(&At::root(), &mut notes)?;
    Ok(Loaded { value, warnings: notes.into_warnings() })
}

/// Members of a pact that Intact knows, and those that a broker adds to what it serves.
const PACT_MEMBERS: &[&str] = &["consumer", "provider", "interactions", "messages", "metadata", "_links", "createdAt"];

/// Reads a pact, of which some lists may still be text.
fn pact<'a>(document: &Json<'a>, lists: Lists<'a>, at: &At<'_>, notes: &mut Notes) -> Result<Pact, ReadError> {
    let root = document.as_object().ok_or_else(|| at.wrong_type("a pact, which is an object", document))?;
    if !["consumer", "provider", "interactions", "messages"].iter().any(|name| root.contains(name)) {
        return Err(at.error(ReadErrorKind::NotAPact));
    }
    let mut unknown = unknown::members(root, &[PACT_MEMBERS]);
    let consumer = pacticipant(root, "consumer", &mut unknown, at, notes);
    let provider = pacticipant(root, "provider", &mut unknown, at, notes);
    let (version, metadata) = metadata(root.get("metadata"), &mut unknown, &at.field("metadata"), notes);
    let mut interactions = Vec::new();
    if let Some(list) = root.get("interactions") {
        let at = at.field("interactions");
        let items = list.as_array().ok_or_else(|| at.wrong_type("an array of interactions", list))?;
        let items = Item::all(items, lists.interactions);
        interactions.reserve_exact(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let at = at.index(index);
            let item = item.interaction(version, &at, notes);
            let read = match version {
                SpecVersion::V4 => v4::interaction(&item, index, &at, notes),
                _ => v3::interaction(&item, index, version, &at, notes),
            };
            interactions.push(read.map_err(|error| error.inside(&item))?);
        }
    }
    if let Some(list) = root.get("messages") {
        let at = at.field("messages");
        let items = list.as_array().ok_or_else(|| at.wrong_type("an array of messages", list))?;
        if version == SpecVersion::V4 {
            notes.warn(&at, "kept, but not used: a V4 pact has its messages among the `interactions`");
            let list = lists.messages.map_or_else(|| list.clone(), JsonText::read);
            unknown::keep(&mut unknown, "messages", list.into_owned());
        } else if version < SpecVersion::V3 {
            return Err(at.error(ReadErrorKind::MessagesBeforeV3(version)));
        } else {
            let items = Item::all(items, lists.messages);
            if !interactions.is_empty() && !items.is_empty() {
                notes.warn(&at, "a V3 pact has interactions or messages, not both; both are read");
            }
            interactions.reserve_exact(items.len());
            for (index, item) in items.into_iter().enumerate() {
                let at = at.index(index);
                let item = item.message(&at, notes);
                interactions.push(v3::message(&item, index, &at, notes).map_err(|error| error.inside(&item))?);
            }
        }
    }
    Ok(Pact { consumer, provider, interactions, metadata, unknown, version })
}

fn pacticipant(
    root: &Object<'_>,
    role: &'static str,
    unknown: &mut Object<'static>,
    at: &At<'_>,
    notes: &mut Notes,
) -> String {
    let at = at.field(role);
    let name = match root.get(role) {
        Some(Json::Object(object)) => {
            unknown::keep(unknown, role, unknown::members(object, &[&["name"]]));
            object.get("name")
        }
        Some(text @ Json::String(_)) => {
            notes.warn(&at, "a name alone; it belongs into an object with the member `name`");
            Some(text)
        }
        _ => None,
    };
    match name {
        None | Some(Json::Null) => {
            notes.warn(&at, format!("has no name, `{role}` is taken"));
            role.to_owned()
        }
        Some(name) => name.to_text().into_owned(),
    }
}

/// The specification version that the metadata names, and the rest of the metadata.
fn metadata(
    json: Option<&Json<'_>>,
    unknown: &mut Object<'static>,
    at: &At<'_>,
    notes: &mut Notes,
) -> (SpecVersion, Object<'static>) {
    let mut metadata = match json {
        None | Some(Json::Null) => Object::new(),
        Some(Json::Object(object)) => owned(object),
        Some(_) => {
            notes.warn(at, "not an object, ignored");
            Object::new()
        }
    };
    // The hyphenated names are those of old writers.
    let named = metadata.remove("pact-specification");
    let current = metadata.remove("pactSpecification");
    let oldest = metadata.remove("pactSpecificationVersion");
    if !metadata.contains("pactRust")
        && let Some(old) = metadata.remove("pact-rust")
    {
        metadata.insert("pactRust", old);
    }
    let named = named.or(current);
    if let Some(Json::Object(named)) = &named {
        let mut rest = Object::new();
        unknown::keep(&mut rest, "pactSpecification", unknown::members(named, &[&["version"]]));
        unknown::keep(unknown, "metadata", rest);
    }
    let stated = named.and_then(|named| named.get("version").cloned()).or(oldest);
    let version = match &stated {
        None | Some(Json::Null) => {
            notes.warn(at, "no specification version, read as version 3");
            SpecVersion::V3
        }
        Some(stated) => {
            let text = stated.to_text();
            let version = SpecVersion::parse(&text);
            let guess = match version {
                Some(SpecVersion::V1) if !is_version_1_0(&text) => Some("1"),
                None => Some("3"),
                _ => None,
            };
            if let Some(guess) = guess {
                notes
                    .warn(at, format!("unknown specification version ({}), read as version {guess}", describe(stated)));
            }
            version.unwrap_or(SpecVersion::V3)
        }
    };
    (version, metadata)
}

fn is_version_1_0(text: &str) -> bool {
    text.trim().trim_start_matches(['v', 'V']).split(['.', '_']).nth(1).is_none_or(|minor| minor == "0")
}

/// The members, borrowing nothing.
fn owned(object: &Object<'_>) -> Object<'static> {
    match Json::Object(object.clone()).into_owned() {
        JsonValue::Object(object) => object,
        _ => Object::new(),
    }
}
