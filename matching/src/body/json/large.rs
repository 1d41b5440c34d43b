//! Documents so large that trees of them should not be made: they are walked as text, and become trees part by part.
//!
//! Only the containers that are large themselves are walked here, and only where what is asked of them concerns nothing but
//! what is in them, which is as good as always. Everything else, and whatever differs, is the business of the one walk over
//! trees: where a container itself is not as it should be, trees are made of all of it.

use std::cell::OnceCell;

use intact_pact_model::Combine;
use intact_pact_model::json::{Json, JsonText, TextMembers};

use super::object::optional_members;
use super::{At, Place, Walk};
use crate::comparison::{Flow, Sink, Verdict};
use crate::mismatch::Location;
use crate::rule::{Asks, Rule, within};
use crate::rule_tree::{Cursor, RuleTree};

/// Documents of more bytes are compared from their text.
const LARGE: usize = 1024 * 1024;

/// Is the text of a document that large?
pub(crate) fn is_large(document: &[u8]) -> bool {
    document.len() > LARGE
}

/// Compares two documents, one of which is large.
pub(crate) fn compare_texts<S: Sink>(
    expected: JsonText<'_>,
    actual: JsonText<'_>,
    rules: &RuleTree,
    strict: bool,
    sink: &mut S,
) -> Flow {
    let walk = TextWalk { strict, is_large: |text| text.is_large(), read: |text| text.read() };
    walk.value((expected, actual), &rules.cursor(), &Place::ROOT, sink)
}

struct TextWalk {
    /// Is more than expected a mismatch?
    strict: bool,
    /// Should no tree be made of it?
    is_large: fn(JsonText<'_>) -> bool,
    /// Makes the tree of an example.
    read: for<'t> fn(JsonText<'t>) -> Json<'t>,
}

/// The example and what came.
type Both<'t> = (JsonText<'t>, JsonText<'t>);

impl TextWalk {
    fn value<S: Sink>(
        &self,
        (expected, actual): Both<'_>,
        cursor: &Cursor<'_>,
        place: &Place<'_>,
        sink: &mut S,
    ) -> Flow {
        if (self.is_large)(expected) || (self.is_large)(actual) {
            if let Some(both) = arrays_of_alike((expected, actual), cursor) {
                return self.items(both, cursor, place, sink);
            }
            if let Some((expected, actual)) = self.objects_of_alike((expected, actual), cursor, place) {
                return self.members(&expected, &actual, cursor, place, sink);
            }
        }
        // A walk remembers values by their addresses, so each pair of trees has its own.
        self.walk().value(&(self.read)(expected), &actual.read(), cursor, place, sink)
    }

    fn walk(&self) -> Walk<'static> {
        Walk::new(self.strict, &Location::Body)
    }

    /// Each item like the expected one at its index, or like the first if there is none. There may be very many of those, so the
    /// first is read once for all of them: the work must not be the size of the example times the number of items. Only beside
    /// items that are large themselves it is walked as text again, which is no more work than those are.
    fn items<S: Sink>(
        &self,
        (expected, actual): Both<'_>,
        cursor: &Cursor<'_>,
        place: &Place<'_>,
        sink: &mut S,
    ) -> Flow {
        let mut examples = expected.items().into_iter().flatten();
        let (Some(first), Some(items)) = (examples.next(), actual.items()) else { return Flow::Continue(()) };
        let cursors = cursor.items();
        let mut examples = std::iter::once(first).chain(examples);
        let first_as_tree = OnceCell::new();
        for (index, item) in items.enumerate() {
            let (cursor, place) = (cursors.at(index), place.item(index));
            match examples.next() {
                Some(example) => self.value((example, item), &cursor, &place, sink)?,
                None if (self.is_large)(item) => self.value((first, item), &cursor, &place, sink)?,
                None => {
                    let first = first_as_tree.get_or_init(|| (self.read)(first));
                    self.walk().value(first, &item.read(), &cursor, &place, sink)?;
                }
            }
        }
        Flow::Continue(())
    }

    fn members<S: Sink>(
        &self,
        expected: &TextMembers<'_>,
        actual: &TextMembers<'_>,
        cursor: &Cursor<'_>,
        place: &Place<'_>,
        sink: &mut S,
    ) -> Flow {
        for (position, (name, example)) in expected.iter().enumerate() {
            if let Some(value) = actual.get_near(position, name) {
                self.value((example, value), &cursor.field(name), &place.member(name), sink)?;
            }
        }
        Flow::Continue(())
    }

    /// Both, if they are objects of which nothing is asked but that their members are alike, and the names are as they should be.
    fn objects_of_alike<'t>(
        &self,
        (expected, actual): Both<'t>,
        cursor: &Cursor<'_>,
        place: &Place<'_>,
    ) -> Option<(TextMembers<'t>, TextMembers<'t>)> {
        let (expected, actual) = (expected.members()?, actual.members()?);
        let (names, actual_names) = (expected.outline(), actual.outline());
        let at = At { expected: &Json::Null, actual: &Json::Null, cursor, place, without_example: false };
        let are_alike = asks_only_of_contents(cursor, |rule, cascaded| {
            let is_about_contents = matches!(rule.asks, Asks::Regex(_)) || !rule.is_about_scalars();
            is_about_contents && is_said_by(rule, cascaded, actual_names.len())
        });
        let names_fit = || self.walk().key_sets(names, actual_names, &at, &mut Verdict).is_continue();
        let is_optional = || optional_members(names, actual_names, &at).next().is_some();
        (are_alike && names_fit() && !is_optional()).then_some((expected, actual))
    }
}

/// Both, if they are arrays of which nothing is asked but that their items are alike, and as many as they should be.
fn arrays_of_alike<'t>((expected, actual): Both<'t>, cursor: &Cursor<'_>) -> Option<Both<'t>> {
    let (examples, count) = (expected.item_count()?, actual.item_count()?);
    let are_alike = match cursor.rules() {
        None => count == examples,
        Some(_) => asks_only_of_contents(cursor, |rule, cascaded| {
            !matches!(rule.asks, Asks::Null) && is_said_by(rule, cascaded, count)
        }),
    };
    are_alike.then_some((expected, actual))
}

/// Is there no rule for an array or object that asks for more than the same of what is in it?
fn asks_only_of_contents(cursor: &Cursor<'_>, is_satisfied: impl Fn(&Rule, bool) -> bool) -> bool {
    cursor.rules().is_none_or(|rules| {
        rules.set.combine == Combine::And && rules.set.rules.iter().all(|rule| is_satisfied(rule, rules.cascaded))
    })
}

/// Is what the rule asks of an array or object said by the number of its items or members? Those that stand above have been
/// asked there.
fn is_said_by(rule: &Rule, cascaded: bool, count: usize) -> bool {
    match &rule.asks {
        Asks::Type { min, max } => cascaded || within(count, *min, *max),
        Asks::NotEmpty => count > 0,
        Asks::Equality
        | Asks::Values
        | Asks::EachKey(_)
        | Asks::EachValue(_)
        | Asks::ArrayContains(_)
        | Asks::Invalid(_) => cascaded,
        _ => true,
    }
}

#[cfg(test)]
mod tests;
