//! Documents that stay text until somebody looks at a part of them.
//!
//! A tree takes about five times the room of its text, which is too much where documents are large. So a large document is
//! checked once as a whole, then walked as text, and only its small parts become trees, one after the other.

use std::borrow::Cow;

use super::parse::{self, Large, plain_length};
use super::{Json, JsonError, Object};

/// A document that was checked and stays text.
///
/// ```
/// use intact_pact_model::json::CheckedJson;
///
/// let document = CheckedJson::check(br#"{ "ids": [1, {"a": 2}] }"#)?;
/// let ids = document.root().members().and_then(|members| members.get_near(0, "ids")).expect("a member");
/// let last = ids.items().and_then(Iterator::last).expect("an item");
/// assert_eq!(last.as_str(), r#"{"a": 2}"#);
/// assert_eq!(last.read().to_compact(), r#"{"a":2}"#);
/// # Ok::<(), intact_pact_model::json::JsonError>(())
/// ```
#[derive(Debug)]
pub struct CheckedJson<'t> {
    text: &'t str,
    /// The large arrays and objects, by where they begin: to come to what is behind them, nobody has to look into them.
    large: Vec<Large>,
}

/// A document that stays text, or a part of one.
#[derive(Debug, Clone, Copy)]
pub struct JsonText<'t> {
    text: &'t str,
    document: &'t CheckedJson<'t>,
}

/// The members of an object that stays text, in order. As in a tree, a repeated name has its first place and its last value.
#[derive(Debug)]
pub struct TextMembers<'t> {
    /// The values are strings that hold the texts.
    members: Object<'t>,
    document: &'t CheckedJson<'t>,
}

impl<'t> CheckedJson<'t> {
    /// Checks that the text is one document, as [`Json::parse`] does, without making a tree of it.
    ///
    /// # Errors
    ///
    /// As [`Json::parse`].
    pub fn check(text: &'t [u8]) -> Result<Self, JsonError> {
        let (text, large) = parse::check(text)?;
        Ok(Self { text, large })
    }

    /// The document as a value.
    pub fn root(&self) -> JsonText<'_> {
        JsonText { text: self.text.trim_matches(is_space), document: self }
    }

    /// What is known of the array or object at the beginning of a part, if it is large.
    fn large_at(&self, part: &str) -> Option<&Large> {
        let start = part.as_ptr().addr() - self.text.as_ptr().addr();
        let found = self.large.binary_search_by_key(&start, |large| large.start).ok()?;
        self.large.get(found)
    }

    /// Where the value ends with which a part begins; 0 if it begins with none.
    fn value_end(&self, part: &str) -> usize {
        match part.as_bytes().first() {
            Some(b'[' | b'{') => self.large_at(part).map_or_else(|| value_end(part), |large| large.end - large.start),
            _ => value_end(part),
        }
    }
}

impl<'t> JsonText<'t> {
    /// The text, without white space around it.
    pub fn as_str(self) -> &'t str {
        self.text
    }

    /// Is it so much text that a tree of it should not be made where that can be avoided?
    pub fn is_large(self) -> bool {
        parse::is_large(self.text.len())
    }

    /// The tree.
    pub fn read(self) -> Json<'t> {
        parse::checked(self.text)
    }

    /// The items, if this is an array.
    pub fn items(self) -> Option<impl Iterator<Item = Self>> {
        let mut rest = after_bracket(self.text, '[')?;
        Some(std::iter::from_fn(move || {
            let end = self.document.value_end(rest);
            let (item, after) = (end > 0).then(|| rest.split_at(end))?;
            rest = next_part(after);
            Some(Self { text: item, ..self })
        }))
    }

    /// How many items there are, if this is an array.
    pub fn item_count(self) -> Option<usize> {
        let items = self.items()?;
        Some(self.document.large_at(self.text).map_or_else(|| items.count(), |large| large.parts))
    }

    /// The members, if this is an object.
    pub fn members(self) -> Option<TextMembers<'t>> {
        let mut rest = after_bracket(self.text, '{')?;
        let members = std::iter::from_fn(|| {
            let end = value_end(rest);
            let (name, after) = (end > 0).then(|| rest.split_at(end))?;
            let value = after.trim_start_matches(is_space).strip_prefix(':')?.trim_start_matches(is_space);
            let (value, after) = value.split_at(self.document.value_end(value));
            rest = next_part(after);
            let Json::String(name) = parse::checked(name) else { return None };
            Some((name, Json::String(Cow::Borrowed(value))))
        });
        Some(TextMembers { members: members.collect(), document: self.document })
    }

    /// The text of the tree without white space: the same as that of [`Json::to_compact`].
    pub fn to_compact(self) -> String {
        let mut out = String::new();
        self.print(&mut out);
        out.shrink_to_fit();
        out
    }

    fn print(self, out: &mut String) {
        if self.is_large() {
            if let Some(items) = self.items() {
                out.push('[');
                for (at, item) in items.enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    item.print(out);
                }
                return out.push(']');
            }
            if let Some(members) = self.members() {
                out.push('{');
                for (at, (name, value)) in members.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    Json::from(name).print(out, None);
                    out.push(':');
                    value.print(out);
                }
                return out.push('}');
            }
        }
        self.read().print(out, None);
    }
}

impl<'t> TextMembers<'t> {
    /// Names and texts of the values.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, JsonText<'t>)> {
        self.members.iter().map(|(name, value)| (name, text_of(value, self.document)))
    }

    /// The member called `name`, which is looked for at position `at` first.
    pub fn get_near(&self, at: usize, name: &str) -> Option<JsonText<'t>> {
        self.members.get_near(at, name).map(|value| text_of(value, self.document))
    }

    /// An object of the same names. Its values are strings that hold the texts of the members.
    pub fn outline(&self) -> &Object<'t> {
        &self.members
    }

    /// Names and texts of the values, by value.
    pub fn into_members(self) -> impl Iterator<Item = (Cow<'t, str>, JsonText<'t>)> {
        self.members.into_iter().map(move |(name, value)| (name, text_of(&value, self.document)))
    }
}

fn text_of<'t>(value: &Json<'t>, document: &'t CheckedJson<'t>) -> JsonText<'t> {
    match value {
        Json::String(Cow::Borrowed(text)) => JsonText { text, document },
        _ => document.root(),
    }
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\n' | '\r' | '\t')
}

fn after_bracket(text: &str, bracket: char) -> Option<&str> {
    Some(text.strip_prefix(bracket)?.trim_start_matches(is_space))
}

/// What follows the comma after an item or member; nothing that is a value, if there is none.
fn next_part(after: &str) -> &str {
    let rest = after.trim_start_matches(is_space);
    rest.strip_prefix(',').map_or(rest, |rest| rest.trim_start_matches(is_space))
}

/// Where the value ends with which checked text begins; 0 if it begins with none.
fn value_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = string_end(bytes, at),
            b'[' | b'{' => {
                depth += 1;
                at += 1;
            }
            b']' | b'}' | b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' if depth == 0 => return at,
            b']' | b'}' => {
                depth -= 1;
                at += 1;
            }
            _ => {
                at += 1;
                continue;
            }
        }
        if depth == 0 {
            return at;
        }
    }
    at
}

/// Where the string ends that begins at `start` with its quote.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    loop {
        at += bytes.get(at..).map_or(0, plain_length);
        match bytes.get(at) {
            Some(b'\\') => at += 2,
            Some(_) => return at + 1,
            None => return bytes.len(),
        }
    }
}

#[cfg(test)]
mod tests;
