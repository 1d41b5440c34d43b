//! Integration JSON: examples in which any value may be a *matcher object*, as language bindings hand them to one another.
//!
//! ```json
//! { "id": { "pact:matcher:type": "integer", "value": 7 }, "tags": { "pact:matcher:type": "eachValue(notEmpty('new'))" } }
//! ```
//!
//! This is the one place that takes such a document apart into what a pact holds: the plain example, the matching rules by path and
//! the generators by path. The model has one form for all versions; how V2, V3 and V4 write the rules is the business of
//! [`crate::write`](mod@crate::write).
//!
//! Bodies and message contents are a [`document`], or an [`xml_document`]; a path, a status code, a header, a query parameter or a metadata entry is a
//! [`value`], whose matcher object may also come as its text. [`http_request`], [`http_response`] and [`message_part`] read a whole
//! part of which every value may be a template.
//!
//! What makes no sense is an [`IntegrationError`] with its JSON path: a contract with a rule silently left out promises
//! more than its author knows.

mod matcher;
mod multipart;
mod parts;
#[cfg(test)]
mod tests;
mod walk;
mod xml;

use std::fmt::Display;

use indexmap::IndexMap;

pub use self::multipart::{FilePart, add_file_part};
pub use self::parts::{http_request, http_response, message_part};
use self::walk::Walk;
use crate::generators::Generator;
use crate::json::{Json, JsonValue};
use crate::place::{At, Notes};
use crate::read::Loaded;
use crate::rules::RuleList;

/// Names the rule, the rules or the definition expression of a matcher object.
pub const MATCHER: &str = "pact:matcher:type";

/// Names the generator of a matcher object.
pub const GENERATOR: &str = "pact:generator:type";

/// Intact's own: `OR` if one of several rules is enough. Programs that do not know it pass over it.
pub const COMBINE: &str = "pact:matcher:combine";

/// A document taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// The document with every matcher object replaced by its example.
    pub example: JsonValue,
    /// Rules by path expression, in the order in which they were found.
    pub rules: IndexMap<String, RuleList>,
    /// Generators by path expression.
    pub generators: IndexMap<String, Generator>,
}

/// A single value taken apart: a path, a status code, or what stands under one name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Value {
    /// The example; an array where there are several values.
    pub example: JsonValue,
    /// The rules for it, or for each of the several.
    pub rules: RuleList,
    /// What makes a value in place of the example.
    pub generator: Option<Generator>,
}

/// Integration JSON that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {reason}")]
pub struct IntegrationError {
    /// JSON path of the place in the document, for example `$.lines.value[0]`.
    pub at: String,
    /// What is wrong there.
    pub reason: String,
}

impl IntegrationError {
    fn new(at: &At<'_>, reason: impl Display) -> Self {
        Self { at: at.to_string(), reason: reason.to_string() }
    }
}

/// Takes a body or message contents apart. Paths begin at `$`, the whole document.
///
/// ```
/// use intact_pact_model::integration;
/// use intact_pact_model::json::Json;
///
/// let json = Json::parse(br#"{ "lines": { "pact:matcher:type": "type", "min": 1, "value": [{ "sku": "A-1" }] } }"#).unwrap();
/// let document = integration::document(&json)?.value;
/// assert_eq!(document.example.to_compact(), r#"{"lines":[{"sku":"A-1"}]}"#);
/// assert!(document.rules.contains_key("$.lines"));
/// # Ok::<(), integration::IntegrationError>(())
/// ```
///
/// # Errors
///
/// A matcher object that makes no sense: a rule without what it needs, a definition expression that is none, a member that no rule
/// and no generator knows.
pub fn document(json: &Json<'_>) -> Result<Loaded<Document>, IntegrationError> {
    loaded(|at, notes| document_at(json, at, notes))
}

/// Takes the description of an XML document apart: `{"root": {"name": "…", "attributes": {…}, "children": […]}}`. The example is
/// the text of the document.
///
/// ```
/// use intact_pact_model::integration;
/// use intact_pact_model::json::Json;
///
/// let json = Json::parse(br#"{ "root": { "name": "order", "attributes": { "id": { "pact:matcher:type": "integer", "value": 7 } } } }"#).unwrap();
/// let document = integration::xml_document(&json)?.value;
/// assert!(document.example.as_str().is_some_and(|text| text.ends_with(r#"<order id="7"/>"#)));
/// assert!(document.rules.contains_key("$.order['@id']"));
/// # Ok::<(), integration::IntegrationError>(())
/// ```
///
/// # Errors
///
/// As [`document`]; also names and texts that XML cannot hold, and members that no element has.
pub fn xml_document(json: &Json<'_>) -> Result<Loaded<Document>, IntegrationError> {
    loaded(|at, notes| xml::document_at(json, at, notes))
}

/// Takes a single value apart: plain, a matcher object, or the text of one. Of a list, the rules are for every item.
///
/// # Errors
///
/// As [`document`].
pub fn value(json: &Json<'_>) -> Result<Loaded<Value>, IntegrationError> {
    loaded(|at, notes| value_at(json, at, notes))
}

fn loaded<T>(
    read: impl FnOnce(&At<'_>, &mut Notes) -> Result<T, IntegrationError>,
) -> Result<Loaded<T>, IntegrationError> {
    let mut notes = Notes::default();
    let value = read(&At::root(), &mut notes)?;
    Ok(Loaded { value, warnings: notes.into_warnings() })
}

fn document_at(json: &Json<'_>, at: &At<'_>, notes: &mut Notes) -> Result<Document, IntegrationError> {
    let mut walk = Walk::default();
    let example = walk.example(json, at, notes)?;
    Ok(walk.finish(example))
}

fn value_at(json: &Json<'_>, at: &At<'_>, notes: &mut Notes) -> Result<Value, IntegrationError> {
    let parsed = json.as_str().filter(|text| text.trim_start().starts_with('{'));
    let parsed = parsed.and_then(|text| Json::parse(text.as_bytes()).ok()).filter(is_matcher);
    let Document { example, rules, generators } = document_at(parsed.as_ref().unwrap_or(json), at, notes)?;
    let mut all = RuleList::default();
    for (_, list) in rules {
        if all.rules.is_empty() {
            all.combine = list.combine;
        }
        for rule in list.rules {
            if !all.rules.contains(&rule) {
                all.rules.push(rule);
            }
        }
    }
    Ok(Value { example, rules: all, generator: generators.into_iter().next().map(|(_, generator)| generator) })
}

fn is_matcher(json: &Json<'_>) -> bool {
    json.as_object().is_some_and(|object| object.contains(MATCHER) || object.contains(GENERATOR))
}
