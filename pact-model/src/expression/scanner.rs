//! The tokens of definition expressions.

use super::ExpressionError;
use crate::json::Number;

/// Longer texts are cut in errors.
const MAX_SHOWN: usize = 80;

/// A place in the text. Copying it remembers the place.
#[derive(Clone, Copy)]
pub(super) struct Scanner<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, rest: text.trim_start() }
    }

    fn advance(&mut self, bytes: usize) {
        self.rest = self.rest[bytes..].trim_start();
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn accept(&mut self, character: char) -> bool {
        let accepted = self.rest.starts_with(character);
        if accepted {
            self.advance(character.len_utf8());
        }
        accepted
    }

    /// A name: a letter, then letters, digits, `-` and `_`.
    pub(super) fn name(&mut self) -> Option<&'a str> {
        if !self.peek()?.is_ascii_alphabetic() {
            return None;
        }
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let name = &self.rest[..end];
        self.advance(end);
        Some(name)
    }

    /// A JSON number.
    pub(super) fn number(&mut self) -> Option<Number<'static>> {
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let number = Number::parse(&self.rest[..end])?.into_owned();
        self.advance(end);
        Some(number)
    }

    /// A text in single quotes, which is what comes next. An escape that means nothing keeps its backslash, so that `'\d+'` is
    /// what it looks like.
    pub(super) fn string(&mut self) -> Result<String, ExpressionError> {
        let mut text = String::new();
        let mut at = 1;
        loop {
            let rest = &self.rest[at..];
            let Some(next) = rest.find(['\'', '\\']) else {
                self.rest = "";
                return Err(self.expected("a closing `'`"));
            };
            text.push_str(&rest[..next]);
            at += next + 1;
            if rest.as_bytes()[next] == b'\'' {
                self.advance(at);
                return Ok(text);
            }
            let escape = &self.rest[at..];
            let (character, length) = match escape.chars().next() {
                Some(quoted @ ('\'' | '\\')) => (quoted, 1),
                Some('b') => ('\u{8}', 1),
                Some('f') => ('\u{c}', 1),
                Some('n') => ('\n', 1),
                Some('r') => ('\r', 1),
                Some('t') => ('\t', 1),
                Some('u') => {
                    let Some((character, length)) = code_point(&escape[1..]) else {
                        self.rest = escape;
                        return Err(self.expected("a character's number, as in `u00e9` or `u{1F600}`"));
                    };
                    (character, 1 + length)
                }
                _ => ('\\', 0),
            };
            text.push(character);
            at += length;
        }
    }

    /// Where this is, in characters from 1.
    pub(super) fn column(&self) -> usize {
        self.text[..self.text.len() - self.rest.len()].chars().count() + 1
    }

    pub(super) fn expected(&self, expected: &'static str) -> ExpressionError {
        let found = match self.rest.chars().take(20).collect::<String>() {
            found if found.is_empty() => "the end".to_owned(),
            found => format!("`{found}`"),
        };
        let expression = match self.text.char_indices().nth(MAX_SHOWN) {
            Some((end, _)) => format!("{}…", &self.text[..end]),
            None => self.text.to_owned(),
        };
        ExpressionError { expression, at: self.column(), expected, found }
    }
}

/// The character that `00e9` or `{1F600}` stands for, and how many bytes that is.
fn code_point(text: &str) -> Option<(char, usize)> {
    let (digits, length) = match text.strip_prefix('{') {
        Some(rest) => {
            let end = rest.find('}')?;
            (&rest[..end], end + 2)
        }
        None => (text.get(..4)?, 4),
    };
    if digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let character = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
    Some((character, length))
}
