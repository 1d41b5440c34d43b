//! How much backtracking one comparison may do, all values together.
//!
//! A limit for each value is not enough: a body of ten thousand values could take ten thousand times that. What is left is
//! kept for the thread, because a comparison never leaves its thread, and every rule would have to hand it on otherwise.

use std::cell::Cell;

/// What a comparison may spend; see [`super::Backtracking`] for the prices.
const FULL: u32 = 600;

thread_local! {
    static LEFT: Cell<u32> = const { Cell::new(FULL) };
}

/// One comparison: it begins with the full budget, and gives back what was left before when it ends.
pub(crate) struct Budget {
    before: u32,
}

impl Budget {
    pub(crate) fn begin() -> Self {
        Self { before: LEFT.replace(FULL) }
    }
}

impl Drop for Budget {
    fn drop(&mut self) {
        LEFT.set(self.before);
    }
}

/// Has a price been too high already?
pub(super) fn is_spent() -> bool {
    LEFT.get() == 0
}

/// Pays a price. If not enough is left, everything is spent: the comparison has lost already, and should end soon.
pub(super) fn pay(price: u32) -> bool {
    let left = LEFT.get().checked_sub(price);
    LEFT.set(left.unwrap_or(0));
    left.is_some()
}
