//! Matching rules in words: what stands in an excerpt in place of the example.

use intact_pact_model::{Combine, Json};

use crate::rule::{Asks, Rule, RuleSet, describe_status};
use crate::rule_tree::Rules;

use super::Hide;
use super::visible::{WIDEST, shown};

/// What the rules ask of a scalar, in words; nothing if they ask for the example itself.
pub(super) fn of_scalar(rules: Option<Rules<'_>>, example: &Json<'_>, hide: Hide<'_>) -> Option<String> {
    let rules = rules?;
    of_set(rules.set, |rule| of_rule(rule, &kind_of(example), hide))
}

/// What the rules ask of a text, in words.
pub(super) fn of_text(set: Option<&RuleSet>, hide: Hide<'_>) -> Option<String> {
    of_set(set?, |rule| of_rule(rule, "any text", hide))
}

/// What rules that stand at an array or object ask of it as a whole, in words.
pub(super) fn of_collection(rules: Option<Rules<'_>>, items: &str, hide: Hide<'_>) -> Option<String> {
    let rules = rules.filter(|rules| !rules.cascaded)?;
    of_set(rules.set, |rule| match &rule.asks {
        Asks::Type { min: Some(min), max: Some(max) } if min == max => Some(format!("{min} {items}")),
        Asks::Type { min: Some(min), max: Some(max) } => Some(format!("{min} to {max} {items}")),
        Asks::Type { min: Some(min), max: None } => Some(format!("at least {min} {items}")),
        Asks::Type { min: None, max: Some(max) } => Some(format!("at most {max} {items}")),
        Asks::NotEmpty => Some("not empty".to_owned()),
        Asks::ArrayContains(_) => Some("among others".to_owned()),
        Asks::EachKey(keys) => of_text(Some(keys), hide).map(|names| format!("names: {names}")),
        Asks::Null => Some("null".to_owned()),
        Asks::Invalid(_) => Some("a rule that cannot be applied".to_owned()),
        _ => None,
    })
}

fn of_set(set: &RuleSet, word: impl Fn(&Rule) -> Option<String>) -> Option<String> {
    let words: Vec<String> = set.rules.iter().filter_map(word).collect();
    let between = match set.combine {
        Combine::And => " and ",
        Combine::Or => " or ",
    };
    (!words.is_empty()).then(|| words.join(between))
}

fn kind_of(example: &Json<'_>) -> String {
    match example {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "any number",
        Json::String(_) => "any string",
        Json::Array(_) => "any list",
        Json::Object(_) => "any object",
    }
    .to_owned()
}

fn of_rule(rule: &Rule, kind: &str, hide: Hide<'_>) -> Option<String> {
    Some(match &rule.asks {
        Asks::Regex(regex) => format!("matching {}", shown(regex.pattern(), WIDEST, hide)),
        Asks::Type { .. } => kind.to_owned(),
        Asks::Include(part) => format!("with `{}` in it", shown(part, WIDEST, hide)),
        Asks::Number => "any number".to_owned(),
        Asks::Integer => "any integer".to_owned(),
        Asks::Decimal => "any decimal number".to_owned(),
        Asks::Boolean => "true or false".to_owned(),
        Asks::Null => "null".to_owned(),
        Asks::DateTime(rule) => format!("{} {}", rule.called, shown(&rule.format, WIDEST, hide)),
        Asks::ContentType(content_type) => format!("bytes of {}", shown(content_type, WIDEST, hide)),
        Asks::StatusCode(class) => describe_status(class),
        Asks::NotEmpty => "not empty".to_owned(),
        Asks::Semver => "a semantic version".to_owned(),
        Asks::Equality | Asks::Values | Asks::ArrayContains(_) | Asks::EachKey(_) | Asks::EachValue(_) => return None,
        Asks::Invalid(_) => "a rule that cannot be applied".to_owned(),
    })
}
