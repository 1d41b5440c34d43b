//! Members of objects: those that the example has, and those that only the rules know.
//!
//! A member of the example must be there. A member that the example does not have is unexpected, which a request may not
//! be and a response may; but if rules call it by its name (`$.nick`, also `$.nick.first`, but not `$.*`), it is *optional*:
//! it may be missing, and if it is there those rules decide. Rules that compare with an example, such as `type` and
//! `equality`, have none there and ask for nothing.

use intact_pact_model::Json;
use intact_pact_model::json::Object;

use super::{At, Mode, Walk};
use crate::comparison::{Flow, Sink};
use crate::mismatch::Reason;
use crate::show;

/// The members that the example does not have, and the rules call by name.
pub(super) fn optional_members<'m, 'a>(
    expected: &'m Object<'_>,
    actual: &'m Object<'a>,
    at: &'m At<'_, '_, '_, '_>,
) -> impl Iterator<Item = (&'m str, &'m Json<'a>)> {
    actual.iter().enumerate().filter_map(|(position, (name, value))| {
        (at.cursor.names(name) && expected.get_near(position, name).is_none()).then_some((name, value))
    })
}

/// Are there such members in what is compared?
pub(super) fn has_optional_members(at: &At<'_, '_, '_, '_>) -> bool {
    match (at.expected, at.actual) {
        (Json::Object(expected), Json::Object(actual)) => optional_members(expected, actual, at).next().is_some(),
        _ => false,
    }
}

impl Walk<'_> {
    /// Objects without a rule.
    pub(super) fn object<S: Sink>(
        &self,
        expected: &Object<'_>,
        actual: &Object<'_>,
        at: &At<'_, '_, '_, '_>,
        sink: &mut S,
    ) -> Flow {
        if self.is_more_than_nothing(expected, actual, at) {
            return self.unexpected_members(at, sink);
        }
        self.members(expected, actual, false, at, sink)
    }

    /// Member by member; `any_key` if no names are asked for.
    pub(super) fn members<S: Sink>(
        &self,
        expected: &Object<'_>,
        actual: &Object<'_>,
        any_key: bool,
        at: &At<'_, '_, '_, '_>,
        sink: &mut S,
    ) -> Flow {
        if !any_key {
            self.key_sets(expected, actual, at, sink)?;
        }
        let mut common = 0;
        for (position, (name, example)) in expected.iter().enumerate() {
            if let Some(value) = actual.get_near(position, name) {
                common += 1;
                self.value(example, value, &at.cursor.field(name), &at.place.member(name), sink)?;
            }
        }
        if common == actual.len() { Flow::Continue(()) } else { self.compare_optional(expected, actual, at, sink) }
    }

    fn compare_optional<S: Sink>(
        &self,
        expected: &Object<'_>,
        actual: &Object<'_>,
        at: &At<'_, '_, '_, '_>,
        sink: &mut S,
    ) -> Flow {
        let walk = Walk { without_example: true, ..Walk::new(self.strict, self.put) };
        optional_members(expected, actual, at).try_for_each(|(name, value)| {
            walk.value(value, value, &at.cursor.field(name), &at.place.member(name), sink)
        })
    }

    /// Is nothing expected, and something there that may not be?
    pub(super) fn is_more_than_nothing(
        &self,
        expected: &Object<'_>,
        actual: &Object<'_>,
        at: &At<'_, '_, '_, '_>,
    ) -> bool {
        self.strict && expected.is_empty() && actual.names().any(|name| !at.cursor.names(name))
    }

    pub(super) fn unexpected_members<S: Sink>(&self, at: &At<'_, '_, '_, '_>, sink: &mut S) -> Flow {
        self.report(at, Reason::Unexpected, sink, || {
            format!("Expected an empty Map but received {}", show::json(at.actual))
        })
    }

    /// All expected keys must be there; compared strictly, no others but optional ones.
    pub(super) fn key_sets<S: Sink>(
        &self,
        expected: &Object<'_>,
        actual: &Object<'_>,
        at: &At<'_, '_, '_, '_>,
        sink: &mut S,
    ) -> Flow {
        let any_missing = expected.names().enumerate().any(|(at, name)| actual.get_near(at, name).is_none());
        if !self.strict {
            if !any_missing {
                return Flow::Continue(());
            }
            return self.report(at, Reason::Missing, sink, || {
                let missing = show::names(expected.names().filter(|name| !actual.contains(name)));
                format!("Actual map is missing the following keys: {missing}")
            });
        }
        let is_unexpected =
            |(position, name): (usize, &str)| expected.get_near(position, name).is_none() && !at.cursor.names(name);
        let as_many = expected.len() == actual.len();
        if !any_missing && (as_many || !actual.names().enumerate().any(is_unexpected)) {
            return Flow::Continue(());
        }
        let reason = if any_missing { Reason::Missing } else { Reason::Unexpected };
        self.report(at, reason, sink, || {
            let (expected, actual) = (show::names(expected.names()), show::names(actual.names()));
            format!("Expected a Map with keys [{expected}] but received one with keys [{actual}]")
        })
    }

    /// Every value like the expected one of its name, or like the first (by name) if there is none.
    pub(super) fn values_by_template<S: Sink>(
        &self,
        expected: &Object<'_>,
        actual: &Object<'_>,
        mode: Mode,
        at: &At<'_, '_, '_, '_>,
        sink: &mut S,
    ) -> Flow {
        let first = expected.iter().min_by_key(|(name, _)| *name).map(|(_, first)| first);
        let without_example = Walk { without_example: true, ..Walk::new(self.strict, self.put) };
        for (position, (name, value)) in actual.iter().enumerate() {
            let mut cursor = at.cursor.field(name);
            if let Mode::EachValue(rule) = mode {
                cursor = cursor.value_of(at.cursor, rule);
            }
            let place = at.place.member(name);
            match expected.get_near(position, name).or(first) {
                Some(example) => self.value(example, value, &cursor, &place, sink)?,
                None if at.cursor.names(name) => without_example.value(value, value, &cursor, &place, sink)?,
                None => {}
            }
        }
        Flow::Continue(())
    }
}
