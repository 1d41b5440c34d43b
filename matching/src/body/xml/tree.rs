//! XML documents as far as they are compared: elements, attributes and texts.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;

use intact_pact_model::json::MAX_DEPTH;

use super::{limits, without_doctype};

/// The document as the reader takes it, of the same length; refused if reading it would take much more than its size.
pub(crate) fn readable(text: &str) -> Result<Cow<'_, str>, String> {
    let text = without_doctype(text)?;
    limits::check(&text)?;
    Ok(text)
}

/// An element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: Name,
    pub(crate) attributes: Vec<(Name, String)>,
    pub(crate) children: Vec<Element>,
    /// Its own texts, each without white space around it.
    pub(crate) text: String,
}

/// The name of an element or attribute. Documents have few names for many elements, which share them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name(Arc<Spellings>);

/// How a name can be spelt.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Spellings {
    /// With the namespace, if there is one: `urn:x:a`.
    pub(crate) qualified: String,
    /// As written, with the prefix: `p:a`.
    pub(crate) written: String,
    /// Both as the steps of rule paths that lead to an attribute: `@urn:x:a`, `@p:a`.
    pub(crate) attribute_steps: [String; 2],
}

impl Deref for Name {
    type Target = Spellings;

    fn deref(&self) -> &Spellings {
        &self.0
    }
}

/// What makes a name: namespace, prefix and local name.
type NameKey<'n> = (Option<&'n str>, Option<&'n str>, &'n str);

/// The names of a document, each once.
#[derive(Default)]
struct Names<'n>(HashMap<NameKey<'n>, Name>);

impl<'n> Names<'n> {
    fn name(&mut self, key: NameKey<'n>) -> Name {
        let make = || {
            let (namespace, prefix, local) = key;
            let join = |before: Option<&str>| match before {
                Some(before) if !before.is_empty() => format!("{before}:{local}"),
                _ => local.to_owned(),
            };
            let (qualified, written) = (join(namespace), join(prefix));
            let attribute_steps = [&qualified, &written].map(|name| format!("@{name}"));
            Name(Arc::new(Spellings { qualified, written, attribute_steps }))
        };
        self.0.entry(key).or_insert_with(make).clone()
    }
}

impl Element {
    /// Reads a document; its document type counts for nothing, see [`readable`].
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let text = str::from_utf8(bytes).map_err(|error| error.to_string())?;
        let text = readable(text.trim_start_matches('\u{feff}'))?;
        let document = roxmltree::Document::parse(&text).map_err(|error| error.to_string())?;
        Self::of(document.root_element(), 0, &mut Names::default())
    }

    fn of<'n>(node: roxmltree::Node<'n, 'n>, depth: usize, names: &mut Names<'n>) -> Result<Self, String> {
        if depth == MAX_DEPTH {
            return Err(format!("elements nest deeper than {MAX_DEPTH} levels"));
        }
        let tag = node.tag_name();
        let mut element = Self {
            name: names.name((tag.namespace(), prefix_of(node, tag.namespace()), tag.name())),
            attributes: Vec::with_capacity(node.attributes().len()),
            children: Vec::new(),
            text: String::new(),
        };
        for attribute in node.attributes() {
            let namespace = attribute.namespace();
            let name = names.name((namespace, prefix_of(node, namespace), attribute.name()));
            element.attributes.push((name, attribute.value().to_owned()));
        }
        for child in node.children() {
            if child.is_element() {
                element.children.push(Self::of(child, depth + 1, names)?);
            } else if child.is_text() {
                element.text.push_str(child.text().unwrap_or_default().trim());
            }
        }
        Ok(element)
    }

    /// Has it neither elements nor text in it?
    pub(crate) fn is_empty(&self) -> bool {
        self.children.is_empty() && self.text.is_empty()
    }

    pub(crate) fn attribute(&self, qualified: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name.qualified == qualified).map(|(_, value)| value.as_str())
    }
}

/// The prefix that stands for the namespace at this place.
fn prefix_of<'n>(node: roxmltree::Node<'n, 'n>, namespace: Option<&str>) -> Option<&'n str> {
    node.lookup_prefix(namespace?)
}

impl std::fmt::Display for Element {
    /// `<name/>`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{}/>", self.name.written)
    }
}
