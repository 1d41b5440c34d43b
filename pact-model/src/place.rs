//! Where the reader is in a document, and what it has to say about it.

use crate::json::{Json, Object};
use crate::path::write_field;

use crate::read::{ReadError, ReadErrorKind, Warning};

/// More warnings than anybody reads; a hostile file could have millions.
const MAX_WARNINGS: usize = 100;

/// Longer names and values are cut in texts.
const MAX_SHOWN: usize = 80;

/// A place in the document. It is printed only if there is something to say about it, so it is a chain of borrowed steps.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    parent: Option<&'a At<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Field(&'a str),
    Index(usize),
}

impl<'a> At<'a> {
    pub(crate) fn root() -> Self {
        Self { parent: None, step: Step::Root }
    }

    pub(crate) fn field(&'a self, name: &'a str) -> Self {
        Self { parent: Some(self), step: Step::Field(name) }
    }

    pub(crate) fn index(&'a self, index: usize) -> Self {
        Self { parent: Some(self), step: Step::Index(index) }
    }

    pub(crate) fn error(&self, kind: ReadErrorKind) -> ReadError {
        ReadError { at: self.to_string(), interaction: None, kind }
    }

    pub(crate) fn wrong_type(&self, expected: &'static str, found: &Json<'_>) -> ReadError {
        self.error(ReadErrorKind::WrongType { expected, found: describe(found) })
    }
}

impl std::fmt::Display for At<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Root => f.write_str("$"),
            Step::Field(name) => write_field(f, &shortened(name)),
            Step::Index(index) => write!(f, "[{index}]"),
        }
    }
}

/// What is noted while a document is read: the warnings so far, and texts that are not in its tree.
#[derive(Default)]
pub(crate) struct Notes {
    warnings: Vec<Warning>,
    left_out: usize,
    texts: Vec<(String, String)>,
}

impl Notes {
    pub(crate) fn warn(&mut self, at: &At<'_>, text: impl Into<String>) {
        if self.warnings.len() < MAX_WARNINGS {
            self.warnings.push(Warning { at: at.to_string(), text: text.into() });
        } else {
            self.left_out += 1;
        }
    }

    /// Keeps the compact text of a part until the reader comes to its place.
    pub(crate) fn keep_text(&mut self, at: &At<'_>, text: String) {
        self.texts.push((at.to_string(), text));
    }

    /// The text that was kept for this place. Mostly there is none at all.
    pub(crate) fn take_text(&mut self, at: &At<'_>) -> Option<String> {
        if self.texts.is_empty() {
            return None;
        }
        let place = at.to_string();
        let found = self.texts.iter().position(|(own, _)| *own == place)?;
        Some(self.texts.swap_remove(found).1)
    }

    pub(crate) fn into_warnings(mut self) -> Vec<Warning> {
        if let (true, Some(last)) = (self.left_out > 0, self.warnings.last_mut()) {
            *last = Warning { at: "$".to_owned(), text: format!("and {} more warnings", self.left_out + 1) };
        }
        self.warnings
    }
}

impl ReadError {
    /// Says in which interaction it is.
    pub(crate) fn inside(mut self, interaction: &Json<'_>) -> Self {
        if self.interaction.is_none() {
            self.interaction = interaction.get("description").map(|text| text.to_text().into_owned());
        }
        self
    }
}

/// The members of an optional object. Nothing, `null` and `[]` (an empty map, as PHP writes it) have none.
pub(crate) fn members<'j, 'a>(
    json: Option<&'j Json<'a>>,
    expected: &'static str,
    at: &At<'_>,
) -> Result<Option<&'j Object<'a>>, ReadError> {
    match json {
        None | Some(Json::Null) => Ok(None),
        Some(Json::Object(object)) => Ok(Some(object)),
        Some(Json::Array(items)) if items.is_empty() => Ok(None),
        Some(other) => Err(at.wrong_type(expected, other)),
    }
}

/// What a value is, for a message: `the string "200 OK"`, `an array`.
pub(crate) fn describe(json: &Json<'_>) -> String {
    match json {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => format!("`{value}`"),
        Json::Number(number) => format!("the number {}", shortened(number.as_str())),
        Json::String(text) => format!("the string {}", Json::from(shortened(text).into_owned()).to_compact()),
        Json::Array(_) => "an array".to_owned(),
        Json::Object(_) => "an object".to_owned(),
    }
}

pub(crate) fn shortened(text: &str) -> std::borrow::Cow<'_, str> {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}
