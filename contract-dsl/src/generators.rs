//! Generators: values that are made new each time a contract is used, in place of the example.
//!
//! A generator stands beside a matcher, which says what the other side may send; the generator only makes the consumer's test
//! and the verifier use different values, so that nothing depends on the example. Written to the file as `generators` (V3 and
//! later).
//!
//! ```
//! use intact::generators::{date, random_int};
//! use intact::json_like;
//! use intact::matchers::{self, integer};
//!
//! let order = json_like!({
//!     "number": integer(7).generated_by(random_int(1..=99)),
//!     "due": matchers::date("yyyy-MM-dd", "2024-03-05").generated_by(date("yyyy-MM-dd").expression("+1 week")),
//! });
//! assert_eq!(order.example()["number"], 7);
//! ```

use std::ops::RangeInclusive;

use intact_pact_model::{Json, JsonValue};

/// What makes a value; see [`Template::generated_by`](crate::Template::generated_by).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generator(intact_pact_model::Generator);

impl Generator {
    fn named(kind: &str) -> Self {
        Self(intact_pact_model::Generator::named(kind))
    }

    fn with(self, name: &str, value: impl Into<Json<'static>>) -> Self {
        Self(self.0.with(name, value))
    }

    /// For dates and times: how far from now, for example `+1 week` or `next monday`.
    pub fn expression(self, expression: impl Into<String>) -> Self {
        self.with("expression", expression.into())
    }

    pub(crate) fn kind(&self) -> String {
        self.0.kind.clone()
    }

    pub(crate) fn parameters(&self) -> impl Iterator<Item = (String, JsonValue)> + '_ {
        self.0.params.iter().map(|(name, value)| (name.to_owned(), value.clone()))
    }
}

/// The forms in which a UUID is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UuidForm {
    /// `3fa85f6457174562b3fc2c963f66afa6`
    Simple,
    /// `3fa85f64-5717-4562-b3fc-2c963f66afa6`
    LowerCaseHyphenated,
    /// `3FA85F64-5717-4562-B3FC-2C963F66AFA6`
    UpperCaseHyphenated,
    /// `urn:uuid:3fa85f64-5717-4562-b3fc-2c963f66afa6`
    Urn,
}

/// An integer of the range.
pub fn random_int(range: RangeInclusive<i32>) -> Generator {
    Generator::named("RandomInt").with("min", *range.start()).with("max", *range.end())
}

/// A decimal of so many digits in all.
pub fn random_decimal(digits: u32) -> Generator {
    Generator::named("RandomDecimal").with("digits", digits)
}

/// So many hexadecimal digits, in upper case.
pub fn random_hexadecimal(digits: u32) -> Generator {
    Generator::named("RandomHexadecimal").with("digits", digits)
}

/// So many letters and digits.
pub fn random_string(size: u32) -> Generator {
    Generator::named("RandomString").with("size", size)
}

/// `true` or `false`.
pub fn random_boolean() -> Generator {
    Generator::named("RandomBoolean")
}

/// A text that the regular expression matches.
pub fn regex(pattern: impl Into<String>) -> Generator {
    Generator::named("Regex").with("regex", pattern.into())
}

/// A random UUID.
pub fn uuid(form: UuidForm) -> Generator {
    let format = match form {
        UuidForm::Simple => "simple",
        UuidForm::LowerCaseHyphenated => "lower-case-hyphenated",
        UuidForm::UpperCaseHyphenated => "upper-case-hyphenated",
        UuidForm::Urn => "URN",
    };
    Generator::named("Uuid").with("format", format)
}

/// Today, or the day that [`expression`](Generator::expression) says, in a Java pattern.
pub fn date(format: impl Into<String>) -> Generator {
    Generator::named("Date").with("format", format.into())
}

/// Now, or the time that [`expression`](Generator::expression) says, in a Java pattern.
pub fn time(format: impl Into<String>) -> Generator {
    Generator::named("Time").with("format", format.into())
}

/// Now, or the instant that [`expression`](Generator::expression) says, in a Java pattern.
pub fn datetime(format: impl Into<String>) -> Generator {
    Generator::named("DateTime").with("format", format.into())
}

/// The part of the example that the expression's first group finds, at the mock server's URL. [`url`](crate::matchers::url)
/// does this for paths of segments.
pub fn mock_server_url(example: impl Into<String>, pattern: impl Into<String>) -> Generator {
    Generator::named("MockServerURL").with("example", example.into()).with("regex", pattern.into())
}

/// A value that the provider names when the state is set up, of this type whatever the provider gives:
/// [`from_provider_state`](crate::matchers::from_provider_state) with a matcher of your own.
pub fn provider_state(expression: impl Into<String>, data_type: DataType) -> Generator {
    let data_type = match data_type {
        DataType::Raw => "RAW",
        DataType::String => "STRING",
        DataType::Integer => "INTEGER",
        DataType::Decimal => "DECIMAL",
        DataType::Boolean => "BOOLEAN",
    };
    Generator::named("ProviderState").with("expression", expression.into()).with("dataType", data_type)
}

/// What a value from a provider state is made into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataType {
    /// As the provider gives it.
    Raw,
    /// Text.
    String,
    /// An integer.
    Integer,
    /// A number with a decimal point.
    Decimal,
    /// `true` or `false`.
    Boolean,
}
