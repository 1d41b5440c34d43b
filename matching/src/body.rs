//! Bodies and message contents: are they of the right type, is one there at all, and which comparison applies.
//!
//! The content types are compared first; only bodies of equivalent types are looked into. Then the four states of the
//! expected body decide (nothing is said, no bytes, JSON `null`, bytes), and last the contents, by the expected type: each
//! kind has its own file below. Texts are compared in UTF-8, whatever charset they came in (`body/charset.rs`).

mod binary;
pub(crate) mod charset;
pub(crate) mod form;
pub(crate) mod json;
pub(crate) mod multipart;
mod plain_text;
pub(crate) mod xml;

use std::borrow::Cow;

use indexmap::IndexMap;
use intact_pact_model::body::ContentTypeHint;
use intact_pact_model::json::{CheckedJson, JsonError};
use intact_pact_model::{Body, ContentType, Json, JsonValue, MatchingRule, MatchingRules, RuleList};

use self::multipart::MultipartMatcher;
use crate::actual::{ActualBody, ActualState};
use crate::comparison::{Flow, Sink};
use crate::mismatch::{Location, Mismatch, Reason, Shown};
use crate::rule::{Asks, CompileError, Compiling, Rule, RuleSet};
use crate::rule_tree::RuleTree;

/// An expected body, ready to be compared.
#[derive(Debug)]
pub(crate) struct BodyMatcher {
    pub(crate) expected: Body,
    pub(crate) expected_type: Option<ContentType>,
    pub(crate) rules: RuleTree,
    pub(crate) contents: Contents,
    /// May the actual body hold more than the expected one?
    pub(crate) strict: bool,
    is_message: bool,
}

/// How contents are compared.
#[derive(Debug)]
pub(crate) enum Contents {
    Json(Result<JsonValue, JsonError>),
    /// JSON that is too large for a tree: it is compared from its text.
    LargeJson,
    Xml(Result<xml::Element, String>),
    Form,
    Binary,
    Text,
    /// A `contentType` rule at the root looks at the bytes and replaces everything else. Of a JSON string it looks at those of
    /// the string, which is the business of the comparison of JSON.
    OfType,
    Multipart(Result<MultipartMatcher, String>),
}

/// What is compared: the whole body decides how strictly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// More than expected is a mismatch.
    Request,
    /// More than expected is fine.
    Response,
    /// As a response, but the words differ.
    Message,
}

impl BodyMatcher {
    /// `stated_type` is what headers or metadata say of the body.
    pub(crate) fn compile(
        expected: &Body,
        expected_type: Option<ContentType>,
        rules: &MatchingRules,
        of: Of,
    ) -> Result<Self, CompileError> {
        Self::compile_nested(expected, expected_type, rules, of, 0)
    }

    /// A body that is part of so many others.
    fn compile_nested(
        expected: &Body,
        expected_type: Option<ContentType>,
        all_rules: &MatchingRules,
        of: Of,
        depth: usize,
    ) -> Result<Self, CompileError> {
        let compile = match &expected_type {
            Some(found) if found.is_xml() => RuleTree::compile_without_indexes,
            _ => RuleTree::compile,
        };
        let rules = compile(&all_rules.body, Compiling::category("body"))?;
        let contents = Contents::choose(expected, expected_type.as_ref(), &rules, &all_rules.body, of, depth)?;
        Ok(Self {
            expected: expected.clone(),
            expected_type,
            rules,
            contents,
            strict: of == Of::Request,
            is_message: of == Of::Message,
        })
    }

    /// `type_rules` are the rules for the header that states the type.
    pub(crate) fn compare<S: Sink>(&self, actual: &ActualBody<'_>, type_rules: Option<&RuleSet>, sink: &mut S) -> Flow {
        let actual_type = actual.content_type();
        if !self.type_fits(actual_type.as_ref(), type_rules) {
            let Some(content) = self.expected.content() else { return Flow::Continue(()) };
            return sink.mismatch(|| self.wrong_type(actual_type.as_ref(), &content.bytes, actual));
        }
        match (&self.expected, actual.state) {
            (Body::Missing, _)
            | (Body::Empty | Body::Null, ActualState::Missing | ActualState::Empty | ActualState::Null) => {
                Flow::Continue(())
            }
            (Body::Null, ActualState::Present(bytes))
                if actual_type.as_ref().is_none_or(|actual| actual.is_json() || actual.is_unknown())
                    && Json::parse(bytes).is_ok_and(|document| document.is_null()) =>
            {
                Flow::Continue(())
            }
            (Body::Empty | Body::Null, ActualState::Present(bytes)) => sink.mismatch(|| {
                let text = format!("Expected empty body but received {}", describe(bytes, actual_type.as_ref()));
                Mismatch::new(Location::Body("/".to_owned()), Reason::Unexpected, text)
                    .showing(Shown::Nothing, Shown::bytes(bytes))
            }),
            (Body::Present(content), ActualState::Empty) if self.root_is_not_empty().is_some() => sink.mismatch(|| {
                let key = self.root_is_not_empty().map_or("$", |set| set.key.as_str());
                Mismatch::new(Location::Body("$".to_owned()), Reason::RuleNotSatisfied, binary::EMPTY)
                    .showing(Shown::bytes(&content.bytes), Shown::Nothing)
                    .ruled(MatchingRule::NotEmpty.name(), key)
            }),
            (Body::Present(content), ActualState::Missing | ActualState::Empty) => sink.mismatch(|| {
                let state = if matches!(actual.state, ActualState::Missing) { "missing" } else { "empty" };
                let body = describe(&content.bytes, self.expected_type.as_ref());
                let text = format!("Expected body {body} but was {state}");
                Mismatch::new(Location::Body("/".to_owned()), Reason::Missing, text)
                    .showing(Shown::bytes(&content.bytes), Shown::Nothing)
            }),
            (Body::Present(content), ActualState::Null | ActualState::Present(_)) => {
                self.unreadable_paths(sink)?;
                self.contents(&content.bytes, actual.bytes(), actual_type.as_ref(), sink)
            }
        }
    }

    /// The rules at the root, if one of them is `notEmpty`: it says best what is wrong with an empty body.
    fn root_is_not_empty(&self) -> Option<&RuleSet> {
        let set = self.rules.cursor().exact_rules()?;
        set.rules.iter().any(|rule| matches!(rule.asks, Asks::NotEmpty)).then_some(set)
    }

    fn type_fits(&self, actual: Option<&ContentType>, type_rules: Option<&RuleSet>) -> bool {
        let (Some(expected), Some(actual)) = (&self.expected_type, actual) else { return true };
        if expected.is_unknown() || actual.is_unknown() {
            return true;
        }
        // Boundaries are made up anew for each body.
        let same_multipart =
            expected.is_multipart() && expected.main() == actual.main() && expected.sub() == actual.sub();
        same_multipart
            || expected.is_equivalent_to(actual)
            || (!self.is_message && expected == &actual.base_type())
            || type_rules.is_some_and(|rules| {
                let (expected, actual) = (expected.to_string(), actual.to_string());
                rules.holds(|rule| rule.check_text(&expected, &actual))
            })
    }

    fn wrong_type(&self, actual_type: Option<&ContentType>, expected_body: &[u8], actual: &ActualBody<'_>) -> Mismatch {
        let name =
            |content_type: Option<&ContentType>| content_type.map_or_else(|| "*/*".to_owned(), ToString::to_string);
        let (expected, found) = (name(self.expected_type.as_ref()), name(actual_type));
        let text = if self.is_message {
            format!("Expected message with content type {expected} but was {found}")
        } else {
            format!("Expected a body of '{expected}' but the actual content type was '{found}'")
        };
        let bodies = (Shown::bytes(expected_body), Shown::bytes(actual.bytes()));
        Mismatch {
            bodies: Some(Box::new(bodies)),
            ..Mismatch::new(Location::ContentType, Reason::WrongType, text).showing(expected, found)
        }
    }

    /// Keys of rules that are no paths: nobody can say what they were meant to govern.
    fn unreadable_paths<S: Sink>(&self, sink: &mut S) -> Flow {
        for (key, error) in &self.rules.unreadable {
            sink.mismatch(|| {
                let text = format!("The matching rules at '{key}' cannot be applied: {error}");
                Mismatch::new(Location::Body("$".to_owned()), Reason::InvalidRule, text).ruled("", key)
            })?;
        }
        Flow::Continue(())
    }

    /// The example of a text.
    fn example<'b>(&self, expected: &'b [u8]) -> Cow<'b, [u8]> {
        charset::to_utf8(expected, self.expected_type.as_ref())
    }

    fn contents<S: Sink>(
        &self,
        expected: &[u8],
        actual: &[u8],
        actual_type: Option<&ContentType>,
        sink: &mut S,
    ) -> Flow {
        let known_type = actual_type.filter(|own| !own.is_unknown()).or(self.expected_type.as_ref());
        let as_text = |bytes| charset::to_utf8(bytes, known_type);
        match &self.contents {
            Contents::Json(Err(error)) => sink.mismatch(|| unparsable("expected", error)),
            Contents::Json(Ok(expected)) if !json::is_large(actual) => {
                match Json::parse(&as_text(unframed(actual, actual_type))) {
                    Err(error) => sink.mismatch(|| {
                        unparsable("actual", &error).showing(Shown::bytes(self.expected.bytes()), Shown::bytes(actual))
                    }),
                    Ok(actual) => json::compare(expected, &actual, &self.rules, self.strict, sink),
                }
            }
            Contents::Json(Ok(_)) | Contents::LargeJson => {
                let example = self.example(unframed(expected, self.expected_type.as_ref()));
                let received = as_text(unframed(actual, actual_type));
                match (CheckedJson::check(&example), CheckedJson::check(&received)) {
                    (Err(error), _) => sink.mismatch(|| unparsable("expected", &error)),
                    (_, Err(error)) => sink.mismatch(|| {
                        unparsable("actual", &error).showing(Shown::bytes(self.expected.bytes()), Shown::bytes(actual))
                    }),
                    (Ok(expected), Ok(actual)) => {
                        json::compare_texts(expected.root(), actual.root(), &self.rules, self.strict, sink)
                    }
                }
            }
            Contents::Xml(Err(error)) => sink.mismatch(|| unparsable("expected", error)),
            Contents::Xml(Ok(expected)) => match xml::Element::parse(&as_text(actual)) {
                Err(error) => sink.mismatch(|| {
                    unparsable("actual", &error).showing(Shown::bytes(self.expected.bytes()), Shown::bytes(actual))
                }),
                Ok(actual) => xml::compare(expected, &actual, &self.rules, self.strict, sink),
            },
            Contents::Form => form::compare(&self.example(expected), &as_text(actual), &self.rules, sink),
            Contents::Text => plain_text::compare(&self.example(expected), &as_text(actual), &self.rules, sink),
            Contents::Binary | Contents::OfType => {
                binary::compare((expected, self.expected_type.as_ref()), (actual, actual_type), &self.rules, sink)
            }
            Contents::Multipart(Err(error)) => sink.mismatch(|| unparsable("expected", error)),
            Contents::Multipart(Ok(expected)) => expected.compare(actual, actual_type, sink),
        }
    }
}

impl Contents {
    fn choose(
        expected: &Body,
        content_type: Option<&ContentType>,
        rules: &RuleTree,
        by_key: &IndexMap<String, RuleList>,
        of: Of,
        depth: usize,
    ) -> Result<Self, CompileError> {
        let Some(content) = expected.content() else { return Ok(Self::Text) };
        let json = || JsonValue::parse_owned(&charset::to_utf8(unframed(&content.bytes, content_type), content_type));
        if type_rules(rules).next().is_some() {
            // A string that is of the type stands for its own bytes, as anywhere else in a document.
            return Ok(match content_type {
                Some(found) if found.is_json() => match json() {
                    Ok(string) if is_string_of_type(&string, rules) => Self::Json(Ok(string)),
                    _ => Self::OfType,
                },
                _ => Self::OfType,
            });
        }
        Ok(match content_type {
            // The example of a part may be empty: it is no document, but a text like any other.
            _ if content.bytes.is_empty() => Self::Text,
            Some(found) if found.is_json() && json::is_large(&content.bytes) => Self::LargeJson,
            Some(found) if found.is_json() => Self::Json(json()),
            Some(found) if found.is_xml() => {
                Self::Xml(xml::Element::parse(&charset::to_utf8(&content.bytes, content_type)))
            }
            Some(found) if found.is_multipart() => {
                Self::Multipart(MultipartMatcher::compile(&content.bytes, found, by_key, of, depth)?)
            }
            Some(found) if found.is_form() => Self::Form,
            _ if content.hint == Some(ContentTypeHint::Text) => Self::Text,
            _ if content.hint == Some(ContentTypeHint::Binary) => Self::Binary,
            Some(found) if found.is_text() => Self::Text,
            _ => Self::Binary,
        })
    }
}

/// The rules at the root about the type of bytes.
fn type_rules(rules: &RuleTree) -> impl Iterator<Item = &Rule> {
    let set = rules.cursor().exact_rules();
    set.into_iter().flat_map(|set| &set.rules).filter(|rule| matches!(rule.asks, Asks::ContentType(_)))
}

fn is_string_of_type(document: &Json<'_>, rules: &RuleTree) -> bool {
    document.as_str().is_some() && type_rules(rules).all(|rule| rule.check_scalar(document, document).is_ok())
}

/// The JSON behind what a Kafka schema registry's serializer puts before it: a zero byte and the schema's number in four.
pub(crate) fn unframed<'b>(bytes: &'b [u8], content_type: Option<&ContentType>) -> &'b [u8] {
    let is_framed = |found: &ContentType| found.is_json() && found.sub().starts_with("vnd.schemaregistry.");
    match bytes {
        [0, _, _, _, _, json @ ..] if content_type.is_some_and(is_framed) => json,
        _ => bytes,
    }
}

fn unparsable(side: &str, error: &impl std::fmt::Display) -> Mismatch {
    let text = format!("Failed to parse the {side} body: '{error}'");
    Mismatch::new(Location::Body("$".to_owned()), Reason::Unparsable, text)
}

/// A body in a sentence: `Present(28058 bytes, image/jpeg)`.
fn describe(bytes: &[u8], content_type: Option<&ContentType>) -> String {
    match content_type {
        Some(content_type) => format!("Present({} bytes, {content_type})", bytes.len()),
        None => format!("Present({} bytes)", bytes.len()),
    }
}
