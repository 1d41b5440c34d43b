//! Which parts a body has, by what it is; and what a body looks like that is something else.

use std::borrow::Cow;

use intact_pact_model::json::{CheckedJson, JsonValue};
use intact_pact_model::{Body, ContentType, Query};

use crate::actual::{ActualBody, ActualState};
use crate::body::charset::to_utf8;
use crate::body::{BodyMatcher, Contents, json, unframed, xml};
use crate::mismatch::{Mismatch, Reason};

use super::binary::BinaryParts;
use super::json::{JsonParts, LargeJsonParts};
use super::multipart::MultipartParts;
use super::named::FormParts;
use super::parts::{Parts, Whole};
use super::plain_text::TextParts;
use super::visible::quoted;
use super::xml::XmlParts;
use super::{Finding, Hide};

/// What a body that came was read as, apart from texts. Whoever asks for the parts of a body more than once keeps it.
pub(super) enum Read<'b> {
    Json(JsonValue),
    /// It is walked as text.
    LargeJson,
    Xml(xml::Element),
    Multipart(MultipartParts<'b>),
    Text,
    /// Nothing that could be taken apart.
    Whole,
}

impl<'b> Read<'b> {
    pub(super) fn new(expected: &'b BodyMatcher, actual: &ActualBody<'_>, hide: Hide<'b>) -> Self {
        let is_there = matches!(actual.state, ActualState::Present(_) | ActualState::Null);
        if !is_there || !matches!(expected.expected, Body::Present(_)) {
            return Self::Whole;
        }
        let received = actual.bytes();
        let read = match &expected.contents {
            Contents::LargeJson => Some(Self::LargeJson),
            Contents::Json(Ok(_)) if json::is_large(received) => Some(Self::LargeJson),
            Contents::Json(Ok(_)) => JsonValue::parse_owned(&received_json(expected, actual)).ok().map(Self::Json),
            Contents::Xml(Ok(_)) => xml::Element::parse(&received_text(expected, actual)).ok().map(Self::Xml),
            Contents::Multipart(Ok(matcher)) => {
                MultipartParts::new(matcher, received, actual.content_type().as_ref(), hide).map(Self::Multipart)
            }
            Contents::Form | Contents::Text | Contents::Binary | Contents::OfType => Some(Self::Text),
            Contents::Json(Err(_)) | Contents::Xml(Err(_)) | Contents::Multipart(Err(_)) => None,
        };
        read.unwrap_or(Self::Whole)
    }
}

/// What came, in UTF-8.
fn received_text<'a>(expected: &BodyMatcher, actual: &'a ActualBody<'_>) -> Cow<'a, [u8]> {
    to_utf8(actual.bytes(), actual.content_type().as_ref().or(expected.expected_type.as_ref()))
}

/// The same of JSON, without what may be before it.
fn received_json<'a>(expected: &BodyMatcher, actual: &'a ActualBody<'_>) -> Cow<'a, [u8]> {
    let content_type = actual.content_type();
    let json = unframed(actual.bytes(), content_type.as_ref());
    to_utf8(json, content_type.as_ref().or(expected.expected_type.as_ref()))
}

/// Gives the parts of a body to `take`.
pub(super) fn with_parts(
    expected: &BodyMatcher,
    actual: &ActualBody<'_>,
    hide: Hide<'_>,
    read: &Read<'_>,
    take: &mut dyn FnMut(&dyn Parts),
) {
    let (rules, strict) = (&expected.rules, expected.strict);
    let (wanted, received) = (expected.expected.bytes(), actual.bytes());
    let own_type = expected.expected_type.as_ref();
    let whole = Whole { expected: wanted, actual: received, hide };
    let binary = BinaryParts { expected: wanted, actual: received, rules, hide };
    match (&expected.contents, read) {
        (Contents::Json(Ok(document)), Read::Json(found)) => {
            take(&JsonParts { expected: document, actual: found, rules, strict, hide });
        }
        (_, Read::LargeJson) => {
            let example = to_utf8(unframed(wanted, own_type), own_type);
            let text = received_json(expected, actual);
            match (CheckedJson::check(&example), CheckedJson::check(&text)) {
                (Ok(document), Ok(found)) => {
                    let (expected, actual) = (document.root(), found.root());
                    take(&LargeJsonParts { expected, actual, rules, strict, hide });
                }
                _ => take(&whole),
            }
        }
        (Contents::Xml(Ok(document)), Read::Xml(found)) => {
            take(&XmlParts { expected: document, actual: found, rules, strict, hide });
        }
        (_, Read::Multipart(parts)) => take(parts),
        (Contents::Form, Read::Text) => {
            let (example, text) = (to_utf8(wanted, own_type), received_text(expected, actual));
            match (str::from_utf8(&example), str::from_utf8(&text)) {
                (Ok(example), Ok(text)) => {
                    take(&FormParts { expected: Query::parse(example), actual: Query::parse(text), rules, hide });
                }
                _ => take(&whole),
            }
        }
        (Contents::Text, Read::Text) => {
            let (example, text) = (to_utf8(wanted, own_type), received_text(expected, actual));
            match (str::from_utf8(&example), str::from_utf8(&text)) {
                (Ok(expected), Ok(actual)) => take(&TextParts { expected, actual, rules, hide }),
                _ => take(&binary),
            }
        }
        (_, Read::Text) => take(&binary),
        _ => take(&whole),
    }
}

/// Of a body of another type than expected: what it really is.
pub(super) fn of_wrong_type(
    expected: &BodyMatcher,
    actual: &ActualBody<'_>,
    hide: Hide<'_>,
    mismatch: &Mismatch,
    finding: &mut Finding,
) {
    let bytes = actual.bytes();
    let of_expected_kind = match &expected.expected_type {
        Some(wanted) if wanted.is_json() => CheckedJson::check(bytes).is_ok(),
        Some(wanted) if wanted.is_xml() => xml::Element::parse(bytes).is_ok(),
        _ => false,
    };
    if of_expected_kind && mismatch.reason == Reason::WrongType {
        let stated = actual.content_type().map(|found| quoted(&found.to_string(), hide)).unwrap_or_default();
        let wanted = expected.expected_type.as_ref().map(ContentType::to_string).unwrap_or_default();
        finding.hint(format!("the body could be read as {wanted}: only the content type says {stated}"));
        return;
    }
    Whole { expected: expected.expected.bytes(), actual: bytes, hide }.show("/", &[mismatch], finding);
}

/// `looks like an HTML page`, for bytes that announce what they are.
pub(super) fn looks_like(bytes: &[u8]) -> Option<&'static str> {
    const LOOKED_AT: usize = 64;
    let start = bytes.trim_ascii_start();
    let begin = String::from_utf8_lossy(&start[..start.len().min(LOOKED_AT)]).to_ascii_lowercase();
    let begins = |with: &[&str]| with.iter().any(|with| begin.starts_with(with));
    Some(match () {
        () if start.is_empty() => return None,
        () if start.starts_with(b"\x1f\x8b") => "is compressed with gzip",
        () if begins(&["<!doctype html", "<html"]) => "looks like an HTML page",
        () if begins(&["<?xml"]) => "looks like XML",
        () if start.starts_with(b"\x89PNG\r\n\x1a\n") => "looks like a PNG image",
        () if start.starts_with(b"\xff\xd8\xff") => "looks like a JPEG image",
        () if start.starts_with(b"%PDF") => "looks like a PDF document",
        () if start.starts_with(b"PK\x03\x04") => "looks like a ZIP archive",
        () if begins(&["{", "["]) && CheckedJson::check(start).is_ok() => "looks like JSON",
        () if begins(&["{", "["]) => "begins like JSON",
        () => return None,
    })
}
