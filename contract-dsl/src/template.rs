//! Examples with matchers in them, and how they are split into what a pact file holds: the plain example, matching rules by
//! path, and generators by path.
//!
//! A matcher is an object in the document, `{"pact:matcher:type": "regex", "regex": "\\d+", "value": "42"}`. That is the form
//! in which Pact libraries of many languages hand matchers to one another, so templates made elsewhere are understood; and
//! because matchers are thus plain serialisable values, they may stand anywhere in anything that is `Serialize`: in a struct,
//! in a `Vec`, inside `serde_json::json!`. A tree of our own types could do none of this.

use indexmap::IndexMap;
use intact_pact_model::json::{JsonValue, Object};
use intact_pact_model::rules::{ArrayVariant, EachRule};
use intact_pact_model::{Combine, Generator, Json, MatchingRule, PathExpression, RuleList, read};
use serde::ser::{Error as _, Serialize, SerializeMap as _, SerializeSeq as _, Serializer};

use crate::json::{NotJson, to_json};

pub(crate) const MATCHER: &str = "pact:matcher:type";
pub(crate) const GENERATOR: &str = "pact:generator:type";
/// Ours: `OR` if one of several rules is enough. Tools that do not know it ignore the member.
pub(crate) const COMBINE: &str = "pact:matcher:combine";

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

/// The three things a template says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Split {
    pub(crate) example: JsonValue,
    pub(crate) rules: IndexMap<String, RuleList>,
    pub(crate) generators: IndexMap<String, Generator>,
}

impl Template {
    /// The template of any serialisable value. A value without JSON form (a map whose keys are lists, a number that is not
    /// finite) is found when the contract is used, and fails its test.
    pub fn of(value: &(impl Serialize + ?Sized)) -> Self {
        Self(to_json(value))
    }

    /// The example alone, every matcher replaced by the value it was given; `null` if the template makes no sense.
    pub fn example(&self) -> serde_json::Value {
        self.split().map_or(serde_json::Value::Null, |split| {
            serde_json::to_value(Template(Ok(split.example))).unwrap_or_default()
        })
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

    /// Splits the template into example, rules and generators.
    pub(crate) fn split(&self) -> Result<Split, TemplateError> {
        let json = self.0.as_ref().map_err(|error| TemplateError { at: "$".to_owned(), reason: error.to_string() })?;
        let mut split = Split::default();
        split.example = split.walk(json, &PathExpression::root(), Children::ByName)?;
        Ok(split)
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

/// How the paths of an object's or array's children are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Children {
    /// `.name` and `[0]`.
    ByName,
    /// `.*` and `[*]`: the rules are for all members, whatever they are called.
    Any,
    /// `.name`, but `[*]`: the array's elements are all alike.
    AnyIndex,
}

impl Split {
    fn walk(
        &mut self,
        node: &JsonValue,
        path: &PathExpression,
        children: Children,
    ) -> Result<JsonValue, TemplateError> {
        match node {
            Json::Object(object) if object.contains(MATCHER) || object.contains(GENERATOR) => {
                self.walk_matcher(object, path)
            }
            Json::Object(object) => {
                let mut example = Object::new();
                for (name, value) in object.iter().filter(|(name, _)| !name.starts_with("pact:")) {
                    let below = if children == Children::Any { path.any() } else { path.field(name) };
                    example.insert(name.to_owned(), self.walk(value, &below, Children::ByName)?);
                }
                Ok(Json::Object(example))
            }
            Json::Array(items) if children == Children::ByName => {
                let items =
                    items.iter().enumerate().map(|(at, item)| self.walk(item, &path.index(at), Children::ByName));
                items.collect::<Result<Vec<_>, _>>().map(Json::Array)
            }
            Json::Array(items) => {
                let items = items.iter().map(|item| self.walk(item, &path.any_index(), Children::ByName));
                items.collect::<Result<Vec<_>, _>>().map(Json::Array)
            }
            scalar => Ok(scalar.clone()),
        }
    }

    fn walk_matcher(&mut self, object: &Object<'static>, path: &PathExpression) -> Result<JsonValue, TemplateError> {
        let error = |reason: String| TemplateError { at: path.to_string(), reason };
        if let Some(name @ ("arrayContains" | "array-contains")) = object.get(MATCHER).and_then(Json::as_str) {
            let variants = object.get("variants").and_then(Json::as_array);
            let variants = variants.ok_or_else(|| error(format!("`{name}` needs a list of `variants`")))?;
            return self.walk_variants(variants, path);
        }
        let rules = match object.get(MATCHER) {
            None => Vec::new(),
            Some(Json::Array(matchers)) => {
                matchers.iter().map(|matcher| rule(matcher).map_err(error)).collect::<Result<Vec<_>, _>>()?
            }
            Some(_) => vec![rule(&Json::Object(object.clone())).map_err(error)?],
        };
        let combine = match object.get(COMBINE).and_then(Json::as_str) {
            Some("OR") => Combine::Or,
            _ => Combine::And,
        };
        let example =
            object.get("example").filter(|_| rules.iter().any(|rule| matches!(rule, MatchingRule::Include(_))));
        let Some(value) = example.or_else(|| object.get("value")) else {
            return Err(error("a matcher needs an example, in its member `value`".to_owned()));
        };
        if combine == Combine::Or && matches!(value, Json::Object(_) | Json::Array(_)) {
            let reason = "`nullable` is for single values: Pact compares the kind of objects and arrays before it looks at rules";
            return Err(error(reason.to_owned()));
        }
        let children = if rules.iter().any(is_about_values) {
            Children::Any
        } else if has_bounds(&rules) || value.as_array().is_some_and(are_alike) {
            Children::AnyIndex
        } else {
            Children::ByName
        };
        self.add(path, rules, combine);
        if let Some(generator) = generator(object) {
            self.generators.insert(path.to_string(), generator);
        }
        self.walk(value, path, children)
    }

    /// Each variant is an element of the example, with rules of its own that start at the element.
    fn walk_variants(&mut self, variants: &[JsonValue], path: &PathExpression) -> Result<JsonValue, TemplateError> {
        let mut items = Vec::with_capacity(variants.len());
        let mut rules = Vec::with_capacity(variants.len());
        for (index, variant) in variants.iter().enumerate() {
            let mut split = Self::default();
            items.push(split.walk(variant, &PathExpression::root(), Children::ByName).map_err(|inner| {
                TemplateError { at: format!("{path}, variant {index}, {}", inner.at), reason: inner.reason }
            })?);
            rules.push(ArrayVariant { index, rules: split.rules, generators: split.generators });
        }
        self.add(path, vec![MatchingRule::ArrayContains(rules)], Combine::And);
        Ok(Json::Array(items))
    }

    /// Adds rules, each only once: the elements of an example array say the same several times.
    fn add(&mut self, path: &PathExpression, rules: Vec<MatchingRule>, combine: Combine) {
        if rules.is_empty() {
            return;
        }
        let list = self.rules.entry(path.to_string()).or_default();
        list.combine = if list.rules.is_empty() { combine } else { list.combine };
        for rule in rules {
            if !list.rules.contains(&rule) {
                list.rules.push(rule);
            }
        }
    }
}

fn is_about_values(rule: &MatchingRule) -> bool {
    matches!(rule, MatchingRule::Values | MatchingRule::EachValue(_))
}

fn has_bounds(rules: &[MatchingRule]) -> bool {
    rules
        .iter()
        .any(|rule| matches!(rule, MatchingRule::Type { min: Some(_), .. } | MatchingRule::Type { max: Some(_), .. }))
}

/// Do all elements say the same about those of the other side? Then one rule for any index says it.
fn are_alike(items: &[JsonValue]) -> bool {
    let rules_of = |item: &JsonValue| {
        let mut split = Split::default();
        split.walk(item, &PathExpression::root(), Children::ByName).ok().map(|_| (split.rules, split.generators))
    };
    let Some(first) = items.first().map(&rules_of) else { return true };
    items[1..].iter().all(|item| rules_of(item) == first)
}

/// The rule of a matcher object.
fn rule(matcher: &JsonValue) -> Result<MatchingRule, String> {
    let name = matcher.get(MATCHER).and_then(Json::as_str).unwrap_or_default();
    if name.contains('(') {
        return Err(format!("`{name}` is a matching definition expression; write the matcher itself instead"));
    }
    match name {
        "eachKey" | "each-key" | "eachValue" | "each-value" => {
            let rules = matcher.get("rules").and_then(Json::as_array).unwrap_or_default();
            let checked = rules.iter().map(rule).collect::<Result<Vec<_>, _>>()?;
            // Where the matcher is one of several, its own `value` is the example; else that is the whole object.
            let own = matcher.get("value").filter(|value| !matches!(value, Json::Object(_) | Json::Array(_)));
            let example = rules.first().and_then(|rule| rule.get("value")).or(own).cloned();
            let each = EachRule { rules: checked, example, generator: None };
            Ok(if name.ends_with("ey") { MatchingRule::EachKey(each) } else { MatchingRule::EachValue(each) })
        }
        _ => match read::matching_rule(matcher) {
            MatchingRule::Unreadable { reason, .. } => Err(reason),
            MatchingRule::Other { name, .. } => Err(format!("there is no matcher `{name}`")),
            rule => Ok(rule),
        },
    }
}

/// The generator of a matcher object: its name, and those of the members that are its parameters.
fn generator(object: &Object<'static>) -> Option<Generator> {
    let name = object.get(GENERATOR)?.as_str()?;
    let parameters: &[(&str, Option<i32>)] = match name {
        "RandomInt" => &[("min", Some(0)), ("max", Some(10))],
        "RandomDecimal" | "RandomHexadecimal" => &[("digits", Some(10))],
        "RandomString" => &[("size", Some(10))],
        "Regex" => &[("regex", None)],
        "Uuid" => &[("format", None)],
        "Date" | "Time" | "DateTime" => &[("format", None), ("expression", None)],
        "ProviderState" => &[("expression", None), ("dataType", None)],
        "MockServerURL" => &[("regex", None), ("example", None)],
        _ => &[],
    };
    let mut generator = Generator::named(name);
    for &(parameter, default) in parameters {
        if let Some(value) = object.get(parameter).cloned().or_else(|| default.map(Json::from)) {
            generator = generator.with(parameter, value);
        }
    }
    Some(generator)
}

/// The members that `json_like!` collects, in their order.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Members(Vec<(String, Template)>);

impl Members {
    /// Adds a member.
    pub fn with(mut self, name: impl Into<String>, value: Template) -> Self {
        self.0.push((name.into(), value));
        self
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// The items that `json_like!` collects.
#[doc(hidden)]
#[derive(Debug, Default, serde::Serialize)]
#[serde(transparent)]
pub struct Items(Vec<Template>);

impl Items {
    /// Adds an item.
    pub fn with(mut self, item: Template) -> Self {
        self.0.push(item);
        self
    }
}

#[cfg(test)]
mod tests {
    use intact_pact_model::write;
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
    fn a_template_that_makes_no_sense_says_where() {
        insta::assert_snapshot!(error(&json_like!({ "a": [{ "pact:matcher:type": "fancy", "value": 1 }] })), @"$.a[0]: there is no matcher `fancy`");
        insta::assert_snapshot!(error(&json!({ "a": { "pact:matcher:type": "regex", "value": 1 } })), @"$.a: `regex` is missing");
        insta::assert_snapshot!(error(&json!({ "pact:matcher:type": "type" })), @"a matcher needs an example, in its member `value`");
        insta::assert_snapshot!(error(&json!({ "pact:matcher:type": "arrayContains" })), @"`arrayContains` needs a list of `variants`");
        insta::assert_snapshot!(error(&json!({ "pact:matcher:type": "matching(type, 'x')", "value": 1 })), @"`matching(type, 'x')` is a matching definition expression; write the matcher itself instead");
        insta::assert_snapshot!(error(&nullable(json!({ "a": 1 }))), @"`nullable` is for single values: Pact compares the kind of objects and arrays before it looks at rules");
        insta::assert_snapshot!(error(&f64::NAN), @"JSON has no number `NaN`");
    }
}
