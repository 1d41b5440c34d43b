//! XML documents with matchers in them.
//!
//! ```
//! use intact::Contract;
//! use intact::matchers::{integer, like};
//! use intact::xml::element;
//!
//! let contract = Contract::between("order-service", "product-service").upon_receiving("a product as XML", |i| {
//!     i.get("/products/42").will_respond_with(200).xml(
//!         element("product")
//!             .attribute("id", integer(42))
//!             .child(element("name").text(like("Desk")))
//!             .each_like(element("tag").text(like("office"))),
//!     )
//! });
//! assert!(contract.pact().is_ok());
//! ```

use std::fmt::Write as _;

use indexmap::IndexMap;
use intact_pact_model::{Body, ContentType, Generator, MatchingRule, PathExpression, RuleList};
use serde::Serialize;

use super::Contents;
use crate::template::Template;
use crate::text_part::TextPart;

/// An element without attributes and content. The name may have a prefix, `p:order`, that an attribute `xmlns:p` here or
/// further out declares.
pub fn element(name: impl Into<String>) -> Element {
    Element { name: name.into(), attributes: Vec::new(), content: Vec::new() }
}

/// An XML element: an example, with matchers in it. Made by [`element`].
///
/// Texts and attributes without a matcher are expected exactly. Elements of different names may come in any order; space
/// around texts makes no difference.
#[derive(Debug, Clone)]
pub struct Element {
    name: String,
    attributes: Vec<(String, Template)>,
    content: Vec<Node>,
}

#[derive(Debug, Clone)]
enum Node {
    Text(Template),
    Element(Element),
    /// Any number of elements like it.
    EachLike(Element, usize),
}

impl Element {
    /// The element has this attribute: text, or a matcher.
    pub fn attribute(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        self.attributes.push((name.into(), Template::of(&value)));
        self
    }

    /// The element has this text, or one that the matcher accepts.
    pub fn text(mut self, text: impl Serialize) -> Self {
        self.content.push(Node::Text(Template::of(&text)));
        self
    }

    /// The element has this child.
    pub fn child(mut self, child: Self) -> Self {
        self.content.push(Node::Element(child));
        self
    }

    /// The element has one or more children that look like this one: by type, as with
    /// [`each_like`](crate::matchers::each_like), where no matcher inside says more.
    ///
    /// Written as a `type` rule at the child's path (V2 and later).
    pub fn each_like(self, child: Self) -> Self {
        self.each_like_times(child, 1)
    }

    /// As [`each_like`](Self::each_like), with so many children in the example.
    pub fn each_like_times(mut self, child: Self, examples: usize) -> Self {
        self.content.push(Node::EachLike(child, examples.max(1)));
        self
    }

    pub(crate) fn finish(&self) -> Result<Contents, String> {
        let mut writing =
            Writing { text: r#"<?xml version="1.0" encoding="UTF-8"?>"#.to_owned(), ..Writing::default() };
        writing.element(self, &PathExpression::root(), &[])?;
        let mut contents = Contents {
            body: Body::new(writing.text, Some(ContentType::xml())),
            generators: writing.generators,
            ..Contents::default()
        };
        contents.rules = writing.rules;
        Ok(contents)
    }
}

#[derive(Default)]
struct Writing {
    text: String,
    rules: IndexMap<String, RuleList>,
    generators: IndexMap<String, Generator>,
}

/// Prefix and namespace, innermost last; the empty prefix is that of names without one.
type Namespaces = [(String, String)];

impl Writing {
    fn element(&mut self, element: &Element, above: &PathExpression, outer: &Namespaces) -> Result<(), String> {
        let Element { name, attributes, content } = element;
        check_name(name)?;
        let mut namespaces = outer.to_vec();
        let mut values = Vec::with_capacity(attributes.len());
        for (attribute, value) in attributes {
            check_name(attribute)?;
            let value = one_text(value).map_err(|error| format!("the attribute `{attribute}` of `{name}`: {error}"))?;
            if attribute == "xmlns" {
                namespaces.push((String::new(), value.values[0].clone()));
            } else if let Some(prefix) = attribute.strip_prefix("xmlns:") {
                namespaces.push((prefix.to_owned(), value.values[0].clone()));
            }
            values.push((attribute, value));
        }
        let path = above.field(&qualified(name, &namespaces, true));
        let _ = write!(self.text, "<{name}");
        for (attribute, value) in values {
            let _ = write!(self.text, " {attribute}=\"");
            escape(&mut self.text, &value.values[0]);
            self.text.push('"');
            self.put(&path.field(&format!("@{}", qualified(attribute, &namespaces, false))), value);
        }
        if content.is_empty() {
            self.text.push_str("/>");
            return Ok(());
        }
        self.text.push('>');
        for node in content {
            match node {
                Node::Text(text) => {
                    let text = one_text(text).map_err(|error| format!("the text of `{name}`: {error}"))?;
                    escape(&mut self.text, &text.values[0]);
                    self.put(&path.field("#text"), text);
                }
                Node::Element(child) => self.element(child, &path, &namespaces)?,
                Node::EachLike(child, examples) => {
                    let mut names = namespaces.clone();
                    names.extend(own_namespaces(child));
                    let at = path.field(&qualified(&child.name, &names, true)).to_string();
                    self.rules.insert(at, RuleList::of(MatchingRule::Type { min: None, max: None }));
                    for _ in 0..*examples {
                        self.element(child, &path, &namespaces)?;
                    }
                }
            }
        }
        let _ = write!(self.text, "</{name}>");
        Ok(())
    }

    fn put(&mut self, path: &PathExpression, text: TextPart) {
        if !text.rules.is_empty() {
            self.rules.insert(path.to_string(), text.rules);
        }
        if let Some(generator) = text.generator {
            self.generators.insert(path.to_string(), generator);
        }
    }
}

fn own_namespaces(element: &Element) -> impl Iterator<Item = (String, String)> + '_ {
    element.attributes.iter().filter_map(|(name, value)| {
        let prefix = if name == "xmlns" { "" } else { name.strip_prefix("xmlns:")? };
        Some((prefix.to_owned(), one_text(value).ok()?.values[0].clone()))
    })
}

fn one_text(template: &Template) -> Result<TextPart, String> {
    let part = TextPart::of(template.split().map_err(|error| error.to_string())?)?;
    if part.values.len() == 1 { Ok(part) } else { Err("it is one text, not a list".to_owned()) }
}

/// The name as rules have it: with the namespace in place of the prefix, so that the other side may choose its own.
fn qualified(name: &str, namespaces: &Namespaces, is_element: bool) -> String {
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    // Attributes without a prefix are in no namespace.
    if prefix.is_empty() && !is_element {
        return name.to_owned();
    }
    match namespaces.iter().rev().find(|(own, _)| own == prefix) {
        Some((_, uri)) if !uri.is_empty() => format!("{uri}:{local}"),
        _ => name.to_owned(),
    }
}

fn check_name(name: &str) -> Result<(), String> {
    let is_first = |c: char| c.is_alphabetic() || c == '_';
    let is_later = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let is_name = |part: &str| part.starts_with(is_first) && part.chars().all(is_later);
    if name.splitn(2, ':').all(is_name) { Ok(()) } else { Err(format!("`{}` is no name of XML", name.escape_debug())) }
}

fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\r' | '\t' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c => out.push(c),
        }
    }
}
