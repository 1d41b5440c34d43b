//! Row numbers, one type per table, so that a version's number cannot be handed over as a branch's.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, sqlx::Type, serde::Deserialize)]
        #[sqlx(transparent)]
        #[serde(transparent)]
        pub(crate) struct $name(pub(crate) i64);
    )* };
}

ids! {
    /// A row of `pacticipants`.
    PacticipantId;
    /// A row of `versions`.
    VersionId;
    /// A row of `branches`.
    BranchId;
    /// A row of `integrations`.
    IntegrationId;
    /// A row of `environments`.
    EnvironmentId;
    /// A row of `pact_contents`: one content, shared by every publication of it.
    ContentId;
    /// A row of `pact_publications`.
    PublicationId;
    /// A row of `verifications`.
    VerificationId;
    /// A row of `webhooks`.
    WebhookId;
    /// A row of `triggered_webhooks`.
    TriggeredWebhookId;
}
