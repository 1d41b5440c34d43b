//! The identity of a pact's content, and the identities of its interactions.
//!
//! Two pacts are the same content when everything that a verification looks at is the same: order of keys and of interactions,
//! names and most metadata do not count. The identity is a SHA-1 over a canonical text, as Pact Brokers have always computed
//! it, so that contents keep their identity when they move from another broker to this one.
//!
//! The canonical text is printed here, not by [`Json::to_compact`]: floating point numbers are printed anew from their shortest
//! digits. What is stored keeps the numbers as the consumer wrote them.

use std::borrow::Cow;
use std::fmt::Write as _;

use intact_pact_model::json::{Json, JsonError, JsonKind, Number, Object};
use sha1::{Digest, Sha1};

/// A pact's content with its identity and what is counted about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IdentifiedContent {
    /// Lower-case hexadecimal SHA-1 of the content that affects verification.
    pub(crate) sha: String,
    /// The document to store: compact JSON in which every interaction has its `_id`.
    pub(crate) with_ids: Vec<u8>,
    /// The specification version that the metadata name.
    pub(crate) spec_version: Option<String>,
    /// How many elements `interactions` has.
    pub(crate) interactions_count: i64,
    /// How many elements `messages` has.
    pub(crate) messages_count: i64,
    /// Does it hold messages, be it in `messages` or as V4 interactions?
    pub(crate) has_messages: bool,
}

/// Text that cannot be the content of a pact.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ContentError {
    /// It is not JSON.
    #[error("content could not be parsed as application/json: {0}")]
    NotJson(#[from] JsonError),
    /// It is JSON, but not an object.
    #[error("expected a JSON object, found {}", found.name())]
    NotAnObject {
        /// What the document is instead.
        found: JsonKind,
    },
}

/// Computes the identity of a pact and gives its interactions their ids.
///
/// Any JSON object is accepted: a document without interactions is identified by its whole text.
pub(crate) fn identify(content: &[u8]) -> Result<IdentifiedContent, ContentError> {
    let document = Json::parse(content)?;
    let Json::Object(mut pact) = document else {
        return Err(ContentError::NotAnObject { found: document.kind() });
    };
    let spec = spec_version(&pact);
    let sha = sha_of(&content_that_matters(&pact, spec));
    let spec_version = spec.map(|version| version.to_text().into_owned());
    let has_messages = pact.get("messages").and_then(Json::as_array).is_some_and(|messages| !messages.is_empty())
        || elements(&pact, "interactions").iter().any(is_v4_message);
    let (interactions_count, messages_count) = (count(&pact, "interactions"), count(&pact, "messages"));

    for list in ["interactions", "messages"] {
        if let Some(Json::Array(elements)) = pact.get_mut(list) {
            elements.iter_mut().for_each(give_id);
        }
    }
    Ok(IdentifiedContent {
        sha,
        with_ids: Json::Object(pact).to_compact().into_bytes(),
        spec_version,
        interactions_count,
        messages_count,
        has_messages,
    })
}

/// The canonical text whose digest is the content's identity.
fn content_that_matters(pact: &Object<'_>, spec: Option<&Json<'_>>) -> String {
    let present = |name| pact.get(name).filter(|value| !matches!(value, Json::Null | Json::Bool(false)));
    let (interactions, messages) = (present("interactions"), present("messages"));
    let mut text = String::new();
    if interactions.is_none() && messages.is_none() {
        // Not a pact at all: its text as it is, keys in their order.
        canonical(&Json::Object(pact.clone()), KeyOrder::Given, &mut text);
        return text;
    }
    text.push('{');
    for (name, list, is_primary) in
        [("interactions", interactions, true), ("messages", messages, interactions.is_none())]
    {
        if let Some(Json::Array(elements)) = list {
            let mut elements: Vec<String> = elements.iter().map(canonical_text).collect();
            if is_primary {
                elements.sort_unstable();
            }
            member(name, &mut text);
            text.push('[');
            text.push_str(&elements.join(","));
            text.push(']');
        }
    }
    if let Some(version) = spec {
        member("pact_specification_version", &mut text);
        canonical(version, KeyOrder::Sorted, &mut text);
    }
    text.push('}');
    text
}

fn member(name: &str, text: &mut String) {
    if text.len() > 1 {
        text.push(',');
    }
    let _ = write!(text, "\"{name}\":");
}

fn spec_version<'p, 'a>(pact: &'p Object<'a>) -> Option<&'p Json<'a>> {
    let metadata = pact.get("metadata")?;
    let nested = |name| metadata.get(name)?.get("version");
    nested("pactSpecification")
        .or_else(|| nested("pact-specification"))
        .or_else(|| metadata.get("pactSpecificationVersion"))
        .filter(|version| !version.is_null())
}

fn elements<'p, 'a>(pact: &'p Object<'a>, list: &str) -> &'p [Json<'a>] {
    pact.get(list).and_then(Json::as_array).unwrap_or_default()
}

fn count(pact: &Object<'_>, list: &str) -> i64 {
    i64::try_from(elements(pact, list).len()).unwrap_or(i64::MAX)
}

fn is_v4_message(interaction: &Json<'_>) -> bool {
    interaction.get("type").and_then(Json::as_str).is_some_and(|kind| kind.ends_with("/Messages"))
}

/// Puts `_id` in front of an interaction that has none: the SHA-1 of its canonical text.
fn give_id(interaction: &mut Json<'_>) {
    if interaction.as_object().is_none_or(|object| object.contains("_id")) {
        return;
    }
    let text = canonical_text(interaction);
    let Some(object) = interaction.as_object_mut() else { return };
    let members = std::mem::take(object);
    let first = (Cow::Borrowed("_id"), Json::String(Cow::Owned(sha_of(&text))));
    *object = std::iter::once(first).chain(members).collect();
}

fn sha_of(text: &str) -> String {
    Sha1::digest(text.as_bytes()).iter().fold(String::with_capacity(40), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[derive(Clone, Copy)]
enum KeyOrder {
    Given,
    Sorted,
}

/// A text that equal values have in common, whatever the order of their members.
pub(crate) fn canonical_text(value: &Json<'_>) -> String {
    let mut text = String::new();
    canonical(value, KeyOrder::Sorted, &mut text);
    text
}

fn canonical(value: &Json<'_>, order: KeyOrder, text: &mut String) {
    match value {
        Json::Null => text.push_str("null"),
        Json::Bool(true) => text.push_str("true"),
        Json::Bool(false) => text.push_str("false"),
        Json::Number(number) => canonical_number(number, text),
        Json::String(string) => canonical_string(string, text),
        Json::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                canonical(item, order, text);
            }
            text.push(']');
        }
        Json::Object(object) => {
            let mut members: Vec<_> = object.iter().collect();
            if matches!(order, KeyOrder::Sorted) {
                members.sort_unstable_by_key(|(name, _)| *name);
            }
            text.push('{');
            for (at, (name, value)) in members.into_iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                canonical_string(name, text);
                text.push(':');
                canonical(value, order, text);
            }
            text.push('}');
        }
    }
}

fn canonical_string(string: &str, text: &mut String) {
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            control if control < '\u{20}' => {
                let _ = write!(text, "\\u{:04x}", u32::from(control));
            }
            other => text.push(other),
        }
    }
    text.push('"');
}

/// Integers as written; floating point numbers from their shortest digits that read back as the same value.
fn canonical_number(number: &Number<'_>, text: &mut String) {
    let value = number.as_f64();
    if number.is_integer() || !value.is_finite() {
        // Beyond the range of floats only the text is left to tell numbers apart.
        text.push_str(number.as_str());
        return;
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    // value = digits × 10^last, its first digit stands for 10^exponent
    let last = exponent - i32::try_from(digits.len()).unwrap_or(i32::MAX) + 1;
    text.push_str(sign);
    if last >= 0 && exponent.abs() < 15 {
        text.push_str(&digits);
        text.extend(std::iter::repeat_n('0', usize::try_from(last).unwrap_or(0)));
        text.push_str(".0");
    } else if last < 0 && (last > -7 || exponent.abs() < 10) {
        if let Ok(exponent) = usize::try_from(exponent) {
            text.push_str(&digits[..=exponent]);
            text.push('.');
            text.push_str(&digits[exponent + 1..]);
        } else {
            text.push_str("0.");
            text.extend(std::iter::repeat_n('0', usize::try_from(-exponent - 1).unwrap_or(0)));
            text.push_str(&digits);
        }
    } else {
        text.push_str(&digits[..1]);
        if digits.len() > 1 {
            text.push('.');
            text.push_str(&digits[1..]);
        }
        let _ = write!(text, "e{}{}", if exponent < 0 { '-' } else { '+' }, exponent.abs());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(number: &str) -> String {
        canonical_text(&Json::parse(number.as_bytes()).unwrap())
    }

    #[test]
    fn numbers_are_printed_from_their_shortest_digits() {
        for (written, canonical) in [
            ("1e2", "100.0"),
            ("1.10", "1.1"),
            ("100.0", "100.0"),
            ("0.00001", "0.00001"),
            ("123456789012345.6", "123456789012345.6"),
            ("-0.0000000015", "-0.0000000015"),
            ("1e15", "1e+15"),
            ("9007199254740992.0", "9.007199254740992e+15"),
            ("1.23E-10", "1.23e-10"),
            ("-0.0", "-0.0"),
            ("0.0", "0.0"),
            ("1.5e300", "1.5e+300"),
            ("12345678901234567890123", "12345678901234567890123"),
            ("-7", "-7"),
            ("1e999", "1e999"),
        ] {
            assert_eq!(printed(written), canonical, "{written}");
        }
    }

    #[test]
    fn strings_escape_only_quotes_backslashes_and_control_characters() {
        let json = r#""\u0001\b\f\n\r\t\"\\/\u007f\u2028é""#;
        assert_eq!(printed(json), "\"\\u0001\\b\\f\\n\\r\\t\\\"\\\\/\u{7f}\u{2028}é\"");
    }

    #[test]
    fn order_of_keys_and_interactions_names_and_other_metadata_do_not_change_the_identity() {
        let one = identify(
            br#"{"consumer":{"name":"Web"},"interactions":[{"description":"b","x":1},{"description":"a"}],
                 "metadata":{"pactSpecification":{"version":"2.0.0"},"client":"x"}}"#,
        )
        .unwrap();
        let other = identify(
            br#"{"metadata":{"pactSpecificationVersion":"2.0.0"},"consumer":{"name":"App"},
                 "interactions":[{"description":"a"},{"x":1,"description":"b"}]}"#,
        )
        .unwrap();
        assert_eq!(one.sha, other.sha);
        assert_eq!(one.spec_version.as_deref(), Some("2.0.0"));
        let pending = identify(br#"{"interactions":[{"description":"b","x":1},{"description":"a","pending":true}]}"#);
        assert_ne!(one.sha, pending.unwrap().sha);
    }

    #[test]
    fn interactions_get_an_id_as_first_key_and_keep_one_they_have() {
        let content = identify(
            br#"{"interactions":[{"description":"b","n":1.10},{"_id":"mine","description":"a"},7],"messages":[{"description":"m"}]}"#,
        )
        .unwrap();
        let first = sha_of(r#"{"description":"b","n":1.1}"#);
        let message = sha_of(r#"{"description":"m"}"#);
        assert_eq!(
            String::from_utf8(content.with_ids).unwrap(),
            format!(
                r#"{{"interactions":[{{"_id":"{first}","description":"b","n":1.10}},{{"_id":"mine","description":"a"}},7],"messages":[{{"_id":"{message}","description":"m"}}]}}"#
            )
        );
        assert_eq!((content.interactions_count, content.messages_count, content.has_messages), (3, 1, true));
    }

    #[test]
    fn v4_messages_count_as_messages() {
        let v4 = identify(br#"{"interactions":[{"type":"Asynchronous/Messages","description":"m"}]}"#).unwrap();
        assert_eq!((v4.interactions_count, v4.messages_count, v4.has_messages), (1, 0, true));
    }

    #[test]
    fn only_json_objects_are_content() {
        assert!(matches!(identify(b"[]"), Err(ContentError::NotAnObject { found: JsonKind::Array })));
        assert!(matches!(identify(b"{oops"), Err(ContentError::NotJson(_))));
        assert!(identify(b"{}").is_ok());
    }

    /// Contents with the identity that a Pact Broker computed for them.
    #[test]
    fn recorded_contents_have_the_recorded_identity() {
        let directory = std::env::var_os("INTACT_BROKER_RECORDINGS_DIR").map_or_else(
            || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/broker-recordings"),
            Into::into,
        );
        let file = directory.join("sha_vectors.json");
        let Ok(text) = std::fs::read(&file) else {
            assert!(std::env::var("INTACT_REQUIRE").as_deref() != Ok("all"), "{} is required", file.display());
            // Not `eprintln!`, which the test harness keeps for itself when a test passes.
            let _ = std::io::Write::write_all(
                &mut std::io::stderr(),
                format!("skipped: {} cannot be read; set INTACT_BROKER_RECORDINGS_DIR\n", file.display()).as_bytes(),
            );
            return;
        };
        let recorded = Json::parse(&text).unwrap();
        let vectors = recorded.get("vectors").and_then(Json::as_array).unwrap();
        assert!(!vectors.is_empty());
        for vector in vectors {
            let text = |name| vector.get(name).and_then(Json::as_str).unwrap();
            assert_eq!(identify(text("content").as_bytes()).unwrap().sha, text("sha"), "{}", text("name"));
        }
    }
}
