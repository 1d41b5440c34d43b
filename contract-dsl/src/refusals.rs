//! Says at once why a request was refused: before the test's own assertions fail for that reason.
//!
//! A client that gets our 500 mostly makes the test panic, and Rust prints a panic before anybody can catch it. So the reason has
//! to be there before the client has its answer. The servers' thread cannot print it, for the test harness shows with a test
//! only what the test's thread prints, *and threads that it started*. Hence a thread for each contract that is tested, started by
//! the test: it prints, and the answer waits for it. A hook for panics would be simpler, but there is only one for the process,
//! and it belongs to the user.

use std::panic::Location;
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;

/// How long an answer waits to be printed about: whoever reads our output may be slow.
const PATIENCE: Duration = Duration::from_secs(1);
/// How many refusals are said at once. All are in the explanation at the end.
const SAID: usize = 10;

/// What is to be called for each refusal. The thread ends when this is dropped.
pub(crate) fn print_at_once(at: &'static Location<'static>) -> impl Fn(&str) + Send + Sync + 'static {
    let (tell, told) = mpsc::channel::<(String, mpsc::Sender<()>)>();
    let printing = std::thread::Builder::new().name("intact-refusals".to_owned()).spawn(move || {
        for (reason, printed) in told {
            print(at, &reason);
            let _ = printed.send(());
        }
    });
    if let Err(error) = printing {
        tracing::warn!(%error, "refusals are explained at the end of the test only");
    }
    let said = Mutex::new(Vec::new());
    move |reason| {
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        // Clients try again.
        if said.len() == SAID || said.iter().any(|own| own == reason) {
            return;
        }
        said.push(reason.to_owned());
        let (report, printed) = mpsc::channel();
        if tell.send((reason.to_owned(), report)).is_ok() {
            let _ = printed.recv_timeout(PATIENCE);
        }
    }
}

#[expect(
    clippy::print_stderr,
    reason = "a failing test talks to its author by the standard error stream, as the test harness does"
)]
fn print(at: &Location<'_>, reason: &str) {
    eprintln!("\n{at}: the mock server refused a request: {reason}");
}
