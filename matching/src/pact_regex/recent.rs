//! The expressions that were compiled lately.
//!
//! A contract has a thousand interactions and a handful of expressions: a date, a UUID. Compiling one costs more than calling
//! a provider on the same machine, and what is compiled takes more memory than the interaction it belongs to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Compiled, Engine};

/// How many are kept.
const KEPT: usize = 32;

/// Larger ones are compiled anew each time, so that what is kept has a bound. In bytes.
pub(super) const LARGEST: usize = 1 << 20;

/// The one used last comes first.
static RECENT: Mutex<VecDeque<(String, Arc<Compiled>)>> = Mutex::new(VecDeque::new());

/// What `compile` makes of the pattern, or made of it a short while ago.
pub(super) fn compiled(pattern: &str, compile: impl FnOnce() -> Compiled) -> Arc<Compiled> {
    let lock = || RECENT.lock().unwrap_or_else(PoisonError::into_inner);
    {
        let mut recent = lock();
        if let Some(at) = recent.iter().position(|(own, _)| own == pattern) {
            let found = recent.remove(at).expect("a position is that of an element");
            let engine = Arc::clone(&found.1);
            recent.push_front(found);
            return engine;
        }
    }
    // Without the lock: others need not wait until this one is compiled.
    let engine = Arc::new(compile());
    if pattern.len() <= LARGEST && !matches!(*engine, Ok(Engine::Large(_))) {
        let mut recent = lock();
        recent.push_front((pattern.to_owned(), Arc::clone(&engine)));
        recent.truncate(KEPT);
    }
    engine
}

#[cfg(test)]
mod tests {
    use crate::pact_regex::PactRegex;

    #[test]
    fn one_expression_is_compiled_once_and_a_large_one_is_not_kept() {
        let shared = |pattern: &str| {
            let (one, other) = (PactRegex::new(pattern), PactRegex::new(pattern));
            assert!(one.matches("7").is_ok() && other.matches("7").is_ok(), "{pattern}");
            std::ptr::eq(one.engine(), other.engine())
        };
        assert!(shared(r"\d|one of a kind"));
        assert!(shared(r"(?=7)\d|one of a kind"));
        assert!(!shared(r"\w{1,90}|one of a kind"));
    }
}
