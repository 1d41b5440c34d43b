//! Items of arrays.

use std::borrow::Cow;

use intact_pact_model::Json;

use super::{At, Mode, Walk};
use crate::comparison::{Flow, Sink};
use crate::mismatch::{Mismatch, Reason, Shown};
use crate::show;

impl Walk<'_> {
    /// Arrays without a rule: item by item, and of one length.
    pub(super) fn array<S: Sink>(
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
    pub(super) fn items_by_template<S: Sink>(
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
}
