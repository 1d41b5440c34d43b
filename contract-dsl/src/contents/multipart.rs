//! Multipart bodies (form uploads): fields and files, in one body.

mod part;

use intact_pact_model::{Body, MatchingRule};
use serde::Serialize;

use super::{Contents, parse_type};
use part::Written;

pub use part::Part;

/// What the header may say: every client makes a boundary of its own.
const ANY_BOUNDARY: &str = r"multipart/form-data;(\s*charset=[^;]*;)?\s*boundary=.*";

/// A `multipart/form-data` body being described; see [`Request::multipart`](crate::Request::multipart).
///
/// [`field`](Self::field), [`file`](Self::file) and [`json_file`](Self::json_file) are short for what is common;
/// [`part`](Self::part) can say everything.
#[derive(Debug, Default)]
pub struct Multipart {
    parts: Vec<Written>,
    problems: Vec<String>,
}

impl Multipart {
    /// A field: this text, or a matcher.
    pub fn field(self, name: &str, value: impl Serialize) -> Self {
        self.part(name, |part| part.text(value))
    }

    /// A file of this content type: the bytes are an example, any of the type will do (V3 and later).
    pub fn file(self, name: &str, file_name: &str, content_type: &str, example: impl Into<Vec<u8>>) -> Self {
        self.part(name, |part| part.file_name(file_name).binary(content_type, example))
    }

    /// A file that is a JSON document, with matchers where it may differ.
    pub fn json_file(self, name: &str, file_name: &str, document: impl Serialize) -> Self {
        self.part(name, |part| part.file_name(file_name).json(document))
    }

    /// A part with headers of its own, and with any content that a body can have, matchers included.
    ///
    /// ```
    /// use intact::matchers::{integer, like, regex};
    /// use intact::xml::element;
    /// use intact::{Contract, json_like};
    ///
    /// let contract = Contract::between("order-service", "product-service").upon_receiving("an import of products", |i| {
    ///     i.post("/imports")
    ///         .multipart(|parts| {
    ///             parts
    ///                 .part("products", |part| {
    ///                     part.file_name("products.xml")
    ///                         .header("X-Checksum", regex("[0-9a-f]{8}", "9ae0daaf"))
    ///                         .xml(element("product").attribute("id", integer(42)))
    ///                 })
    ///                 .part("prices", |part| {
    ///                     part.file_name("prices.json")
    ///                         .header("Content-Type", "application/hal+json")
    ///                         .json(json_like!({ "currency": "EUR", "total": integer(7) }))
    ///                 })
    ///                 .part("notes", |part| part.file_name("notes.txt").text(like("handle with care")))
    ///                 .part("label", |part| part.header("Content-Type", "text/markdown").text("**new**"))
    ///         })
    ///         .will_respond_with(202)
    /// });
    /// assert!(contract.pact().is_ok());
    /// ```
    pub fn part(mut self, name: &str, describe: impl FnOnce(Part) -> Part) -> Self {
        let same_rules = |part: Written| {
            let fits = self.parts.iter().all(|own| own.name != part.name || own.rules == part.rules);
            if fits { Ok(part) } else { Err(GIVEN_TWICE.to_owned()) }
        };
        match describe(Part::default()).finish(name).and_then(same_rules) {
            Ok(part) => self.parts.push(part),
            Err(problem) => self.problems.push(format!("the part `{}`: {problem}", name.escape_debug())),
        }
        self
    }

    pub(crate) fn finish(self) -> Result<Contents, String> {
        if !self.problems.is_empty() {
            return Err(self.problems.join("; "));
        }
        if self.parts.is_empty() {
            return Err("a multipart body needs at least one part".to_owned());
        }
        let boundary = self.boundary();
        let mut body = Vec::new();
        for part in &self.parts {
            body.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
            body.extend_from_slice(&part.bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        let content_type = parse_type(&format!("multipart/form-data; boundary={boundary}"))?;
        Ok(Contents {
            body: Body::new(body, Some(content_type)),
            rules: self.parts.into_iter().flat_map(|part| part.rules).collect(),
            type_rule: Some(MatchingRule::Regex(ANY_BOUNDARY.to_owned())),
            ..Contents::default()
        })
    }

    /// The same each time, and in none of the parts.
    fn boundary(&self) -> String {
        let mut boundary = "intact-boundary".to_owned();
        let is_in = |part: &Written, boundary: &str| {
            part.bytes.windows(boundary.len()).any(|window| window == boundary.as_bytes())
        };
        while self.parts.iter().any(|part| is_in(part, &boundary)) {
            boundary.push('-');
            boundary.push('x');
        }
        boundary
    }
}

const GIVEN_TWICE: &str = "a pact has one set of matchers for all parts of a name: give each of them the same";
