//! XML bodies described in JSON: elements, attributes and texts, any of which may be a matcher object.
//!
//! ```json
//! { "root": { "name": "orders", "children": [
//!   { "pact:matcher:type": "type", "examples": 2, "value":
//!     { "name": "order", "attributes": { "id": { "pact:matcher:type": "integer", "value": 1 } }, "children": [
//!       { "content": "12.50", "matcher": { "pact:matcher:type": "decimal" } } ] } } ] } }
//! ```
//!
//! Paths of XML have no indexes: the siblings of one name share their rules, so that each example adds to the same list.

use std::fmt::Write as _;

use super::walk::{Walk, combine};
use super::{Document, GENERATOR, IntegrationError, is_matcher, matcher};
use crate::generators::Generator;
use crate::json::{Json, MAX_DEPTH, Object};
use crate::path::Segment;
use crate::place::{At, Notes};
use crate::rules::{Combine, MatchingRule};

/// Examples beyond this many bytes are a slip of the pen: `"examples": 1000000`.
const MAX_TEXT: usize = 10 << 20;

pub(super) fn document_at(json: &Json<'_>, at: &At<'_>, notes: &mut Notes) -> Result<Document, IntegrationError> {
    let description = members(json, "a description of XML", &["version", "charset", "root"], at)?;
    let text_of = |name, default| match description.get(name) {
        None | Some(Json::Null) => Ok(default),
        Some(Json::String(text)) => Ok(text.as_ref()),
        Some(_) => Err(IntegrationError::new(&at.field(name), "a text is needed")),
    };
    if text_of("version", "1.0")? != "1.0" {
        return Err(IntegrationError::new(&at.field("version"), "the version of XML is `1.0`"));
    }
    // What is written here is UTF-8.
    let charset = text_of("charset", "UTF-8")?;
    if !["UTF-8", "UTF8", "US-ASCII", "ASCII"].iter().any(|known| charset.eq_ignore_ascii_case(known)) {
        return Err(IntegrationError::new(&at.field("charset"), "bodies are written in UTF-8, in no other charset"));
    }
    let Some(root) = description.get("root") else {
        return Err(IntegrationError::new(at, "a description of XML has a `root`"));
    };
    let mut writer = Writer::default();
    let at = at.field("root");
    let (element, examples) = writer.element(root, Vec::new(), &at, notes)?;
    if examples.is_some_and(|examples| examples != 1) {
        return Err(IntegrationError::new(&at, "there is one root"));
    }
    let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{element}");
    Ok(writer.walk.finish(text.into()))
}

/// What a matcher object around an element says about it.
struct Said {
    rules: Vec<MatchingRule>,
    combine: Combine,
    generator: Option<Generator>,
}

#[derive(Default)]
struct Writer {
    walk: Walk,
    depth: usize,
}

impl Writer {
    /// The text of an element and how many examples there shall be, if anything is said about that.
    fn element(
        &mut self,
        node: &Json<'_>,
        mut said: Vec<Said>,
        at: &At<'_>,
        notes: &mut Notes,
    ) -> Result<(String, Option<usize>), IntegrationError> {
        if self.depth > MAX_DEPTH {
            return Err(IntegrationError::new(at, format!("nests deeper than {MAX_DEPTH} levels")));
        }
        self.depth += 1;
        let written = if is_matcher(node) {
            let object = members_of(node, "an element", at)?;
            let Some(element) = object.get("value") else {
                return Err(IntegrationError::new(at, "the `value` of a matcher is an element"));
            };
            said.push(said_of(object, at, notes)?);
            let (text, examples) = self.element(element, said, &at.field("value"), notes)?;
            (text, count(object, at)?.or(examples))
        } else {
            let object = members(node, "an element", &["name", "attributes", "children", "examples"], at)?;
            let name = name(object.get("name").and_then(Json::as_str), &at.field("name"))?;
            self.walk.enter(Segment::Field(name.to_owned()));
            for Said { rules, combine, generator } in said {
                self.walk.add_here(rules, combine);
                self.walk.generate_here(generator);
            }
            let text = self.tag(name, object, at, notes)?;
            self.walk.leave();
            (text, count(object, at)?)
        };
        self.depth -= 1;
        Ok(written)
    }

    fn tag(
        &mut self,
        name: &str,
        element: &Object<'_>,
        at: &At<'_>,
        notes: &mut Notes,
    ) -> Result<String, IntegrationError> {
        let mut text = format!("<{name}");
        if let Some(json) = present(element, "attributes") {
            let at = at.field("attributes");
            for (attribute, json) in members_of(json, "the attributes of an element", &at)?.iter() {
                let at = at.field(attribute);
                self::name(Some(attribute), &at)?;
                let value = self.text_at(&format!("@{attribute}"), json, &at, notes)?;
                let _ = write!(text, " {attribute}=\"{}\"", escaped(&value, &at)?);
            }
        }
        let mut inside = String::new();
        if let Some(json) = present(element, "children") {
            let at = at.field("children");
            let children = json.as_array();
            let children = children.ok_or_else(|| IntegrationError::new(&at, "the children are a list"))?;
            for (index, child) in children.iter().enumerate() {
                let at = at.index(index);
                if child.as_object().is_some_and(|child| child.contains("content") || child.contains("matcher")) {
                    inside += &self.text(child, &at, notes)?;
                    continue;
                }
                let (element, examples) = self.element(child, Vec::new(), &at, notes)?;
                let examples = examples.unwrap_or(1);
                if element.len().saturating_mul(examples).saturating_add(inside.len()) > MAX_TEXT {
                    let reason = format!("so many examples make a body of more than {MAX_TEXT} bytes");
                    return Err(IntegrationError::new(&at, reason));
                }
                inside += &element.repeat(examples);
            }
        }
        Ok(if inside.is_empty() { format!("{text}/>") } else { format!("{text}>{inside}</{name}>") })
    }

    /// A text: its `matcher` says what is asked of it; the name of a generator stands beside.
    fn text(&mut self, node: &Json<'_>, at: &At<'_>, notes: &mut Notes) -> Result<String, IntegrationError> {
        let object = members(node, "a text", &["content", "matcher", GENERATOR], at)?;
        self.walk.enter(Segment::Field("#text".to_owned()));
        let mut matcher = Object::new();
        let inner = at.field("matcher");
        if let Some(json) = present(object, "matcher") {
            matcher = members_of(json, "the matcher of a text", &inner)?.clone();
        }
        if let Some(generator) = present(object, GENERATOR) {
            matcher.insert(GENERATOR, generator.clone());
        }
        if !matcher.is_empty() {
            let (rules, generator) = matcher::rules_and_generator(&Json::Object(matcher.clone()), &inner, notes)?;
            if rules.is_empty() && generator.is_none() {
                return Err(IntegrationError::new(&inner, "the matcher of a text names a rule or a generator"));
            }
            self.walk.add_here(rules, combine(&matcher, &inner)?);
            self.walk.generate_here(generator);
        }
        self.walk.leave();
        let at = at.field("content");
        let text = match object.get("content") {
            None => String::new(),
            Some(content) => self.text_at("#text", content, &at, notes)?,
        };
        escaped(&text, &at)
    }

    /// The example of an attribute or text, which may be a matcher object itself.
    fn text_at(
        &mut self,
        name: &str,
        json: &Json<'_>,
        at: &At<'_>,
        notes: &mut Notes,
    ) -> Result<String, IntegrationError> {
        self.walk.enter(Segment::Field(name.to_owned()));
        let example = self.walk.example(json, at, notes)?;
        self.walk.leave();
        match example {
            Json::Array(_) | Json::Object(_) => Err(IntegrationError::new(at, "a text is needed")),
            Json::Null => Ok(String::new()),
            scalar => Ok(scalar.to_text().into_owned()),
        }
    }
}

/// What a matcher object says about the element in it. Its `value` is that element and no parameter.
fn said_of(object: &Object<'_>, at: &At<'_>, notes: &mut Notes) -> Result<Said, IntegrationError> {
    let mut own = object.clone();
    own.remove("value");
    own.remove("examples");
    let combine = combine(&own, at)?;
    let (rules, generator) = matcher::rules_and_generator(&Json::Object(own), at, notes)?;
    Ok(Said { rules, combine, generator })
}

/// How many examples of the element are asked for.
fn count(object: &Object<'_>, at: &At<'_>) -> Result<Option<usize>, IntegrationError> {
    let Some(json) = present(object, "examples") else { return Ok(None) };
    let count = json.as_u64().and_then(|count| usize::try_from(count).ok()).filter(|count| *count > 0);
    count.map(Some).ok_or_else(|| IntegrationError::new(&at.field("examples"), "a number of at least 1 is needed"))
}

fn present<'o, 'a>(object: &'o Object<'a>, name: &str) -> Option<&'o Json<'a>> {
    object.get(name).filter(|json| !json.is_null())
}

fn members_of<'j, 'a>(json: &'j Json<'a>, what: &str, at: &At<'_>) -> Result<&'j Object<'a>, IntegrationError> {
    json.as_object().ok_or_else(|| IntegrationError::new(at, format!("an object is needed for {what}")))
}

/// The members of an object that has no others than these.
fn members<'j, 'a>(
    json: &'j Json<'a>,
    what: &str,
    known: &[&str],
    at: &At<'_>,
) -> Result<&'j Object<'a>, IntegrationError> {
    let object = members_of(json, what, at)?;
    match object.names().find(|name| !known.contains(name)) {
        None => Ok(object),
        Some(odd) => Err(IntegrationError::new(&at.field(odd), format!("{what} has no member of this name"))),
    }
}

/// A name of an element or attribute, with a prefix or without.
fn name<'n>(name: Option<&'n str>, at: &At<'_>) -> Result<&'n str, IntegrationError> {
    let is_start = |c: char| c.is_alphabetic() || c == '_';
    let is_part = |part: &str| {
        part.starts_with(is_start) && part.chars().all(|c| is_start(c) || c.is_numeric() || matches!(c, '-' | '.'))
    };
    let name = name.filter(|name| {
        let (prefix, local) = name.split_once(':').unwrap_or(("_", name));
        is_part(prefix) && is_part(local)
    });
    name.ok_or_else(|| IntegrationError::new(at, "a name of XML is needed"))
}

fn escaped(text: &str, at: &At<'_>) -> Result<String, IntegrationError> {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // Readers would turn them into spaces or drop them.
            '\t' | '\n' | '\r' => _ = write!(escaped, "&#{};", u32::from(c)),
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => {
                return Err(IntegrationError::new(at, format!("XML cannot hold the character {c:?}")));
            }
            other => escaped.push(other),
        }
    }
    Ok(escaped)
}

#[cfg(test)]
mod tests;
