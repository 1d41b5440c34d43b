//! Media types, as bodies use them.

use mediatype::{MediaType, ReadParams as _};

/// A media type with its parameters, for example `application/hal+json;charset=utf-8`.
///
/// Type, subtype, suffix and parameter names are kept in lower case; parameter values as written, without quotes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ContentType {
    main: String,
    sub: String,
    suffix: Option<String>,
    parameters: Vec<(String, String)>,
}

impl ContentType {
    /// Reads a media type; `None` if the text is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let parsed = MediaType::parse(text.trim().trim_end_matches(';').trim_end()).ok()?;
        Some(Self {
            main: parsed.ty.as_str().to_ascii_lowercase(),
            sub: parsed.subty.as_str().to_ascii_lowercase(),
            suffix: parsed.suffix.map(|suffix| suffix.as_str().to_ascii_lowercase()),
            parameters: parsed
                .params()
                .map(|(name, value)| (name.as_str().to_ascii_lowercase(), value.unquoted_str().into_owned()))
                .collect(),
        })
    }

    /// `application/json`
    pub fn json() -> Self {
        Self::plain("application", "json")
    }

    /// `application/xml`
    pub fn xml() -> Self {
        Self::plain("application", "xml")
    }

    /// `text/plain`
    pub fn text() -> Self {
        Self::plain("text", "plain")
    }

    /// `text/html`
    pub fn html() -> Self {
        Self::plain("text", "html")
    }

    fn plain(main: &str, sub: &str) -> Self {
        Self { main: main.to_owned(), sub: sub.to_owned(), suffix: None, parameters: Vec::new() }
    }

    /// The type that the bytes look like; `None` if they are not text. Only the first 32 bytes are looked at.
    pub fn detect(bytes: &[u8]) -> Option<Self> {
        let head = &bytes[..bytes.len().min(32)];
        let text = match str::from_utf8(head) {
            Ok(text) => text,
            // A character cut in two at the end of the look is no fault of the body.
            Err(error) if error.error_len().is_none() && bytes.len() > 32 => {
                str::from_utf8(&head[..error.valid_up_to()]).ok()?
            }
            Err(_) => return None,
        };
        Some(Self::detect_text(text))
    }

    /// The type that the text looks like: XML, HTML, JSON, else `text/plain`.
    pub fn detect_text(text: &str) -> Self {
        let text = text.trim_start();
        let lower = text.get(..text.len().min(14)).unwrap_or(text).to_ascii_lowercase();
        let mut rest = text.chars();
        match rest.next() {
            Some('<') if lower.starts_with("<?xml") => Self::xml(),
            Some('<') if lower.starts_with("<!doctype") || lower.starts_with("<html>") => Self::html(),
            Some('<') if rest.next().is_some_and(|c| c.is_alphabetic() || c == '_') => Self::xml(),
            Some('[' | '0'..='9') => Self::json(),
            Some('-') if rest.next().is_some_and(|c| c.is_ascii_digit()) => Self::json(),
            Some('"') if rest.next().is_some_and(|c| c.is_alphanumeric() || c == '_') => Self::json(),
            Some('{') if matches!(rest.as_str().trim_start().chars().next(), Some('"' | '}')) => Self::json(),
            _ if ["true", "false", "null"].iter().any(|word| text.starts_with(word)) => Self::json(),
            _ => Self::text(),
        }
    }

    /// The part before the `/`.
    pub fn main(&self) -> &str {
        &self.main
    }

    /// The part between `/` and `+`.
    pub fn sub(&self) -> &str {
        &self.sub
    }

    /// The parameter called `name` (lower case).
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Are there parameters, such as `charset`?
    pub fn has_parameters(&self) -> bool {
        !self.parameters.is_empty()
    }

    /// JSON: `application/json…`, any `+json`, and GraphQL requests.
    pub fn is_json(&self) -> bool {
        self.main == "application"
            && (self.sub.starts_with("json") || self.suffix.as_deref() == Some("json") || self.sub == "graphql")
    }

    /// XML: `application/xml`, `text/xml` and any `+xml` of the two.
    pub fn is_xml(&self) -> bool {
        (self.main == "application" || self.main == "text")
            && (self.sub == "xml" || self.suffix.as_deref() == Some("xml"))
    }

    fn is_strict_xml(&self) -> bool {
        (self.main == "application" || self.main == "text") && self.sub == "xml" && self.suffix.is_none()
    }

    /// `application/x-www-form-urlencoded`
    pub fn is_form(&self) -> bool {
        self.main == "application" && self.sub == "x-www-form-urlencoded"
    }

    /// `multipart/…`
    pub fn is_multipart(&self) -> bool {
        self.main == "multipart"
    }

    /// Text that a person can read: `text/…`, XML, JSON, forms.
    pub fn is_text(&self) -> bool {
        self.main == "text" || self.is_xml() || self.is_json() || self.is_form()
    }

    /// Anything that is not text; an unknown type too.
    pub fn is_binary(&self) -> bool {
        !self.is_text()
    }

    /// `*/*` and the like.
    pub fn is_unknown(&self) -> bool {
        self.main == "*" || self.sub == "*"
    }

    /// What the type is a kind of: `application/hal+json` is `application/json`; never with parameters.
    pub fn base_type(&self) -> Self {
        Self::plain(&self.main, self.suffix.as_deref().unwrap_or(&self.sub))
    }

    /// Does a body of type `other` satisfy this one? Without parameters of its own, any parameters do; the two XML types
    /// are the same.
    pub fn is_equivalent_to(&self, other: &Self) -> bool {
        // A parameter that is there twice says no more than once.
        let are_among = |some: &Self, all: &Self| {
            let is_among = |(name, value): &(String, String)| {
                all.parameters.iter().any(|(own, theirs)| own == name && theirs.eq_ignore_ascii_case(value))
            };
            some.parameters.iter().all(is_among)
        };
        let same_parameters = || are_among(self, other) && are_among(other, self);
        let same_type = (self.is_strict_xml() && other.is_strict_xml())
            || (self.main == other.main && self.sub == other.sub && self.suffix == other.suffix);
        same_type && (self.parameters.is_empty() || same_parameters())
    }
}

impl std::fmt::Display for ContentType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.main, self.sub)?;
        if let Some(suffix) = &self.suffix {
            write!(f, "+{suffix}")?;
        }
        for (name, value) in &self.parameters {
            let plain = !value.is_empty()
                && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b));
            if plain {
                write!(f, ";{name}={value}")?;
            } else {
                write!(f, ";{name}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> ContentType {
        ContentType::parse(text).unwrap_or_else(|| panic!("{text} is a content type"))
    }

    #[test]
    fn types_are_read_and_printed() {
        for (text, printed) in [
            ("Application/JSON; Charset=UTF-8", "application/json;charset=UTF-8"),
            ("application/hal+json", "application/hal+json"),
            ("*/*", "*/*"),
            ("multipart/form-data; boundary=\"a b\"", "multipart/form-data;boundary=\"a b\""),
            ("text/plain;", "text/plain"),
        ] {
            assert_eq!(of(text).to_string(), printed);
        }
        assert_eq!(ContentType::parse("alligators"), None);
    }

    #[test]
    fn classes_follow_the_format_document() {
        assert!(of("application/vnd.api+json").is_json() && of("application/graphql").is_json());
        assert!(of("text/xml").is_xml() && of("image/svg+xml").is_binary());
        assert!(of("application/pdf").is_binary() && of("*/*").is_binary() && of("text/csv").is_text());
        assert_eq!(of("application/hal+json;q=1").base_type(), ContentType::json());
    }

    #[test]
    fn equivalence_ignores_parameters_only_if_none_are_expected() {
        assert!(of("application/json").is_equivalent_to(&of("application/json;charset=utf-8")));
        assert!(!of("application/json;charset=utf-8").is_equivalent_to(&of("application/json")));
        assert!(of("application/json;charset=utf-8").is_equivalent_to(&of("application/json; charset=\"UTF-8\"")));
        assert!(of("text/xml").is_equivalent_to(&of("application/xml")));
        assert!(
            of("application/json;charset=utf-8").is_equivalent_to(&of("application/json;charset=utf-8;charset=UTF-8"))
        );
        assert!(
            !of("application/json;charset=utf-8")
                .is_equivalent_to(&of("application/json;charset=utf-8;charset=latin1"))
        );
    }

    #[test]
    fn types_are_detected_from_text() {
        for (text, found) in [
            ("  {\"a\":1}", "application/json"),
            ("{ }", "application/json"),
            ("{a}", "text/plain"),
            ("[1]", "application/json"),
            ("\"text\"", "application/json"),
            ("<?xml version=\"1.0\"?><a/>", "application/xml"),
            ("<a/>", "application/xml"),
            ("<!DOCTYPE html>", "text/html"),
            ("<HTML>", "text/html"),
            ("hello", "text/plain"),
            ("true", "application/json"),
        ] {
            assert_eq!(
                ContentType::detect(text.as_bytes()).map(|found| found.to_string()).as_deref(),
                Some(found),
                "{text}"
            );
        }
        assert_eq!(ContentType::detect(b"\xff\xd8\xff"), None);
        assert_eq!(ContentType::detect("ééééééééééééééééééé".as_bytes()), Some(ContentType::text()));
    }
}
