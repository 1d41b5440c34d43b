//! What stands in the way of reading or writing a pact file.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::contents::ContentsError;
use crate::merge::{Conflict, MergeConflict};
use crate::read::ReadError;
use crate::write::WriteError;

/// A pact file that could not be read or written. Its text includes the cause.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The operating system refused.
    #[error("{action} {path} failed: {cause}", path = path.display())]
    Io {
        /// What was attempted, for example `writing`.
        action: &'static str,
        /// With which file or directory.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
    },
    /// The file is no pact. It is not touched; with `PACT_OVERWRITE=true` it is replaced.
    #[error("{path} is not a pact that can be read: {cause}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: ReadError,
    },
    /// The file is of another contract.
    #[error("{path} is the pact between {found}, not that between {wanted}", path = path.display())]
    OtherContract {
        /// The file.
        path: PathBuf,
        /// Between whom it is: `"Web" and "Orders"`.
        found: String,
        /// Whose pact was to be written.
        wanted: String,
    },
    /// Two tests of one run define interactions in different ways.
    #[error("{}", redefined(conflicts))]
    Redefined {
        /// The interactions and what differs, in the order of the pact that was to be merged.
        conflicts: Vec<Conflict>,
    },
    /// Another process held the lock all the time.
    #[error("{path} was locked by another process for {} seconds", limit.as_secs(), path = path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// How long was waited.
        limit: Duration,
    },
    /// Overwriting was asked for, but processes of the same run cannot recognise each other.
    #[error(
        "`PACT_OVERWRITE` needs to know which tests run together: set `INTACT_RUN_ID` to a text that is new for every run"
    )]
    UnknownRun,
    /// The pact cannot be written in its version.
    #[error("{path} cannot be written: {cause}", path = path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: WriteError,
    },
    /// The interactions cannot be in one file.
    #[error("{path} cannot be written: {cause}", path = path.display())]
    Merge {
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: MergeConflict,
    },
}

impl FileError {
    /// Of the file at `path`.
    pub(super) fn of_contents(path: &Path, cause: ContentsError) -> Self {
        let path = path.to_owned();
        match cause {
            ContentsError::Read(cause) => Self::Read { path, cause },
            ContentsError::Write(cause) => Self::Write { path, cause },
            ContentsError::Merge(cause) => Self::Merge { path, cause },
        }
    }
}

pub(super) fn io_error(action: &'static str, path: &Path) -> impl Fn(io::Error) -> FileError {
    move |cause| FileError::Io { action, path: path.to_owned(), cause }
}

/// The sentence about what two tests contradict each other in.
fn redefined(conflicts: &[Conflict]) -> String {
    let remedy = if conflicts.iter().any(|own| own.key.is_some()) {
        "give one of them another key"
    } else {
        "give one of them another description or provider state"
    };
    match conflicts {
        [Conflict { description, difference, .. }] => {
            format!(
                "two tests of this run define the interaction {description:?} differently, at {difference}: {remedy}"
            )
        }
        several => {
            let list: Vec<String> = several.iter().map(ToString::to_string).collect();
            let (count, list) = (several.len(), list.join("\n  - "));
            format!("tests of this run define {count} interactions differently: {remedy}\n  - {list}")
        }
    }
}
