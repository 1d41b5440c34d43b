//! Published pacts: a consumer version's publication of a content.

use crate::domain::id::{ContentId, PacticipantId, PublicationId, VersionId};
use crate::domain::timestamp::Timestamp;

/// A pact as a consumer version published it, with the names its document and links need.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct PublishedPact {
    /// Its row.
    pub(crate) id: PublicationId,
    /// What it says.
    pub(crate) pact_content_id: ContentId,
    /// Who expects.
    pub(crate) consumer_id: PacticipantId,
    /// Who provides.
    pub(crate) provider_id: PacticipantId,
    /// The consumer's name.
    pub(crate) consumer: String,
    /// The provider's name.
    pub(crate) provider: String,
    /// The consumer's version.
    pub(crate) version_id: VersionId,
    /// The consumer version's number.
    pub(crate) number: String,
    /// The consumer version's age.
    pub(crate) ord: i64,
    /// When the consumer version was first heard of.
    pub(crate) version_created_at: Timestamp,
    /// The identity of what it says.
    pub(crate) sha: String,
    /// 1 for the first publication of this version, more for changed ones.
    pub(crate) revision: i64,
    /// When it was published.
    pub(crate) created_at: Timestamp,
}

impl PublishedPact {
    /// What people call it: `Pact between Web (1.0) and Orders`.
    pub(crate) fn name(&self) -> String {
        pact_name(&self.consumer, &self.number, &self.provider)
    }
}

/// What people call the pact of a consumer version.
pub(crate) fn pact_name(consumer: &str, number: &str, provider: &str) -> String {
    format!("Pact between {consumer} ({number}) and {provider}")
}
