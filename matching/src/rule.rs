//! Matching rules, ready to be applied: what each asks of a value.
//!
//! A rule of the contract becomes a [`Rule`]; the rules of one key and how they combine a [`RuleSet`]. Compiling never fails
//! because of what a rule says: a rule that cannot be understood becomes [`Asks::Invalid`], which no value satisfies, so that
//! only the part it governs fails. What rules say about scalars is in [`scalar`], about whole arrays and objects in
//! [`collection`], about texts outside of JSON in [`text`]; how the contents of arrays and objects are then compared is the
//! business of the bodies.

pub(crate) mod collection;
pub(crate) mod content;
pub(crate) mod datetime;
mod scalar;
mod text;

use std::sync::Arc;

use intact_pact_model::rules::{EachRule, StatusClass};
use intact_pact_model::{Combine, MatchingRule, RuleList};

use crate::mismatch::Reason;
use crate::pact_regex::{NoMatch, PactRegex};
use crate::rule_tree::RuleTree;
use crate::show;

use self::datetime::Pattern;

/// How deep rules may hold rules; every walk over them may then use the call stack.
const MAX_NESTING: usize = 64;

/// The matching rules of an interaction cannot be compiled at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// Rules may hold rules (`eachKey`, `eachValue`, `arrayContains`), but not without end.
    #[error("the matching rules of the {category} at `{key}` nest deeper than {limit} levels")]
    NestedTooDeeply {
        /// The category, for example `body`.
        category: &'static str,
        /// The key in the category.
        key: String,
        /// How deep they may nest.
        limit: usize,
    },
}

/// Where in the rules the compiler is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compiling<'k> {
    category: &'static str,
    key: &'k str,
    depth: usize,
}

impl<'k> Compiling<'k> {
    pub(crate) fn category(category: &'static str) -> Self {
        Self { category, key: "", depth: 0 }
    }

    /// At a key of the category; inside of a rule the outermost key stays.
    pub(crate) fn at(self, key: &'k str) -> Self {
        if self.depth == 0 { Self { key, ..self } } else { self }
    }

    fn inside(self) -> Result<Self, CompileError> {
        if self.depth == MAX_NESTING {
            let (category, key) = (self.category, self.key.to_owned());
            return Err(CompileError::NestedTooDeeply { category, key, limit: MAX_NESTING });
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

/// The rules of one key.
#[derive(Debug, Default)]
pub(crate) struct RuleSet {
    pub(crate) combine: Combine,
    pub(crate) rules: Vec<Rule>,
    /// The key they stand under.
    pub(crate) key: String,
}

/// One rule, ready to be applied.
#[derive(Debug)]
pub(crate) struct Rule {
    /// The name in `match`.
    name: Box<str>,
    pub(crate) asks: Asks,
}

/// What a rule asks for.
#[derive(Debug)]
pub(crate) enum Asks {
    Equality,
    Regex(PactRegex),
    Type {
        min: Option<u64>,
        max: Option<u64>,
    },
    Include(String),
    Number,
    Integer,
    Decimal,
    Boolean,
    Null,
    DateTime(DateTimeRule),
    ContentType(String),
    Values,
    ArrayContains(Vec<Variant>),
    StatusCode(StatusClass),
    NotEmpty,
    Semver,
    EachKey(RuleSet),
    /// The rules for the values; a [`RuleTree`] also has them at the path of the values. Without any, the values are compared as
    /// if there were no rule at all.
    EachValue(Arc<RuleSet>),
    /// No value satisfies it; the text says why.
    Invalid(String),
}

/// `date`, `time` or `datetime`.
#[derive(Debug)]
pub(crate) struct DateTimeRule {
    /// What the texts call it.
    pub(crate) called: &'static str,
    pub(crate) format: String,
    pattern: Result<Pattern, String>,
}

/// One variant of `arrayContains`.
#[derive(Debug)]
pub(crate) struct Variant {
    pub(crate) index: usize,
    pub(crate) rules: RuleTree,
}

/// Whether a rule is satisfied, and if not, in which way. The sentence is made by the `explain` functions, and only for
/// those who read it.
pub(crate) type Outcome = Result<(), Reason>;

impl RuleSet {
    pub(crate) fn compile(list: &RuleList, key: &str, compiling: Compiling<'_>) -> Result<Self, CompileError> {
        let rules = list.rules.iter().map(|rule| Rule::compile(rule, compiling)).collect::<Result<_, _>>()?;
        Ok(Self { combine: list.combine, rules, key: key.to_owned() })
    }

    /// The rules in `eachKey` or `eachValue`; there may be none.
    fn inner(rules: &EachRule, compiling: Compiling<'_>) -> Result<Self, CompileError> {
        let compiling = compiling.inside()?;
        let rules = rules.rules.iter().map(|rule| Rule::compile(rule, compiling)).collect::<Result<_, _>>()?;
        Ok(Self { combine: Combine::And, rules, key: compiling.key.to_owned() })
    }

    /// The rules for values, with the positions of the rules they belong to.
    pub(crate) fn each_value_rules(&self) -> impl Iterator<Item = (usize, &Arc<RuleSet>)> {
        self.rules.iter().enumerate().filter_map(|(at, rule)| match &rule.asks {
            Asks::EachValue(values) => Some((at, values)),
            _ => None,
        })
    }

    /// The rules for which `check` gives a reason, unless the others suffice: all must hold, or with OR one.
    pub(crate) fn failing(&self, check: impl Fn(&Rule) -> Outcome) -> Vec<(&Rule, Reason)> {
        let mut failures = Vec::new();
        for rule in &self.rules {
            match (check(rule), self.combine) {
                (Ok(()), Combine::Or) => return Vec::new(),
                (Ok(()), Combine::And) => {}
                (Err(reason), _) => failures.push((rule, reason)),
            }
        }
        failures
    }

    /// Do the rules hold, as far as `check` says?
    pub(crate) fn holds(&self, check: impl Fn(&Rule) -> Outcome) -> bool {
        let mut rules = self.rules.iter();
        match self.combine {
            Combine::And => rules.all(|rule| check(rule).is_ok()),
            Combine::Or => self.rules.is_empty() || rules.any(|rule| check(rule).is_ok()),
        }
    }
}

impl Rule {
    fn compile(rule: &MatchingRule, compiling: Compiling<'_>) -> Result<Self, CompileError> {
        let name = match rule {
            MatchingRule::Unreadable { json, .. } => {
                json.get("match").and_then(|name| name.as_str()).unwrap_or("unknown")
            }
            _ => rule.name(),
        };
        Ok(Self { name: name.into(), asks: Asks::compile(rule, compiling)? })
    }

    /// The rule that holds where the contract says nothing.
    pub(crate) fn equality() -> Self {
        Self { name: MatchingRule::Equality.name().into(), asks: Asks::Equality }
    }

    /// The name in `match`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Asks {
    fn compile(rule: &MatchingRule, compiling: Compiling<'_>) -> Result<Self, CompileError> {
        Ok(match rule {
            MatchingRule::Equality => Self::Equality,
            MatchingRule::Regex(pattern) => Self::Regex(PactRegex::new(pattern)),
            MatchingRule::Type { min, max } => Self::Type { min: *min, max: *max },
            MatchingRule::Include(part) => Self::Include(part.clone()),
            MatchingRule::Number => Self::Number,
            MatchingRule::Integer => Self::Integer,
            MatchingRule::Decimal => Self::Decimal,
            MatchingRule::Boolean => Self::Boolean,
            MatchingRule::Null => Self::Null,
            MatchingRule::Date(format) => Self::date_time("a date", format, "yyyy-MM-dd"),
            MatchingRule::Time(format) => Self::date_time("a time", format, "HH:mm:ss"),
            MatchingRule::DateTime(format) => Self::date_time("a timestamp", format, "yyyy-MM-dd'T'HH:mm:ssXXX"),
            MatchingRule::ContentType(content_type) => Self::ContentType(content_type.clone()),
            MatchingRule::Values => Self::Values,
            MatchingRule::ArrayContains(variants) => {
                let inside = compiling.inside()?;
                let variants = variants.iter().map(|variant| {
                    Ok(Variant { index: variant.index, rules: RuleTree::compile(&variant.rules, inside)? })
                });
                Self::ArrayContains(variants.collect::<Result<_, _>>()?)
            }
            MatchingRule::StatusCode(class) => Self::StatusCode(class.clone()),
            MatchingRule::NotEmpty => Self::NotEmpty,
            MatchingRule::Semver => Self::Semver,
            MatchingRule::EachKey(rules) => Self::EachKey(RuleSet::inner(rules, compiling)?),
            MatchingRule::EachValue(rules) => Self::EachValue(Arc::new(RuleSet::inner(rules, compiling)?)),
            MatchingRule::Other { name, .. } => {
                Self::Invalid(format!("No plugin provides the matching rule '{name}' at {}", compiling.place()))
            }
            MatchingRule::Unreadable { json, reason } => Self::Invalid(format!(
                "The matching rule {} at {} cannot be understood: {reason}",
                show::json(json),
                compiling.place()
            )),
        })
    }

    fn date_time(called: &'static str, format: &str, default: &str) -> Self {
        let format = if format.is_empty() { default } else { format };
        Self::DateTime(DateTimeRule { called, format: format.to_owned(), pattern: Pattern::compile(format) })
    }
}

impl Compiling<'_> {
    fn place(self) -> String {
        match self.key {
            "" => format!("the {}", self.category),
            key => format!("{} `{key}`", self.category),
        }
    }
}

impl From<NoMatch> for Reason {
    fn from(no_match: NoMatch) -> Self {
        match no_match {
            NoMatch::Different => Self::RuleNotSatisfied,
            NoMatch::Invalid => Self::InvalidRule,
            NoMatch::GaveUp => Self::GaveUp,
        }
    }
}

/// The sentence about a text that a regular expression does not match.
fn explain_regex(regex: &PactRegex, actual: &str, reason: Reason) -> String {
    let pattern = regex.pattern();
    match (reason, regex.error()) {
        (_, Some(error)) => format!("'{pattern}' is not a valid regular expression - {error}"),
        (Reason::GaveUp, None) => format!(
            "Expected '{actual}' to match '{pattern}', but that could not be decided: the expression needs too many steps"
        ),
        _ => format!("Expected '{actual}' to match '{pattern}'"),
    }
}

/// Is `length` within the bounds?
pub(crate) fn within(length: usize, min: Option<u64>, max: Option<u64>) -> bool {
    let length = length as u64;
    min.is_none_or(|min| length >= min) && max.is_none_or(|max| length <= max)
}

/// The sentence about a size out of bounds; `shown` is the collection.
pub(crate) fn explain_size(shown: &str, length: usize, min: Option<u64>, max: Option<u64>) -> String {
    match (min, max) {
        (Some(min), _) if (length as u64) < min => {
            format!("Expected {shown} (size {length}) to have minimum size of {min}")
        }
        (_, max) => format!("Expected {shown} (size {length}) to have maximum size of {}", max.unwrap_or_default()),
    }
}

/// Is the status of the class?
pub(crate) fn is_status_of(status: u16, class: &StatusClass) -> bool {
    match class {
        StatusClass::Information => (100..200).contains(&status),
        StatusClass::Success => (200..300).contains(&status),
        StatusClass::Redirect => (300..400).contains(&status),
        StatusClass::ClientError => (400..500).contains(&status),
        StatusClass::ServerError => (500..600).contains(&status),
        StatusClass::NonError => status < 400,
        StatusClass::Error => status >= 400,
        StatusClass::Codes(codes) => codes.contains(&status),
    }
}

/// The class in words.
pub(crate) fn describe_status(class: &StatusClass) -> String {
    match class {
        StatusClass::Information => "Informational response (100–199)".to_owned(),
        StatusClass::Success => "Successful response (200–299)".to_owned(),
        StatusClass::Redirect => "Redirect (300–399)".to_owned(),
        StatusClass::ClientError => "Client error (400–499)".to_owned(),
        StatusClass::ServerError => "Server error (500–599)".to_owned(),
        StatusClass::NonError => "Non-error response (< 400)".to_owned(),
        StatusClass::Error => "Error response (>= 400)".to_owned(),
        StatusClass::Codes(codes) => codes.iter().map(u16::to_string).collect::<Vec<_>>().join(", "),
    }
}
