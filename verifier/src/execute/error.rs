//! Why an interaction could not be verified.

use std::time::Duration;

use intact_broker_client::secrets::Secrets;

/// An interaction could not be verified: there is nothing to compare. Every one of these fails the interaction.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InteractionError {
    /// A provider state could not be set up, so the request was not sent.
    #[error("{} could not be set up: {reason}", named(state))]
    SetUp {
        /// The state's name; empty for an interaction without states.
        state: String,
        /// What the state handler said.
        reason: String,
    },
    /// A provider state could not be torn down. The comparison before it stands.
    #[error("{} could not be torn down: {reason}", named(state))]
    TearDown {
        /// The state's name.
        state: String,
        /// What the state handler said.
        reason: String,
    },
    /// The request has a part that cannot be sent, or a value for it is missing.
    #[error("the request cannot be sent: {reason}")]
    Request {
        /// Which part, and why.
        reason: String,
    },
    /// The request filter refused the request.
    #[error("the request filter failed: {reason}")]
    Filter {
        /// What the filter said.
        reason: String,
    },
    /// There is no connection to the provider.
    #[error("the provider cannot be reached at {url}: {reason}")]
    Unreachable {
        /// Scheme, host and port.
        url: String,
        /// What the network said.
        reason: String,
    },
    /// The provider did not answer in time.
    #[error("the provider did not answer within {limit:?}")]
    TimedOut {
        /// The time limit.
        limit: Duration,
    },
    /// The time for the whole run was over.
    #[error("the run has reached its deadline of {limit:?}")]
    DeadlineReached {
        /// The deadline.
        limit: Duration,
    },
    /// A closure that produces messages failed, or there is none for this message.
    #[error("the message could not be produced: {reason}")]
    Producer {
        /// What it said.
        reason: String,
    },
    /// The provider's answer is no response that could be compared.
    #[error("the provider's answer cannot be used: {reason}")]
    Answer {
        /// What is wrong with it.
        reason: String,
    },
    /// The contract's own rules cannot be understood.
    #[error("the contract cannot be verified: {reason}")]
    Contract {
        /// What is wrong with it.
        reason: String,
    },
    /// The interaction is of a kind that Intact does not verify.
    #[error("not supported: {what}")]
    Unsupported {
        /// The kind.
        what: String,
    },
}

fn named(state: &str) -> String {
    if state.is_empty() { "the empty provider state".to_owned() } else { format!("provider state `{state}`") }
}

impl InteractionError {
    /// The same without secrets in what others said.
    pub(super) fn hidden(self, secrets: &Secrets) -> Self {
        let hide = |reason: String| secrets.hide(&reason).into_owned();
        match self {
            Self::SetUp { state, reason } => Self::SetUp { state, reason: hide(reason) },
            Self::TearDown { state, reason } => Self::TearDown { state, reason: hide(reason) },
            Self::Request { reason } => Self::Request { reason: hide(reason) },
            Self::Filter { reason } => Self::Filter { reason: hide(reason) },
            Self::Producer { reason } => Self::Producer { reason: hide(reason) },
            Self::Answer { reason } => Self::Answer { reason: hide(reason) },
            Self::Unreachable { url, reason } => Self::Unreachable { url, reason: hide(reason) },
            other @ (Self::TimedOut { .. }
            | Self::DeadlineReached { .. }
            | Self::Contract { .. }
            | Self::Unsupported { .. }) => other,
        }
    }

    /// Whether the provider could not be reached, as opposed to having said something wrong.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}
