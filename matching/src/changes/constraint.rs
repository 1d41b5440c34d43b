//! Which rules accept more than others.

use intact_pact_model::{Combine, Json};

use crate::in_words;
use crate::rule::datetime::Pattern;
use crate::rule::{Asks, Rule, RuleSet};

/// How what is accepted now stands to what was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// The same values.
    Same,
    /// More: all that was accepted, and others.
    Looser,
    /// Fewer: nothing that was not accepted.
    Tighter,
    /// Neither, or it is not known.
    Other,
}

impl Relation {
    /// From whether all of the old is accepted now, and all of the new was before.
    pub(super) fn of(old_in_new: bool, new_in_old: bool) -> Self {
        match (old_in_new, new_in_old) {
            (true, true) => Self::Same,
            (true, false) => Self::Looser,
            (false, true) => Self::Tighter,
            (false, false) => Self::Other,
        }
    }
}

/// What is asked of a scalar: rules and the example they refer to. Without rules it is equality.
#[derive(Clone, Copy)]
pub(super) struct Constraint<'c> {
    pub(super) rules: Option<&'c RuleSet>,
    pub(super) example: &'c Json<'c>,
    /// Is the value outside of JSON, so that its type is of no account?
    pub(super) is_text: bool,
    /// Is the example a secret, which no text repeats?
    pub(super) is_hidden: bool,
}

/// One rule, and what it needs to know.
#[derive(Clone, Copy)]
struct Atom<'c> {
    asks: &'c Asks,
    rule: Option<&'c Rule>,
    example: &'c Json<'c>,
    is_text: bool,
}

const EQUALITY: Asks = Asks::Equality;

impl<'c> Constraint<'c> {
    /// How the new one stands to this one.
    pub(super) fn relation(self, new: Self) -> Relation {
        Relation::of(self.implies(new), new.implies(self))
    }

    pub(super) fn in_words(self) -> String {
        let shows = |rule: &Rule| matches!(rule.asks, Asks::Equality | Asks::Values | Asks::EachValue(_));
        if self.is_hidden && self.rules.is_none_or(|set| set.rules.is_empty() || set.rules.iter().any(shows)) {
            return "one value (not shown)".to_owned();
        }
        match self.rules.filter(|rules| !rules.rules.is_empty()) {
            Some(rules) => in_words::set(rules, self.example),
            None => format!("exactly {}", in_words::shown(self.example)),
        }
    }

    fn atoms(self) -> (Combine, Vec<Atom<'c>>) {
        let Self { example, is_text, .. } = self;
        match self.rules.filter(|rules| !rules.rules.is_empty()) {
            Some(set) => {
                let atom = |rule: &'c Rule| Atom { asks: &rule.asks, rule: Some(rule), example, is_text };
                (set.combine, set.rules.iter().map(atom).collect())
            }
            None => (Combine::And, vec![Atom { asks: &EQUALITY, rule: None, example, is_text }]),
        }
    }

    /// Is it sure that all that satisfies this satisfies the other?
    pub(super) fn implies(self, other: Self) -> bool {
        let ((own, all), (others, wanted)) = (self.atoms(), other.atoms());
        let one = |wanted: &Atom<'_>| match own {
            Combine::And => all.iter().any(|own| own.implies(*wanted)),
            Combine::Or => all.iter().all(|own| own.implies(*wanted)),
        };
        match (own, others) {
            (_, Combine::And) => wanted.iter().all(one),
            (Combine::Or, Combine::Or) => all.iter().all(|own| wanted.iter().any(|wanted| own.implies(*wanted))),
            (Combine::And, Combine::Or) => wanted.iter().any(one),
        }
    }
}

/// What kind of JSON value all are that satisfy a rule.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Sort {
    Text,
    Number,
    Boolean,
    Null,
    Unknown,
}

fn sort_of(json: &Json<'_>) -> Sort {
    match json {
        Json::String(_) => Sort::Text,
        Json::Number(_) => Sort::Number,
        Json::Bool(_) => Sort::Boolean,
        Json::Null => Sort::Null,
        Json::Array(_) | Json::Object(_) => Sort::Unknown,
    }
}

impl Atom<'_> {
    /// The kind of what satisfies the rule. Rules about text take numbers by their text, too.
    fn sort(self) -> Sort {
        match self.asks {
            Asks::Type { .. } => sort_of(self.example),
            Asks::Semver => Sort::Text,
            Asks::Number | Asks::Integer | Asks::Decimal => Sort::Number,
            Asks::Null => Sort::Null,
            _ => Sort::Unknown,
        }
    }

    fn is_never_empty(self) -> bool {
        match self.asks {
            Asks::NotEmpty | Asks::Number | Asks::Integer | Asks::Decimal | Asks::Boolean | Asks::Semver => true,
            Asks::Regex(regex) => regex.error().is_none() && regex.matches("").is_err(),
            Asks::Include(part) => !part.is_empty(),
            Asks::DateTime(rule) => Pattern::compile(&rule.format).is_ok_and(|pattern| pattern.check("").is_err()),
            Asks::Type { .. } => !self.is_text && matches!(sort_of(self.example), Sort::Number | Sort::Boolean),
            _ => false,
        }
    }

    fn implies(self, wanted: Self) -> bool {
        // One value: it is asked.
        if matches!(self.asks, Asks::Equality | Asks::Values) {
            return wanted.accepts(self.example);
        }
        match (self.asks, wanted.asks) {
            // Of scalars, these ask for nothing.
            (_, Asks::EachKey(_) | Asks::EachValue(_) | Asks::ArrayContains(_)) if !wanted.is_text => true,
            // How many values there are is another question.
            (_, Asks::Type { .. }) if self.is_text => true,
            (_, Asks::Type { .. }) => {
                let sort = wanted.sort();
                sort != Sort::Unknown && (self.sort() == sort)
            }
            (_, Asks::NotEmpty) => self.is_never_empty(),
            (Asks::Type { .. }, Asks::Null) => !self.is_text && sort_of(self.example) == Sort::Null,
            (Asks::Type { .. }, Asks::Number) => !self.is_text && sort_of(self.example) == Sort::Number,
            (Asks::Type { .. }, Asks::Boolean) => !self.is_text && sort_of(self.example) == Sort::Boolean,
            (Asks::Number, Asks::Number)
            | (Asks::Integer, Asks::Integer | Asks::Number)
            | (Asks::Decimal, Asks::Decimal | Asks::Number)
            | (Asks::Boolean, Asks::Boolean)
            | (Asks::Null, Asks::Null)
            | (Asks::Semver, Asks::Semver) => true,
            (Asks::Integer | Asks::Number, Asks::Decimal) => self.is_text,
            (Asks::Regex(own), Asks::Regex(wanted)) => own.pattern() == wanted.pattern(),
            (Asks::Include(own), Asks::Include(wanted)) => own.contains(wanted.as_str()),
            (Asks::DateTime(own), Asks::DateTime(wanted)) => own.format == wanted.format,
            (Asks::StatusCode(own), Asks::StatusCode(wanted)) => own == wanted,
            // Without rules it is equality.
            (Asks::EachValue(own), Asks::EachValue(_)) if own.rules.is_empty() && self.example != wanted.example => {
                false
            }
            (Asks::EachValue(_), Asks::EachValue(_)) | (Asks::EachKey(_), Asks::EachKey(_)) => self
                .rule
                .zip(wanted.rule)
                .is_some_and(|(own, wanted)| in_words::rule(own, self.example) == in_words::rule(wanted, self.example)),
            (Asks::ContentType(own), Asks::ContentType(wanted)) | (Asks::Invalid(own), Asks::Invalid(wanted)) => {
                own == wanted
            }
            _ => false,
        }
    }

    fn accepts(self, value: &Json<'_>) -> bool {
        match self.rule {
            None => self.example == value,
            Some(rule) if self.is_text => rule.check_text(&self.example.to_text(), &value.to_text()).is_ok(),
            Some(rule) => rule.check_scalar(self.example, value).is_ok(),
        }
    }
}

/// The least and the largest size.
pub(super) type Limits = (Option<u64>, Option<u64>);

/// The bounds of what keeps both.
pub(super) fn both_limits(one: Limits, other: Limits) -> Limits {
    let max = match (one.1, other.1) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    (one.0.max(other.0), max)
}

/// How two pairs of bounds stand to each other.
pub(super) fn bounds(old: Limits, new: Limits) -> Relation {
    let within = |inner: Limits, outer: Limits| {
        let least = inner.0.unwrap_or(0) >= outer.0.unwrap_or(0);
        least && outer.1.is_none_or(|outer| inner.1.is_some_and(|inner| inner <= outer))
    };
    Relation::of(within(old, new), within(new, old))
}
