//! Matchers: what the other side may answer in place of the example.
//!
//! Each function takes the example and gives a [`Template`], which may stand wherever a value stands: in
//! [`json_like!`](crate::json_like), in a struct or a `Vec`, as a path, a header or a query parameter. Everything without a
//! matcher is expected exactly as it is. A matcher on an object or array holds for all that is inside, until another matcher
//! inside takes over.
//!
//! | You mean | Write |
//! |---|---|
//! | anything of this type | [`like`]`("x")` |
//! | a list of such elements | [`each_like`]`(element)`, with `.min(n)` and `.max(n)` |
//! | this very value, inside of a `like` | [`equal_to`] |
//! | text of some form | [`regex`], [`includes`], [`uuid`], [`semver`], [`date`], [`time`], [`datetime`] |
//! | numbers and the rest | [`integer`], [`decimal`], [`number`], [`boolean`], [`null`] |
//! | links | [`url`], [`url_at`] |
//! | choices | [`one_of`], [`nullable`], [`not_empty`] |
//! | maps and sets | [`each_key`], [`each_value`], [`array_containing`] |
//! | a value only the provider knows | [`from_provider_state`] |
//! | a status of some kind | [`status_code`] |
//!
//! [`Template::generated_by`] adds what makes a new value each time ([`generators`](crate::generators)).
//!
//! Examples are checked against their own matchers before the contract is used: `regex(r"\d+", "x")` fails the test.

use intact_pact_model::Json;
use intact_pact_model::rules::StatusClass;
use serde::ser::{Serialize, Serializer};

use crate::generators::UuidForm;
use crate::template::{COMBINE, GENERATOR, MATCHER, Template};

/// Anything of the same type as the example; inside of objects and arrays too.
///
/// Written `{"match": "type"}` in a pact file (V2 and later). Objects must have the example's members, arrays may have any
/// length. Integers and decimals are the same type: `like(1)` accepts `2.5`; see [`integer`].
///
/// ```
/// use intact::matchers::like;
///
/// #[derive(serde::Serialize)]
/// struct Product { id: u32 }
///
/// assert_eq!(like(Product { id: 42 }).example(), serde_json::json!({ "id": 42 }));
/// ```
pub fn like(example: impl Serialize) -> Template {
    Template::matcher("type", &example)
}

/// This value and no other: for values inside of [`like`], which would accept anything of their type.
///
/// Written `{"match": "equality"}` (V3 and later).
///
/// ```
/// use intact::json_like;
/// use intact::matchers::{equal_to, like};
///
/// let order = like(json_like!({ "id": 7, "currency": equal_to("EUR") }));
/// assert_eq!(order.example()["currency"], "EUR");
/// ```
pub fn equal_to(example: impl Serialize) -> Template {
    Template::matcher("equality", &example)
}

/// An array whose elements each look like the example; at least one, unless [`min`](EachLike::min) says otherwise.
///
/// Written `{"match": "type", "min": 1}` (V2 and later). How many elements there are is checked by `min` and `max` only. The
/// elements are compared by type, as with [`like`]; matchers inside the example take over where they stand.
///
/// ```
/// use intact::json_like;
/// use intact::matchers::each_like;
///
/// let lines = each_like(json_like!({ "sku": "A-1", "quantity": 2 })).min(1).max(10);
/// assert_eq!(lines.example(), serde_json::json!([{ "sku": "A-1", "quantity": 2 }]));
/// ```
pub fn each_like(element: impl Serialize) -> EachLike {
    EachLike { element: Template::of(&element), min: 1, max: None }
}

/// The matcher made by [`each_like`].
#[derive(Debug, Clone)]
pub struct EachLike {
    element: Template,
    min: usize,
    max: Option<usize>,
}

impl EachLike {
    /// The smallest number of elements; the example repeats the element as often. With `0` the array may be empty.
    pub fn min(self, min: usize) -> Self {
        Self { min, ..self }
    }

    /// The greatest number of elements.
    pub fn max(self, max: usize) -> Self {
        Self { max: Some(max), ..self }
    }

    /// The example alone.
    pub fn example(&self) -> serde_json::Value {
        self.template().example()
    }

    fn template(&self) -> Template {
        let template = Template::matcher("type", &vec![&self.element; self.min.max(1)]).with("min", self.min);
        match self.max {
            Some(max) => template.with("max", max),
            None => template,
        }
    }
}

impl Serialize for EachLike {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.template().serialize(serializer)
    }
}

impl From<EachLike> for Template {
    fn from(matcher: EachLike) -> Self {
        matcher.template()
    }
}

/// Text (or a number, by its digits) that the regular expression matches **from beginning to end**.
///
/// Written `{"match": "regex", "regex": "…"}` (V2 and later). `regex("a", "a")` does not accept `"banana"`; write `.*a.*`.
///
/// ```
/// use intact::matchers::regex;
///
/// assert_eq!(regex(r"[A-Z]-\d+", "A-1").example(), "A-1");
/// ```
pub fn regex(pattern: &str, example: impl Serialize) -> Template {
    Template::matcher("regex", &example).with("regex", pattern.to_owned())
}

/// A number written without decimal point: `1.0` is none.
///
/// Written `{"match": "integer"}` (V3 and later). In a path, header or query parameter: digits with an optional sign.
///
/// ```
/// assert_eq!(intact::matchers::integer(42).example(), 42);
/// ```
pub fn integer(example: impl Serialize) -> Template {
    Template::matcher("integer", &example)
}

/// A number with decimal point or exponent: `1` is none.
///
/// Written `{"match": "decimal"}` (V3 and later). Many JSON writers print a whole amount as `80`, not `80.0`; if the other side
/// does, [`number`] is what you mean. In a path, header or query parameter whole numbers are accepted.
///
/// ```
/// assert_eq!(intact::matchers::decimal(79.99).example(), 79.99);
/// ```
pub fn decimal(example: impl Serialize) -> Template {
    Template::matcher("decimal", &example)
}

/// Any number.
///
/// Written `{"match": "number"}` (V3 and later).
///
/// ```
/// assert_eq!(intact::matchers::number(3).example(), 3);
/// ```
pub fn number(example: impl Serialize) -> Template {
    Template::matcher("number", &example)
}

/// `true` or `false`; in JSON the texts `"true"` and `"false"` pass too, as in other Pact tools.
///
/// Written `{"match": "boolean"}` (V3 and later).
///
/// ```
/// assert_eq!(intact::matchers::boolean(true).example(), true);
/// ```
pub fn boolean(example: bool) -> Template {
    Template::matcher("boolean", &example)
}

/// `null`.
///
/// Written `{"match": "null"}` (V3 and later). A member that may be `null` or a value is [`nullable`].
///
/// ```
/// assert!(intact::matchers::null().example().is_null());
/// ```
pub fn null() -> Template {
    Template::matcher("null", &())
}

/// Text (or a number, by its digits) that contains `part`.
///
/// Written `{"match": "include", "value": "…"}` (V3 and later).
///
/// ```
/// assert_eq!(intact::matchers::includes("not found", "product 43 not found").example(), "product 43 not found");
/// ```
pub fn includes(part: &str, example: impl Serialize) -> Template {
    // `value` is the rule's parameter here, so the example has a member of its own.
    Template::matcher("include", part).with_template("example", &example)
}

/// A date in a Java pattern, for example `yyyy-MM-dd`.
///
/// Written `{"match": "date", "format": "…"}` (V3 and later). Patterns are strict: `24-3-5` is no `yyyy-MM-dd`.
///
/// ```
/// assert_eq!(intact::matchers::date("yyyy-MM-dd", "2024-03-05").example(), "2024-03-05");
/// ```
pub fn date(format: &str, example: impl Serialize) -> Template {
    Template::matcher("date", &example).with("format", format.to_owned())
}

/// A time in a Java pattern, for example `HH:mm:ss`.
///
/// Written `{"match": "time", "format": "…"}` (V3 and later).
///
/// ```
/// assert_eq!(intact::matchers::time("HH:mm", "23:59").example(), "23:59");
/// ```
pub fn time(format: &str, example: impl Serialize) -> Template {
    Template::matcher("time", &example).with("format", format.to_owned())
}

/// A date with a time in a Java pattern, for example `yyyy-MM-dd'T'HH:mm:ssXXX`.
///
/// Written `{"match": "datetime", "format": "…"}` (V3 and later). `XXX` accepts `Z` and offsets such as `+02:00`.
///
/// ```
/// use intact::matchers::datetime;
///
/// let created = datetime("yyyy-MM-dd'T'HH:mm:ssXXX", "2024-03-05T23:59:00Z");
/// assert_eq!(created.example(), "2024-03-05T23:59:00Z");
/// ```
pub fn datetime(format: &str, example: impl Serialize) -> Template {
    Template::matcher("datetime", &example).with("format", format.to_owned())
}

/// A UUID with hyphens, in lower or upper case.
///
/// Written as a `regex` rule (V2 and later): Pact has no rule for UUIDs.
///
/// ```
/// use intact::matchers::uuid;
///
/// assert_eq!(uuid("3fa85f64-5717-4562-b3fc-2c963f66afa6").example(), "3fa85f64-5717-4562-b3fc-2c963f66afa6");
/// ```
pub fn uuid(example: impl Serialize) -> Template {
    regex("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}", example)
}

/// A UUID in another form than [`uuid`] has it.
///
/// Written as a `regex` rule (V2 and later).
///
/// ```
/// use intact::generators::UuidForm;
/// use intact::matchers::uuid_as;
///
/// assert_eq!(uuid_as(UuidForm::Simple, "3fa85f6457174562b3fc2c963f66afa6").example(), "3fa85f6457174562b3fc2c963f66afa6");
/// ```
pub fn uuid_as(form: UuidForm, example: impl Serialize) -> Template {
    let lower = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    match form {
        UuidForm::Simple => regex("[0-9a-f]{32}", example),
        UuidForm::LowerCaseHyphenated => regex(lower, example),
        UuidForm::UpperCaseHyphenated => regex(&lower.replace("a-f", "A-F"), example),
        UuidForm::Urn => regex(&format!("urn:uuid:{lower}"), example),
    }
}

/// A status code of a class, or one of a list; `example` is what the mock server answers with. For
/// [`will_respond_with`](crate::Request::will_respond_with).
///
/// Written `{"match": "statusCode", "status": "success"}` (V4).
///
/// ```
/// use intact::matchers::status_code;
/// use intact::{Contract, StatusClass};
///
/// let contract = Contract::between("order-service", "product-service").upon_receiving("a removal", |i| {
///     i.delete("/products/42").will_respond_with(status_code(StatusClass::Success, 204))
/// });
/// assert!(contract.pact().is_ok());
/// ```
pub fn status_code(class: StatusClass, example: u16) -> Template {
    let status = match class {
        StatusClass::Information => Json::from("info"),
        StatusClass::Success => Json::from("success"),
        StatusClass::Redirect => Json::from("redirect"),
        StatusClass::ClientError => Json::from("clientError"),
        StatusClass::ServerError => Json::from("serverError"),
        StatusClass::NonError => Json::from("nonError"),
        StatusClass::Error => Json::from("error"),
        StatusClass::Codes(codes) => Json::array(codes),
    };
    Template::matcher("statusCode", &example).with("status", status)
}

/// A semantic version; `v1.0.0` is none.
///
/// Written `{"match": "semver"}` (V4).
///
/// ```
/// assert_eq!(intact::matchers::semver("1.2.3-rc.1").example(), "1.2.3-rc.1");
/// ```
pub fn semver(example: impl Serialize) -> Template {
    Template::matcher("semver", &example)
}

/// Anything but `null`, `""`, `[]` and `{}`.
///
/// Written `{"match": "notEmpty"}` (V4). The type is not compared: `0` and `false` pass.
///
/// ```
/// assert_eq!(intact::matchers::not_empty("x").example(), "x");
/// ```
pub fn not_empty(example: impl Serialize) -> Template {
    Template::matcher("notEmpty", &example)
}

/// `null`, or a single value that satisfies the matcher (for a plain example: is of its type).
///
/// Written as two rules of which one must hold, `"combine": "OR"` (V3 and later). Not for objects and arrays, which Pact
/// compares with their kind before it looks at rules: such a template fails the test that uses it.
///
/// ```
/// use intact::matchers::{nullable, regex};
///
/// assert_eq!(nullable(regex(r"\d{5}", "10115")).example(), "10115");
/// ```
pub fn nullable(example: impl Serialize) -> Template {
    let inner = Template::of(&example);
    let Some(json) = inner.as_json() else { return inner };
    let matcher = if json.as_object().is_some_and(|object| object.contains(MATCHER)) { inner } else { like(&inner) };
    let Some(Json::Object(object)) = matcher.as_json() else { return matcher };
    let value = object.get("example").or_else(|| object.get("value")).cloned().unwrap_or_default();
    if matches!(value, Json::Array(_)) || value.as_object().is_some_and(|value| !value.contains(MATCHER)) {
        return Template::senseless(
            "`nullable` is for single values: Pact compares the kind of objects and arrays before it looks at rules",
        );
    }
    let rules = vec![Json::Object(object.clone()), Json::object([(MATCHER, "null")])];
    let mut either = Template::matcher("null", &()).with(MATCHER, Json::Array(rules)).with(COMBINE, "OR");
    for name in [GENERATOR, "expression", "dataType"] {
        if let Some(parameter) = object.get(name) {
            either = either.with(name, parameter.clone());
        }
    }
    either.with("value", value)
}

/// One of these values; the first is the example. For strings and numbers.
///
/// Written as a `regex` rule (V2 and later), so the text `"1"` passes for the number `1` and the other way round.
///
/// ```
/// assert_eq!(intact::matchers::one_of(["new", "paid"]).example(), "new");
/// ```
pub fn one_of(values: impl IntoIterator<Item = impl Serialize>) -> Template {
    let values: Vec<Template> = values.into_iter().map(|value| Template::of(&value)).collect();
    let texts = values.iter().filter_map(|value| Some(escape(&value.as_json()?.to_text())));
    let pattern = texts.collect::<Vec<_>>().join("|");
    match values.first() {
        Some(first) => regex(&pattern, first),
        None => Template::senseless("`one_of` needs at least one value"),
    }
}

/// A URL whose path ends in these segments, whatever host it leads to. The example leads to the mock server, so that the
/// consumer's test can follow it.
///
/// Segments are a list or tuple of texts and of matchers that are written as `regex`. Written as a `regex` rule with a
/// `MockServerURL` generator (V3 and later). See [`url_at`] for an example with a fixed host.
///
/// ```
/// use intact::matchers::{regex, url};
///
/// let link = url(("products", regex(r"\d+", "42")));
/// assert_eq!(link.example(), "http://localhost:8080/products/42");
/// ```
pub fn url(segments: impl Serialize) -> Template {
    let link = url_at("http://localhost:8080", segments);
    let example = link.as_json().and_then(|json| json.get("value")).cloned().unwrap_or_default();
    link.with(GENERATOR, "MockServerURL").with("example", example)
}

/// A URL whose path ends in these segments, whatever host it leads to; `base` is the host of the example.
///
/// Written as a `regex` rule (V2 and later). Segments are those of [`url`].
///
/// ```
/// use intact::matchers::{regex, url_at};
///
/// let link = url_at("https://shop.example", ("products", regex(r"\d+", "42")));
/// assert_eq!(link.example(), "https://shop.example/products/42");
/// ```
pub fn url_at(base: &str, segments: impl Serialize) -> Template {
    let segments = Template::of(&segments);
    let Some(json) = segments.as_json() else { return segments };
    let Some(segments) = json.as_array().filter(|segments| !segments.is_empty()) else {
        return Template::senseless("the segments of a URL are a list or tuple, such as `(\"products\", \"42\")`");
    };
    let (mut pattern, mut example) = (String::new(), base.trim_end_matches('/').to_owned());
    for segment in segments {
        let (part, text) = match segment {
            Json::Object(matcher) => {
                let part = matcher.get("regex").and_then(Json::as_str).map(|regex| format!("(?:{regex})"));
                (part, matcher.get("value").cloned().unwrap_or_default())
            }
            Json::String(_) | Json::Number(_) => (Some(escape(&segment.to_text())), segment.clone()),
            _ => (None, Json::Null),
        };
        let Some(part) = part else {
            return Template::senseless("a segment of a URL is a text, or a matcher that is written as `regex`");
        };
        pattern = format!("{pattern}/{part}");
        example = format!("{example}/{}", text.to_text());
    }
    regex(&format!(".*({pattern})$"), example)
}

/// Text as a regular expression that matches just it, in all dialects.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\^$.|?*+()[]{}".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// An object with any keys, whose values each look like the example's: a map.
///
/// Written `{"match": "values"}` (V3 and later). The values are compared as they stand where no matcher inside says more.
///
/// ```
/// use intact::matchers::{each_key_like, number};
///
/// assert_eq!(each_key_like("EUR", number(79.99)).example(), serde_json::json!({ "EUR": 79.99 }));
/// ```
pub fn each_key_like(key: &str, value: impl Serialize) -> Template {
    Template::matcher("values", &std::collections::BTreeMap::from([(key, Template::of(&value))]))
}

/// An object whose keys all satisfy the matcher, whatever keys they are.
///
/// Written `{"match": "eachKey", "rules": […]}` (V4). The values are not compared, unless a matcher stands inside the example.
///
/// ```
/// use intact::matchers::{each_key, regex};
///
/// let prices = each_key(regex("[A-Z]{3}", "EUR"), serde_json::json!({ "EUR": 79.99 }));
/// assert_eq!(prices.example(), serde_json::json!({ "EUR": 79.99 }));
/// ```
pub fn each_key(key: impl Serialize, example: impl Serialize) -> Template {
    each("eachKey", &Template::of(&key), &example)
}

/// An object or array whose values all satisfy the matcher, whatever keys they have.
///
/// Written `{"match": "eachValue", "rules": […]}` (V4). An empty object passes.
///
/// ```
/// use intact::matchers::{decimal, each_value};
///
/// let prices = each_value(decimal(79.99), serde_json::json!({ "EUR": 79.99, "USD": 85.0 }));
/// assert_eq!(prices.example()["USD"], 85.0);
/// ```
pub fn each_value(value: impl Serialize, example: impl Serialize) -> Template {
    each("eachValue", &Template::of(&value), &example)
}

/// `matcher` gives the inner rule; a plain value stands for its type.
fn each(rule: &str, matcher: &Template, example: &(impl Serialize + ?Sized)) -> Template {
    let Some(json) = matcher.as_json() else { return matcher.clone() };
    let is_matcher = json.as_object().is_some_and(|object| object.contains(MATCHER));
    let inner = if is_matcher { json.clone() } else { Json::object([(MATCHER, "type")]) };
    Template::matcher(rule, example).with("rules", Json::Array(vec![inner]))
}

/// An array that contains, for each of these elements, one that looks like it; in any order, others may be there too.
///
/// Written `{"match": "arrayContains", "variants": […]}` (V4). Inside an element only its own matchers count: without one a
/// value is expected exactly.
///
/// ```
/// use intact::json_like;
/// use intact::matchers::{array_containing, like};
///
/// let links = array_containing([json_like!({ "rel": "self", "href": like("/orders/7") })]);
/// assert_eq!(links.example()[0]["rel"], "self");
/// ```
pub fn array_containing(elements: impl IntoIterator<Item = impl Serialize>) -> Template {
    let elements: Vec<Template> = elements.into_iter().map(|element| Template::of(&element)).collect();
    Template::matcher("arrayContains", &()).without_value().with_template("variants", &elements)
}

/// A value that the provider names when the state is set up, such as the identifier of a row it made.
///
/// Written as a `type` rule with a `ProviderState` generator (V3 and later). The consumer's test uses the example; the
/// verifier puts in what the provider's state handler returned. `expression` is the name of the value, or text with `${name}`
/// in it. In the path, query and headers of a request only the generator is written: the rule would let any text pass.
///
/// ```
/// use intact::matchers::from_provider_state;
///
/// assert_eq!(from_provider_state("/products/${id}", "/products/42").example(), "/products/42");
/// ```
pub fn from_provider_state(expression: &str, example: impl Serialize) -> Template {
    Template::matcher("type", &example).with(GENERATOR, "ProviderState").with("expression", expression.to_owned())
}
