//! One part of a multipart body: what it is called, its headers, and what is in it.

use indexmap::IndexMap;
use intact_pact_model::path::Segment;
use intact_pact_model::{ContentType, Json, PathExpression, RuleList};
use serde::Serialize;

use crate::contents::{Contents, bodies, parse_type};
use crate::template::Template;
use crate::text_part::{TextPart, is_token};

/// A part of a multipart body being described; see [`Multipart::part`](crate::Multipart::part).
///
/// A part with a [file name](Self::file_name) is a file, and compared by its content type like a body of its own: JSON, XML and
/// forms by their structure, with matchers anywhere in them. Without one it is a field, and compared as text.
#[derive(Debug, Default)]
#[must_use = "a part belongs to a multipart body"]
pub struct Part {
    file_name: Option<String>,
    headers: Vec<(String, TextPart)>,
    contents: Option<Contents>,
    problems: Vec<String>,
}

/// A part as it is sent, and the rules for it, by path in the whole body.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) name: String,
    /// Headers, an empty line, and the content.
    pub(super) bytes: Vec<u8>,
    pub(super) rules: IndexMap<String, RuleList>,
}

impl Part {
    /// The part is a file. Nobody compares its name; this one is an example.
    pub fn file_name(mut self, name: &str) -> Self {
        if is_odd(name) {
            self.problems.push(ODD_NAME.to_owned());
        }
        self.file_name = Some(name.to_owned());
        self
    }

    /// The part has this header: text, or a matcher. Other headers may be there too.
    ///
    /// `Content-Type` comes along with most contents; given here, it counts instead. A part that is sent without the header
    /// `Content-Type` satisfies any.
    pub fn header(mut self, name: &str, value: impl Serialize) -> Self {
        match self.check_header(name, &value) {
            Ok(text) => self.headers.push((name.to_owned(), text)),
            Err(error) => self.problems.push(format!("the header `{}`: {error}", name.escape_debug())),
        }
        self
    }

    fn check_header(&self, name: &str, value: &impl Serialize) -> Result<TextPart, String> {
        let is_this = |own: &str| own.eq_ignore_ascii_case(name);
        if !is_token(name) {
            return Err("a header cannot have this name".to_owned());
        }
        if is_this("Content-Disposition") {
            return Err("it is made of the name of the part and `file_name`".to_owned());
        }
        if is_this("Content-Transfer-Encoding") {
            return Err("contents are given as they are; the other side may encode them".to_owned());
        }
        if self.headers.iter().any(|(own, _)| is_this(own)) {
            return Err("it is given twice".to_owned());
        }
        let text = TextPart::of(Template::of(value).split().map_err(|error| error.to_string())?)?;
        if text.generator.is_some() {
            return Err(NOT_GENERATED.to_owned());
        }
        let [value] = text.values.as_slice() else { return Err("it is one text, not a list".to_owned()) };
        if value.chars().any(|c| c.is_control() && c != '\t') {
            return Err("a value has no line breaks or other control characters".to_owned());
        }
        if is_this("Content-Type") {
            parse_type(value)?;
        }
        Ok(text)
    }

    bodies!();

    fn with_contents(mut self, contents: Result<Contents, String>) -> Self {
        match contents {
            Ok(contents) => self.contents = Some(contents),
            Err(error) => self.problems.push(error),
        }
        self
    }

    /// The part under its name, or all that is wrong with it.
    pub(super) fn finish(mut self, name: &str) -> Result<Written, String> {
        if is_odd(name) {
            self.problems.push(ODD_NAME.to_owned());
        }
        let contents = self.contents.take().unwrap_or_else(|| {
            if self.problems.is_empty() {
                self.problems.push("nothing says what is in it: give it `text`, `json` or other contents".to_owned());
            }
            Contents::default()
        });
        if !contents.generators.is_empty() {
            self.problems.push(NOT_GENERATED.to_owned());
        }
        // The engines of all Pact tools take a field for one text.
        let has_rules_within = contents.rules.keys().any(|path| path != "$") || contents.type_rule.is_some();
        if self.file_name.is_none() && has_rules_within {
            self.problems.push(
                "without a file name it is a field, which is compared as one text: matchers within it need a `file_name`"
                    .to_owned(),
            );
        }
        if !self.problems.is_empty() {
            return Err(self.problems.join(", "));
        }
        if has_rules_within && !self.is_written_as(contents.body.content_type()) {
            return Err("the header `Content-Type` says that it is something else, so matchers within it would count for nothing".to_owned());
        }
        self.expect_type_of(&contents);
        let rules = self.rules(name, &contents)?;
        let mut head = format!("Content-Disposition: form-data; name=\"{name}\"");
        if let Some(file_name) = &self.file_name {
            head = format!("{head}; filename=\"{file_name}\"");
        }
        for (name, text) in &self.headers {
            head = format!("{head}\r\n{name}: {}", text.values[0]);
        }
        Ok(Written {
            name: name.to_owned(),
            bytes: [head.as_bytes(), b"\r\n\r\n", contents.body.bytes()].concat(),
            rules,
        })
    }

    /// The header that says what the content is, unless the author wrote another. Fields of plain text go without, as browsers
    /// send them.
    fn expect_type_of(&mut self, contents: &Contents) {
        let Some(content_type) = contents.body.content_type() else { return };
        let is_given = self.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case("Content-Type"));
        if is_given || (self.file_name.is_none() && *content_type == ContentType::text()) {
            return;
        }
        let rules = contents.type_rule.clone().map(RuleList::of).unwrap_or_default();
        let text = TextPart { values: vec![content_type.to_string()], rules, generator: None };
        self.headers.push(("Content-Type".to_owned(), text));
    }

    /// Does the header, if the author wrote one, say that the content is of this kind?
    fn is_written_as(&self, content_type: Option<&ContentType>) -> bool {
        let given = self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case("Content-Type"));
        let given = given.and_then(|(_, text)| ContentType::parse(&text.values[0]));
        let kind = |of: &ContentType| (of.is_json(), of.is_xml(), of.is_form(), of.is_multipart());
        given.is_none_or(|given| content_type.is_none_or(|own| kind(&given) == kind(own)))
    }

    fn rules(&self, name: &str, contents: &Contents) -> Result<IndexMap<String, RuleList>, String> {
        let mut rules = IndexMap::new();
        for (path, list) in &contents.rules {
            let below: PathExpression = path.parse().map_err(|error| format!("{path}: {error}"))?;
            let path = [vec![Segment::Field(name.to_owned())], below.segments().to_vec()].concat();
            rules.insert(PathExpression::from(path).to_string(), list.clone());
        }
        let members = Json::parse(contents.body.bytes()).ok();
        for (header, text) in &self.headers {
            let header = header.to_ascii_lowercase();
            let path = PathExpression::root().field(name).field(&header).to_string();
            let is_member = members.as_ref().and_then(Json::as_object).is_some_and(|own| own.get(&header).is_some());
            if rules.contains_key(&path) || (is_member && !text.rules.is_empty()) {
                return Err(format!(
                    "the header `{header}` and the member `{header}` have one path in a pact, so a matcher for one would be \
                     for both"
                ));
            }
            if !text.rules.is_empty() {
                rules.insert(path, text.rules.clone());
            }
        }
        Ok(rules)
    }
}

/// What cannot be said between quotes in a header.
fn is_odd(name: &str) -> bool {
    name.is_empty() || name.contains(|c: char| c.is_control() || matches!(c, '"' | '\\'))
}

const ODD_NAME: &str = "names must not be empty or have quotes, backslashes or line breaks in them";
const NOT_GENERATED: &str = "values are generated in JSON, XML and forms only, not in parts of a multipart body";
