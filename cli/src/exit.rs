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
    /// It was interrupted, as shells tell it.
    Interrupted = 130,
    /// `mock list` got no list. These four are the official stand-alone mock server's, for scripts that look at them.
    MockNotListed = 10,
    /// `mock create` started nothing.
    MockNotCreated = 20,
    /// `mock shutdown` or `mock shutdown-master` ended nothing.
    MockNotShutDown = 30,
    /// `mock verify` got no verdict.
    MockNotVerified = 40,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
