//! The exit codes of every command.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It did what was asked, and the answer is yes.
    Success = 0,
    /// The contract says no: not verified, not deployable, in conflict with what is published.
    Failed = 1,
    /// The question was wrong: an unknown flag, a missing file, a name that does not exist.
    Usage = 2,
    /// Something that is needed was not there: the broker, the provider, a database, a port.
    Unavailable = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
