//! Any serialisable value as a JSON document.
//!
//! The way does not lead through `serde_json::Value`: that would sort the members of a struct by name, where a person reads
//! the contract in the order of the fields, and lose the text of large numbers.

use std::borrow::Cow;

use intact_pact_model::Json;
use intact_pact_model::json::{JsonValue, Number, Object};
use serde::ser::{self, Serialize};

/// A value that has no JSON form, for example a map whose keys are lists.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NotJson(String);

impl NotJson {
    pub(crate) fn because(reason: &str) -> Self {
        Self(reason.to_owned())
    }
}

impl ser::Error for NotJson {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// The JSON form of `value`: as `serde_json` has it, members in the order in which they are serialised.
pub(crate) fn to_json(value: &(impl Serialize + ?Sized)) -> Result<JsonValue, NotJson> {
    value.serialize(ToJson)
}

/// How `serde_json` marks numbers that keep their text, if the user's build has its feature `arbitrary_precision`.
const NUMBER_TOKEN: &str = "$serde_json::private::Number";
/// How `serde_json` marks JSON text.
const RAW_TOKEN: &str = "$serde_json::private::RawValue";

struct ToJson;

fn number(text: &str) -> Result<JsonValue, NotJson> {
    let number = Number::parse(text).ok_or_else(|| NotJson(format!("JSON has no number `{text}`")))?;
    Ok(Json::Number(number.into_owned()))
}

fn member(name: &'static str, value: JsonValue) -> JsonValue {
    Json::object([(name, value)])
}

macro_rules! numbers {
    ($($method:ident: $number:ty),* $(,)?) => { $(
        fn $method(self, value: $number) -> Result<JsonValue, NotJson> {
            number(&value.to_string())
        }
    )* };
}

impl ser::Serializer for ToJson {
    type Ok = JsonValue;
    type Error = NotJson;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Members;
    type SerializeStruct = Members;
    type SerializeStructVariant = Members;

    numbers! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128,
    }

    fn serialize_bool(self, value: bool) -> Result<JsonValue, NotJson> {
        Ok(Json::Bool(value))
    }

    // `{:?}` writes `1.0` as such, where `{}` would make an integer of it.
    fn serialize_f32(self, value: f32) -> Result<JsonValue, NotJson> {
        number(&format!("{value:?}"))
    }

    fn serialize_f64(self, value: f64) -> Result<JsonValue, NotJson> {
        number(&format!("{value:?}"))
    }

    fn serialize_char(self, value: char) -> Result<JsonValue, NotJson> {
        Ok(Json::from(value.to_string()))
    }

    fn serialize_str(self, value: &str) -> Result<JsonValue, NotJson> {
        Ok(Json::from(value.to_owned()))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<JsonValue, NotJson> {
        Ok(Json::array(value.iter().map(|&byte| u32::from(byte))))
    }

    fn serialize_none(self) -> Result<JsonValue, NotJson> {
        Ok(Json::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<JsonValue, NotJson> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<JsonValue, NotJson> {
        Ok(Json::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<JsonValue, NotJson> {
        Ok(Json::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<JsonValue, NotJson> {
        Ok(Json::from(variant))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<JsonValue, NotJson> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<JsonValue, NotJson> {
        Ok(member(variant, value.serialize(self)?))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Items, NotJson> {
        Ok(Items { variant: None, items: Vec::with_capacity(length.unwrap_or_default().min(1024)) })
    }

    fn serialize_tuple(self, length: usize) -> Result<Items, NotJson> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Items, NotJson> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items, NotJson> {
        Ok(Items { variant: Some(variant), items: Vec::new() })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Members, NotJson> {
        Ok(Members { variant: None, name: None, entries: Object::new() })
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Members, NotJson> {
        self.serialize_map(Some(length))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Members, NotJson> {
        Ok(Members { variant: Some(variant), name: None, entries: Object::new() })
    }
}

/// A list being serialised.
struct Items {
    variant: Option<&'static str>,
    items: Vec<JsonValue>,
}

impl Items {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotJson> {
        self.items.push(to_json(value)?);
        Ok(())
    }

    fn finish(self) -> JsonValue {
        let items = Json::Array(self.items);
        self.variant.map_or(items.clone(), |variant| member(variant, items))
    }
}

macro_rules! lists {
    ($($list:ident: $push:ident),*) => { $(
        impl ser::$list for Items {
            type Ok = JsonValue;
            type Error = NotJson;

            fn $push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotJson> {
                self.push(value)
            }

            fn end(self) -> Result<JsonValue, NotJson> {
                Ok(self.finish())
            }
        }
    )* };
}
lists!(
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field
);

/// An object being serialised.
struct Members {
    variant: Option<&'static str>,
    /// The name of a map's next member.
    name: Option<String>,
    entries: Object<'static>,
}

impl Members {
    fn insert<T: Serialize + ?Sized>(&mut self, name: String, value: &T) -> Result<(), NotJson> {
        self.entries.insert(Cow::Owned(name), to_json(value)?);
        Ok(())
    }

    fn finish(self) -> Result<JsonValue, NotJson> {
        if self.entries.len() == 1 {
            if let Some(text) = self.entries.get(NUMBER_TOKEN).and_then(Json::as_str) {
                return number(text);
            }
            if let Some(text) = self.entries.get(RAW_TOKEN).and_then(Json::as_str) {
                return Json::parse(text.as_bytes()).map(Json::into_owned).map_err(|error| NotJson(error.to_string()));
            }
        }
        let members = Json::Object(self.entries);
        Ok(match self.variant {
            Some(variant) => member(variant, members),
            None => members,
        })
    }
}

impl ser::SerializeMap for Members {
    type Ok = JsonValue;
    type Error = NotJson;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), NotJson> {
        self.name = Some(match to_json(key)? {
            key @ (Json::String(_) | Json::Number(_) | Json::Bool(_)) => key.to_text().into_owned(),
            other => return Err(NotJson(format!("a key of a map must be a string, not {}", other.kind()))),
        });
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotJson> {
        let name = self.name.take().ok_or_else(|| NotJson("a value of a map without a key".to_owned()))?;
        self.insert(name, value)
    }

    fn end(self) -> Result<JsonValue, NotJson> {
        self.finish()
    }
}

macro_rules! structs {
    ($($object:ident),*) => { $(
        impl ser::$object for Members {
            type Ok = JsonValue;
            type Error = NotJson;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), NotJson> {
                self.insert(name.to_owned(), value)
            }

            fn end(self) -> Result<JsonValue, NotJson> {
                self.finish()
            }
        }
    )* };
}
structs!(SerializeStruct, SerializeStructVariant);

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};

    use proptest::prelude::*;
    use serde::Serialize;

    use super::to_json;

    #[derive(Serialize)]
    enum Shape {
        Unit,
        Newtype(u8),
        Tuple(u8, u8),
        Struct { z: u8, a: u8 },
    }

    fn text(value: &impl Serialize) -> String {
        to_json(value).expect("a JSON form").to_compact()
    }

    #[test]
    fn values_have_the_form_that_serde_json_gives_them() {
        #[derive(Serialize)]
        struct Everything {
            z: Option<u8>,
            a: (i64, f64, f32),
            bytes: [u8; 2],
            shapes: Vec<Shape>,
            map: BTreeMap<u8, char>,
            none: Option<u8>,
            unit: (),
        }
        let everything = Everything {
            z: Some(1),
            a: (-1, 1.0, 79.99),
            bytes: [1, 2],
            shapes: vec![Shape::Unit, Shape::Newtype(1), Shape::Tuple(1, 2), Shape::Struct { z: 1, a: 2 }],
            map: BTreeMap::from([(7, 'x')]),
            none: None,
            unit: (),
        };
        assert_eq!(text(&everything), serde_json::to_string(&everything).unwrap());
    }

    #[test]
    fn numbers_keep_their_text() {
        assert_eq!(
            text(&(79.99, 1.0, 1e21, u64::MAX, i128::MAX)),
            format!("[79.99,1.0,1e21,{},{}]", u64::MAX, i128::MAX)
        );
        let raw = serde_json::value::RawValue::from_string("{ \"a\": 1.10 }".to_owned()).unwrap();
        assert_eq!(text(&[raw]), r#"[{"a":1.10}]"#);
    }

    #[test]
    fn what_json_cannot_say_is_an_error() {
        assert_eq!(to_json(&f64::NAN).unwrap_err().to_string(), "JSON has no number `NaN`");
        let error = to_json(&HashMap::from([(vec![1], 1)])).unwrap_err();
        assert_eq!(error.to_string(), "a key of a map must be a string, not Array");
    }

    fn any_value() -> impl Strategy<Value = serde_json::Value> {
        let scalar = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<u64>().prop_map(Into::into),
            any::<f64>().prop_filter("JSON has finite numbers only", |number| number.is_finite()).prop_map(Into::into),
            ".{0,12}".prop_map(Into::into),
        ];
        scalar.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                proptest::collection::btree_map(".{0,6}", inner, 0..6)
                    .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// A plain value is a template without matchers, and its own example.
        #[test]
        fn plain_values_are_what_they_are(value in any_value()) {
            let text = serde_json::to_string(&value).unwrap();
            // Of two shortest texts for one float, `serde_json` may choose the other; the example below shows the same number.
            if !text.contains('.') {
                prop_assert_eq!(&to_json(&value).unwrap(), &intact_pact_model::Json::parse(text.as_bytes()).unwrap());
            }
            let template = crate::Template::of(&value);
            prop_assert!(template.split().unwrap().rules.is_empty());
            prop_assert_eq!(template.example(), value);
        }
    }
}
