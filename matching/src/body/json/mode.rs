//! What rules ask of an array or object itself, and how they want its contents compared.

use intact_pact_model::{Combine, Json};

use super::At;
use super::object::has_optional_members;
use super::place::Place;
use crate::comparison::Flow;
use crate::mismatch::Reason;
use crate::rule::{Asks, Outcome, Rule};
use crate::rule_tree::Rules;

/// How the contents of an array or object are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Item by item, member by member.
    Plain,
    /// All members like the first expected one, whatever their names.
    Values,
    /// Likewise, by the rules that the `eachValue` rule at this position holds.
    EachValue(usize),
    /// Some item for each variant of the `arrayContains` rule at this position.
    Contains(usize),
}

/// How the contents of the value are compared under one rule.
fn mode(rule: &Rule, position: usize, expected: &Json<'_>, cascaded: bool) -> Mode {
    match &rule.asks {
        _ if cascaded => Mode::Plain,
        Asks::EachValue(_) => Mode::EachValue(position),
        Asks::ArrayContains(_) if matches!(expected, Json::Array(_)) => Mode::Contains(position),
        Asks::Values | Asks::ArrayContains(_) if matches!(expected, Json::Object(_)) => Mode::Values,
        _ => Mode::Plain,
    }
}

/// The different ways in which the rules compare contents. Where all rules count, `values` looks at all that the plain way
/// looks at, except for optional members, and `eachKey` leaves the values to an `eachValue` beside it.
pub(super) fn modes<'m>(at: &'m At<'_, '_, '_, '_>, rules: Rules<'m>) -> impl Iterator<Item = Mode> + 'm {
    let mode_of = move |position, rule| mode(rule, position, at.expected, rules.cascaded);
    let is_and = rules.set.combine == Combine::And && !rules.cascaded;
    let other = |wanted: fn(Mode) -> bool| {
        is_and && rules.set.rules.iter().enumerate().any(|(position, rule)| wanted(mode_of(position, rule)))
    };
    // Unless the names of the members still have to be looked at, as under `arrayContains`.
    let covered = other(|mode| mode == Mode::Values)
        && other(|mode| mode == Mode::Plain)
        && lets_any_key_through(rules)
        && !has_optional_members(at);
    let keys_only = other(|mode| matches!(mode, Mode::EachValue(_)));
    let (mut plain, mut values) = (false, false);
    rules.set.rules.iter().enumerate().filter_map(move |(position, rule)| {
        let mode = mode_of(position, rule);
        if mode == Mode::Plain && (covered || keys_only && matches!(rule.asks, Asks::EachKey(_))) {
            return None;
        }
        let seen = match mode {
            Mode::Plain => std::mem::replace(&mut plain, true),
            Mode::Values => std::mem::replace(&mut values, true),
            // These belong to one rule.
            Mode::EachValue(_) | Mode::Contains(_) => false,
        };
        (!seen).then_some(mode)
    })
}

/// Is there a rule that compares contents in this way and is satisfied by the value itself?
pub(super) fn allows(at: &At<'_, '_, '_, '_>, rules: Rules<'_>, wanted: Mode) -> bool {
    let is_satisfied = |position: usize, rule: &Rule| {
        mode(rule, position, at.expected, rules.cascaded) == wanted
            && check_itself(at, rules, rule).is_ok()
            && check_keys(at, rule, rules.cascaded, &mut |_, _, _, _| Flow::Break(())).is_continue()
    };
    match wanted {
        Mode::EachValue(position) | Mode::Contains(position) => is_satisfied(position, &rules.set.rules[position]),
        _ => rules.set.rules.iter().enumerate().any(|(position, rule)| is_satisfied(position, rule)),
    }
}

/// What a rule asks of the array or object itself.
pub(super) fn check_itself(at: &At<'_, '_, '_, '_>, rules: Rules<'_>, rule: &Rule) -> Outcome {
    let cascaded = rules.cascaded;
    // Asked above of all that is here, too; to ask again at each level would cost the depth of the document.
    if cascaded && rules.set.combine == Combine::And && matches!(rule.asks, Asks::Equality)
        || is_said_above(rules, rule)
    {
        return Ok(());
    }
    if decides_alone(at, rules, rule) {
        return rule.check_scalar(at.expected, at.actual);
    }
    match (at.expected, at.actual) {
        (Json::Array(expected), Json::Array(actual)) => rule.check_array(expected, actual, cascaded),
        (Json::Object(expected), Json::Object(actual)) => rule.check_object(expected, actual, cascaded),
        _ => Ok(()),
    }
}

/// The sentence about an array or object for which [`check_itself`] gave `reason`.
pub(super) fn explain_itself(at: &At<'_, '_, '_, '_>, rules: Rules<'_>, rule: &Rule, reason: Reason) -> String {
    match (at.expected, at.actual) {
        _ if decides_alone(at, rules, rule) => rule.explain_scalar(at.expected, at.actual, reason),
        (Json::Array(expected), Json::Array(actual)) => rule.explain_array(expected, actual),
        _ => rule.explain_object(at.expected, at.actual),
    }
}

/// Where an example is an array or object, rules about scalars are meant for what is in it. Where there is no example, they
/// say what the value itself must be.
fn decides_alone(at: &At<'_, '_, '_, '_>, rules: Rules<'_>, rule: &Rule) -> bool {
    at.without_example && !rules.cascaded && rule.is_about_scalars()
}

/// A rule that nobody can apply is a mismatch where it stands, and not again for all that is below.
pub(super) fn is_said_above(rules: Rules<'_>, rule: &Rule) -> bool {
    rules.cascaded && rules.set.combine == Combine::And && matches!(rule.asks, Asks::Invalid(_))
}

/// Do rules that stand exactly here say that the keys do not matter?
pub(super) fn lets_any_key_through(rules: Rules<'_>) -> bool {
    let about_keys = |rule: &Rule| matches!(rule.asks, Asks::Values | Asks::EachKey(_) | Asks::EachValue(_));
    !rules.cascaded && rules.set.rules.iter().any(about_keys)
}

/// Holds each key against the rules of `eachKey`, which speak of this object, not of those below (`cascaded`).
pub(super) fn check_keys(
    at: &At<'_, '_, '_, '_>,
    rule: &Rule,
    cascaded: bool,
    report: &mut dyn FnMut(&Place<'_>, &str, &Rule, Reason) -> Flow,
) -> Flow {
    let (false, Asks::EachKey(keys), Json::Object(actual)) = (cascaded, &rule.asks, at.actual) else {
        return Flow::Continue(());
    };
    for name in actual.names() {
        for (inner, reason) in keys.failing(|inner| inner.check_text(name, name)) {
            report(&at.place.member(name), name, inner, reason)?;
        }
    }
    Flow::Continue(())
}
