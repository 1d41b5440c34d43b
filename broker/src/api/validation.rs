//! Checks of request bodies and queries, with the texts every Pact Broker answers.
//!
//! Errors are collected, not thrown: a caller sees everything that is wrong at once, grouped by field and in the order found.

use std::borrow::Cow;

use intact_pact_model::json::{Json, JsonKind, JsonValue, Object};

/// Something wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldError {
    /// The field, nested ones joined by dots (`request.url`); empty for the whole.
    pub(crate) field: String,
    /// What is wrong, without place.
    pub(crate) text: Cow<'static, str>,
    /// Which element of an array field.
    pub(crate) index: Option<usize>,
    /// Which property of that element.
    pub(crate) property: Option<&'static str>,
}

impl FieldError {
    /// The text of the plain form: `tag must be filled (at index 0)`.
    pub(crate) fn message(&self) -> String {
        let mut message = String::new();
        if let Some(property) = self.property {
            message.push_str(property);
            message.push(' ');
        }
        message.push_str(&self.text);
        if let Some(index) = self.index {
            message.push_str(" (at index ");
            message.push_str(&index.to_string());
            message.push(')');
        }
        message
    }

    /// The place in the form of a JSON pointer, for problem documents.
    pub(crate) fn pointer(&self) -> String {
        let mut pointer = format!("/{}", self.field.replace('.', "/"));
        if let Some(index) = self.index {
            pointer.push('/');
            pointer.push_str(&index.to_string());
        }
        if let Some(property) = self.property {
            pointer.push('/');
            pointer.push_str(property);
        }
        pointer
    }
}

/// Everything found wrong with a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// Nothing wrong yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A single error.
    pub(crate) fn one(field: impl Into<String>, text: impl Into<Cow<'static, str>>) -> Self {
        let mut errors = Self::new();
        errors.add(field, text);
        errors
    }

    /// Adds an error of a field.
    pub(crate) fn add(&mut self, field: impl Into<String>, text: impl Into<Cow<'static, str>>) {
        self.0.push(FieldError { field: field.into(), text: text.into(), index: None, property: None });
    }

    /// Adds an error of an element of an array field.
    pub(crate) fn add_at(&mut self, field: impl Into<String>, index: usize, text: impl Into<Cow<'static, str>>) {
        self.0.push(FieldError { field: field.into(), text: text.into(), index: Some(index), property: None });
    }

    /// Adds an error of a property of an element of an array field.
    pub(crate) fn add_property(
        &mut self,
        field: impl Into<String>,
        index: usize,
        property: &'static str,
        text: impl Into<Cow<'static, str>>,
    ) {
        let error = FieldError { field: field.into(), text: text.into(), index: Some(index), property: Some(property) };
        self.0.push(error);
    }

    /// Is nothing wrong?
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Are there errors of this field (of this element)?
    pub(crate) fn has(&self, field: &str, index: Option<usize>, property: Option<&str>) -> bool {
        self.0.iter().any(|error| error.field == field && error.index == index && error.property == property)
    }

    /// The errors in the order found.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &FieldError> {
        self.0.iter()
    }

    /// `{"field": ["text", …]}`, fields in the order their first error was found.
    pub(crate) fn to_json(&self) -> JsonValue {
        let mut fields = Object::new();
        for error in &self.0 {
            match fields.get_mut(&error.field) {
                Some(Json::Array(texts)) => texts.push(error.message().into()),
                _ => fields.insert(error.field.clone(), Json::array([error.message()])),
            }
        }
        Json::Object(fields)
    }
}

/// The text for a value that should be a string.
pub(crate) const MUST_BE_STRING: &str = "must be a string";
/// The text for white space where something is expected.
pub(crate) const CANNOT_BE_BLANK: &str = "cannot be blank";
/// The text for `""`, `{}` or null where a value is required.
pub(crate) const MUST_BE_FILLED: &str = "must be filled";
/// The text for an absent required field.
pub(crate) const IS_MISSING: &str = "is missing";
/// The text for a list of more than [`MOST_ELEMENTS`].
pub(crate) const TOO_MANY_ELEMENTS: &str = "size cannot be greater than 1000";
/// The text for a newline where none may be.
pub(crate) const MULTIPLE_LINES: &str = "cannot contain multiple lines";
/// The text for a space where none may be.
pub(crate) const CONTAINS_SPACES: &str = "cannot contain spaces";

/// The longest name, in bytes: what an index entry of PostgreSQL can hold, with room for the rest of the key.
pub(crate) const MAX_NAME: usize = 2000;

/// The most elements a list of a body may have of which each is written by itself.
pub(crate) const MOST_ELEMENTS: usize = 1000;

/// What a text field of a body must be like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextRule {
    /// Must it be there?
    pub(crate) required: bool,
    /// May it be null?
    pub(crate) nullable: bool,
    /// Is `""` already refused with "must be filled", before blanks are?
    pub(crate) filled: bool,
    /// Is white space alone refused?
    pub(crate) not_blank: bool,
    /// Are newlines refused?
    pub(crate) single_line: bool,
    /// Are spaces refused?
    pub(crate) no_spaces: bool,
    /// May it be longer than a name?
    pub(crate) any_length: bool,
    /// Does it become a segment of addresses?
    pub(crate) is_name: bool,
}

impl TextRule {
    /// A field that may be left out or null.
    pub(crate) const OPTIONAL: Self = Self {
        required: false,
        nullable: true,
        filled: false,
        not_blank: false,
        single_line: false,
        no_spaces: false,
        any_length: false,
        is_name: false,
    };

    /// A field that must be there.
    pub(crate) const REQUIRED: Self = Self { required: true, nullable: false, ..Self::OPTIONAL };

    /// Refuses `""` with "must be filled".
    pub(crate) const fn filled(mut self) -> Self {
        self.filled = true;
        self
    }

    /// Refuses white space alone.
    pub(crate) const fn not_blank(mut self) -> Self {
        self.not_blank = true;
        self
    }

    /// Refuses newlines.
    pub(crate) const fn single_line(mut self) -> Self {
        self.single_line = true;
        self
    }

    /// Refuses spaces.
    pub(crate) const fn no_spaces(mut self) -> Self {
        self.no_spaces = true;
        self
    }

    /// Refuses white space alone, and what no address can hold.
    pub(crate) const fn name(mut self) -> Self {
        self.is_name = true;
        self.not_blank()
    }

    /// Accepts texts longer than a name.
    pub(crate) const fn any_length(mut self) -> Self {
        self.any_length = true;
        self
    }

    /// The text of the field, or what is wrong with it. Absent and null are `Ok(None)` where allowed.
    pub(crate) fn check<'a>(self, value: Option<&'a Json<'_>>) -> Result<Option<&'a str>, Vec<&'static str>> {
        let text = match value {
            None if self.required => return Err(vec![IS_MISSING]),
            None => return Ok(None),
            Some(Json::Null) if self.nullable => return Ok(None),
            Some(Json::Null) if self.filled => return Err(vec![MUST_BE_FILLED]),
            Some(Json::String(text)) => text.as_ref(),
            Some(_) => return Err(vec![MUST_BE_STRING]),
        };
        if self.filled && text.is_empty() {
            return Err(vec![MUST_BE_FILLED]);
        }
        let mut faults = Vec::new();
        if self.not_blank && text.trim().is_empty() {
            faults.push(CANNOT_BE_BLANK);
        }
        if self.is_name && (text == "." || text == "..") {
            faults.push("cannot be . or ..");
        }
        if self.single_line && text.contains('\n') {
            faults.push(MULTIPLE_LINES);
        }
        if self.no_spaces && text.contains(' ') {
            faults.push(CONTAINS_SPACES);
        }
        if !self.any_length && text.len() > MAX_NAME {
            faults.push("is too long (the maximum is 2000 bytes)");
        }
        if text.contains('\0') {
            // PostgreSQL cannot store it in a text.
            faults.push("cannot contain a null character");
        }
        if faults.is_empty() { Ok(Some(text)) } else { Err(faults) }
    }
}

/// A body being checked, field by field.
#[derive(Debug)]
pub(crate) struct Checked<'a> {
    body: &'a Object<'a>,
    /// What was found so far.
    pub(crate) errors: FieldErrors,
}

impl<'a> Checked<'a> {
    /// Begins to check `body`.
    pub(crate) fn new(body: &'a Object<'a>) -> Self {
        Self { body, errors: FieldErrors::new() }
    }

    /// The text of a field that follows the rule.
    pub(crate) fn text(&mut self, field: &'static str, rule: TextRule) -> Option<String> {
        match rule.check(self.body.get(field)) {
            Ok(text) => text.map(str::to_owned),
            Err(faults) => {
                for fault in faults {
                    self.errors.add(field, fault);
                }
                None
            }
        }
    }

    /// A field as it is.
    pub(crate) fn raw(&self, field: &str) -> Option<&'a Json<'a>> {
        self.body.get(field)
    }

    /// Is the field named in the body, be it as null?
    pub(crate) fn has(&self, field: &str) -> bool {
        self.body.contains(field)
    }

    /// A required boolean; another type answers `wrong_type`.
    pub(crate) fn boolean(&mut self, field: &'static str, wrong_type: &'static str) -> Option<bool> {
        match self.body.get(field) {
            Some(Json::Bool(value)) => return Some(*value),
            Some(_) => self.errors.add(field, wrong_type),
            None => self.errors.add(field, IS_MISSING),
        }
        None
    }

    /// An optional array.
    pub(crate) fn array(&mut self, field: &'static str) -> Option<&'a [Json<'a>]> {
        match self.body.get(field) {
            None | Some(Json::Null) => None,
            Some(Json::Array(items)) if items.len() > MOST_ELEMENTS => {
                self.errors.add(field, TOO_MANY_ELEMENTS);
                None
            }
            Some(Json::Array(items)) => Some(items),
            Some(_) => {
                self.errors.add(field, "must be an array");
                None
            }
        }
    }
}

/// The class a JSON value has in Ruby; a few error texts of the API name it.
pub(crate) fn ruby_class(value: &Json<'_>) -> &'static str {
    match value.kind() {
        JsonKind::Null => "NilClass",
        JsonKind::Boolean if value.as_bool() == Some(true) => "TrueClass",
        JsonKind::Boolean => "FalseClass",
        JsonKind::Integer => "Integer",
        JsonKind::Decimal => "Float",
        JsonKind::String => "String",
        JsonKind::Array => "Array",
        JsonKind::Object => "Hash",
    }
}
