//! Examples with matchers in them. [`integration`] splits them into what a pact file holds: the plain example, matching rules
//! by path, and generators by path.
//!
//! A matcher is an object in the document, `{"pact:matcher:type": "regex", "regex": "\\d+", "value": "42"}`. That is the form
//! in which Pact libraries of many languages hand matchers to one another, so templates made elsewhere are understood; and
//! because matchers are thus plain serialisable values, they may stand anywhere in anything that is `Serialize`: in a struct,
//! in a `Vec`, inside `serde_json::json!`. A tree of our own types could do none of this.

use std::fmt::Display;

use intact_matching::MessageMatcher;
use intact_pact_model::integration::{self, Document};
pub(crate) use intact_pact_model::integration::{COMBINE, GENERATOR, MATCHER};
use intact_pact_model::json::{JsonValue, Object};
use intact_pact_model::{Body, ContentType, Json, MatchingRule, MessagePart, SpecVersion};
use serde::ser::{Error as _, Serialize, SerializeMap as _, SerializeSeq as _, Serializer};

use crate::json::{NotJson, to_json};
use crate::matchers::{has_optional_members, without_optional_members};

/// An example in which matchers may stand: what `json_like!` and the functions of [`matchers`](crate::matchers) make, and
/// what any serialisable value can become.
///
/// ```
/// use intact::Template;
/// use intact::matchers::like;
///
/// #[derive(serde::Serialize)]
/// struct Product { id: u32, name: String }
///
/// let product = Template::of(&like(Product { id: 42, name: "Wireless Headphones".into() }));
/// assert_eq!(product.example(), serde_json::json!({ "id": 42, "name": "Wireless Headphones" }));
/// ```
#[derive(Debug, Clone)]
pub struct Template(Result<JsonValue, NotJson>);

/// A template that makes no sense, for example a matcher without what it needs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) struct TemplateError {
    at: String,
    reason: String,
}

/// `$.lines[0]: …`; what is wrong with the whole needs no place.
impl std::fmt::Display for TemplateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.at.as_str() {
            "$" => f.write_str(&self.reason),
            at => write!(f, "{at}: {}", self.reason),
        }
    }
}

/// The three things a template says: example, rules by path, generators by path.
pub(crate) type Split = Document;

impl Template {
    /// The template of any serialisable value. A value without JSON form (a map whose keys are lists, a number that is not
    /// finite) is found when the contract is used, and fails its test.
    pub fn of(value: &(impl Serialize + ?Sized)) -> Self {
        Self(to_json(value))
    }

    /// The example alone, every matcher replaced by the value it was given; `null` if the template makes no sense.
    pub fn example(&self) -> serde_json::Value {
        self.split().map_or(serde_json::Value::Null, |split| to_serde(&split.example))
    }

    /// The same with a value of this generator in place of the example, whenever the contract is used: by the mock server or
    /// in a message for what the provider sends, by the verifier for what the consumer sends. Give it a matcher too, which
    /// accepts what is generated (V3 and later).
    ///
    /// ```
    /// use intact::generators::random_int;
    /// use intact::matchers::integer;
    ///
    /// assert_eq!(integer(7).generated_by(random_int(1..=99)).example(), 7);
    /// ```
    pub fn generated_by(self, generator: crate::generators::Generator) -> Self {
        let Ok(value) = self.0 else { return self };
        // Around the matcher, not beside its parameters: both may have a `format` or a `min`.
        let mut object = Object::new();
        object.insert(GENERATOR, generator.kind());
        for (name, parameter) in generator.parameters() {
            object.insert(name, parameter);
        }
        object.insert("value", value);
        Self(Ok(Json::Object(object)))
    }

    /// A template that fails the test which uses it, for this reason.
    pub(crate) fn senseless(reason: &str) -> Self {
        Self(Err(NotJson::because(reason)))
    }

    /// A matcher called `rule` for `example`.
    pub(crate) fn matcher(rule: &str, example: &(impl Serialize + ?Sized)) -> Self {
        Self(to_json(example).map(|example| {
            let mut object = Object::new();
            object.insert(MATCHER, rule.to_owned());
            object.insert("value", example);
            Json::Object(object)
        }))
    }

    /// The matcher without a value of its own.
    pub(crate) fn without_value(mut self) -> Self {
        if let Ok(Json::Object(object)) = &mut self.0 {
            object.remove("value");
        }
        self
    }

    /// Sets a member of the matcher.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<JsonValue>) -> Self {
        if let Ok(Json::Object(object)) = &mut self.0 {
            object.insert(name, value);
        }
        self
    }

    /// Sets a member of the matcher to a template.
    pub(crate) fn with_template(self, name: &'static str, value: &(impl Serialize + ?Sized)) -> Self {
        match to_json(value) {
            Ok(value) => self.with(name, value),
            Err(error) => Self(Err(error)),
        }
    }

    pub(crate) fn as_json(&self) -> Option<&JsonValue> {
        self.0.as_ref().ok()
    }

    /// The template that a document is.
    pub(crate) fn from_json(json: JsonValue) -> Self {
        Self(Ok(json))
    }

    /// Splits the template into example, rules and generators.
    pub(crate) fn split(&self) -> Result<Split, TemplateError> {
        let json = self.0.as_ref().map_err(TemplateError::of_all)?;
        if !has_optional_members(json) {
            return document(json);
        }
        let split = document(&without_optional_members(json).map_err(TemplateError::of_all)?)?;
        let complete = document(json)?;
        let split = Split { rules: complete.rules, ..split };
        check_optional_members(&split, &complete.example)?;
        Ok(split)
    }
}

impl TemplateError {
    fn of_all(reason: impl Display) -> Self {
        Self { at: "$".to_owned(), reason: reason.to_string() }
    }
}

fn document(json: &JsonValue) -> Result<Split, TemplateError> {
    let document = integration::document(json)
        .map_err(|error| TemplateError { at: error.at.clone(), reason: error.reason.clone() })?;
    // What is odd in a template is a mistake of its author, who is here to correct it.
    let Some(warning) = document.warnings.into_iter().next() else { return Ok(document.value) };
    let unknown = document.value.rules.values().flat_map(|list| &list.rules).find_map(|rule| match rule {
        MatchingRule::Other { name, .. } => Some(format!("there is no matcher called `{name}`")),
        _ => None,
    });
    Err(TemplateError { at: warning.at, reason: unknown.unwrap_or(warning.text) })
}

/// Members that may be missing are in no example, so nobody else compares them with their own rules.
fn check_optional_members(split: &Split, complete: &JsonValue) -> Result<(), TemplateError> {
    let message = |json: &JsonValue| MessagePart {
        contents: Body::new(json.to_compact(), Some(ContentType::json())),
        ..MessagePart::default()
    };
    let mut expected = message(&split.example);
    expected.matching_rules.body.clone_from(&split.rules);
    // Rules that are of no use are reported for the whole contract.
    let Ok(matcher) = MessageMatcher::compile(&expected, SpecVersion::V4) else { return Ok(()) };
    match matcher.compare_with(&message(complete)).mismatches().first() {
        None => Ok(()),
        Some(mismatch) => {
            let reason = format!("the example does not satisfy its own matcher: {}", mismatch.description());
            Err(TemplateError { at: mismatch.identifier().unwrap_or("$").to_owned(), reason })
        }
    }
}

impl Serialize for Template {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Ok(json) => AsSerialize(json).serialize(serializer),
            Err(error) => Err(S::Error::custom(error)),
        }
    }
}

/// A document as other crates have it.
pub(crate) fn to_serde(json: &JsonValue) -> serde_json::Value {
    serde_json::to_value(AsSerialize(json)).unwrap_or_default()
}

struct AsSerialize<'a>(&'a JsonValue);

impl Serialize for AsSerialize<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(value) => serializer.serialize_bool(*value),
            Json::Number(number) => match (number.as_u64(), number.as_i64(), number.as_str().parse::<i128>()) {
                (Some(value), ..) => serializer.serialize_u64(value),
                (_, Some(value), _) => serializer.serialize_i64(value),
                (.., Ok(value)) => serializer.serialize_i128(value),
                _ => serializer.serialize_f64(number.as_f64()),
            },
            Json::String(text) => serializer.serialize_str(text),
            Json::Array(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(&AsSerialize(item))?;
                }
                list.end()
            }
            Json::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members.iter() {
                    map.serialize_entry(name, &AsSerialize(value))?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use intact_pact_model::{Combine, write};
    use serde_json::json;

    use super::*;
    use crate::json_like;
    use crate::matchers::{
        array_containing, each_key, each_like, each_value, equal_to, from_provider_state, includes, integer, like,
        nullable, one_of, regex,
    };

    /// Example, rules and generators, a line each.
    fn shown(template: &impl Serialize) -> String {
        let split = Template::of(template).split().expect("a template that makes sense");
        let mut lines = vec![split.example.to_compact()];
        for (path, list) in &split.rules {
            let rules: Vec<_> = list.rules.iter().map(|rule| write::matching_rule(rule).to_compact()).collect();
            let combine = if list.combine == Combine::Or { " OR" } else { "" };
            lines.push(format!("{path}{combine} {}", rules.join(" ")));
        }
        lines.extend(
            split
                .generators
                .iter()
                .map(|(path, generator)| format!("{path} <- {}", write::generator(generator).to_compact())),
        );
        lines.join("\n")
    }

    fn error(template: &impl Serialize) -> String {
        Template::of(template).split().expect_err("no sense").to_string()
    }

    #[test]
    fn a_template_is_split_into_example_rules_and_generators() {
        insta::assert_snapshot!(shown(&json_like!({
            "id": 42,
            "odd name": like("x"),
            "lines": each_like(json_like!({ "sku": regex("[A-Z]-\\d", "A-1"), "tags": each_like("new").min(2).max(3) })),
            "href": from_provider_state("/products/${id}", "/products/42"),
        })), @r#"
        {"id":42,"odd name":"x","lines":[{"sku":"A-1","tags":["new","new"]}],"href":"/products/42"}
        $['odd name'] {"match":"type"}
        $.lines {"match":"type","min":1}
        $.lines[*].sku {"match":"regex","regex":"[A-Z]-\\d"}
        $.lines[*].tags {"match":"type","max":3,"min":2}
        $.href {"match":"type"}
        $.href <- {"expression":"/products/${id}","type":"ProviderState"}
        "#);
    }

    #[test]
    fn lists_of_unlike_elements_get_a_path_for_each() {
        insta::assert_snapshot!(shown(&like(json_like!([integer(1), regex("a+", "aa")]))), @r#"
        [1,"aa"]
        $ {"match":"type"}
        $[0] {"match":"integer"}
        $[1] {"match":"regex","regex":"a+"}
        "#);
        insta::assert_snapshot!(shown(&like(json_like!([integer(1), integer(2)]))), @r#"
        [1,2]
        $ {"match":"type"}
        $[*] {"match":"integer"}
        "#);
    }

    #[test]
    fn rules_about_keys_and_values_are_for_all_of_them() {
        insta::assert_snapshot!(shown(&each_key(regex("\\d+", "1"), json_like!({ "1": { "n": like("x") } }))), @r#"
        {"1":{"n":"x"}}
        $ {"match":"eachKey","rules":[{"match":"regex","regex":"\\d+"}],"value":"1"}
        $['1'].n {"match":"type"}
        "#);
        insta::assert_snapshot!(shown(&each_value(like(1), json!({ "a": 1, "b": 2 }))), @r#"
        {"a":1,"b":2}
        $ {"match":"eachValue","rules":[{"match":"type"}],"value":1}
        "#);
        insta::assert_snapshot!(shown(&json_like!({ "all": array_containing([json_like!({ "k": like("a") }), json_like!(5)]) })), @r#"
        {"all":[{"k":"a"},5]}
        $.all {"match":"arrayContains","variants":[{"index":0,"rules":{"$.k":{"combine":"AND","matchers":[{"match":"type"}]}}},{"index":1,"rules":{}}]}
        "#);
    }

    #[test]
    fn single_values_may_be_null_or_one_of_several() {
        insta::assert_snapshot!(shown(&nullable(integer(5))), @r#"
        5
        $ OR {"match":"integer"} {"match":"null"}
        "#);
        insta::assert_snapshot!(shown(&nullable("x")), @r#"
        "x"
        $ OR {"match":"type"} {"match":"null"}
        "#);
        insta::assert_snapshot!(shown(&one_of(["new", "paid (late)"])), @r#"
        "new"
        $ {"match":"regex","regex":"new|paid \\(late\\)"}
        "#);
        insta::assert_snapshot!(shown(&includes("late", "too late")), @r#"
        "too late"
        $ {"match":"include","value":"late"}
        "#);
        insta::assert_snapshot!(shown(&like(json_like!({ "kept": equal_to(1) }))), @r#"
        {"kept":1}
        $ {"match":"type"}
        $.kept {"match":"equality"}
        "#);
    }

    #[test]
    fn matchers_may_stand_in_anything_that_is_serialised() {
        #[derive(serde::Serialize)]
        struct Line {
            sku: Template,
            more: Vec<Template>,
        }
        let line = Line { sku: like("A-1"), more: vec![integer(1)] };
        insta::assert_snapshot!(shown(&json!({ "line": line })), @r#"
        {"line":{"more":[1],"sku":"A-1"}}
        $.line.more[0] {"match":"integer"}
        $.line.sku {"match":"type"}
        "#);
    }

    #[test]
    fn templates_of_other_pact_libraries_are_understood() {
        // The worked example of the integration format.
        let template = Json::parse(
            br#"{"orders": {"pact:matcher:type": "type", "min": 1, "value": [
               {"id": {"pact:matcher:type": "integer", "pact:generator:type": "RandomInt", "min": 1, "max": 99, "value": 7},
                "state": {"pact:matcher:type": "regex", "regex": "new|paid", "value": "new"},
                "tags": {"pact:matcher:type": "arrayContains", "variants": [{"k": {"pact:matcher:type": "type", "value": "a"}}]}}]},
             "byId": {"pact:matcher:type": [{"pact:matcher:type": "eachKey", "rules": [{"pact:matcher:type": "regex", "regex": "\\d+"}], "value": "1"},
                                             {"pact:matcher:type": "eachValue", "rules": [{"pact:matcher:type": "type"}]}],
                      "value": {"1": {"n": "x"}}}}"#,
        );
        insta::assert_snapshot!(shown(&Template(Ok(template.unwrap().into_owned()))), @r#"
        {"orders":[{"id":7,"state":"new","tags":[{"k":"a"}]}],"byId":{"1":{"n":"x"}}}
        $.orders {"match":"type","min":1}
        $.orders[*].id {"match":"integer"}
        $.orders[*].state {"match":"regex","regex":"new|paid"}
        $.orders[*].tags {"match":"arrayContains","variants":[{"index":0,"rules":{"$.k":{"combine":"AND","matchers":[{"match":"type"}]}}}]}
        $.byId {"match":"eachKey","rules":[{"match":"regex","regex":"\\d+"}],"value":"1"} {"match":"eachValue","rules":[{"match":"type"}]}
        $.orders[*].id <- {"max":99,"min":1,"type":"RandomInt"}
        "#);
    }

    #[test]
    fn definition_expressions_are_understood() {
        insta::assert_snapshot!(shown(&json_like!({ "id": { "pact:matcher:type": "matching(integer, 7)" } })), @r#"
        {"id":7}
        $.id {"match":"integer"}
        "#);
    }

    #[test]
    fn a_template_that_makes_no_sense_says_where() {
        insta::assert_snapshot!(error(&json_like!({ "a": [{ "pact:matcher:type": "fancy", "value": 1 }] })), @"$.a[0]['pact:matcher:type']: there is no matcher called `fancy`");
        insta::assert_snapshot!(error(&json!({ "a": { "pact:matcher:type": "regex", "value": 1 } })), @"$.a: `regex` is missing");
        insta::assert_snapshot!(error(&json!({ "pact:matcher:type": "arrayContains" })), @"`arrayContains` needs a list of `variants`");
        insta::assert_snapshot!(error(&json!({ "pact:matcher:type": "matching(type, 'x'" })), @"`matching(type, 'x'` is no matching definition: expected `)` at character 19, found the end");
        insta::assert_snapshot!(error(&f64::NAN), @"JSON has no number `NaN`");
    }
}
