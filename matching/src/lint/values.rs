//! Values that are over-specified: what the provider has to give exactly, and can hardly give again.

use std::cell::OnceCell;
use std::collections::HashMap;

use intact_pact_model::path::Segment;
use intact_pact_model::{Headers, Interaction, Json, Kind};

use super::examples::last_name;
use super::file::{Part, Side};
use super::looks::{self, Generated};
use super::secrets::is_secret;
use super::{Code, Notes};
use crate::rule::{Asks, Compiling};
use crate::rule_tree::{Cursor, RuleTree};

/// Headers of a response that differ with server, clock and body.
const VARYING_IN_RESPONSES: [&str; 15] = [
    "age",
    "cf-ray",
    "connection",
    "content-length",
    "date",
    "etag",
    "expires",
    "last-modified",
    "server",
    "server-timing",
    "traceparent",
    "via",
    "x-correlation-id",
    "x-powered-by",
    "x-request-id",
];

/// Headers of a request that differ with the client's program.
const VARYING_IN_REQUESTS: [&str; 8] =
    ["connection", "content-length", "date", "host", "traceparent", "user-agent", "x-correlation-id", "x-request-id"];

/// A body with fewer values than this may well be meant exactly.
const WHOLE_BODY: usize = 4;

/// A word that is asked at more places than this is not followed.
const MOST_PLACES: usize = 1000;

pub(super) fn check(part: &Part<'_>, asked: &Asked, notes: &mut Notes) {
    headers(part, notes);
    let Some(document) = part.json() else { return };
    // What cannot be compiled is told elsewhere.
    let Ok(tree) = RuleTree::compile(&part.rules.body, Compiling::category("body")) else { return };
    let mut walk = Walk { part, asked, path: Vec::new(), values: 0, notes };
    walk.value(&document, &tree.cursor());
    let values = walk.values;
    let has_rules = part.rules.body.values().any(|list| !list.is_empty());
    if part.side == Side::Provider && !has_rules && values >= WHOLE_BODY {
        let text = || {
            format!(
                "the provider must answer with exactly these {values} values: nothing says which of them may differ"
            )
        };
        notes.add(Code::ExactBody, || part.place.in_body(&[]), text);
    }
}

fn headers(part: &Part<'_>, notes: &mut Notes) {
    let varying: &[&str] = if part.response.is_some() { &VARYING_IN_RESPONSES } else { &VARYING_IN_REQUESTS };
    for (name, values) in part.headers().into_iter().flat_map(Headers::iter) {
        let is_ruled = part.rules.header.iter().any(|(key, list)| !list.is_empty() && key.eq_ignore_ascii_case(name));
        if !is_ruled && !values.is_empty() && varying.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            let text = || {
                if values.iter().any(|value| is_secret(name, value)) {
                    return format!("the header {name} has to be exactly one value (not shown)");
                }
                format!("the header {name} has to be exactly {:?}", shortened(&values.join(", ")))
            };
            notes.add(Code::ExactHeader, || part.place.member(&["headers", name]), text);
        }
    }
}

/// All that the consumer says when it asks, and the provider is told before.
pub(super) struct Asked {
    text: String,
    /// Where each word begins.
    words: OnceCell<HashMap<String, Vec<usize>>>,
}

impl Asked {
    pub(super) fn new(interaction: &Interaction) -> Self {
        let mut text = String::new();
        let mut add = |piece: &str| {
            text.push_str(piece);
            text.push('\n');
        };
        for state in &interaction.provider_states {
            add(&state.name);
            state.params.values().for_each(|value| add(&value.to_text()));
        }
        if let Some((request, _)) = interaction.as_http() {
            add(&request.path);
            request.query.iter().flat_map(|(_, values)| values).flatten().for_each(|value| add(value));
            add(&String::from_utf8_lossy(request.body.bytes()));
        }
        if let Kind::SyncMessage { request, .. } = &interaction.kind {
            add(&String::from_utf8_lossy(request.contents.bytes()));
        }
        Self { text, words: OnceCell::new() }
    }

    /// Is the text there, not as a part of a longer word or number?
    fn mentions(&self, text: &str) -> bool {
        let all = self.words.get_or_init(|| {
            let mut all: HashMap<String, Vec<usize>> = HashMap::new();
            for (at, word) in words(&self.text) {
                all.entry(word.to_owned()).or_default().push(at);
            }
            all
        });
        // Where its rarest word stands, the whole text may stand.
        let mut rarest: Option<(usize, &[usize])> = None;
        for (at, word) in words(text) {
            let Some(places) = all.get(word) else { return false };
            if rarest.is_none_or(|(_, fewest)| places.len() < fewest.len()) {
                rarest = Some((at, places));
            }
        }
        let asked = self.text.as_bytes();
        let is_border = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
        rarest.is_some_and(|(within, places)| {
            // Of what is said so often it hardly matters where.
            places.len() > MOST_PLACES
                || places.iter().filter_map(|at| at.checked_sub(within)).any(|at| {
                    asked[at..].starts_with(text.as_bytes())
                        && is_border(at.checked_sub(1).and_then(|before| asked.get(before)))
                        && is_border(asked.get(at + text.len()))
                })
        })
    }
}

/// The runs of letters and digits, and where they begin.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_other = |char: char| !char.is_ascii_alphanumeric();
    let mut end = 0;
    text.split_inclusive(is_other).filter_map(move |piece| {
        let at = end;
        end += piece.len();
        let word = piece.trim_end_matches(is_other);
        (!word.is_empty()).then_some((at, word))
    })
}

struct Walk<'w, 'p> {
    part: &'w Part<'p>,
    /// An answer may well repeat what was in the question.
    asked: &'w Asked,
    path: Vec<Segment>,
    /// Scalars.
    values: usize,
    notes: &'w mut Notes,
}

impl Walk<'_, '_> {
    fn value(&mut self, value: &Json<'_>, rules: &Cursor<'_>) {
        match value {
            Json::Object(members) => {
                for (name, below) in members.iter() {
                    self.path.push(Segment::Field(name.to_owned()));
                    self.value(below, &rules.field(name));
                    self.path.pop();
                }
            }
            Json::Array(items) => {
                for (index, below) in items.iter().enumerate() {
                    self.path.push(Segment::Index(index));
                    self.value(below, &rules.index(index));
                    self.path.pop();
                }
            }
            scalar => {
                self.values += 1;
                match rules.rules() {
                    Some(rules) if scalar.is_null() => {
                        let is_type = |rule: &crate::rule::Rule| matches!(rule.asks, Asks::Type { .. });
                        if !rules.cascaded && rules.set.rules.iter().all(is_type) {
                            self.note(Code::TypeOfNull, || "the example is null, so that only null will do".to_owned());
                        }
                    }
                    None if self.part.side == Side::Provider => self.exact(scalar),
                    _ => {}
                }
            }
        }
    }

    fn exact(&mut self, value: &Json<'_>) {
        let name = last_name(&self.path).to_owned();
        let text = value.to_text();
        let found = match value {
            Json::String(text) => match looks::generated(text) {
                Some(Generated::Uuid) => Some((Code::ExactUuid, "a UUID")),
                Some(Generated::Timestamp) => Some((Code::ExactTimestamp, "a point in time")),
                Some(Generated::Token) => Some((Code::ExactToken, "a token or hash")),
                None if is_id(&name) && text.bytes().any(|byte| byte.is_ascii_digit()) => {
                    Some((Code::ExactId, "an id"))
                }
                None => None,
            },
            Json::Number(number) if looks::is_epoch(&name, number.as_str()) => {
                Some((Code::ExactTimestamp, "a point in time"))
            }
            Json::Number(number) if number.is_integer() && is_id(&name) => Some((Code::ExactId, "an id")),
            _ => None,
        };
        let Some((code, what)) = found else { return };
        if self.asked.mentions(&text) {
            return;
        }
        self.note(code, || {
            // Tokens may be real, whatever they are called.
            let shown = if code == Code::ExactToken || is_secret(&name, &text) {
                "one value (not shown)".to_owned()
            } else if value.as_str().is_some() {
                format!("{:?}", shortened(&text))
            } else {
                shortened(&text)
            };
            format!("`{name}` has to be exactly {shown}, which looks like {what}")
        });
    }

    fn note(&mut self, code: Code, text: impl FnOnce() -> String) {
        self.notes.add(code, || self.part.place.in_body(&self.path), text);
    }
}

/// `id`, `orderId`, `order_id`, `ID`.
fn is_id(name: &str) -> bool {
    name.eq_ignore_ascii_case("id")
        || name.ends_with("Id")
        || name.ends_with("ID")
        || name.ends_with("_id")
        || name == "@id"
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Asked {
        Asked { text: text.to_owned(), words: OnceCell::new() }
    }

    #[test]
    fn what_is_asked_is_found_as_whole_words() {
        let asked = asked("/orders/42\n{\"ref\":\"a-b-17\",\"name\":\"größe 8\"}\na-b-c");
        for text in ["42", "orders/42", "a-b-17", "größe 8", "b-c", "\"a-b"] {
            assert!(asked.mentions(text), "{text}");
        }
        for text in ["4", "order", "a-b-1", "b-17-a", "a-b-18", "größe 42", "a_b", "", "-"] {
            assert!(!asked.mentions(text), "{text}");
        }
    }

    /// Were the whole text searched for each of them, this would take minutes.
    #[test]
    fn many_ids_are_looked_up_in_a_long_request() {
        let id = |at: usize| format!("{at:08x}-7f25-4f0c-a8a7-{at:012x}");
        let asked = asked(&(0..20_000).map(|at| id(2 * at) + ",").collect::<String>());
        assert!((0..40_000).all(|at| asked.mentions(&id(at)) == (at % 2 == 0)));
    }
}
