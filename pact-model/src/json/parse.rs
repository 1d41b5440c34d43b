//! Text to document: one pass over the bytes, by recursive descent.
//!
//! Written here because documents keep what the usual readers drop: the text of numbers, strings borrowed from the body.
//! The text is checked to be UTF-8 once as a whole; what arrays and objects hold is gathered on two stacks, so that each of
//! them is allocated once and in its own size. The reasons of errors are those of `serde_json`, which people know.

use std::borrow::Cow;
use std::marker::PhantomData;

use super::{Json, JsonValue, Number, Object};

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
        read::<Borrowing>(text).map(|(_, document, _)| document)
    }
}

impl JsonValue {
    /// Reads one document that borrows nothing; see [`Json::parse`]. Cheaper than owning a document afterwards.
    ///
    /// # Errors
    ///
    /// As [`Json::parse`].
    pub fn parse_owned(text: &[u8]) -> Result<Self, JsonError> {
        read::<Owning>(text).map(|(_, document, _)| document)
    }
}

/// A large array or object in the text: from its first bracket until after its last, and how many items or members it has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Large {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) parts: usize,
}

/// Parts of so many bytes are better walked than read.
pub(super) fn is_large(length: usize) -> bool {
    length > 64 * 1024
}

/// Reads a document and keeps nothing of it; gives back its text, and what is large in it in the order of the text.
pub(super) fn check(text: &[u8]) -> Result<(&str, Vec<Large>), JsonError> {
    read::<Checking>(text).map(|(text, _, mut large)| {
        large.sort_unstable_by_key(|large| large.start);
        (text, large)
    })
}

/// The document or part of one that was checked before.
pub(super) fn checked(text: &str) -> Json<'_> {
    Reader::<Borrowing>::new(text).document().map(|(document, _)| document).expect("what is part of a document is one")
}

/// Whether a document borrows from its text (`'t`) or not, or is not kept at all.
trait Keeping<'t, 'a> {
    const KEEPS: bool = true;
    fn text(text: Cow<'t, str>) -> Cow<'a, str>;
    fn number(number: Number<'t>) -> Number<'a>;
}

struct Borrowing;
struct Owning;
struct Checking;

impl<'t> Keeping<'t, 't> for Borrowing {
    fn text(text: Cow<'t, str>) -> Cow<'t, str> {
        text
    }

    fn number(number: Number<'t>) -> Number<'t> {
        number
    }
}

impl<'t> Keeping<'t, 'static> for Owning {
    fn text(text: Cow<'t, str>) -> Cow<'static, str> {
        Cow::Owned(text.into_owned())
    }

    fn number(number: Number<'t>) -> Number<'static> {
        number.into_owned()
    }
}

impl<'t> Keeping<'t, 'static> for Checking {
    const KEEPS: bool = false;

    fn text(_: Cow<'t, str>) -> Cow<'static, str> {
        Cow::Borrowed("")
    }

    fn number(_: Number<'t>) -> Number<'static> {
        Number::from_valid("0")
    }
}

/// The text without a byte order mark, the document, and what is large in it if it is not kept.
fn read<'t, 'a, K: Keeping<'t, 'a>>(text: &'t [u8]) -> Result<(&'t str, Json<'a>, Vec<Large>), JsonError> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let outcome = match str::from_utf8(text) {
        Ok(text) => Reader::<K>::new(text).document().map(|(document, large)| (text, document, large)),
        Err(error) => {
            // A fault before the invalid bytes comes first.
            let (valid, _) = text.split_at(error.valid_up_to());
            let fault = str::from_utf8(valid).ok().and_then(|valid| Reader::<K>::new(valid).document().err());
            let earlier = fault.filter(|fault| fault.at < valid.len());
            Err(earlier.unwrap_or(Fault { reason: "invalid unicode code point", at: valid.len() }))
        }
    };
    outcome.map_err(|fault| {
        let before = &text[..fault.at.min(text.len())];
        let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let line = before.split(|&byte| byte == b'\n').count();
        JsonError { reason: fault.reason.to_owned(), line, column: 1 + before.len() - line_start }
    })
}

#[derive(Debug)]
struct Fault {
    reason: &'static str,
    at: usize,
}

const TOO_DEEP: &str = "arrays and objects nest deeper than 256 levels";

/// A member of an object that is being read.
type Member<'a> = (Cow<'a, str>, Json<'a>);

struct Reader<'t, 'a, K> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    depth: usize,
    /// Of all arrays that are being read: the items of the innermost are last.
    items: Vec<Json<'a>>,
    /// Likewise of all objects.
    members: Vec<Member<'a>>,
    large: Vec<Large>,
    keeping: PhantomData<K>,
}

impl<'t, 'a, K: Keeping<'t, 'a>> Reader<'t, 'a, K> {
    fn new(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let (items, members, large) = (Vec::new(), Vec::new(), Vec::new());
        Self { text, bytes, at: 0, depth: 0, items, members, large, keeping: PhantomData }
    }

    fn document(mut self) -> Result<(Json<'a>, Vec<Large>), Fault> {
        self.skip_space();
        let document = self.value()?;
        self.skip_space();
        if self.at < self.bytes.len() { Err(self.fault("trailing characters")) } else { Ok((document, self.large)) }
    }

    fn fault(&self, reason: &'static str) -> Fault {
        Fault { reason, at: self.at }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// The value that begins here.
    fn value(&mut self) -> Result<Json<'a>, Fault> {
        match self.peek() {
            Some(b'"') => Ok(Json::String(K::text(self.string()?))),
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'-' | b'0'..=b'9') => self.number().map(Json::Number),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            Some(_) => Err(self.fault("expected value")),
            None => Err(self.fault("EOF while parsing a value")),
        }
    }

    fn word(&mut self, word: &str, value: Json<'a>) -> Result<Json<'a>, Fault> {
        for byte in word.bytes() {
            match self.peek() {
                Some(found) if found == byte => self.at += 1,
                Some(_) => return Err(self.fault("expected ident")),
                None => return Err(self.fault("EOF while parsing a value")),
            }
        }
        Ok(value)
    }

    /// `read` gives the array or object, and how many parts it has.
    fn nested(&mut self, read: fn(&mut Self) -> Result<(Json<'a>, usize), Fault>) -> Result<Json<'a>, Fault> {
        if self.depth == MAX_DEPTH {
            return Err(self.fault(TOO_DEEP));
        }
        let start = self.at;
        self.depth += 1;
        self.at += 1;
        self.skip_space();
        let (value, parts) = read(self)?;
        self.depth -= 1;
        if !K::KEEPS && is_large(self.at - start) {
            self.large.push(Large { start, end: self.at, parts });
        }
        Ok(value)
    }

    /// The rest of an array, after the opening bracket.
    fn array(&mut self) -> Result<(Json<'a>, usize), Fault> {
        let (start, mut many, mut parts) = (self.items.len(), Vec::new(), 0);
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok((Json::Array(many), 0));
        }
        if self.peek().is_none() {
            return Err(self.fault("EOF while parsing a list"));
        }
        loop {
            let item = self.value()?;
            parts += 1;
            if K::KEEPS {
                self.items.push(item);
            }
            self.skip_space();
            match self.peek() {
                Some(b',') => {
                    self.at += 1;
                    self.skip_space();
                    if self.peek() == Some(b']') {
                        return Err(self.fault("trailing comma"));
                    }
                    if self.items.len() - start == CHUNK {
                        move_chunk(&mut self.items, start, &mut many);
                    }
                }
                Some(b']') => {
                    self.at += 1;
                    return Ok((Json::Array(gathered(&mut self.items, start, many)), parts));
                }
                Some(_) => return Err(self.fault("expected `,` or `]`")),
                None => return Err(self.fault("EOF while parsing a list")),
            }
        }
    }

    /// The rest of an object, after the opening brace.
    fn object(&mut self) -> Result<(Json<'a>, usize), Fault> {
        let (start, mut many, mut parts) = (self.members.len(), Vec::new(), 0);
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok((Json::Object(Object::new()), 0));
        }
        loop {
            match self.peek() {
                Some(b'"') => {}
                Some(_) => return Err(self.fault("key must be a string")),
                None => return Err(self.fault("EOF while parsing an object")),
            }
            let name = K::text(self.string()?);
            self.skip_space();
            match self.peek() {
                Some(b':') => self.at += 1,
                Some(_) => return Err(self.fault("expected `:`")),
                None => return Err(self.fault("EOF while parsing an object")),
            }
            self.skip_space();
            let value = self.value()?;
            parts += 1;
            if K::KEEPS {
                self.members.push((name, value));
            }
            self.skip_space();
            match self.peek() {
                Some(b',') => {
                    self.at += 1;
                    self.skip_space();
                    if self.peek() == Some(b'}') {
                        return Err(self.fault("trailing comma"));
                    }
                    if self.members.len() - start == CHUNK {
                        move_chunk(&mut self.members, start, &mut many);
                    }
                }
                Some(b'}') => {
                    self.at += 1;
                    let members = gathered(&mut self.members, start, many);
                    return Ok((Json::Object(Object::from_members(members)), parts));
                }
                Some(_) => return Err(self.fault("expected `,` or `}`")),
                None => return Err(self.fault("EOF while parsing an object")),
            }
        }
    }

    fn number(&mut self) -> Result<Number<'a>, Fault> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => {
                self.at += 1;
                if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                    return Err(self.fault("invalid number"));
                }
            }
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(K::number(Number::from_valid(&self.text[start..self.at])))
    }

    /// One digit or more.
    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        match self.peek() {
            _ if self.at > start => Ok(()),
            Some(_) => Err(self.fault("invalid number")),
            None => Err(self.fault("EOF while parsing a value")),
        }
    }

    /// The string that begins here with its quote.
    fn string(&mut self) -> Result<Cow<'t, str>, Fault> {
        let start = self.at + 1;
        self.at = start + plain_length(&self.bytes[start..]);
        if self.peek() == Some(b'"') {
            self.at += 1;
            return Ok(Cow::Borrowed(&self.text[start..self.at - 1]));
        }
        self.escaped_string(start).map(Cow::Owned)
    }

    /// The rest of a string that has escapes; up to here it had none.
    #[cold]
    fn escaped_string(&mut self, start: usize) -> Result<String, Fault> {
        let mut text = self.text[start..self.at].to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => {
                    self.at += 1;
                    text.push(self.escape()?);
                }
                Some(_) => return Err(self.fault("control character (\\u0000-\\u001F) found while parsing a string")),
                None => return Err(self.fault("EOF while parsing a string")),
            }
            let length = plain_length(&self.bytes[self.at..]);
            text.push_str(&self.text[self.at..self.at + length]);
            self.at += length;
        }
    }

    /// The character that an escape stands for; the backslash has been read.
    fn escape(&mut self) -> Result<char, Fault> {
        let plain = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte.into(),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.code_point();
            }
            Some(_) => return Err(self.fault("invalid escape")),
            None => return Err(self.fault("EOF while parsing a string")),
        };
        self.at += 1;
        Ok(plain)
    }

    /// The character behind `\u`: four hexadecimal digits, or two times four for a surrogate pair.
    fn code_point(&mut self) -> Result<char, Fault> {
        let first = self.four_digits()?;
        if let Some(character) = char::from_u32(first) {
            return Ok(character);
        }
        let lone = self.fault("lone leading surrogate in hex escape");
        if first >= 0xDC00 || !self.bytes[self.at..].starts_with(b"\\u") {
            return Err(lone);
        }
        self.at += 2;
        let second = self.four_digits()?;
        if !(0xDC00..0xE000).contains(&second) {
            return Err(lone);
        }
        char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00)).ok_or(lone)
    }

    fn four_digits(&mut self) -> Result<u32, Fault> {
        let mut value = 0;
        for _ in 0..4 {
            let Some(byte) = self.peek() else { return Err(self.fault("EOF while parsing a string")) };
            let Some(digit) = char::from(byte).to_digit(16) else { return Err(self.fault("invalid escape")) };
            value = value * 16 + digit;
            self.at += 1;
        }
        Ok(value)
    }
}

/// How many bytes there are before a quote, a backslash or a control character, or the end. Eight bytes at a time: each
/// test leaves the high bit of the first byte that passes it (and maybe of some after that).
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHS: u64 = ONES << 7;
    let is_zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let mut at = 0;
    while let Some(chunk) = bytes[at..].first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let quote = is_zero(word ^ (ONES * u64::from(b'"')));
        let backslash = is_zero(word ^ (ONES * u64::from(b'\\')));
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let found = (quote | backslash | control) & HIGHS;
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..0x20);
    at + bytes[at..].iter().position(is_special).unwrap_or(bytes.len() - at)
}

/// Arrays and objects of more than so many values leave the common stack early.
const CHUNK: usize = 1024;

/// Moves what is on the stack from `start` to the values that were there before.
fn move_chunk<T>(stack: &mut Vec<T>, start: usize, before: &mut Vec<T>) {
    if before.capacity() - before.len() < CHUNK {
        // Growing by half instead of double keeps the peak low.
        before.reserve_exact(CHUNK.max(before.len() / 2));
    }
    before.extend(stack.drain(start..));
}

/// The values of a finished array or object, in an allocation of their size.
fn gathered<T>(stack: &mut Vec<T>, start: usize, mut before: Vec<T>) -> Vec<T> {
    if before.is_empty() {
        return stack.drain(start..).collect();
    }
    before.reserve_exact(stack.len() - start);
    before.extend(stack.drain(start..));
    before.shrink_to_fit();
    before
}
