//! What the dashboard says of a pact.

/// How the verification of a pact stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VerificationStatus {
    /// Nobody verified it.
    Never,
    /// The latest result is a success.
    Success,
    /// The latest result is a success, but for what the version published before.
    Stale,
    /// The latest result is a failure.
    Failed,
    /// The latest result is a failure of a pact that was pending.
    FailedPending,
}

impl VerificationStatus {
    /// The status by the latest result: its verdict, whether the pact was pending then, and whether it is about what the pact
    /// says now.
    pub(crate) fn of(result: Option<(bool, bool, bool)>) -> Self {
        match result {
            None => Self::Never,
            Some((true, _, true)) => Self::Success,
            Some((true, _, false)) => Self::Stale,
            Some((false, true, _)) => Self::FailedPending,
            Some((false, false, _)) => Self::Failed,
        }
    }

    /// The word of the API.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Success => "success",
            Self::Stale => "stale",
            Self::Failed => "failed",
            Self::FailedPending => "failed_pending",
        }
    }
}
