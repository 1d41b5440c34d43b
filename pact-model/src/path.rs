//! Path expressions: the restricted JSONPath that keys of body and metadata rules are written in.
//!
//! ```text
//! path     := "$"? segment*            the "$" may be left out before a letter or digit
//! segment  := "." ( "*" | ident ) | "[" ( "'" chars "'" | digits | "*" ) "]"
//! ident    := one or more of: letters, digits, "_", "-", ":", "#", "@"
//! ```
//!
//! How exact an expression is, and which one wins for a value, is decided in `intact-matching` (`rule_tree`).

use std::fmt::Write as _;
use std::str::FromStr;

/// A parsed path expression, for example `$.items[*].sku`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct PathExpression {
    segments: Vec<Segment>,
}

/// One step of a path expression, below the root.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Segment {
    /// `.name` or `['name']`
    Field(String),
    /// `[0]`
    Index(usize),
    /// `.*`: any key or index.
    Star,
    /// `[*]`: any index.
    StarIndex,
}

/// Text that is no path expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` is not a path expression: {reason} at character {at}")]
pub struct PathError {
    /// The text.
    pub path: String,
    /// What is wrong.
    pub reason: &'static str,
    /// Where, in characters from 1.
    pub at: usize,
}

impl PathExpression {
    /// The root, `$`.
    pub fn root() -> Self {
        Self::default()
    }

    /// The steps below the root.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The path of a member of what this path names.
    pub fn field(&self, name: &str) -> Self {
        self.then(Segment::Field(name.to_owned()))
    }

    /// The path of an item of what this path names.
    pub fn index(&self, index: usize) -> Self {
        self.then(Segment::Index(index))
    }

    /// The path of any item of what this path names.
    pub fn any_index(&self) -> Self {
        self.then(Segment::StarIndex)
    }

    /// The path of any member or item of what this path names.
    pub fn any(&self) -> Self {
        self.then(Segment::Star)
    }

    fn then(&self, segment: Segment) -> Self {
        let mut segments = self.segments.clone();
        segments.push(segment);
        Self { segments }
    }
}

impl From<Vec<Segment>> for PathExpression {
    fn from(segments: Vec<Segment>) -> Self {
        Self { segments }
    }
}

impl FromStr for PathExpression {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let characters: Vec<char> = text.chars().collect();
        let mut reader = Reader { text, characters: &characters, at: 0 };
        reader.path().map(Self::from)
    }
}

struct Reader<'a> {
    text: &'a str,
    characters: &'a [char],
    at: usize,
}

impl Reader<'_> {
    fn path(&mut self) -> Result<Vec<Segment>, PathError> {
        let mut segments = Vec::new();
        match self.peek() {
            None => return Ok(segments),
            Some('$') => self.at += 1,
            Some(first) if first.is_alphanumeric() => segments.push(self.ident()?),
            Some(_) => return Err(self.error("expected `$`, a letter or a digit")),
        }
        while let Some(next) = self.peek() {
            self.at += 1;
            match next {
                '.' => {
                    let segment = self.after_dot()?;
                    segments.push(segment);
                }
                '[' => {
                    let segment = self.in_brackets()?;
                    segments.push(segment);
                }
                _ => {
                    self.at -= 1;
                    return Err(self.error("expected `.` or `[`"));
                }
            }
        }
        Ok(segments)
    }

    fn after_dot(&mut self) -> Result<Segment, PathError> {
        if self.peek() == Some('*') {
            self.at += 1;
            return Ok(Segment::Star);
        }
        self.ident()
    }

    fn ident(&mut self) -> Result<Segment, PathError> {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ':' | '#' | '@')) {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.error("expected a name or `*`"));
        }
        Ok(Segment::Field(self.characters[start..self.at].iter().collect()))
    }

    fn in_brackets(&mut self) -> Result<Segment, PathError> {
        let segment = match self.peek() {
            Some('*') => {
                self.at += 1;
                Segment::StarIndex
            }
            Some('\'') => {
                self.at += 1;
                Segment::Field(self.quoted()?)
            }
            Some(c) if c.is_ascii_digit() => {
                let start = self.at;
                while self.peek().is_some_and(|c| c.is_ascii_digit()) {
                    self.at += 1;
                }
                let digits: String = self.characters[start..self.at].iter().collect();
                Segment::Index(digits.parse().map_err(|_| self.error("an index that is too large"))?)
            }
            _ => return Err(self.error("expected `*`, a quoted name or an index")),
        };
        if self.peek() != Some(']') {
            return Err(self.error("expected `]`"));
        }
        self.at += 1;
        Ok(segment)
    }

    /// The name up to the closing quote; `\'` and `\\` stand for the character itself.
    fn quoted(&mut self) -> Result<String, PathError> {
        let mut name = String::new();
        loop {
            match self.peek() {
                None => return Err(self.error("expected a closing `'`")),
                Some('\'') => break,
                Some('\\') if matches!(self.characters.get(self.at + 1), Some('\'' | '\\')) => {
                    self.at += 1;
                    name.extend(self.peek());
                }
                Some(c) => name.push(c),
            }
            self.at += 1;
        }
        if name.is_empty() {
            return Err(self.error("an empty name"));
        }
        self.at += 1;
        Ok(name)
    }

    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn error(&self, reason: &'static str) -> PathError {
        PathError { path: self.text.to_owned(), reason, at: self.at + 1 }
    }
}

impl std::fmt::Display for PathExpression {
    /// `$.name` where the name is an identifier, else `$['name']`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_char('$')?;
        for segment in &self.segments {
            match segment {
                Segment::Field(name) => write_field(f, name)?,
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Star => f.write_str(".*")?,
                Segment::StarIndex => f.write_str("[*]")?,
            }
        }
        Ok(())
    }
}

/// Appends a member's name to a printed path: `.name`, or `['name']` if it is no identifier.
pub fn write_field(out: &mut impl std::fmt::Write, name: &str) -> std::fmt::Result {
    let mut characters = name.chars();
    let identifier = characters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || c == '_');
    if identifier {
        write!(out, ".{name}")
    } else {
        out.write_str("['")?;
        for c in name.chars() {
            if matches!(c, '\'' | '\\') {
                out.write_char('\\')?;
            }
            out.write_char(c)?;
        }
        out.write_str("']")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> PathExpression {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn expressions_are_read_and_printed() {
        for (text, printed) in [
            ("", "$"),
            ("$", "$"),
            ("$.a.b", "$.a.b"),
            ("a.b", "$.a.b"),
            ("$['a']['b c']", "$.a['b c']"),
            ("$.items[*].sku", "$.items[*].sku"),
            ("$.*[10].@id", "$.*[10]['@id']"),
            ("$['it\\'s \\\\']", "$['it\\'s \\\\']"),
            ("$.ns:a.#text", "$['ns:a']['#text']"),
            ("$.größe", "$['größe']"),
        ] {
            assert_eq!(parse(text).to_string(), printed, "{text}");
        }
    }

    #[test]
    fn what_is_no_path_is_refused_with_its_place() {
        for text in [
            "$a",
            ".a",
            "$.",
            "$..a",
            "$[",
            "$[]",
            "$['']",
            "$['a'",
            "$[-1]",
            "$[1:2]",
            "$.a b",
            "$.a[?(@.b)]",
            "$.ids[]",
            " $.a",
        ] {
            assert!(text.parse::<PathExpression>().is_err(), "{text}");
        }
        let error = "$.ids[]".parse::<PathExpression>().expect_err("no path");
        insta::assert_snapshot!(error, @"`$.ids[]` is not a path expression: expected `*`, a quoted name or an index at character 7");
        assert!("$[99999999999999999999999]".parse::<PathExpression>().is_err());
    }

    proptest! {
        #[test]
        fn reading_what_was_printed_gives_the_same_expression(names in proptest::collection::vec(".{1,8}", 0..6)) {
            let mut path = PathExpression::root();
            for (at, name) in names.iter().enumerate() {
                path = match at % 4 { 0 | 1 => path.field(name), 2 => path.any_index().index(at), _ => path.any().field(name) };
            }
            prop_assert_eq!(path.to_string().parse::<PathExpression>().unwrap(), path);
        }

        #[test]
        fn any_text_is_an_expression_or_an_error(text in ".{0,24}") {
            let _ = text.parse::<PathExpression>();
        }
    }
}
