//! Lists, sets and maps.

use intact_pact_model::Json;
use serde::ser::{Serialize, Serializer};

use crate::template::{MATCHER, Template};

/// An array whose elements each look like the example; at least one, unless [`min`](EachLike::min) says otherwise.
///
/// Written `{"match": "type", "min": 1}` (V2 and later). How many elements there are is checked by `min` and `max` only. The
/// elements are compared by type, as with [`like`](super::like); matchers inside the example take over where they stand.
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

/// `matcher` gives the inner rule; a plain value stands for its type.
fn each(rule: &str, matcher: &Template, example: &(impl Serialize + ?Sized)) -> Template {
    let Some(json) = matcher.as_json() else { return matcher.clone() };
    let is_matcher = json.as_object().is_some_and(|object| object.contains(MATCHER));
    let inner = if is_matcher { json.clone() } else { Json::object([(MATCHER, "type")]) };
    Template::matcher(rule, example).with("rules", Json::Array(vec![inner]))
}
