//! JSON documents: one walk over expected and actual, with the rules beside it.
//!
//! Rules at arrays and objects have two halves: what they ask of the value itself ([`crate::rule::collection`]) and how the
//! contents are then compared ([`Mode`]). Several rules of one key ask separately, but the contents are walked once for each
//! way, not once for each rule; so a document costs the same whatever is said about it, also when rules are alternatives.

mod known;
mod place;

use std::borrow::Cow;

use intact_pact_model::json::Object;
use intact_pact_model::{Combine, Json};

use crate::comparison::{Flow, Sink, Verdict};
use crate::mismatch::{Location, Mismatch, Reason, Shown};
use crate::rule::{Outcome, Rule, RuleSet, Variant};
use crate::rule_tree::{Cursor, RuleTree, Rules};
use crate::show;

use known::Known;
use place::Place;

/// Compares two documents.
pub(crate) fn compare<S: Sink>(
    expected: &Json<'_>,
    actual: &Json<'_>,
    rules: &RuleTree,
    strict: bool,
    sink: &mut S,
) -> Flow {
    Walk::new(strict, &Location::Body).value(expected, actual, &rules.cursor(), &Place::ROOT, sink)
}

/// Compares two metadata values with the rules at and below a cursor; the location is the same for all that is found.
pub(crate) fn compare_at<S: Sink>(
    expected: &Json<'_>,
    actual: &Json<'_>,
    cursor: &Cursor<'_>,
    put: &dyn Fn(String) -> Location,
    sink: &mut S,
) -> Flow {
    Walk::new(false, put).value(expected, actual, cursor, &Place::ROOT, sink)
}

/// What `arrayContains` misses in a list: reasons and sentences.
pub(crate) fn missing_variants(
    expected: &[Json<'_>],
    actual: &[Json<'_>],
    variants: &[Variant],
    strict: bool,
) -> Vec<(Reason, String)> {
    let mut missing = Vec::new();
    let _ = Walk::new(strict, &Location::Body).variants(expected, actual, variants, &mut |reason, text| {
        missing.push((reason, text()));
        Flow::Continue(())
    });
    missing
}

/// How the contents of an array or object are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Item by item, member by member.
    Plain,
    /// All members like the first expected one, whatever their names.
    Values,
    /// Likewise, by the rules that the `eachValue` rule at this position holds.
    EachValue(usize),
    /// Some item for each variant of the `arrayContains` rule at this position.
    Contains(usize),
}

struct Walk<'w> {
    /// Is more than expected a mismatch?
    strict: bool,
    put: &'w dyn Fn(String) -> Location,
    known: Known,
}

/// The two values, the rules and the place: what every step of the walk is about.
struct At<'w, 'e, 'a, 't> {
    expected: &'w Json<'e>,
    actual: &'w Json<'a>,
    cursor: &'w Cursor<'t>,
    place: &'w Place<'w>,
}

impl<'w> Walk<'w> {
    fn new(strict: bool, put: &'w dyn Fn(String) -> Location) -> Self {
        Self { strict, put, known: Known::default() }
    }

    fn value<S: Sink>(
        &self,
        expected: &Json<'_>,
        actual: &Json<'_>,
        cursor: &Cursor<'_>,
        place: &Place<'_>,
        sink: &mut S,
    ) -> Flow {
        self.known.or_find_out(expected, actual, cursor, sink, |sink| {
            self.unknown_value(expected, actual, cursor, place, sink)
        })
    }

    fn unknown_value<S: Sink>(
        &self,
        expected: &Json<'_>,
        actual: &Json<'_>,
        cursor: &Cursor<'_>,
        place: &Place<'_>,
        sink: &mut S,
    ) -> Flow {
        let at = At { expected, actual, cursor, place };
        match (expected, actual, cursor.rules()) {
            (Json::Array(expected), Json::Array(actual), None) => self.array(expected, actual, &at, sink),
            (Json::Object(expected), Json::Object(actual), None) => self.object(expected, actual, &at, sink),
            (Json::Array(_), Json::Array(_), Some(rules)) | (Json::Object(_), Json::Object(_), Some(rules)) => {
                self.collection(&at, rules, sink)
            }
            (Json::Array(_) | Json::Object(_), _, rules) => self.clash(&at, rules, sink),
            (_, _, None) if expected == actual => Flow::Continue(()),
            (_, _, None) => self.report(&at, Reason::Different, sink, || {
                Rule::Equality.explain_scalar(expected, actual, Reason::Different)
            }),
            (_, _, Some(rules)) => self.by_rules(
                &at,
                rules.set,
                |rule| if is_said_above(rules, rule) { Ok(()) } else { rule.check_scalar(expected, actual) },
                |rule, reason| rule.explain_scalar(expected, actual, reason),
                sink,
            ),
        }
    }

    fn report<S: Sink>(
        &self,
        at: &At<'_, '_, '_, '_>,
        reason: Reason,
        sink: &mut S,
        text: impl FnOnce() -> String,
    ) -> Flow {
        sink.mismatch(|| self.mismatch(at, reason, text()))
    }

    fn mismatch(&self, at: &At<'_, '_, '_, '_>, reason: Reason, text: String) -> Mismatch {
        Mismatch::new((self.put)(at.place.path()), reason, text)
            .showing(show::plain(at.expected), show::plain(at.actual))
    }

    fn by_rules<S: Sink>(
        &self,
        at: &At<'_, '_, '_, '_>,
        set: &RuleSet,
        check: impl Fn(&Rule) -> Outcome,
        explain: impl Fn(&Rule, Reason) -> String,
        sink: &mut S,
    ) -> Flow {
        if set.holds(&check) {
            return Flow::Continue(());
        }
        for (rule, reason) in set.failing(check) {
            sink.mismatch(|| self.mismatch(at, reason, explain(rule, reason)).ruled(rule.name(), &set.key))?;
        }
        Flow::Continue(())
    }

    /// An array or object is expected, and something else came. Only alternatives can allow that: an object or `null`.
    fn clash<S: Sink>(&self, at: &At<'_, '_, '_, '_>, rules: Option<Rules<'_>>, sink: &mut S) -> Flow {
        let allowed = rules.is_some_and(|rules| {
            rules.set.combine == Combine::Or
                && rules.set.rules.iter().any(|rule| match rule {
                    Rule::EachKey(_) | Rule::EachValue(_) | Rule::ArrayContains(_) | Rule::StatusCode(_) => false,
                    _ => rule.check_scalar(at.expected, at.actual).is_ok(),
                })
        });
        if allowed {
            return Flow::Continue(());
        }
        self.report(at, Reason::WrongType, sink, || {
            let (actual, expected) = (show::json_and_kind(at.actual), show::json_and_kind(at.expected));
            format!("Type mismatch: Expected {actual} to be the same type as {expected}")
        })
    }

    /// Two arrays or two objects under rules.
    fn collection<S: Sink>(&self, at: &At<'_, '_, '_, '_>, rules: Rules<'_>, sink: &mut S) -> Flow {
        let Rules { set, cascaded } = rules;
        if let (Json::Object(expected), Json::Object(actual)) = (at.expected, at.actual)
            && self.strict
            && expected.is_empty()
            && !actual.is_empty()
            && !lets_any_key_through(rules)
        {
            return self.unexpected_members(at, sink);
        }
        let _fork = (modes(at, rules).nth(1).is_some()).then(|| self.known.fork());
        let is_or = set.combine == Combine::Or;
        if is_or {
            if self.holds_by_some_rule(at, rules) {
                return Flow::Continue(());
            }
            // Going through the contents again to say what differs would double the work at each level.
            if !S::WANTS_ALL {
                return Flow::Break(());
            }
        }
        for rule in &set.rules {
            if let Err(reason) = check_itself(at, rules, rule) {
                sink.mismatch(|| {
                    let text = match (at.expected, at.actual) {
                        (Json::Array(expected), Json::Array(actual)) => rule.explain_array(expected, actual),
                        _ => rule.explain_object(at.expected, at.actual),
                    };
                    self.mismatch(at, reason, text).ruled(rule.name(), &set.key)
                })?;
            }
            Self::keys(at, rule, cascaded, &mut |place, name, inner, reason| {
                sink.mismatch(|| {
                    let text = inner.explain_text(name, name, reason);
                    Mismatch::new((self.put)(place.path()), reason, text)
                        .showing("", name)
                        .ruled(inner.name(), &set.key)
                })
            })?;
        }
        for mode in modes(at, rules) {
            if !is_or || allows(at, rules, mode) {
                self.contents(at, rules, mode, sink)?;
            }
        }
        Flow::Continue(())
    }

    /// Is one of the rules satisfied, by the value itself and by its contents?
    fn holds_by_some_rule(&self, at: &At<'_, '_, '_, '_>, rules: Rules<'_>) -> bool {
        modes(at, rules)
            .any(|mode| allows(at, rules, mode) && self.contents(at, rules, mode, &mut Verdict).is_continue())
    }

    /// Holds each key against the rules of `eachKey`, which speak of this object, not of those below (`cascaded`).
    fn keys(
        at: &At<'_, '_, '_, '_>,
        rule: &Rule,
        cascaded: bool,
        report: &mut dyn FnMut(&Place<'_>, &str, &Rule, Reason) -> Flow,
    ) -> Flow {
        let (false, Rule::EachKey(keys), Json::Object(actual)) = (cascaded, rule, at.actual) else {
            return Flow::Continue(());
        };
        for name in actual.names() {
            for (inner, reason) in keys.failing(|inner| inner.check_text(name, name)) {
                report(&at.place.member(name), name, inner, reason)?;
            }
        }
        Flow::Continue(())
    }

    fn contents<S: Sink>(&self, at: &At<'_, '_, '_, '_>, rules: Rules<'_>, mode: Mode, sink: &mut S) -> Flow {
        match (at.expected, at.actual) {
            (Json::Array(expected), Json::Array(actual)) => match mode {
                Mode::Contains(rule) => {
                    let Rule::ArrayContains(variants) = &rules.set.rules[rule] else { return Flow::Continue(()) };
                    self.variants(expected, actual, variants, &mut |reason, text| {
                        sink.mismatch(|| self.mismatch(at, reason, text()).ruled("arrayContains", &rules.set.key))
                    })
                }
                _ => self.items_by_template(expected, actual, mode, at, sink),
            },
            (Json::Object(expected), Json::Object(actual)) => match mode {
                Mode::Values | Mode::EachValue(_) => self.values_by_template(expected, actual, mode, at, sink),
                _ => {
                    if !lets_any_key_through(rules) {
                        self.key_sets(expected, actual, at, sink)?;
                    }
                    self.common_members(expected, actual, at, sink)
                }
            },
            _ => Flow::Continue(()),
        }
    }

    /// Arrays without a rule: item by item, and of one length.
    fn array<S: Sink>(
        &self,
        expected: &[Json<'_>],
        actual: &[Json<'_>],
        at: &At<'_, '_, '_, '_>,
        sink: &mut S,
    ) -> Flow {
        if expected.is_empty() && !actual.is_empty() {
            return self.report(at, Reason::Unexpected, sink, || {
                format!("Expected an empty List but received {}", show::list(actual))
            });
        }
        let cursors = at.cursor.items();
        for (index, example) in expected.iter().enumerate() {
            match actual.get(index) {
                Some(item) => self.value(example, item, &cursors.at(index), &at.place.item(index), sink)?,
                // Showing both arrays with every missing item would take memory without end.
                None => sink.mismatch(|| {
                    let text = format!("Expected {} but was missing", show::json(example));
                    Mismatch::new((self.put)(at.place.path()), Reason::Missing, text)
                        .showing(show::plain(example), Shown::Nothing)
                })?,
            }
        }
        if expected.len() == actual.len() {
            return Flow::Continue(());
        }
        self.report(at, Reason::WrongSize, sink, || {
            format!("Expected a List with {} elements but received {} elements", expected.len(), actual.len())
        })
    }

    /// Arrays under rules: each item like the expected one at its index, or like the first if there is none.
    fn items_by_template<S: Sink>(
        &self,
        expected: &[Json<'_>],
        actual: &[Json<'_>],
        mode: Mode,
        at: &At<'_, '_, '_, '_>,
        sink: &mut S,
    ) -> Flow {
        let Some(first) = expected.first() else { return Flow::Continue(()) };
        let cursors = at.cursor.items();
        for (index, item) in actual.iter().enumerate() {
            let mut cursor = cursors.at(index);
            if let Mode::EachValue(rule) = mode {
                cursor = Cow::Owned(cursor.into_owned().value_of(at.cursor, rule));
            }
            self.value(expected.get(index).unwrap_or(first), item, &cursor, &at.place.item(index), sink)?;
        }
        Flow::Continue(())
    }

    /// For each variant, some item must match. Reports reason and sentence for those that none does.
    fn variants(
        &self,
        expected: &[Json<'_>],
        actual: &[Json<'_>],
        variants: &[Variant],
        report: &mut dyn FnMut(Reason, &dyn Fn() -> String) -> Flow,
    ) -> Flow {
        let none = RuleTree::default();
        // Without variants every expected item is one, by equality.
        let every_item = (0..expected.len()).map(|index| (index, &none));
        let variants: Vec<(usize, &RuleTree)> = match variants {
            [] => every_item.collect(),
            _ => variants.iter().map(|variant| (variant.index, &variant.rules)).collect(),
        };
        for (index, rules) in variants {
            if let Some((key, error)) = rules.unreadable.first() {
                report(Reason::InvalidRule, &|| {
                    format!("The matching rules at '{key}' of a variant cannot be applied: {error}")
                })?;
            }
            let Some(example) = expected.get(index) else {
                report(Reason::Missing, &|| {
                    let length = expected.len();
                    format!(
                        "ArrayContains: variant {index} is missing from the expected list, which has {length} items"
                    )
                })?;
                continue;
            };
            let is_like_it =
                |item: &Json<'_>| self.value(example, item, &rules.cursor(), &Place::ROOT, &mut Verdict).is_continue();
            // In lists of one order it stands at the same place. No item is looked at twice, or rules in rules would
            // double the work at each level.
            let others = || actual.iter().enumerate().filter(|(at, _)| *at != index).any(|(_, item)| is_like_it(item));
            if !actual.get(index).is_some_and(is_like_it) && !others() {
                report(Reason::Missing, &|| {
                    format!("Variant at index {index} ({}) was not found in the actual list", show::json(example))
                })?;
            }
        }
        Flow::Continue(())
    }

    /// Objects without a rule.
    fn object<S: Sink>(
        &self,
        expected: &Object<'_>,
        actual: &Object<'_>,
        at: &At<'_, '_, '_, '_>,
        sink: &mut S,
    ) -> Flow {
        if self.strict && expected.is_empty() && !actual.is_empty() {
            return self.unexpected_members(at, sink);
        }
        self.key_sets(expected, actual, at, sink)?;
        self.common_members(expected, actual, at, sink)
    }

    fn unexpected_members<S: Sink>(&self, at: &At<'_, '_, '_, '_>, sink: &mut S) -> Flow {
        self.report(at, Reason::Unexpected, sink, || {
            format!("Expected an empty Map but received {}", show::json(at.actual))
        })
    }

    /// All expected keys must be there; compared strictly, no others.
    fn key_sets<S: Sink>(
        &self,
        expected: &Object<'_>,
        actual: &Object<'_>,
        at: &At<'_, '_, '_, '_>,
        sink: &mut S,
    ) -> Flow {
        let any_missing = expected.names().enumerate().any(|(at, name)| actual.get_near(at, name).is_none());
        if self.strict {
            if expected.len() == actual.len() && !any_missing {
                return Flow::Continue(());
            }
            let reason = if any_missing { Reason::Missing } else { Reason::Unexpected };
            return self.report(at, reason, sink, || {
                let (expected, actual) = (show::names(expected.names()), show::names(actual.names()));
                format!("Expected a Map with keys [{expected}] but received one with keys [{actual}]")
            });
        }
        if !any_missing {
            return Flow::Continue(());
        }
        self.report(at, Reason::Missing, sink, || {
            let missing = show::names(expected.names().filter(|name| !actual.contains(name)));
            format!("Actual map is missing the following keys: {missing}")
        })
    }

    fn common_members<S: Sink>(
        &self,
        expected: &Object<'_>,
        actual: &Object<'_>,
        at: &At<'_, '_, '_, '_>,
        sink: &mut S,
    ) -> Flow {
        for (position, (name, example)) in expected.iter().enumerate() {
            if let Some(value) = actual.get_near(position, name) {
                self.value(example, value, &at.cursor.field(name), &at.place.member(name), sink)?;
            }
        }
        Flow::Continue(())
    }

    /// Every value like the expected one of its name, or like the first (by name) if there is none.
    fn values_by_template<S: Sink>(
        &self,
        expected: &Object<'_>,
        actual: &Object<'_>,
        mode: Mode,
        at: &At<'_, '_, '_, '_>,
        sink: &mut S,
    ) -> Flow {
        let Some((_, first)) = expected.iter().min_by_key(|(name, _)| *name) else { return Flow::Continue(()) };
        for (position, (name, value)) in actual.iter().enumerate() {
            let mut cursor = at.cursor.field(name);
            if let Mode::EachValue(rule) = mode {
                cursor = cursor.value_of(at.cursor, rule);
            }
            self.value(
                expected.get_near(position, name).unwrap_or(first),
                value,
                &cursor,
                &at.place.member(name),
                sink,
            )?;
        }
        Flow::Continue(())
    }
}

/// How the contents of the value are compared under one rule.
fn mode(rule: &Rule, position: usize, expected: &Json<'_>, cascaded: bool) -> Mode {
    match rule {
        _ if cascaded => Mode::Plain,
        Rule::EachValue(_) => Mode::EachValue(position),
        Rule::ArrayContains(_) if matches!(expected, Json::Array(_)) => Mode::Contains(position),
        Rule::Values | Rule::ArrayContains(_) if matches!(expected, Json::Object(_)) => Mode::Values,
        _ => Mode::Plain,
    }
}

/// The different ways in which the rules compare contents. Where all rules count, `values` looks at all that the plain way
/// looks at, and `eachKey` leaves the values to an `eachValue` beside it.
fn modes<'m>(at: &'m At<'_, '_, '_, '_>, rules: Rules<'m>) -> impl Iterator<Item = Mode> + 'm {
    let mode_of = move |position, rule| mode(rule, position, at.expected, rules.cascaded);
    let is_and = rules.set.combine == Combine::And && !rules.cascaded;
    let other = |wanted: fn(Mode) -> bool| {
        is_and && rules.set.rules.iter().enumerate().any(|(position, rule)| wanted(mode_of(position, rule)))
    };
    let covered = other(|mode| mode == Mode::Values);
    let keys_only = other(|mode| matches!(mode, Mode::EachValue(_)));
    let (mut plain, mut values) = (false, false);
    rules.set.rules.iter().enumerate().filter_map(move |(position, rule)| {
        let mode = mode_of(position, rule);
        if mode == Mode::Plain && (covered || keys_only && matches!(rule, Rule::EachKey(_))) {
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
fn allows(at: &At<'_, '_, '_, '_>, rules: Rules<'_>, wanted: Mode) -> bool {
    let is_satisfied = |position: usize, rule: &Rule| {
        mode(rule, position, at.expected, rules.cascaded) == wanted
            && check_itself(at, rules, rule).is_ok()
            && Walk::keys(at, rule, rules.cascaded, &mut |_, _, _, _| Flow::Break(())).is_continue()
    };
    match wanted {
        Mode::EachValue(position) | Mode::Contains(position) => is_satisfied(position, &rules.set.rules[position]),
        _ => rules.set.rules.iter().enumerate().any(|(position, rule)| is_satisfied(position, rule)),
    }
}

/// What a rule asks of the array or object itself.
fn check_itself(at: &At<'_, '_, '_, '_>, rules: Rules<'_>, rule: &Rule) -> Outcome {
    let cascaded = rules.cascaded;
    // Asked above of all that is here, too; to ask again at each level would cost the depth of the document.
    if cascaded && rules.set.combine == Combine::And && matches!(rule, Rule::Equality) || is_said_above(rules, rule) {
        return Ok(());
    }
    match (at.expected, at.actual) {
        (Json::Array(expected), Json::Array(actual)) => rule.check_array(expected, actual, cascaded),
        (Json::Object(expected), Json::Object(actual)) => rule.check_object(expected, actual, cascaded),
        _ => Ok(()),
    }
}

/// A rule that nobody can apply is a mismatch where it stands, and not again for all that is below.
fn is_said_above(rules: Rules<'_>, rule: &Rule) -> bool {
    rules.cascaded && rules.set.combine == Combine::And && matches!(rule, Rule::Invalid { .. })
}

/// Do rules that stand exactly here say that the keys do not matter?
fn lets_any_key_through(rules: Rules<'_>) -> bool {
    let about_keys = |rule: &Rule| matches!(rule, Rule::Values | Rule::EachKey(_) | Rule::EachValue(_));
    !rules.cascaded && rules.set.rules.iter().any(about_keys)
}
