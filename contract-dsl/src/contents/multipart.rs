//! Multipart bodies (form uploads): fields and files, in one body.

use indexmap::IndexMap;
use intact_pact_model::path::Segment;
use intact_pact_model::{Body, MatchingRule, PathExpression, RuleList};
use serde::Serialize;

use super::{Contents, parse_type};
use crate::template::Template;
use crate::text_part::TextPart;

/// What the header may say: every client makes a boundary of its own.
const ANY_BOUNDARY: &str = r"multipart/form-data;(\s*charset=[^;]*;)?\s*boundary=.*";

/// A `multipart/form-data` body being described; see [`Request::multipart`](crate::Request::multipart).
#[derive(Debug, Default)]
pub struct Multipart {
    parts: Vec<Part>,
    rules: IndexMap<String, RuleList>,
    problems: Vec<String>,
}

#[derive(Debug)]
struct Part {
    headers: String,
    content: Vec<u8>,
}

impl Multipart {
    /// A field: this text, or a matcher.
    pub fn field(mut self, name: &str, value: impl Serialize) -> Self {
        let part = Template::of(&value).split().map_err(|error| error.to_string()).and_then(TextPart::of);
        let text = part.and_then(|part| {
            let TextPart { values, rules, generator } = part;
            if generator.is_some() {
                return Err(NOT_GENERATED.to_owned());
            }
            let [text] = <[String; 1]>::try_from(values).map_err(|_| "it is one text, not a list".to_owned())?;
            Ok((text, rules))
        });
        match text {
            Ok((text, rules)) => {
                if !rules.is_empty() {
                    self.rules.insert(PathExpression::root().field(name).to_string(), rules);
                }
                self.part(name, None, None, text.into_bytes())
            }
            Err(error) => self.problem(name, &error),
        }
    }

    /// A file of this content type: the bytes are an example, any of the type will do (V3 and later).
    pub fn file(mut self, name: &str, file_name: &str, content_type: &str, example: impl Into<Vec<u8>>) -> Self {
        match parse_type(content_type) {
            Ok(parsed) => {
                let rule = RuleList::of(MatchingRule::ContentType(parsed.to_string()));
                self.rules.insert(PathExpression::root().field(name).to_string(), rule);
                self.part(name, Some(file_name), Some(content_type), example.into())
            }
            Err(error) => self.problem(name, &error),
        }
    }

    /// A file that is a JSON document, with matchers where it may differ.
    pub fn json_file(mut self, name: &str, file_name: &str, document: impl Serialize) -> Self {
        let split = match Template::of(&document).split() {
            Ok(split) if split.generators.is_empty() => split,
            Ok(_) => return self.problem(name, NOT_GENERATED),
            Err(error) => return self.problem(name, &error.to_string()),
        };
        for (path, rules) in split.rules {
            let below = path.parse::<PathExpression>().map(|path| path.segments().to_vec()).unwrap_or_default();
            let path = PathExpression::from([vec![Segment::Field(name.to_owned())], below].concat());
            self.rules.insert(path.to_string(), rules);
        }
        self.part(name, Some(file_name), Some("application/json"), split.example.to_compact().into_bytes())
    }

    fn part(
        mut self,
        name: &str,
        file_name: Option<&str>,
        content_type: Option<&str>,
        content: impl Into<Vec<u8>>,
    ) -> Self {
        let is_odd = |text: &str| text.is_empty() || text.contains(|c: char| c.is_control() || matches!(c, '"' | '\\'));
        if is_odd(name) || file_name.is_some_and(is_odd) {
            return self.problem(name, "names must not be empty or have quotes, backslashes or line breaks in them");
        }
        let mut headers = format!("Content-Disposition: form-data; name=\"{name}\"");
        if let Some(file_name) = file_name {
            headers = format!("{headers}; filename=\"{file_name}\"");
        }
        if let Some(content_type) = content_type {
            headers = format!("{headers}\r\nContent-Type: {content_type}");
        }
        self.parts.push(Part { headers, content: content.into() });
        self
    }

    fn problem(mut self, name: &str, problem: &str) -> Self {
        self.problems.push(format!("the part `{}`: {problem}", name.escape_debug()));
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
        for Part { headers, content } in &self.parts {
            body.extend_from_slice(format!("--{boundary}\r\n{headers}\r\n\r\n").as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        let content_type = parse_type(&format!("multipart/form-data; boundary={boundary}"))?;
        Ok(Contents {
            body: Body::new(body, Some(content_type)),
            rules: self.rules,
            type_rule: Some(MatchingRule::Regex(ANY_BOUNDARY.to_owned())),
            ..Contents::default()
        })
    }

    /// The same each time, and in none of the parts.
    fn boundary(&self) -> String {
        let mut boundary = "intact-boundary".to_owned();
        let is_in = |part: &Part, boundary: &str| {
            part.content.windows(boundary.len()).any(|window| window == boundary.as_bytes())
        };
        while self.parts.iter().any(|part| is_in(part, &boundary)) {
            boundary.push('-');
            boundary.push('x');
        }
        boundary
    }
}

const NOT_GENERATED: &str = "values are generated in JSON, XML and forms only, not in parts of a multipart body";
