//! What a badge tells of the pacts of a pair.

use crate::domain::id::ContentId;
use crate::store::pacts::{PactScope, in_scope};
use crate::store::{ReadTx, StoreError, maybe};

/// The verdict of a verification result.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub(crate) struct Verified {
    /// What was verified.
    pub(crate) pact_content_id: ContentId,
    /// The verdict.
    pub(crate) success: bool,
    /// Was the pact pending for the provider version?
    pub(crate) pending: bool,
}

impl ReadTx {
    /// The latest result for any pact of a pair within a scope.
    pub(crate) async fn latest_verdict(
        &mut self,
        consumer: &str,
        provider: &str,
        scope: PactScope<'_>,
    ) -> Result<Option<Verified>, StoreError> {
        const LATEST: &str = concat!(
            "SELECT r.pact_content_id, r.success, r.pending FROM verifications r WHERE r.id =
                (SELECT max(x.id) FROM pact_publications pp
                   JOIN verifications x ON x.pact_content_id = pp.pact_content_id
                  WHERE pp.consumer_id IN (SELECT id FROM pacticipants WHERE name = $3)
                    AND pp.provider_id IN (SELECT id FROM pacticipants WHERE name = $4) AND",
            in_scope!("pp.consumer_version_id", "pp.consumer_id"),
            ")"
        );
        maybe!(self, Verified, LATEST, scope.kind(), scope.name(), consumer, provider)
            .map_err(StoreError::while_doing("finding the latest result of a pair"))
    }
}
