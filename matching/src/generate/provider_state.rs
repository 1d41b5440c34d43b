//! Values from provider states: the expressions with `${…}` and the types they are converted to.

use intact_pact_model::json::{Number, Object};
use intact_pact_model::{Json, JsonValue};

/// The value of an expression: of a name alone, the value as it is; of a text with names, the text.
pub(super) fn evaluate(expression: &str, values: &Object<'_>) -> Result<JsonValue, String> {
    let value_of = |name: &str| {
        values.get(name).cloned().map(Json::into_owned).ok_or_else(|| format!("No value for '{name}' found"))
    };
    if !expression.contains("${") {
        return value_of(expression);
    }
    let mut text = String::new();
    let mut rest = expression;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else {
            return Err(format!("the expression '{expression}' has a ${{ without a closing }}"));
        };
        let name = name.trim();
        if text.is_empty() && before.is_empty() && after.is_empty() && !name.is_empty() {
            return value_of(name);
        }
        text.push_str(before);
        if !name.is_empty() {
            text.push_str(&value_of(name)?.to_text());
        }
        rest = after;
    }
    text.push_str(rest);
    Ok(Json::from(text))
}

/// The value as the given data type (`STRING`, `INTEGER`, `DECIMAL`, `FLOAT`, `BOOLEAN`, `RAW`).
pub(super) fn convert(value: JsonValue, data_type: &str) -> Result<JsonValue, String> {
    let fails = |value: &JsonValue, wanted: &str| Err(format!("{value} cannot be converted to {wanted}"));
    match data_type.to_ascii_uppercase().as_str() {
        "" | "RAW" => Ok(value),
        "STRING" => Ok(Json::from(value.to_text().into_owned())),
        "INTEGER" => match &value {
            Json::Null => Ok(Json::from(0)),
            Json::Bool(value) => Ok(Json::from(i32::from(*value))),
            Json::Number(number) if number.is_integer() => Ok(value),
            Json::Number(number) => match truncated(number.as_f64()) {
                Some(number) => Ok(number),
                None => fails(&value, "an integer"),
            },
            Json::String(text) => match Number::parse(text.trim()) {
                Some(number) if number.is_integer() => Ok(Json::Number(number.into_owned())),
                _ => fails(&value, "an integer"),
            },
            Json::Array(_) | Json::Object(_) => fails(&value, "an integer"),
        },
        "DECIMAL" | "FLOAT" => match &value {
            Json::Null | Json::Bool(false) => Ok(decimal("0.0")),
            Json::Bool(true) => Ok(decimal("1.0")),
            Json::Number(number) => Ok(decimal(number.as_str())),
            Json::String(text) if Number::parse(text.trim()).is_some() => Ok(decimal(text.trim())),
            _ => fails(&value, "a decimal number"),
        },
        "BOOLEAN" => match &value {
            Json::Null => Ok(Json::Bool(false)),
            Json::Bool(_) => Ok(value),
            Json::Number(number) => Ok(Json::Bool(number.as_f64() > 0.0)),
            Json::String(text) if text == "true" || text == "false" => Ok(Json::Bool(text == "true")),
            _ => fails(&value, "a boolean"),
        },
        other => Err(format!("the data type '{other}' is not known")),
    }
}

fn truncated(value: f64) -> Option<JsonValue> {
    Number::parse(&format!("{:.0}", value.trunc())).map(|number| Json::Number(number.into_owned()))
}

/// The number, written so that it is a decimal.
fn decimal(text: &str) -> JsonValue {
    let written = if text.contains(['.', 'e', 'E']) { text.to_owned() } else { format!("{text}.0") };
    Number::parse(&written).map_or(Json::Null, |number| Json::Number(number.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Object<'static> {
        let Ok(Json::Object(values)) =
            Json::parse(br#"{"id": 1000, "name": "Ann", "price": 2.75, "tags": [1], "on": true, "none": null}"#)
        else {
            panic!("an object")
        };
        values
    }

    #[test]
    fn names_are_replaced_and_a_single_one_keeps_its_type() {
        for (expression, value) in [
            ("${id}", "1000"),
            ("id", "1000"),
            ("/users/${id}", r#""/users/1000""#),
            ("${id}${name}", r#""1000Ann""#),
            ("${tags}", "[1]"),
            ("a${}b", r#""ab""#),
            ("x ${tags} y", r#""x [1] y""#),
        ] {
            assert_eq!(
                evaluate(expression, &values()).map(|value| value.to_compact()).as_deref(),
                Ok(value),
                "{expression}"
            );
        }
        insta::assert_snapshot!(evaluate("/users/${user}", &values()).unwrap_err(), @"No value for 'user' found");
        insta::assert_snapshot!(evaluate("/users/${id", &values()).unwrap_err(), @"the expression '/users/${id' has a ${ without a closing }");
        assert!(evaluate("", &values()).is_err());
    }

    #[test]
    fn values_are_converted_to_the_data_type() {
        for (value, data_type, converted) in [
            ("id", "STRING", Some(r#""1000""#)),
            ("tags", "string", Some(r#""[1]""#)),
            ("price", "INTEGER", Some("2")),
            ("on", "INTEGER", Some("1")),
            ("none", "INTEGER", Some("0")),
            ("name", "INTEGER", None),
            ("id", "DECIMAL", Some("1000.0")),
            ("price", "FLOAT", Some("2.75")),
            ("name", "DECIMAL", None),
            ("id", "BOOLEAN", Some("true")),
            ("none", "BOOLEAN", Some("false")),
            ("name", "BOOLEAN", None),
            ("tags", "RAW", Some("[1]")),
            ("tags", "COLOUR", None),
        ] {
            let result = convert(evaluate(value, &values()).expect("a value"), data_type);
            assert_eq!(result.ok().map(|value| value.to_compact()).as_deref(), converted, "{value} as {data_type}");
        }
    }
}
