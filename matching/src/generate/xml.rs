//! Generators of XML documents: texts and attribute values are replaced in the text of the document, the rest stays as it is.
//!
//! Steps of a path are element names with the document's prefixes (`p:a`) or namespaces (`urn:x:a`); `@name` is an attribute
//! and `#text` an element's text, which is made if there is none. Indexes say nothing, as in matching rules.

use std::ops::Range;

use indexmap::IndexMap;
use intact_pact_model::path::{PathExpression, Segment};
use intact_pact_model::{Generator, Json};
use roxmltree::{Attribute, Document, Node};

use crate::body::xml::readable;
use crate::generate::Applying;

/// The document with generated values.
pub(super) fn generated(
    text: &str,
    generators: &IndexMap<String, Generator>,
    applying: &mut Applying<'_, '_>,
) -> Result<String, String> {
    let no_document = |error: String| format!("the body is no XML document: {error}");
    let text_to_read = readable(text).map_err(no_document)?;
    let document = Document::parse(&text_to_read).map_err(|error| no_document(error.to_string()))?;
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for (key, generator) in generators {
        let at = format!("body {key}");
        let path = match key.parse::<PathExpression>() {
            Ok(path) => path,
            Err(error) => {
                applying.warn(&at, &generator.kind, error.to_string());
                continue;
            }
        };
        let is_index = |step: &&Segment| matches!(step, Segment::Index(_) | Segment::StarIndex);
        let steps: Vec<&Segment> = path.segments().iter().filter(|step| !is_index(step)).collect();
        for target in targets(&document, &steps) {
            let example = Json::from(target.text());
            if let Some(made) = applying.make(&at, generator, Some(&example)) {
                edits.push(target.edit(text, &made.to_text()));
            }
        }
    }
    // From the end, so that places stay where they are; of two edits at one place the first counts.
    edits.sort_by_key(|(range, _)| range.start);
    edits.dedup_by_key(|(range, _)| range.start);
    let mut result = text.to_owned();
    for (range, value) in edits.into_iter().rev() {
        result.replace_range(range, &value);
    }
    Ok(result)
}

/// A value in the document.
enum Target<'d, 'i> {
    Attribute(Attribute<'d, 'i>),
    Text(Node<'d, 'i>),
}

fn targets<'d, 'i>(document: &'d Document<'i>, steps: &[&Segment]) -> Vec<Target<'d, 'i>> {
    let mut nodes = vec![document.root()];
    for (at, step) in steps.iter().enumerate() {
        let is_last = at + 1 == steps.len();
        match step {
            Segment::Field(name) if is_last && name == "#text" => break,
            Segment::Field(name) if is_last && name.starts_with('@') => {
                let attribute = |node: Node<'d, 'i>| {
                    node.attributes().find(|own| is_called(node, own.namespace(), own.name(), &name[1..]))
                };
                return nodes.into_iter().filter_map(attribute).map(Target::Attribute).collect();
            }
            _ => {
                let fits = |child: &Node<'d, 'i>| match step {
                    Segment::Field(name) => {
                        is_called(*child, child.tag_name().namespace(), child.tag_name().name(), name)
                    }
                    _ => true,
                };
                let children = nodes.iter().flat_map(|node| node.children().filter(Node::is_element));
                nodes = children.filter(fits).collect();
            }
        }
    }
    nodes.into_iter().filter(Node::is_element).map(Target::Text).collect()
}

fn is_called(place: Node<'_, '_>, namespace: Option<&str>, local: &str, name: &str) -> bool {
    let Some(before) = name.strip_suffix(local).map(|before| before.trim_end_matches(':')) else { return false };
    match namespace {
        None => name == local,
        Some(namespace) => before == namespace || place.lookup_prefix(namespace).unwrap_or_default() == before,
    }
}

impl Target<'_, '_> {
    /// The value as it is.
    fn text(&self) -> String {
        match self {
            Self::Attribute(attribute) => attribute.value().to_owned(),
            Self::Text(element) => {
                own_text(*element).and_then(|node| node.text()).unwrap_or_default().trim().to_owned()
            }
        }
    }

    /// What to write where.
    fn edit(&self, document: &str, value: &str) -> (Range<usize>, String) {
        let escaped = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let element = match self {
            Self::Attribute(attribute) => {
                return (attribute.range_value(), escaped.replace('"', "&quot;").replace('\'', "&apos;"));
            }
            Self::Text(element) => element,
        };
        if let Some(text) = own_text(*element) {
            return (text.range(), escaped);
        }
        if let Some(first) = element.first_child() {
            return (first.range().start..first.range().start, escaped);
        }
        let range = element.range();
        let source = &document[range.clone()];
        if let Some(open) = source.strip_suffix("/>") {
            let name: String = open[1..].chars().take_while(|c| !c.is_whitespace()).collect();
            return (range.end - 2..range.end, format!(">{escaped}</{name}>"));
        }
        let close = range.start + source.rfind("</").unwrap_or(source.len());
        (close..close, escaped)
    }
}

/// The element's first text that is not just white space.
fn own_text<'d, 'i>(element: Node<'d, 'i>) -> Option<Node<'d, 'i>> {
    element.children().find(|child| child.is_text() && child.text().is_some_and(|text| !text.trim().is_empty()))
}
