//! Bodies and message contents: an example, what would do in its place, and the type of it all.
//!
//! What can be a body is the same in requests, responses and messages, so it is described once, here; the builders get the
//! methods by [`bodies!`] and put the result where it belongs.

pub(crate) mod multipart;
pub mod xml;

use indexmap::IndexMap;
use intact_pact_model::{Body, ContentType, Generator, Json, MatchingRule, Query, RuleList};
use serde::Serialize;

use crate::matchers::has_optional_members;
use crate::template::Template;
use crate::text_part::TextPart;

/// A body as its author described it.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    pub(crate) body: Body,
    pub(crate) rules: IndexMap<String, RuleList>,
    pub(crate) generators: IndexMap<String, Generator>,
    /// For the header or metadata entry that states the type, where that cannot be the same each time.
    pub(crate) type_rule: Option<MatchingRule>,
}

impl Contents {
    pub(crate) fn json(body: &impl Serialize) -> Result<Self, String> {
        let split = Template::of(body).split().map_err(|error| error.to_string())?;
        Ok(Self {
            body: Body::new(split.example.to_compact(), Some(ContentType::json())),
            rules: split.rules,
            generators: split.generators,
            type_rule: None,
        })
    }

    pub(crate) fn text(body: &impl Serialize) -> Result<Self, String> {
        let split = Template::of(body).split().map_err(|error| error.to_string())?;
        let TextPart { values, rules, generator } = TextPart::of(split)?;
        let [text] = <[String; 1]>::try_from(values).map_err(|_| "it is one text, not a list".to_owned())?;
        if generator.is_some() {
            return Err("values are generated in JSON, XML and forms only, not in text".to_owned());
        }
        let mut contents = Self { body: Body::new(text, Some(ContentType::text())), ..Self::default() };
        if !rules.is_empty() {
            contents.rules.insert("$".to_owned(), rules);
        }
        Ok(contents)
    }

    /// A form post: names and values.
    pub(crate) fn form(body: &impl Serialize) -> Result<Self, String> {
        let template = Template::of(body);
        if template.as_json().is_some_and(has_optional_members) {
            return Err("`optional` is for members of objects in JSON".to_owned());
        }
        let split = template.split().map_err(|error| error.to_string())?;
        let Json::Object(fields) = split.example else {
            return Err(format!("a form is an object, not {}", split.example.kind()));
        };
        let mut form = Query::default();
        for (name, value) in fields.iter() {
            let values = value.as_array().unwrap_or(std::slice::from_ref(value));
            for value in values {
                if matches!(value, Json::Object(_) | Json::Array(_) | Json::Null) {
                    return Err(format!("the field `{name}` must be text or a list of texts, not {}", value.kind()));
                }
                form.append(name, Some(value.to_text().into_owned()));
            }
        }
        let content_type = parse_type("application/x-www-form-urlencoded")?;
        Ok(Self {
            body: Body::new(form.to_query_string(), Some(content_type)),
            rules: split.rules,
            generators: split.generators,
            type_rule: None,
        })
    }

    /// These bytes and no others.
    pub(crate) fn exact(content_type: &str, bytes: Vec<u8>) -> Result<Self, String> {
        Ok(Self { body: Body::new(bytes, Some(parse_type(content_type)?)), ..Self::default() })
    }

    /// Any bytes of the type.
    pub(crate) fn binary(content_type: &str, bytes: Vec<u8>) -> Result<Self, String> {
        let parsed = parse_type(content_type)?;
        if bytes.is_empty() {
            return Err(format!("the example of {content_type} has no bytes"));
        }
        let rule = MatchingRule::ContentType(parsed.to_string());
        let rules = IndexMap::from([("$".to_owned(), RuleList::of(rule))]);
        Ok(Self { body: Body::new(bytes, Some(parsed)), rules, ..Self::default() })
    }
}

pub(crate) fn parse_type(text: &str) -> Result<ContentType, String> {
    ContentType::parse(text).ok_or_else(|| format!("`{text}` is no content type"))
}

/// The ways to describe a body, for a builder that has `with_contents`.
macro_rules! bodies {
    () => {
        /// A JSON body: any serialisable value, with matchers where the other side may send something else.
        ///
        /// Requests must have no members that are not mentioned; responses and messages may.
        pub fn json(self, body: impl serde::Serialize) -> Self {
            self.with_contents($crate::contents::Contents::json(&body))
        }

        /// A body of plain text: this text, or a matcher such as `regex` or `includes`.
        pub fn text(self, body: impl serde::Serialize) -> Self {
            self.with_contents($crate::contents::Contents::text(&body))
        }

        /// A form post (`application/x-www-form-urlencoded`): an object whose members are texts or lists of texts, with
        /// matchers where they may differ.
        pub fn form(self, fields: impl serde::Serialize) -> Self {
            self.with_contents($crate::contents::Contents::form(&fields))
        }

        /// An XML document; see [`xml`](crate::xml).
        pub fn xml(self, root: $crate::xml::Element) -> Self {
            self.with_contents(root.finish())
        }

        /// A form with files (`multipart/form-data`), whatever boundary it is sent with. Parts may come in any order, and
        /// others may be there too.
        ///
        /// For example `multipart(|parts| parts.field("name", like("Ann")).file("photo", "ann.png", "image/png", png))`.
        pub fn multipart(self, describe: impl FnOnce($crate::Multipart) -> $crate::Multipart) -> Self {
            self.with_contents(describe($crate::Multipart::default()).finish())
        }

        /// These bytes and no others, of this content type.
        pub fn body(self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
            self.with_contents($crate::contents::Contents::exact(content_type, body.into()))
        }

        /// Any bytes of this content type, for files and pictures: written as a `contentType` rule (V3 and later). Binary
        /// types are known by their first bytes, textual ones by their syntax; the example must be of the type too.
        pub fn binary(self, content_type: &str, example: impl Into<Vec<u8>>) -> Self {
            self.with_contents($crate::contents::Contents::binary(content_type, example.into()))
        }
    };
}
pub(crate) use bodies;
