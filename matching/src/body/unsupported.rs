//! Bodies of a type that cannot be compared yet: equal bytes are equal, for anything else Intact says that it cannot tell.

use crate::comparison::{Flow, Sink};
use crate::mismatch::{Location, Mismatch, Reason, Shown};

pub(crate) fn compare<S: Sink>(expected: &[u8], actual: &[u8], kind: &str, sink: &mut S) -> Flow {
    if expected == actual {
        return Flow::Continue(());
    }
    sink.mismatch(|| {
        let text = format!("The {kind} bodies are not equal byte for byte, and Intact cannot compare {kind} bodies any closer yet");
        Mismatch::new(Location::Body("$".to_owned()), Reason::Unsupported, text)
            .showing(Shown::bytes(expected), Shown::bytes(actual))
    })
}
