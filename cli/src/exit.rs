//! The exit codes of every command.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It did what was asked, and the answer is yes.
    Success,
    /// The contract says no: not verified, not deployable, in conflict with what is published.
    Failed,
    /// The question was wrong: an unknown flag, a missing file, a name that does not exist.
    Usage,
    /// Something that is needed was not there: the broker, the provider, a database, a port.
    Unavailable,
    /// It was interrupted, as shells tell it.
    Interrupted,
    /// `mock list` got no list. These four are the official stand-alone mock server's, for scripts that look at them.
    MockNotListed,
    /// `mock create` started nothing.
    MockNotCreated,
    /// `mock shutdown` or `mock shutdown-master` ended nothing.
    MockNotShutDown,
    /// `mock verify` got no verdict.
    MockNotVerified,
    /// It did what was asked, and whoever asked has said what code the answer is to have.
    Chosen(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Success => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Unavailable => 3,
            Exit::MockNotListed => 10,
            Exit::MockNotCreated => 20,
            Exit::MockNotShutDown => 30,
            Exit::MockNotVerified => 40,
            Exit::Interrupted => 130,
            Exit::Chosen(code) => code,
        })
    }
}
