//! What the conformance, end-to-end and interoperability tests share.
//!
//! Data and tools that are not part of the project may be missing on a developer's machine. A test that needs them asks
//! [`required`], which prints why it is skipped, or fails where everything must be there (`INTACT_REQUIRE=all`).

pub mod postgres;
pub mod stored;

use std::io::Write;
use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// The folder named by the environment variable `variable`, else `default` relative to the repository, if it exists.
pub fn data_folder(variable: &str, default: &str) -> Option<PathBuf> {
    let folder = std::env::var_os(variable).map_or_else(|| repository().join(default), PathBuf::from);
    required(folder.is_dir().then_some(folder.clone()), &format!("{} is no folder (set {variable})", folder.display()))
}

/// Gives `thing` back if it is there. If not, says on standard error that the test is skipped and why.
///
/// # Panics
///
/// If it is not there and `INTACT_REQUIRE=all` is set.
pub fn required<T>(thing: Option<T>, why_not: &str) -> Option<T> {
    if thing.is_none() {
        assert!(std::env::var("INTACT_REQUIRE").as_deref() != Ok("all"), "INTACT_REQUIRE=all, but {why_not}");
        // Not `eprintln!`, which the test harness keeps for itself when a test passes.
        let _ = writeln!(std::io::stderr(), "skipped: {why_not}");
    }
    thing
}
