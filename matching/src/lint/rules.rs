//! Matching rules and generators by themselves: can they be understood, and by whom?

use indexmap::IndexMap;
use intact_pact_model::path::PathExpression;
use intact_pact_model::{Generator, MatchingRule, MatchingRules, RuleList, SpecVersion};

use super::catastrophic::is_catastrophic;
use super::file::{Part, Side};
use super::secrets::is_secret;
use super::{Code, Notes};
use crate::pact_regex::PactRegex;
use crate::rule::datetime::Pattern;

/// The generators of the specification.
const GENERATORS: [&str; 12] = [
    "RandomInt",
    "RandomDecimal",
    "RandomHexadecimal",
    "RandomString",
    "Regex",
    "Uuid",
    "Date",
    "Time",
    "DateTime",
    "RandomBoolean",
    "ProviderState",
    "MockServerURL",
];

/// Is it a generator of the specification?
pub(super) fn is_own_generator(kind: &str) -> bool {
    GENERATORS.contains(&kind)
}

/// The rule lists of a part, with their categories and keys.
pub(super) fn lists(rules: &MatchingRules) -> impl Iterator<Item = (&'static str, &str, &RuleList)> {
    let single = [("method", &rules.method), ("path", &rules.path), ("status", &rules.status)];
    let named =
        [("query", &rules.query), ("header", &rules.header), ("body", &rules.body), ("metadata", &rules.metadata)];
    let named = named
        .into_iter()
        .flat_map(|(category, lists)| lists.iter().map(move |(key, list)| (category, key.as_str(), list)));
    single.into_iter().map(|(category, list)| (category, "", list)).chain(named).filter(|(_, _, list)| !list.is_empty())
}

/// The generators of a part, with their categories and keys.
pub(super) fn generators<'p>(part: &Part<'p>) -> impl Iterator<Item = (&'static str, &'p str, &'p Generator)> {
    let own = part.generators;
    let single = [("method", &own.method), ("path", &own.path), ("status", &own.status)];
    let named = [("query", &own.query), ("header", &own.header), ("body", &own.body), ("metadata", &own.metadata)];
    let named = named.into_iter().flat_map(|(category, named): (_, &IndexMap<String, Generator>)| {
        named.iter().map(move |(key, generator)| (category, key.as_str(), generator))
    });
    single.into_iter().filter_map(|(category, own)| Some((category, "", own.as_ref()?))).chain(named)
}

pub(super) fn check(part: &Part<'_>, has_plugins: bool, notes: &mut Notes) {
    for (category, key, list) in lists(part.rules) {
        let mut check = Check { part, category, key, has_plugins, notes: &mut *notes };
        if matches!(category, "body" | "metadata") {
            check.path(key);
        }
        list.rules.iter().for_each(|rule| check.rule(rule));
    }
    for (category, key, generator) in generators(part) {
        let at = || part.place.generator(category, key);
        let kind = generator.kind.as_str();
        if !is_own_generator(kind) && !has_plugins {
            notes.add(Code::UnknownGenerator, at, || format!("there is no generator called `{kind}`"));
        } else if kind == "MockServerURL" && part.side == Side::Consumer {
            notes.add(Code::IdleGenerator, at, || "a verifier knows no mock server, and sends the example".to_owned());
        }
        if part.version() < SpecVersion::V3 {
            let version = part.version();
            notes.add(Code::NewerThanVersion, at, || {
                format!("generators came with specification version V3, and the file says it is {version}")
            });
        }
    }
}

struct Check<'c, 'p> {
    part: &'c Part<'p>,
    category: &'static str,
    key: &'c str,
    has_plugins: bool,
    notes: &'c mut Notes,
}

impl Check<'_, '_> {
    fn add(&mut self, code: Code, text: impl FnOnce() -> String) {
        self.notes.add(code, || self.part.place.rule(self.category, self.key), text);
    }

    fn path(&mut self, key: &str) {
        if let Err(error) = key.parse::<PathExpression>() {
            self.add(Code::InvalidPath, || error.to_string());
        }
    }

    fn rule(&mut self, rule: &MatchingRule) {
        match rule {
            MatchingRule::Regex(pattern) => self.regex(pattern),
            MatchingRule::Date(format) | MatchingRule::Time(format) | MatchingRule::DateTime(format) => {
                if let Err(error) = Pattern::compile(format) {
                    self.add(Code::InvalidFormat, || format!("the pattern `{format}` cannot be understood: {error}"));
                }
            }
            MatchingRule::Unreadable { json, reason } => {
                let shown = crate::show::json(json);
                let text = if is_secret(self.key, &shown) || is_secret(self.key, reason) {
                    "the rule (not shown) cannot be understood".to_owned()
                } else {
                    format!("the rule {shown} cannot be understood: {reason}")
                };
                self.add(Code::UnreadableRule, || text);
            }
            MatchingRule::Other { name, .. } if !self.has_plugins => {
                self.add(Code::UnknownRule, || {
                    format!("there is no matching rule called `{name}`, and the file names no plugin")
                });
            }
            MatchingRule::EachKey(inner) | MatchingRule::EachValue(inner) => {
                inner.rules.iter().for_each(|rule| self.rule(rule));
            }
            MatchingRule::ArrayContains(variants) => {
                for (key, list) in variants.iter().flat_map(|variant| &variant.rules) {
                    self.path(key);
                    list.rules.iter().for_each(|rule| self.rule(rule));
                }
            }
            _ => {}
        }
        let version = self.part.version();
        let is_own = !matches!(rule, MatchingRule::Unreadable { .. } | MatchingRule::Other { .. });
        if is_own && rule.since() > version {
            let since = rule.since();
            let name = match rule {
                MatchingRule::Type { .. } => "`type` with both bounds".to_owned(),
                other => format!("`{}`", other.name()),
            };
            self.add(Code::NewerThanVersion, || {
                format!("the rule {name} came with specification version {since}, and the file says it is {version}")
            });
        }
    }

    fn regex(&mut self, pattern: &str) {
        let is_hidden = is_secret(self.key, pattern);
        let shown = if is_hidden { "the expression (not shown)".to_owned() } else { format!("`{pattern}`") };
        if let Some(error) = PactRegex::new(pattern).error() {
            // Errors quote the expression.
            let why = if is_hidden { String::new() } else { format!(": {error}") };
            self.add(Code::InvalidRegex, || format!("{shown} is not a regular expression{why}"));
        } else if is_catastrophic(pattern) {
            self.add(Code::CatastrophicRegex, || format!("{shown} repeats a repetition"));
        }
    }
}
