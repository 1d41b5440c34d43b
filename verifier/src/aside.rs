//! Comparisons of large bodies, on a thread of their own.
//!
//! Comparing may take long where bodies are large, and where they are hostile even longer. On the thread of the runtime nobody
//! would notice meanwhile that the run has reached its deadline or was interrupted, and no other interaction would go on. The
//! runtime's own threads for work that blocks are not used either: a runtime does not end before they do, so that the end of
//! a run would wait for just what it has given up.

use std::thread;

use tokio::sync::{Mutex, oneshot};

use crate::execute::InteractionError;

/// Bodies of up to so many bytes are compared where they are: that takes less than a few milliseconds.
const SMALL: usize = 256 * 1024;

/// One after the other: what several at once take in memory, nobody has reckoned with.
static TURN: Mutex<()> = Mutex::const_new(());

/// Compares bodies of so many bytes. Whoever drops the future does not wait for the end of the comparison.
///
/// # Errors
///
/// If there is no thread to be had.
pub(crate) async fn compare<T: Send + 'static>(
    bytes: usize,
    compare: impl FnOnce() -> T + Send + 'static,
) -> Result<T, InteractionError> {
    if bytes <= SMALL {
        return Ok(compare());
    }
    let _turn = TURN.lock().await;
    let (done, outcome) = oneshot::channel();
    let work = move || {
        // Nobody may wait any more.
        _ = done.send(compare());
    };
    let comparing = thread::Builder::new().name("comparison".to_owned()).spawn(work).map_err(|error| {
        let reason = format!("there is no thread to compare its {bytes} bytes on: {error}");
        InteractionError::Answer { reason }
    })?;
    match outcome.await {
        Ok(outcome) => Ok(outcome),
        Err(_) => match comparing.join() {
            Err(panic) => std::panic::resume_unwind(panic),
            Ok(()) => unreachable!("a comparison that ends tells its outcome"),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    /// Longer than any test takes.
    const FOREVER: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn others_go_on_while_large_bodies_are_compared() {
        let (send, receive) = mpsc::channel();
        let comparing = compare(SMALL + 1, move || receive.recv_timeout(FOREVER));
        let (outcome, sent) = tokio::join!(comparing, async move { send.send("from beside it") });
        assert_eq!((outcome, sent), (Ok(Ok("from beside it")), Ok(())));
    }

    #[tokio::test]
    async fn who_gives_up_does_not_wait_for_the_end_of_a_comparison() {
        let (end, ends) = mpsc::channel::<()>();
        let endless = compare(SMALL + 1, move || ends.recv_timeout(FOREVER).is_err());
        assert!(tokio::time::timeout(Duration::from_millis(10), endless).await.is_err());
        assert_eq!(compare(SMALL + 1, || "the next").await, Ok("the next"));
        drop(end);
    }

    #[tokio::test]
    async fn small_bodies_are_compared_where_they_are() {
        let here = thread::current().id();
        assert_eq!(compare(SMALL, || thread::current().id()).await, Ok(here));
        assert_ne!(compare(SMALL + 1, || thread::current().id()).await, Ok(here));
    }
}
