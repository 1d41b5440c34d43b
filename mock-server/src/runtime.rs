//! The one thread on which every mock server and stub server of the process lives.
//!
//! A server that shared the runtime of its test would wait for ever when the test's client blocks the thread, as blocking
//! clients do inside a current-thread `#[tokio::test]`. So the servers have a thread of their own, started with the first of
//! them and shared by all: one per server would cost a thread for each of a thousand tests, and a test needs no runtime at
//! all to use a server. It ends with the process.

use std::io;
use std::sync::{Mutex, PoisonError};

use tokio::runtime::{Builder, Handle};

static SERVERS: Mutex<Option<Handle>> = Mutex::new(None);

/// The runtime of the servers' thread, started if this is the first call that succeeds.
pub(crate) fn handle() -> io::Result<Handle> {
    // The lock protects one assignment, so a panic elsewhere cannot leave it half done.
    let mut servers = SERVERS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*servers {
        return Ok(handle.clone());
    }
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    std::thread::Builder::new()
        .name("intact-servers".to_owned())
        .spawn(move || runtime.block_on(std::future::pending::<()>()))?;
    *servers = Some(handle.clone());
    Ok(handle)
}
