//! JSON documents: one walk over expected and actual, with the rules beside it.
//!
//! Rules at arrays and objects have two halves: what they ask of the value itself ([`crate::rule::collection`]) and how the
//! contents are then compared ([`Mode`]). Several rules of one key ask separately, but the contents are walked once for each
//! way, not once for each rule; so a document costs the same whatever is said about it, also when rules are alternatives.
//!
//! Members that the example does not have, but the rules call by name, may be there or not: see [`object`].

mod array;
mod known;
mod large;
mod mode;
mod object;
mod place;
mod variants;

use intact_pact_model::{Combine, Json};

use crate::comparison::{Flow, Sink, Verdict};
use crate::mismatch::{Location, Mismatch, Reason, Shown};
use crate::rule::{Asks, Outcome, Rule, RuleSet};
use crate::rule_tree::{Cursor, RuleTree, Rules};
use crate::show;

use known::Known;
use mode::{Mode, allows, check_itself, check_keys, explain_itself, is_said_above, lets_any_key_through, modes};
use place::Place;

pub(crate) use large::{compare_texts, is_large};
pub(crate) use variants::{like_variants, missing_variants};

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

/// Compares two values in documents, with the rules at and below a cursor.
pub(crate) fn compare_below<S: Sink>(
    expected: &Json<'_>,
    actual: &Json<'_>,
    cursor: &Cursor<'_>,
    strict: bool,
    sink: &mut S,
) -> Flow {
    Walk::new(strict, &Location::Body).value(expected, actual, cursor, &Place::ROOT, sink)
}

struct Walk<'w> {
    /// Is more than expected a mismatch?
    strict: bool,
    put: &'w dyn Fn(String) -> Location,
    known: Known,
    /// The contract has no example here, so that the rules alone decide. The value then stands in for its own example.
    without_example: bool,
}

/// The two values, the rules and the place: what every step of the walk is about.
struct At<'w, 'e, 'a, 't> {
    expected: &'w Json<'e>,
    actual: &'w Json<'a>,
    cursor: &'w Cursor<'t>,
    place: &'w Place<'w>,
    without_example: bool,
}

impl<'w> Walk<'w> {
    fn new(strict: bool, put: &'w dyn Fn(String) -> Location) -> Self {
        Self { strict, put, known: Known::default(), without_example: false }
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
        let at = At { expected, actual, cursor, place, without_example: self.without_example };
        match (expected, actual, cursor.rules()) {
            (Json::Array(expected), Json::Array(actual), None) => self.array(expected, actual, &at, sink),
            (Json::Object(expected), Json::Object(actual), None) => self.object(expected, actual, &at, sink),
            (Json::Array(_), Json::Array(_), Some(rules)) | (Json::Object(_), Json::Object(_), Some(rules)) => {
                self.collection(&at, rules, sink)
            }
            (Json::Array(_) | Json::Object(_), _, rules) => self.clash(&at, rules, sink),
            (_, _, None) if expected == actual => Flow::Continue(()),
            (_, _, None) => self.report(&at, Reason::Different, sink, || {
                Rule::equality().explain_scalar(expected, actual, Reason::Different)
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
        let expected = if at.without_example { Shown::Nothing } else { show::plain(at.expected).into() };
        Mismatch::new((self.put)(at.place.path()), reason, text).showing(expected, show::plain(at.actual))
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
                && rules.set.rules.iter().any(|rule| match &rule.asks {
                    Asks::EachKey(_) | Asks::EachValue(_) | Asks::ArrayContains(_) | Asks::StatusCode(_) => false,
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
            && !lets_any_key_through(rules)
            && self.is_more_than_nothing(expected, actual, at)
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
                    self.mismatch(at, reason, explain_itself(at, rules, rule, reason)).ruled(rule.name(), &set.key)
                })?;
            }
            check_keys(at, rule, cascaded, &mut |place, name, inner, reason| {
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

    fn contents<S: Sink>(&self, at: &At<'_, '_, '_, '_>, rules: Rules<'_>, mode: Mode, sink: &mut S) -> Flow {
        match (at.expected, at.actual) {
            (Json::Array(expected), Json::Array(actual)) => match mode {
                // Nothing says what the items should be like.
                Mode::Contains(_) if self.without_example => Flow::Continue(()),
                Mode::Contains(rule) => {
                    let Asks::ArrayContains(variants) = &rules.set.rules[rule].asks else { return Flow::Continue(()) };
                    self.variants(expected, actual, variants, &mut |reason, text| {
                        sink.mismatch(|| self.mismatch(at, reason, text()).ruled("arrayContains", &rules.set.key))
                    })
                }
                _ => self.items_by_template(expected, actual, mode, at, sink),
            },
            (Json::Object(expected), Json::Object(actual)) => match mode {
                Mode::Values | Mode::EachValue(_) => self.values_by_template(expected, actual, mode, at, sink),
                _ => self.members(expected, actual, lets_any_key_through(rules), at, sink),
            },
            _ => Flow::Continue(()),
        }
    }
}
