//! JSON documents as Intact keeps them: members in order, numbers as they were written, strings borrowed where possible.
//!
//! `serde_json::Value` loses the text of a number (`1.10`, 23-digit integers) and the order of members unless features are
//! turned on that would change *every* user's `serde_json`, because cargo unifies features. So documents that are compared,
//! stored or written are of this type; `serde_json` appears only at the edges where users bring their own values.
//!
//! Reading is [`Json::parse`], which also says what its limits are; printing is [`Json::to_compact`] and [`Json::to_pretty`].
//! What is too large for a tree is checked and walked as text: [`CheckedJson`].

mod number;
mod object;
mod parse;
mod position;
mod print;
mod text;

use std::borrow::Cow;

pub use number::Number;
pub use object::Object;
pub use parse::{JsonError, MAX_DEPTH};
pub use position::{Position, positions};
pub use text::{CheckedJson, JsonText, TextMembers};

/// A JSON document that owns its text.
pub type JsonValue = Json<'static>;

/// One JSON value. `'a` is the body it was read from.
///
/// Equality is that of JSON values: member order does not matter, numbers are compared by value within their kind
/// (`1.10` equals `1.1`, but `1` does not equal `1.0`: an integer is not a decimal).
///
/// ```
/// use intact_pact_model::json::Json;
///
/// let document = Json::parse(br#"{ "price": 79.90, "id": 12345678901234567890123 }"#)?;
/// assert_eq!(document.to_compact(), r#"{"price":79.90,"id":12345678901234567890123}"#);
/// assert_eq!(document.get("price").and_then(Json::as_f64), Some(79.9));
/// # Ok::<(), intact_pact_model::json::JsonError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Json<'a> {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number with its text.
    Number(Number<'a>),
    /// A string, unescaped.
    String(Cow<'a, str>),
    /// An array.
    Array(Vec<Json<'a>>),
    /// An object, members in the order of the text.
    Object(Object<'a>),
}

/// What a [`Json`] value is; integers and decimals are told apart by how the number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum JsonKind {
    Null,
    Boolean,
    Integer,
    Decimal,
    String,
    Array,
    Object,
}

impl JsonKind {
    /// The name used in mismatch texts, for example `Integer`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Null => "Null",
            Self::Boolean => "Boolean",
            Self::Integer => "Integer",
            Self::Decimal => "Decimal",
            Self::String => "String",
            Self::Array => "Array",
            Self::Object => "Object",
        }
    }
}

impl std::fmt::Display for JsonKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl<'a> Json<'a> {
    /// An object of the given members. A repeated name keeps its last value.
    pub fn object<K: Into<Cow<'a, str>>, V: Into<Json<'a>>>(members: impl IntoIterator<Item = (K, V)>) -> Self {
        Self::Object(members.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// An array of the given items.
    pub fn array<V: Into<Json<'a>>>(items: impl IntoIterator<Item = V>) -> Self {
        Self::Array(items.into_iter().map(Into::into).collect())
    }

    /// What kind of value this is.
    pub fn kind(&self) -> JsonKind {
        match self {
            Self::Null => JsonKind::Null,
            Self::Bool(_) => JsonKind::Boolean,
            Self::Number(n) if n.is_integer() => JsonKind::Integer,
            Self::Number(_) => JsonKind::Decimal,
            Self::String(_) => JsonKind::String,
            Self::Array(_) => JsonKind::Array,
            Self::Object(_) => JsonKind::Object,
        }
    }

    /// The member called `name`, if this is an object that has it.
    pub fn get(&self, name: &str) -> Option<&Json<'a>> {
        self.as_object()?.get(name)
    }

    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The truth value, if this is a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// The number, if this is one.
    pub fn as_number(&self) -> Option<&Number<'a>> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }

    /// The number as an unsigned integer, if it is written as one and fits.
    pub fn as_u64(&self) -> Option<u64> {
        self.as_number()?.as_u64()
    }

    /// The number as the nearest floating point value, if this is a number.
    pub fn as_f64(&self) -> Option<f64> {
        self.as_number().map(Number::as_f64)
    }

    /// The items, if this is an array.
    pub fn as_array(&self) -> Option<&[Json<'a>]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    /// The members, if this is an object.
    pub fn as_object(&self) -> Option<&Object<'a>> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }

    /// The members, if this is an object.
    pub fn as_object_mut(&mut self) -> Option<&mut Object<'a>> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }

    /// Is this `null`?
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The same document, borrowing nothing.
    pub fn into_owned(self) -> JsonValue {
        match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(value),
            Self::Number(number) => Json::Number(number.into_owned()),
            Self::String(text) => Json::String(Cow::Owned(text.into_owned())),
            Self::Array(items) => Json::Array(items.into_iter().map(Json::into_owned).collect()),
            Self::Object(object) => Json::Object(
                object.into_iter().map(|(name, value)| (Cow::Owned(name.into_owned()), value.into_owned())).collect(),
            ),
        }
    }

    /// The text of a string as it is, of any other value its JSON text.
    ///
    /// Pact files are read leniently: a number where a name is expected becomes its text.
    pub fn to_text(&self) -> Cow<'_, str> {
        match self {
            Self::String(text) => Cow::Borrowed(text),
            other => Cow::Owned(other.to_compact()),
        }
    }
}

impl std::fmt::Display for Json<'_> {
    /// The compact text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_compact())
    }
}

impl From<bool> for Json<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl<'a> From<&'a str> for Json<'a> {
    fn from(text: &'a str) -> Self {
        Self::String(Cow::Borrowed(text))
    }
}

impl From<String> for Json<'_> {
    fn from(text: String) -> Self {
        Self::String(Cow::Owned(text))
    }
}

impl<'a> From<Number<'a>> for Json<'a> {
    fn from(number: Number<'a>) -> Self {
        Self::Number(number)
    }
}

impl<'a> From<Object<'a>> for Json<'a> {
    fn from(object: Object<'a>) -> Self {
        Self::Object(object)
    }
}

impl<'a> From<Vec<Json<'a>>> for Json<'a> {
    fn from(items: Vec<Json<'a>>) -> Self {
        Self::Array(items)
    }
}

macro_rules! from_integers {
    ($($integer:ty),*) => { $(
        impl From<$integer> for Json<'_> {
            fn from(value: $integer) -> Self {
                Self::Number(Number::from(value))
            }
        }
    )* };
}
from_integers!(i32, i64, u16, u32, u64, usize);

/// Numbers keep the text that `serde_json` prints for them.
impl From<&serde_json::Value> for JsonValue {
    fn from(value: &serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(*value),
            serde_json::Value::Number(number) => Self::Number(Number::from(number)),
            serde_json::Value::String(text) => Self::String(Cow::Owned(text.clone())),
            serde_json::Value::Array(items) => Self::Array(items.iter().map(Self::from).collect()),
            serde_json::Value::Object(members) => Self::Object(
                members.iter().map(|(name, value)| (Cow::Owned(name.clone()), Self::from(value))).collect(),
            ),
        }
    }
}

#[cfg(test)]
mod tests;
