//! XML documents as far as they are compared: elements, attributes and texts.

use intact_pact_model::json::MAX_DEPTH;

use super::{limits, without_doctype};

/// An element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    pub(super) name: Name,
    pub(super) attributes: Vec<(Name, String)>,
    pub(super) children: Vec<Element>,
    /// Its own texts, each without white space around it.
    pub(super) text: String,
}

/// The name of an element or attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// With the namespace, if there is one: `urn:x:a`.
    pub(super) qualified: String,
    /// As written, with the prefix: `p:a`.
    pub(super) written: String,
}

impl Name {
    fn new(namespace: Option<&str>, prefix: Option<&str>, local: &str) -> Self {
        let join = |before: Option<&str>| match before {
            Some(before) if !before.is_empty() => format!("{before}:{local}"),
            _ => local.to_owned(),
        };
        Self { qualified: join(namespace), written: join(prefix) }
    }
}

impl Element {
    /// Reads a document; its document type counts for nothing, see [`without_doctype`].
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let text = str::from_utf8(bytes).map_err(|error| error.to_string())?;
        let text = without_doctype(text.trim_start_matches('\u{feff}'))?;
        limits::check(&text)?;
        let document = roxmltree::Document::parse(&text).map_err(|error| error.to_string())?;
        Self::of(document.root_element(), 0)
    }

    fn of(node: roxmltree::Node<'_, '_>, depth: usize) -> Result<Self, String> {
        if depth == MAX_DEPTH {
            return Err(format!("elements nest deeper than {MAX_DEPTH} levels"));
        }
        let tag = node.tag_name();
        let mut element = Self {
            name: Name::new(tag.namespace(), prefix_of(node, tag.namespace()), tag.name()),
            attributes: Vec::new(),
            children: Vec::new(),
            text: String::new(),
        };
        for attribute in node.attributes() {
            let namespace = attribute.namespace();
            let name = Name::new(namespace, prefix_of(node, namespace), attribute.name());
            element.attributes.push((name, attribute.value().to_owned()));
        }
        for child in node.children() {
            if child.is_element() {
                element.children.push(Self::of(child, depth + 1)?);
            } else if child.is_text() {
                element.text.push_str(child.text().unwrap_or_default().trim());
            }
        }
        Ok(element)
    }

    /// Has it neither elements nor text in it?
    pub(super) fn is_empty(&self) -> bool {
        self.children.is_empty() && self.text.is_empty()
    }

    pub(super) fn attribute(&self, qualified: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name.qualified == qualified).map(|(_, value)| value.as_str())
    }
}

/// The prefix that stands for the namespace at this place.
fn prefix_of<'n>(node: roxmltree::Node<'_, 'n>, namespace: Option<&str>) -> Option<&'n str> {
    node.lookup_prefix(namespace?)
}

impl std::fmt::Display for Element {
    /// `<name/>`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{}/>", self.name.written)
    }
}
