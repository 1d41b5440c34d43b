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
    /// The latest result of the newest consumer version within a scope that has one, in whichever revision of its pact with
    /// the provider.
    pub(crate) async fn latest_verdict(
        &mut self,
        consumer: &str,
        provider: &str,
        scope: PactScope<'_>,
    ) -> Result<Option<Verified>, StoreError> {
        // From the newest version backwards along an index, as far as the first one with a result.
        const LATEST: &str = concat!(
            "SELECT r.pact_content_id, r.success, r.pending FROM verifications r WHERE r.id =
                (SELECT (SELECT max(x.id) FROM pact_publications o
                           JOIN verifications x ON x.pact_content_id = o.pact_content_id
                          WHERE o.consumer_version_id = pp.consumer_version_id AND o.provider_id = pp.provider_id
                          GROUP BY o.revision ORDER BY o.revision DESC LIMIT 1)
                   FROM pact_publications pp
                  WHERE pp.is_latest AND pp.consumer_id = (SELECT id FROM pacticipants WHERE name = $3)
                    AND pp.provider_id = (SELECT id FROM pacticipants WHERE name = $4) AND",
            in_scope!("pp.consumer_version_id", "pp.consumer_id"),
            "       AND EXISTS (SELECT 1 FROM pact_publications o
                                  JOIN verifications x ON x.pact_content_id = o.pact_content_id
                                 WHERE o.consumer_version_id = pp.consumer_version_id AND o.provider_id = pp.provider_id)
                  ORDER BY pp.consumer_version_ord DESC LIMIT 1)"
        );
        maybe!(self, Verified, LATEST, scope.kind(), scope.name(), consumer, provider)
            .map_err(StoreError::while_doing("finding the latest result of a pair"))
    }
}
