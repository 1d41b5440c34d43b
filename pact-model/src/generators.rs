//! Generators, as data: values that take the place of examples. They are run in the crate `intact-matching`.

use indexmap::IndexMap;

use crate::json::{Json, Object};

/// The generators of a request, a response or a message, by category.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Generators {
    /// For the method.
    pub method: Option<Generator>,
    /// For the path.
    pub path: Option<Generator>,
    /// For the status code.
    pub status: Option<Generator>,
    /// For query parameters by name.
    pub query: IndexMap<String, Generator>,
    /// For headers by name.
    pub header: IndexMap<String, Generator>,
    /// For the body (or message contents) by path expression.
    pub body: IndexMap<String, Generator>,
    /// For message metadata by key.
    pub metadata: IndexMap<String, Generator>,
}

impl Generators {
    /// Are there none at all?
    pub fn is_empty(&self) -> bool {
        self.method.is_none()
            && self.path.is_none()
            && self.status.is_none()
            && [&self.query, &self.header, &self.body, &self.metadata].iter().all(|named| named.is_empty())
    }
}

/// One generator: its name and parameters as in the file, for example `RandomInt` with `min` and `max`.
///
/// Kept as data, because files name generators that only plugins know; the crate that runs them reads the parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generator {
    /// The name in `type`.
    pub kind: String,
    /// All other members.
    pub params: Object<'static>,
}

impl Generator {
    /// A generator without parameters.
    pub fn named(kind: impl Into<String>) -> Self {
        Self { kind: kind.into(), params: Object::new() }
    }

    /// Adds a parameter.
    pub fn with(mut self, name: &str, value: impl Into<Json<'static>>) -> Self {
        self.params.insert(name.to_owned(), value);
        self
    }

    /// A text parameter.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.params.get(name)?.as_str()
    }
}
