//! What a walk has found out already, where it comes to the same values more than once.
//!
//! When the rules of a place compare its contents in several ways, those below are reached once for each way, and mostly by
//! the same rules. Without a memory that doubles the work (and the report) at every level that has such rules.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};

use intact_pact_model::Json;

use crate::comparison::{Flow, Sink};
use crate::rule_tree::{Cursor, InForce};

/// A value and how it is compared: where the two documents hold it, and which rules are in force.
type Question = (*const (), *const (), InForce);

/// Answers, kept only below places where the walk forks.
#[derive(Default)]
pub(super) struct Known {
    forks: Cell<usize>,
    holds: RefCell<HashMap<Question, bool>>,
    reported: RefCell<HashSet<Question>>,
}

/// While it exists, answers are kept.
pub(super) struct Fork<'k>(&'k Known);

impl Drop for Fork<'_> {
    fn drop(&mut self) {
        self.0.forks.set(self.0.forks.get() - 1);
    }
}

impl Known {
    pub(super) fn fork(&self) -> Fork<'_> {
        self.forks.set(self.forks.get() + 1);
        Fork(self)
    }

    /// Compares by `find_out` unless the outcome is known. What has been reported is not reported again.
    pub(super) fn or_find_out<S: Sink>(
        &self,
        expected: &Json<'_>,
        actual: &Json<'_>,
        cursor: &Cursor<'_>,
        sink: &mut S,
        find_out: impl FnOnce(&mut S) -> Flow,
    ) -> Flow {
        if self.forks.get() == 0 {
            return find_out(sink);
        }
        let question = (std::ptr::from_ref(expected).cast(), std::ptr::from_ref(actual).cast(), cursor.in_force());
        if S::WANTS_ALL {
            return if self.reported.borrow_mut().insert(question) { find_out(sink) } else { Flow::Continue(()) };
        }
        let known = self.holds.borrow().get(&question).copied();
        match known {
            Some(true) => Flow::Continue(()),
            Some(false) => Flow::Break(()),
            None => {
                let flow = find_out(sink);
                self.holds.borrow_mut().insert(question, flow.is_continue());
                flow
            }
        }
    }
}
