//! Values as mismatch texts show them: bounded, whatever the size of the document.

use intact_pact_model::Json;
use intact_pact_model::json::{JsonKind, Object};

/// Longest text of one value in a message, in bytes.
const LIMIT: usize = 4096;

/// The text, cut if it is long.
pub(crate) fn cut(text: &str) -> String {
    if text.len() <= LIMIT {
        return text.to_owned();
    }
    let kept = &text[..text.floor_char_boundary(LIMIT)];
    format!("{kept}… ({} more bytes)", text.len() - kept.len())
}

/// Bytes as text, cut if long; `None` if they are not text.
pub(crate) fn cut_bytes(bytes: &[u8]) -> Option<String> {
    if bytes.len() <= LIMIT {
        return str::from_utf8(bytes).ok().map(ToOwned::to_owned);
    }
    let head = &bytes[..LIMIT];
    let text = match str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => str::from_utf8(&head[..error.valid_up_to()]).ok()?,
        Err(_) => return None,
    };
    Some(format!("{text}… ({} more bytes)", bytes.len() - text.len()))
}

/// A string as `'text'`, anything else as JSON.
pub(crate) fn json(value: &Json<'_>) -> String {
    match value {
        Json::String(text) => format!("'{}'", cut(text)),
        other => compact(other),
    }
}

/// The value and its kind: `'text' (String)`.
pub(crate) fn json_and_kind(value: &Json<'_>) -> String {
    format!("{} ({})", json(value), value.kind())
}

/// The text of a scalar without quotes; JSON of anything else.
pub(crate) fn plain(value: &Json<'_>) -> String {
    match value {
        Json::String(text) => cut(text),
        other => compact(other),
    }
}

/// An array as sizes are reported: `[1, 2]`, strings quoted as in JSON.
pub(crate) fn list(items: &[Json<'_>]) -> String {
    let mut out = Bounded::default();
    out.push("[");
    for (at, item) in items.iter().enumerate() {
        if out.is_full() {
            break;
        }
        if at > 0 {
            out.push(", ");
        }
        print(item, &mut out);
    }
    out.push("]");
    out.finish()
}

/// Texts as a list: `[a, b]`.
pub(crate) fn texts(values: &[&str]) -> String {
    let mut out = Bounded::default();
    out.push("[");
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            out.push(", ");
        }
        out.push(value);
    }
    out.push("]");
    out.finish()
}

/// Names, sorted and separated by commas.
pub(crate) fn names<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    let mut out = Bounded::default();
    for (at, name) in names.iter().enumerate() {
        if at > 0 {
            out.push(", ");
        }
        out.push(name);
    }
    out.finish()
}

/// The JSON text, members in the order of their names.
pub(crate) fn compact(value: &Json<'_>) -> String {
    let mut out = Bounded::default();
    print(value, &mut out);
    out.finish()
}

fn print(value: &Json<'_>, out: &mut Bounded) {
    match value {
        Json::Array(items) => {
            out.push("[");
            for (at, item) in items.iter().enumerate() {
                if out.is_full() {
                    return;
                }
                if at > 0 {
                    out.push(",");
                }
                print(item, out);
            }
            out.push("]");
        }
        Json::Object(object) => {
            out.push("{");
            for (at, (name, value)) in by_name(object).into_iter().enumerate() {
                if out.is_full() {
                    return;
                }
                if at > 0 {
                    out.push(",");
                }
                out.push(&Json::from(name).to_compact());
                out.push(":");
                print(value, out);
            }
            out.push("}");
        }
        scalar => {
            debug_assert!(!matches!(scalar.kind(), JsonKind::Array | JsonKind::Object));
            out.push(&scalar.to_compact());
        }
    }
}

/// The members in the order of their names, which does not depend on who wrote the document; no more than fit.
fn by_name<'d>(object: &'d Object<'_>) -> Vec<(&'d str, &'d Json<'d>)> {
    // A member takes at least `"":0,`.
    const FITTING: usize = LIMIT / 5 + 1;
    let mut members: Vec<_> = object.iter().collect();
    if members.len() > FITTING {
        members.select_nth_unstable_by_key(FITTING, |(name, _)| *name);
        members.truncate(FITTING);
    }
    members.sort_unstable_by_key(|(name, _)| *name);
    members
}

#[derive(Default)]
struct Bounded {
    text: String,
    full: bool,
}

impl Bounded {
    fn push(&mut self, text: &str) {
        if self.full {
            return;
        }
        let room = LIMIT - self.text.len();
        if text.len() <= room {
            self.text.push_str(text);
        } else {
            self.text.push_str(&text[..text.floor_char_boundary(room)]);
            self.full = true;
        }
    }

    fn is_full(&self) -> bool {
        self.full
    }

    fn finish(mut self) -> String {
        if self.full {
            self.text.push('…');
        }
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_as_the_texts_want_them() {
        let array = Json::parse(br#"[1, "a", {"b": null}]"#).expect("a document");
        assert_eq!(list(array.as_array().expect("an array")), r#"[1, "a", {"b":null}]"#);
        assert_eq!(json_and_kind(&array), r#"[1,"a",{"b":null}] (Array)"#);
        assert_eq!(json_and_kind(&Json::from("it's")), "'it's' (String)");
        assert_eq!(names(["b", "a"].into_iter()), "a, b");
        assert_eq!(texts(&["x", ""]), "[x, ]");
        let object = Json::parse(br#"{"b": {"d": 1, "c": 2}, "a": "x"}"#).expect("a document");
        assert_eq!(json(&object), r#"{"a":"x","b":{"c":2,"d":1}}"#, "whoever wrote it, in the order of names");
    }

    #[test]
    fn long_values_are_cut_at_a_character() {
        let long = "é".repeat(LIMIT);
        assert!(cut(&long).ends_with("é… (4096 more bytes)"));
        assert!(json(&Json::array(vec![long.as_str(); 1000])).len() < LIMIT + 8);
        assert!(cut_bytes(long.as_bytes()).is_some_and(|text| text.len() < LIMIT + 40));
        assert_eq!(cut_bytes(b"\xff\xd8"), None);
    }
}
