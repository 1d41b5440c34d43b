//! One thing that differs: where, why, in the words that other Pact tools use too, and as JSON.

use intact_pact_model::json::{Json, JsonValue, Object};

/// One difference between what the contract expects and what came.
///
/// Its [`Display`](std::fmt::Display) is the sentence that people read, for example
/// `Expected 'x' (String) to be an integer`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mismatch {
    /// Which value it is about.
    pub at: Location,
    /// What kind of difference it is.
    pub reason: Reason,
    /// The contract's value.
    pub expected: Shown,
    /// The traffic's value.
    pub actual: Shown,
    /// The rule that the value was held against; without one it is equality.
    pub rule: Option<Governing>,
    pub(crate) text: String,
    /// Expected and actual body, of a content type mismatch.
    pub(crate) bodies: Option<Box<(Shown, Shown)>>,
}

/// Which part of a request, response or message a mismatch is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Location {
    /// The method.
    Method,
    /// The path.
    Path,
    /// The query parameter of this name; empty if it is about the query as a whole.
    Query(String),
    /// The header of this name, spelled as in the contract.
    Header(String),
    /// The status code.
    Status,
    /// The type of the body, so that the body itself could not be compared.
    ContentType,
    /// The value at this path of the body (or message contents), for example `$.items[0].sku`; `/` for the body as a whole.
    Body(String),
    /// The metadata entry of this key.
    Metadata(String),
}

/// What kind of difference a mismatch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The value is not equal to the expected one.
    Different,
    /// The value is of another type.
    WrongType,
    /// Something expected is not there.
    Missing,
    /// Something is there that is not expected.
    Unexpected,
    /// Too few or too many items, members or values.
    WrongSize,
    /// The value does not satisfy the matching rule.
    RuleNotSatisfied,
    /// The rule says nothing about values of this kind.
    NotApplicable,
    /// The rule, or the path it stands at, cannot be understood, or no plugin provides it.
    InvalidRule,
    /// Deciding took too long: a regular expression reached its limit.
    GaveUp,
    /// The body is not of the syntax that its type promises.
    Unparsable,
}

/// A value as mismatches show it; long values are cut.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Shown {
    /// There is no value.
    #[default]
    Nothing,
    /// Its text.
    Text(String),
    /// A status code.
    Number(u16),
}

/// The rule that governs a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Governing {
    /// The name of the rule, for example `regex`.
    pub rule: String,
    /// The key in the contract's matching rules that it stands under, for example `$.items[*].sku`; empty for categories
    /// without keys.
    pub key: String,
}

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::fmt::Display for Shown {
    /// The text; nothing shows as the empty text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nothing => Ok(()),
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

impl From<&str> for Shown {
    fn from(text: &str) -> Self {
        Self::Text(crate::show::cut(text))
    }
}

impl From<String> for Shown {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl Shown {
    /// Bytes as text; bytes that are no text show as nothing.
    pub(crate) fn bytes(bytes: &[u8]) -> Self {
        crate::show::cut_bytes(bytes).map_or(Self::Nothing, Self::Text)
    }

    fn to_json(&self) -> JsonValue {
        match self {
            Self::Nothing => Json::Null,
            Self::Text(text) => Json::from(text.clone()),
            Self::Number(number) => Json::from(*number),
        }
    }
}

impl Mismatch {
    pub(crate) fn new(at: Location, reason: Reason, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { at, reason, expected: Shown::Nothing, actual: Shown::Nothing, rule: None, text, bodies: None }
    }

    pub(crate) fn showing(self, expected: impl Into<Shown>, actual: impl Into<Shown>) -> Self {
        Self { expected: expected.into(), actual: actual.into(), ..self }
    }

    pub(crate) fn ruled(self, rule: &str, key: &str) -> Self {
        Self { rule: Some(Governing { rule: rule.to_owned(), key: key.to_owned() }), ..self }
    }

    /// The same with every text changed, names and paths too, for example to take out what must not be shown.
    pub fn map_texts<'t>(&'t self, change: impl Fn(&'t str) -> std::borrow::Cow<'t, str>) -> Self {
        let text = |text: &'t str| change(text).into_owned();
        let shown = |shown: &'t Shown| match shown {
            Shown::Text(shown) => Shown::Text(text(shown)),
            other => other.clone(),
        };
        Self {
            at: match &self.at {
                Location::Query(name) => Location::Query(text(name)),
                Location::Header(name) => Location::Header(text(name)),
                Location::Body(path) => Location::Body(text(path)),
                Location::Metadata(key) => Location::Metadata(text(key)),
                nameless @ (Location::Method | Location::Path | Location::Status | Location::ContentType) => {
                    nameless.clone()
                }
            },
            reason: self.reason,
            expected: shown(&self.expected),
            actual: shown(&self.actual),
            rule: self.rule.as_ref().map(|own| Governing { rule: text(&own.rule), key: text(&own.key) }),
            text: text(&self.text),
            bodies: self.bodies.as_deref().map(|(one, other)| Box::new((shown(one), shown(other)))),
        }
    }

    /// The sentence; the same as the `Display` text.
    pub fn description(&self) -> &str {
        &self.text
    }

    /// Where it is, for people: `body $.total`, `header Accept`, `path`.
    pub fn place(&self) -> String {
        // A body as a whole has no place in it.
        match self.identifier().filter(|name| !name.is_empty() && *name != "/") {
            Some(name) => format!("{} {name}", self.attribute()),
            None => self.attribute().to_owned(),
        }
    }

    /// The sentence for those who have said where it is: headers are not named again.
    pub fn sentence(&self) -> &str {
        match (&self.at, self.text.split_once("': ")) {
            (Location::Header(_), Some((place, rest))) if place.starts_with("Mismatch with header '") => rest,
            _ => &self.text,
        }
    }

    /// The part it is about, in the word that verification results use: `method`, `path`, `status`, `query`, `header`,
    /// `body` or `metadata`.
    pub fn attribute(&self) -> &'static str {
        match self.at {
            Location::Method => "method",
            Location::Path => "path",
            Location::Query(_) => "query",
            Location::Header(_) => "header",
            Location::Status => "status",
            Location::ContentType | Location::Body(_) => "body",
            Location::Metadata(_) => "metadata",
        }
    }

    /// The name of the parameter, header or metadata entry, or the path in the body.
    pub fn identifier(&self) -> Option<&str> {
        match &self.at {
            Location::Query(name) | Location::Header(name) | Location::Body(name) | Location::Metadata(name) => {
                Some(name)
            }
            Location::Method | Location::Path | Location::Status | Location::ContentType => None,
        }
    }

    /// The name of its kind in the JSON form, for example `BodyMismatch`.
    pub fn type_name(&self) -> &'static str {
        match self.at {
            Location::Method => "MethodMismatch",
            Location::Path => "PathMismatch",
            Location::Query(_) => "QueryMismatch",
            Location::Header(_) => "HeaderMismatch",
            Location::Status => "StatusMismatch",
            Location::ContentType => "BodyTypeMismatch",
            Location::Body(_) => "BodyMismatch",
            Location::Metadata(_) => "MetadataMismatch",
        }
    }

    /// The JSON form that mock servers and verifiers report, for example
    /// `{"type": "HeaderMismatch", "key": "X-Id", "expected": "1", "actual": "2", "mismatch": "…"}`.
    pub fn to_json(&self) -> JsonValue {
        let mut json = Object::new();
        json.insert("type", self.type_name());
        match &self.at {
            Location::Query(name) => json.insert("parameter", name.clone()),
            Location::Header(name) | Location::Metadata(name) => json.insert("key", name.clone()),
            Location::Body(path) => json.insert("path", path.clone()),
            Location::Method | Location::Path | Location::Status | Location::ContentType => {}
        }
        json.insert("expected", self.expected.to_json());
        json.insert("actual", self.actual.to_json());
        json.insert("mismatch", self.text.clone());
        if let Some(bodies) = &self.bodies {
            json.insert("expectedBody", bodies.0.to_json());
            json.insert("actualBody", bodies.1.to_json());
        }
        Json::Object(json)
    }
}
