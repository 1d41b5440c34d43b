//! Text to document.

use std::borrow::Cow;

use jiter::{Jiter, JiterError, Peek};

use super::{Json, Number, Object};

/// How deep arrays and objects may nest. Deeper documents are refused: every later walk may then use the call stack.
pub const MAX_DEPTH: usize = 256;

/// Text that is no JSON document, or one that nests too deeply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at line {line}, column {column}")]
pub struct JsonError {
    /// What is wrong.
    pub reason: String,
    /// Line of the fault, from 1.
    pub line: usize,
    /// Column of the fault in bytes, from 1.
    pub column: usize,
}

impl<'a> Json<'a> {
    /// Reads one document; white space around it is allowed, anything else is not. A byte order mark is skipped.
    ///
    /// Strings without escapes are borrowed from `text`. A repeated member name keeps the last value.
    ///
    /// # Errors
    ///
    /// Text that is not JSON (RFC 8259), invalid UTF-8, lone surrogates, and nesting deeper than [`MAX_DEPTH`].
    pub fn parse(text: &'a [u8]) -> Result<Self, JsonError> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let mut reader = Reader { tokens: Jiter::new(text), depth: 0 };
        let document = reader.peek().and_then(|next| reader.value(next)).and_then(|document| {
            reader.tokens.finish().map_err(Fault::from)?;
            Ok(document)
        });
        document.map_err(|fault| {
            let before = &text[..fault.index.min(text.len())];
            let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
            let line = before.split(|&byte| byte == b'\n').count();
            JsonError { reason: fault.reason, line, column: 1 + before.len() - line_start }
        })
    }
}

struct Fault {
    reason: String,
    index: usize,
}

impl From<JiterError> for Fault {
    fn from(error: JiterError) -> Self {
        Self { reason: error.error_type.to_string(), index: error.index }
    }
}

struct Reader<'a> {
    tokens: Jiter<'a>,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn peek(&mut self) -> Result<Peek, Fault> {
        Ok(self.tokens.peek()?)
    }

    fn value(&mut self, next: Peek) -> Result<Json<'a>, Fault> {
        match next {
            Peek::Null => {
                self.tokens.known_null()?;
                Ok(Json::Null)
            }
            Peek::True | Peek::False => Ok(Json::Bool(self.tokens.known_bool(next)?)),
            Peek::String => {
                let start = self.tokens.current_index();
                self.tokens.known_str()?;
                self.string_since(start).map(Json::String)
            }
            Peek::Array => self.nested(Self::array),
            Peek::Object => self.nested(Self::object),
            _ => self.number(next),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Json<'a>, Fault>) -> Result<Json<'a>, Fault> {
        if self.depth == MAX_DEPTH {
            let reason = format!("arrays and objects nest deeper than {MAX_DEPTH} levels");
            return Err(Fault { reason, index: self.tokens.current_index() });
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn array(&mut self) -> Result<Json<'a>, Fault> {
        let mut items = Vec::new();
        let mut next = self.tokens.known_array()?;
        while let Some(peek) = next {
            items.push(self.value(peek)?);
            next = self.tokens.array_step()?;
        }
        Ok(Json::Array(items))
    }

    fn object(&mut self) -> Result<Json<'a>, Fault> {
        let mut members = Vec::new();
        let mut start = self.tokens.current_index();
        let mut more = self.tokens.known_object()?.is_some();
        while more {
            let name = self.string_since(start)?;
            let next = self.peek()?;
            members.push((name, self.value(next)?));
            start = self.tokens.current_index();
            more = self.tokens.next_key()?.is_some();
        }
        Ok(Json::Object(Object::from_iter(members)))
    }

    fn number(&mut self, next: Peek) -> Result<Json<'a>, Fault> {
        let start = self.tokens.current_index();
        if !next.is_num() {
            // Not a number either: the tokeniser knows best how to say so.
            return match self.tokens.known_skip(next) {
                Err(error) => Err(error.into()),
                Ok(()) => Err(Fault { reason: "expected value".to_owned(), index: start }),
            };
        }
        self.tokens.known_number_bytes(next)?;
        let text = self.tokens.slice_to_current(start);
        let text = str::from_utf8(text).map_err(|_| Fault { reason: "invalid number".to_owned(), index: start })?;
        // The tokeniser also knows `NaN` and `Infinity`, which JSON does not.
        if !text.ends_with(|c: char| c.is_ascii_digit()) {
            return Err(Fault { reason: "expected value".to_owned(), index: start });
        }
        Ok(Json::Number(Number::from_valid(text.trim_ascii())))
    }

    /// The string literal that the tokeniser has just accepted: the quoted part of the text from `start` to here.
    fn string_since(&mut self, start: usize) -> Result<Cow<'a, str>, Fault> {
        let passed = self.tokens.slice_to_current(start);
        let invalid = || Fault { reason: "invalid string".to_owned(), index: start };
        let open = passed.iter().position(|&byte| byte == b'"').ok_or_else(invalid)?;
        let close = passed.iter().rposition(|&byte| byte == b'"').ok_or_else(invalid)?;
        let literal = passed.get(open..=close).ok_or_else(invalid)?;
        if literal.contains(&b'\\') {
            let mut tokens = Jiter::new(literal);
            return Ok(Cow::Owned(tokens.next_str()?.to_owned()));
        }
        str::from_utf8(&literal[1..literal.len() - 1]).map(Cow::Borrowed).map_err(|_| invalid())
    }
}
