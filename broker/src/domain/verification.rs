//! Verification results: what a provider version made of a pact's content.

use crate::domain::id::{ContentId, VerificationId};
use crate::domain::timestamp::Timestamp;

/// A recorded result with the names its document and links need.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Verification {
    /// Its row.
    pub(crate) id: VerificationId,
    /// What was verified.
    pub(crate) pact_content_id: ContentId,
    /// The identity of what was verified.
    pub(crate) sha: String,
    /// The consumer's name.
    pub(crate) consumer: String,
    /// The provider's name.
    pub(crate) provider: String,
    /// The provider version's number.
    pub(crate) provider_version: String,
    /// Its number in the API.
    pub(crate) number: i64,
    /// Did the provider honour the pact?
    pub(crate) success: bool,
    /// When it was verified.
    pub(crate) executed_at: Timestamp,
    /// The build that verified it.
    pub(crate) build_url: Option<String>,
    /// JSON: what verified it.
    pub(crate) verified_by: Option<String>,
    /// JSON: everything reported about interactions.
    pub(crate) test_results: Option<Vec<u8>>,
}

/// A result to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewVerification {
    /// Did the provider honour the pact?
    pub(crate) success: bool,
    /// The provider version's number.
    pub(crate) provider_version: String,
    /// The build that verified it.
    pub(crate) build_url: Option<String>,
    /// JSON: what verified it.
    pub(crate) verified_by: Option<String>,
    /// JSON: everything reported about interactions.
    pub(crate) test_results: Option<Vec<u8>>,
    /// Results of single interactions, taken out of `test_results`.
    pub(crate) interactions: Vec<InteractionResult>,
    /// Was the pact verified as work in progress?
    pub(crate) wip: bool,
    /// Was it verified as pending?
    pub(crate) pending: bool,
    /// The metadata of the address that the results were posted to.
    pub(crate) selectors: Option<String>,
}

/// How a single interaction went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InteractionResult {
    /// The `_id` of the interaction in the pact's content.
    pub(crate) interaction_id: String,
    /// Was it honoured?
    pub(crate) success: bool,
    /// Its description as reported.
    pub(crate) description: Option<String>,
}
