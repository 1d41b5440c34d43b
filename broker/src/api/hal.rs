//! HAL documents: members, embedded documents and links, in the order they are said.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use intact_pact_model::json::{Json, JsonValue, Object};

use crate::domain::timestamp::Timestamp;

/// The content type of a HAL answer.
pub(crate) const HAL_JSON: &str = "application/hal+json;charset=utf-8";

impl From<Timestamp> for Json<'_> {
    fn from(moment: Timestamp) -> Self {
        moment.to_string().into()
    }
}

/// A document being said: `Doc::new().with("name", "Web").link("self", Link::to(href))`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Doc {
    members: Object<'static>,
    embedded: Object<'static>,
    links: Object<'static>,
}

impl Doc {
    /// An empty document.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a member.
    pub(crate) fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<JsonValue>) -> Self {
        self.members.insert(name, value);
        self
    }

    /// Adds a member if there is a value; absent values are left out, as everywhere in this API.
    pub(crate) fn maybe<T: Into<JsonValue>>(self, name: &'static str, value: Option<T>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds a member that is `null` without a value, as only the matrix and its kin do.
    pub(crate) fn nullable<T: Into<JsonValue>>(self, name: &'static str, value: Option<T>) -> Self {
        self.with(name, value.map_or(Json::Null, Into::into))
    }

    /// Adds a document, or a list of documents, under `_embedded`.
    pub(crate) fn embed(mut self, name: &'static str, value: impl Into<JsonValue>) -> Self {
        self.embedded.insert(name, value);
        self
    }

    /// Adds a link.
    pub(crate) fn link(mut self, rel: impl Into<Cow<'static, str>>, link: Link) -> Self {
        self.links.insert(rel, link);
        self
    }

    /// Adds a relation that is a list of links; `[]` when empty.
    pub(crate) fn links(mut self, rel: &'static str, links: impl IntoIterator<Item = Link>) -> Self {
        self.links.insert(rel, Json::array(links));
        self
    }

    /// Adds the `curies` relation, which says where relations are documented.
    pub(crate) fn curies(self, base: &str, context: &str) -> Self {
        let link = Link::to(format!("{base}/doc/{{rel}}?context={context}")).name("pb").templated();
        self.links("curies", [link])
    }
}

impl From<Doc> for JsonValue {
    fn from(doc: Doc) -> Self {
        let Doc { mut members, embedded, links } = doc;
        if !embedded.is_empty() {
            members.insert("_embedded", embedded);
        }
        if !links.is_empty() {
            members.insert("_links", links);
        }
        Json::Object(members)
    }
}

/// A list of documents.
pub(crate) fn list<T: Into<JsonValue>>(items: impl IntoIterator<Item = T>) -> JsonValue {
    Json::array(items)
}

/// A link object.
#[derive(Debug, Clone)]
pub(crate) struct Link(Object<'static>);

impl Link {
    /// A link to `href`.
    pub(crate) fn to(href: impl Into<String>) -> Self {
        let mut link = Object::new();
        link.insert("href", href.into());
        Self(link)
    }

    /// What a person reads.
    pub(crate) fn title(self, title: impl Into<String>) -> Self {
        self.with("title", title.into())
    }

    /// What a program finds it by.
    pub(crate) fn name(self, name: impl Into<String>) -> Self {
        self.with("name", name.into())
    }

    /// Says that the address has variables in braces.
    pub(crate) fn templated(self) -> Self {
        self.with("templated", true)
    }

    /// Any other member.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<JsonValue>) -> Self {
        self.0.insert(name, value);
        self
    }
}

impl From<Link> for JsonValue {
    fn from(link: Link) -> Self {
        Json::Object(link.0)
    }
}

/// A document that is written at once, for answers of hundreds of rows that repeat what they say: each repeated part is put
/// together once, and its text copied.
#[derive(Debug)]
pub(crate) struct Written(String);

impl Written {
    /// An empty document.
    pub(crate) fn new() -> Self {
        Self("{".to_owned())
    }

    /// Writes a member.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<JsonValue>) -> Self {
        self.name(name);
        value.into().append_compact(&mut self.0);
        self
    }

    /// Writes a member whose value was written already.
    pub(crate) fn with_text(mut self, name: &'static str, value: &str) -> Self {
        self.name(name);
        self.0.push_str(value);
        self
    }

    /// Writes the members of a document, its links last.
    pub(crate) fn with_members(mut self, doc: Doc) -> Self {
        if let Json::Object(members) = JsonValue::from(doc) {
            for (name, value) in members {
                self.name(&name);
                value.append_compact(&mut self.0);
            }
        }
        self
    }

    /// Writes a list of documents.
    pub(crate) fn with_list<T>(
        mut self,
        name: &'static str,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(Self, T) -> Self,
    ) -> Self {
        self.name(name);
        self.0.push('[');
        for (at, item) in items.into_iter().enumerate() {
            self.0.push_str(if at == 0 { "{" } else { ",{" });
            self = write(self, item);
            self.0.push('}');
        }
        self.0.push(']');
        self
    }

    /// The document's text.
    pub(crate) fn into_text(mut self) -> String {
        self.0.push('}');
        self.0
    }

    /// Names are the program's own and need no escapes.
    fn name(&mut self, name: &str) {
        self.0.push_str(if self.0.ends_with('{') { "\"" } else { ",\"" });
        self.0.push_str(name);
        self.0.push_str("\":");
    }
}

/// An answer in HAL.
#[derive(Debug)]
pub(crate) struct Hal(String);

impl From<JsonValue> for Hal {
    fn from(document: JsonValue) -> Self {
        Self(document.to_compact())
    }
}

impl From<Doc> for Hal {
    fn from(doc: Doc) -> Self {
        JsonValue::from(doc).into()
    }
}

impl From<Written> for Hal {
    fn from(written: Written) -> Self {
        Self(written.into_text())
    }
}

impl IntoResponse for Hal {
    fn into_response(self) -> Response {
        ([(CONTENT_TYPE, HAL_JSON)], self.0).into_response()
    }
}
