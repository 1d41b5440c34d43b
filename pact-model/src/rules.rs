//! Matching rules, as data. What they ask of a value is decided in the crate `intact-matching`.

use indexmap::IndexMap;

use crate::generators::Generator;
use crate::json::{JsonValue, Object};
use crate::spec_version::SpecVersion;

/// The matching rules of a request, a response or a message, by category.
///
/// Body and metadata rules are keyed by path expressions, kept as their text: a text that is no path is an error only when
/// the part is compared. Query and header rules are keyed by plain names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MatchingRules {
    /// Rules for the method.
    pub method: RuleList,
    /// Rules for the path.
    pub path: RuleList,
    /// Rules for the status code.
    pub status: RuleList,
    /// Rules for query parameters by name.
    pub query: IndexMap<String, RuleList>,
    /// Rules for headers by name.
    pub header: IndexMap<String, RuleList>,
    /// Rules for the body (or message contents) by path expression.
    pub body: IndexMap<String, RuleList>,
    /// Rules for message metadata by key or path expression.
    pub metadata: IndexMap<String, RuleList>,
}

impl MatchingRules {
    /// Are there none at all?
    pub fn is_empty(&self) -> bool {
        [&self.method, &self.path, &self.status].iter().all(|list| list.rules.is_empty())
            && [&self.query, &self.header, &self.body, &self.metadata].iter().all(|named| named.is_empty())
    }
}

/// The rules for one value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleList {
    /// Must all rules hold, or one?
    pub combine: Combine,
    /// The rules; an empty list counts as no rule.
    pub rules: Vec<MatchingRule>,
}

impl RuleList {
    /// One rule.
    pub fn of(rule: MatchingRule) -> Self {
        Self { combine: Combine::And, rules: vec![rule] }
    }

    /// Are there no rules?
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

/// How the rules of a list are combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Combine {
    /// All must hold.
    #[default]
    And,
    /// One must hold.
    Or,
}

/// One matching rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MatchingRule {
    /// Equal to the example.
    Equality,
    /// The whole text matches the regular expression.
    Regex(String),
    /// Of the same type as the example; with bounds on the length of arrays and objects.
    Type {
        /// Smallest length.
        min: Option<u64>,
        /// Greatest length.
        max: Option<u64>,
    },
    /// The text contains this one.
    Include(String),
    /// Any number.
    Number,
    /// A number written without decimal point and exponent.
    Integer,
    /// A number written with decimal point or exponent.
    Decimal,
    /// `true` or `false`.
    Boolean,
    /// `null`.
    Null,
    /// A date of the given Java pattern; empty means `yyyy-MM-dd`.
    Date(String),
    /// A time of the given Java pattern; empty means `HH:mm:ss`.
    Time(String),
    /// A date with time of the given Java pattern; empty means `yyyy-MM-dd'T'HH:mm:ssXXX`.
    DateTime(String),
    /// The bytes are of this media type.
    ContentType(String),
    /// The values of an object, whatever its keys.
    Values,
    /// The array contains an item for each variant, in any order.
    ArrayContains(Vec<ArrayVariant>),
    /// The status code is of a class, or one of a list.
    StatusCode(StatusClass),
    /// Not empty.
    NotEmpty,
    /// A semantic version.
    Semver,
    /// Each key of the object satisfies the rules.
    EachKey(EachRule),
    /// Each value of the object or array satisfies the rules.
    EachValue(EachRule),
    /// A rule of a name that Intact does not know, for a plugin to apply. Without the plugin it is a mismatch.
    Other {
        /// The name in `match`.
        name: String,
        /// All other members.
        params: Object<'static>,
    },
    /// A rule that cannot be understood; kept for writing, and a mismatch when it is applied.
    Unreadable {
        /// The rule as it stands in the file.
        json: JsonValue,
        /// What is wrong with it.
        reason: String,
    },
}

impl MatchingRule {
    /// The first version of the specification that has the rule. Readers of older files understand
    /// newer rules; programs that know only an older version do not.
    pub fn since(&self) -> SpecVersion {
        match self {
            Self::Regex(_) | Self::Type { min: None, .. } | Self::Type { max: None, .. } => SpecVersion::V2,
            Self::Equality
            | Self::Type { .. }
            | Self::Include(_)
            | Self::Number
            | Self::Integer
            | Self::Decimal
            | Self::Boolean
            | Self::Null
            | Self::Date(_)
            | Self::Time(_)
            | Self::DateTime(_)
            | Self::ContentType(_)
            | Self::Values => SpecVersion::V3,
            Self::ArrayContains(_)
            | Self::StatusCode(_)
            | Self::NotEmpty
            | Self::Semver
            | Self::EachKey(_)
            | Self::EachValue(_)
            | Self::Other { .. }
            | Self::Unreadable { .. } => SpecVersion::V4,
        }
    }

    /// The name of the rule in a file: `type`, `eachKey`.
    pub fn name(&self) -> &str {
        match self {
            Self::Equality => "equality",
            Self::Regex(_) => "regex",
            Self::Type { .. } => "type",
            Self::Include(_) => "include",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Boolean => "boolean",
            Self::Null => "null",
            Self::Date(_) => "date",
            Self::Time(_) => "time",
            Self::DateTime(_) => "datetime",
            Self::ContentType(_) => "contentType",
            Self::Values => "values",
            Self::ArrayContains(_) => "arrayContains",
            Self::StatusCode(_) => "statusCode",
            Self::NotEmpty => "notEmpty",
            Self::Semver => "semver",
            Self::EachKey(_) => "eachKey",
            Self::EachValue(_) => "eachValue",
            Self::Other { name, .. } => name,
            Self::Unreadable { .. } => "a rule that cannot be read",
        }
    }
}

/// What a `statusCode` rule accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatusClass {
    /// 100 to 199.
    Information,
    /// 200 to 299.
    Success,
    /// 300 to 399.
    Redirect,
    /// 400 to 499.
    ClientError,
    /// 500 to 599.
    ServerError,
    /// Below 400.
    NonError,
    /// 400 and above.
    Error,
    /// One of these.
    Codes(Vec<u16>),
}

/// One variant of an `arrayContains` rule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ArrayVariant {
    /// Which element of the example array it describes.
    pub index: usize,
    /// Rules by path relative to the element; none means equality.
    pub rules: IndexMap<String, RuleList>,
    /// Generators by path relative to the element.
    pub generators: IndexMap<String, Generator>,
}

/// The inner rules of `eachKey` and `eachValue`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EachRule {
    /// All must hold for each key or value.
    pub rules: Vec<MatchingRule>,
    /// Example in the file; not used in matching.
    pub example: Option<JsonValue>,
    /// Generator in the file.
    pub generator: Option<Box<Generator>>,
}
