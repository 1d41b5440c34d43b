//! Holds pact files against the JSON Schema of their specification version.
//!
//! The schemas say what the specification writes; readers ([`crate::read`]) are more lenient, as files of many years and programs must
//! be. So a problem is no error: the file may be read all the same, and mean what its author meant. There is one schema for each
//! version, in `schema/`; what a value should be is said by the `title` beside the keyword that failed, so that the sentences stand
//! where the rules do.

use std::sync::LazyLock;

use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use crate::json::Json;
use crate::path::{PathExpression, Segment};
use crate::place::{describe, shortened};
use crate::spec_version::SpecVersion;

/// More problems than anybody reads.
const MAX_PROBLEMS: usize = 1_000;

/// A place of a pact file that is not as the specification writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// Where it is.
    pub at: PathExpression,
    /// What is expected there and what is found, without the place.
    pub text: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.at, self.text)
    }
}

/// What in the document is not as the given version of the specification writes it; at most a thousand problems.
///
/// ```
/// use intact_pact_model::{Json, SpecVersion, schema};
///
/// let file = br#"{ "consumer": { "name": "Web" }, "provider": { "name": "Orders" }, "interactions": [
///     { "description": "a request", "request": { "method": "GET", "path": "/" }, "response": { "status": "200" } }
/// ] }"#;
/// let document = Json::parse(file)?;
/// assert_eq!(
///     schema::problems(&document, SpecVersion::V2)[0].to_string(),
///     r#"$.interactions[0].response.status: expected a status code from 100 to 599, found the string "200""#,
/// );
/// # Ok::<(), intact_pact_model::json::JsonError>(())
/// ```
pub fn problems(document: &Json<'_>, version: SpecVersion) -> Vec<Problem> {
    let schema = schema(version);
    let instance = as_value(document);
    schema
        .validator
        .iter_errors(&instance)
        .take(MAX_PROBLEMS)
        .map(|error| {
            let (at, found) = find(document, error.instance_path().as_str());
            let title = title(&schema.text, error.schema_path().as_str());
            let text = match error.kind() {
                ValidationErrorKind::Required { property } => {
                    format!("the member `{}` is missing", property.as_str().unwrap_or_default())
                }
                ValidationErrorKind::PropertyNames { error } => {
                    let name = error.instance().as_str().unwrap_or_default().to_owned();
                    format!("expected {title}, found the name `{}`", shortened(&name))
                }
                _ => format!("expected {title}, found {}", describe(found)),
            };
            Problem { at, text }
        })
        .collect()
}

/// A schema, and the same ready to be asked.
struct Schema {
    text: Value,
    validator: Validator,
}

fn schema(version: SpecVersion) -> &'static Schema {
    static V1: LazyLock<Schema> = LazyLock::new(|| compile(include_str!("schema/v1.json")));
    static V1_1: LazyLock<Schema> = LazyLock::new(|| compile(include_str!("schema/v1.1.json")));
    static V2: LazyLock<Schema> = LazyLock::new(|| compile(include_str!("schema/v2.json")));
    static V3: LazyLock<Schema> = LazyLock::new(|| compile(include_str!("schema/v3.json")));
    static V4: LazyLock<Schema> = LazyLock::new(|| compile(include_str!("schema/v4.json")));
    match version {
        SpecVersion::V1 => &V1,
        SpecVersion::V1_1 => &V1_1,
        SpecVersion::V2 => &V2,
        SpecVersion::V3 => &V3,
        SpecVersion::V4 => &V4,
    }
}

fn compile(text: &str) -> Schema {
    let text: Value = serde_json::from_str(text).expect("our own schemas are JSON, as a test sees");
    let validator = jsonschema::draft202012::new(&text).expect("our own schemas are schemas, as a test sees");
    Schema { text, validator }
}

/// The document as the validator wants it. No schema asks for the value of a number that does not fit.
fn as_value(json: &Json<'_>) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => {
            let float = || serde_json::Number::from_f64(number.as_f64()).map(Value::Number);
            let integer = number.as_u64().map(Value::from).or_else(|| number.as_i64().map(Value::from));
            integer.or_else(float).unwrap_or_else(|| Value::from(f64::MAX))
        }
        Json::String(text) => Value::String(text.as_ref().to_owned()),
        Json::Array(items) => Value::Array(items.iter().map(as_value).collect()),
        Json::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.to_owned(), as_value(value))).collect())
        }
    }
}

/// The steps of a JSON pointer.
fn steps(pointer: &str) -> impl Iterator<Item = String> {
    pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"))
}

/// The place that a JSON pointer names, and what is there.
fn find<'d, 'a>(document: &'d Json<'a>, pointer: &str) -> (PathExpression, &'d Json<'a>) {
    let (mut path, mut value) = (Vec::new(), document);
    for step in steps(pointer) {
        let below = if let Json::Array(items) = value {
            step.parse().ok().and_then(|index: usize| {
                path.push(Segment::Index(index));
                items.get(index)
            })
        } else {
            let below = value.get(&step);
            path.push(Segment::Field(step));
            below
        };
        let Some(below) = below else { break };
        value = below;
    }
    (PathExpression::from(path), value)
}

/// The title that is nearest to a keyword of the schema.
fn title<'s>(schema: &'s Value, keyword: &str) -> &'s str {
    let (mut at, mut title) = (Some(schema), "something else");
    for step in steps(keyword) {
        if let Some(own) = at.and_then(|at| at.get("title")).and_then(Value::as_str) {
            title = own;
        }
        at = at.and_then(|at| match at {
            Value::Array(items) => step.parse().ok().and_then(|index: usize| items.get(index)),
            _ => at.get(&step),
        });
    }
    at.and_then(|at| at.get("title")).and_then(Value::as_str).unwrap_or(title)
}

#[cfg(test)]
mod tests;
