//! Values of a type, whatever text they are.

use intact_pact_model::Json;
use intact_pact_model::rules::StatusClass;
use serde::ser::Serialize;

use crate::template::{GENERATOR, Template};

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
/// Written `{"match": "null"}` (V3 and later). A member that may be `null` or a value is [`nullable`](super::nullable).
///
/// ```
/// assert!(intact::matchers::null().example().is_null());
/// ```
pub fn null() -> Template {
    Template::matcher("null", &())
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
