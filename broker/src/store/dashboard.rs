//! What the dashboard reads: the pacts that matter now, and their latest results.

use crate::domain::id::{ContentId, PacticipantId, VersionId};
use crate::domain::pact::PublishedPact;
use crate::domain::timestamp::Timestamp;
use crate::store::bulk::{Bulk, flag, many};
use crate::store::dialect::{json_list, with_lists};
use crate::store::{ReadTx, StoreError};

/// The latest result for what a consumer version published for a provider, in whichever revision.
#[derive(Debug, Clone, sqlx::FromRow, serde::Deserialize)]
pub(crate) struct LatestResult {
    /// The consumer's version.
    pub(crate) consumer_version_id: VersionId,
    /// Who provides.
    pub(crate) provider_id: PacticipantId,
    /// What was verified; another content than the pact's if that was published anew since.
    pub(crate) pact_content_id: ContentId,
    /// The verdict.
    #[serde(deserialize_with = "flag")]
    pub(crate) success: bool,
    /// Was the pact pending for the provider version?
    #[serde(deserialize_with = "flag")]
    pub(crate) pending: bool,
    /// When it was verified.
    pub(crate) executed_at: Timestamp,
    /// The provider's version.
    pub(crate) provider_version_id: VersionId,
    /// The provider version's number.
    pub(crate) provider_version: String,
}

impl Bulk for LatestResult {
    const COLUMNS: &str = "consumer_version_id, provider_id, pact_content_id, success, pending, executed_at, provider_version_id, provider_version";
}

/// A pact with its latest result.
#[derive(sqlx::FromRow, serde::Deserialize)]
struct Item {
    #[sqlx(flatten)]
    pact: PublishedPact,
    #[sqlx(flatten)]
    result: MaybeResult,
}

/// What a [`LatestResult`] has, if there is one.
#[derive(sqlx::FromRow, serde::Deserialize)]
struct MaybeResult {
    verified_content_id: Option<ContentId>,
    success: i64,
    pending: i64,
    executed_at: Option<Timestamp>,
    provider_version_id: Option<VersionId>,
    provider_version: Option<String>,
}

impl Bulk for Item {
    const COLUMNS: &str = "json_array(id, pact_content_id, consumer_id, provider_id, consumer, provider, version_id, number, ord, version_created_at, sha, revision, created_at), json_array(verified_content_id, success, pending, executed_at, provider_version_id, provider_version)";
}

impl Item {
    fn split(self) -> (PublishedPact, Option<LatestResult>) {
        let Self { pact, result } = self;
        let result = (|| {
            Some(LatestResult {
                consumer_version_id: pact.version_id,
                provider_id: pact.provider_id,
                pact_content_id: result.verified_content_id?,
                success: result.success == 1,
                pending: result.pending == 1,
                executed_at: result.executed_at?,
                provider_version_id: result.provider_version_id?,
                provider_version: result.provider_version?,
            })
        })();
        (pact, result)
    }
}

/// The part of `$3` pacts after `$4` others (`$5` together), of the consumers that `consumers` is. What is shown of them is looked up for this
/// part only.
///
/// Beginning with the pairs, each latest pact is one look into an index; of a tag it is looked for from its head on.
macro_rules! pacts_that_matter_now {
    ($consumers:literal) => {
        concat!(
            "WITH consumers AS MATERIALIZED (",
            $consumers,
            "), part AS MATERIALIZED (
              SELECT n.id, n.pact_content_id, n.consumer_id, n.provider_id, c.name AS consumer, p.name AS provider,
                     n.consumer_version_id, n.consumer_version_ord, n.revision, n.created_at,
                     c.name_key AS consumer_key, p.name_key AS provider_key
                FROM pact_publications n
                JOIN pacticipants c ON c.id = n.consumer_id
                JOIN pacticipants p ON p.id = n.provider_id
               WHERE n.id IN (
                SELECT (SELECT l.id FROM pact_publications l
                         WHERE l.is_latest AND l.provider_id = i.provider_id AND l.consumer_id = i.consumer_id
                         ORDER BY l.consumer_version_ord DESC LIMIT 1)
                  FROM integrations i
                 WHERE i.consumer_id IN SOME(SELECT id FROM consumers) AND ($2 IS NULL OR i.provider_id = $2)
                UNION ALL
                SELECT (SELECT l.id FROM pact_publications l
                          JOIN version_tags t ON t.version_id = l.consumer_version_id AND t.name = h.name
                         WHERE l.is_latest AND l.provider_id = i.provider_id AND l.consumer_id = i.consumer_id
                           AND l.consumer_version_ord <= h.head_ord
                         ORDER BY l.consumer_version_ord DESC LIMIT 1)
                  FROM integrations i JOIN tag_heads h ON h.pacticipant_id = i.consumer_id
                 WHERE i.consumer_id IN SOME(SELECT id FROM consumers) AND ($2 IS NULL OR i.provider_id = $2)
                UNION ALL
                SELECT l.id FROM environment_versions ev
                  JOIN deployed_versions d ON d.version_id = ev.version_id AND d.environment_id = ev.environment_id
                   AND d.is_current
                  JOIN pact_publications l ON l.consumer_version_id = ev.version_id AND l.is_latest
                 WHERE ev.pacticipant_id IN SOME(SELECT id FROM consumers) AND ($2 IS NULL OR l.provider_id = $2))
               ORDER BY c.name_key, c.name, n.consumer_version_ord DESC, p.name_key, p.name
               LIMIT CAST($3 AS BIGINT) OFFSET CAST($4 AS BIGINT)),
             verified AS MATERIALIZED (
              SELECT part.*, (SELECT max((SELECT max(x.id) FROM verifications x WHERE x.pact_content_id = q.pact_content_id))
                                FROM pact_publications q
                               WHERE q.consumer_version_id = part.consumer_version_id
                                 AND q.provider_id = part.provider_id) AS verification_id
                FROM part)
             SELECT pp.id, pp.pact_content_id, pp.consumer_id, pp.provider_id, pp.consumer, pp.provider,
                    pp.consumer_version_id AS version_id,
                    (SELECT v.number FROM versions v WHERE v.id = pp.consumer_version_id) AS number,
                    pp.consumer_version_ord AS ord,
                    (SELECT v.created_at FROM versions v WHERE v.id = pp.consumer_version_id) AS version_created_at,
                    (SELECT pc.sha FROM pact_contents pc WHERE pc.id = pp.pact_content_id) AS sha, pp.revision, pp.created_at,
                    r.pact_content_id AS verified_content_id,
                    CAST(CASE WHEN r.success THEN 1 ELSE 0 END AS BIGINT) AS success,
                    CAST(CASE WHEN r.pending THEN 1 ELSE 0 END AS BIGINT) AS pending, r.executed_at, r.provider_version_id,
                    (SELECT v.number FROM versions v WHERE v.id = r.provider_version_id) AS provider_version
               FROM verified pp LEFT JOIN verifications r ON r.id = pp.verification_id
              ORDER BY pp.consumer_key, pp.consumer, pp.consumer_version_ord DESC, pp.provider_key, pp.provider
              LIMIT CAST($3 AS BIGINT)"
        )
    };
}

/// Of the pair of `$1` and `$2`.
const OF_PAIR: &str = pacts_that_matter_now!("SELECT CAST($1 AS BIGINT) AS id");

/// Of the first consumers by name, who have so many pairs that four pacts of each are as many as are asked for.
const OF_FIRST: &str = pacts_that_matter_now!(
    "SELECT counted.id FROM (
        SELECT c.id, count(*) AS pairs, sum(count(*)) OVER (ORDER BY c.name_key, c.name) AS so_far
          FROM integrations i JOIN pacticipants c ON c.id = i.consumer_id
         GROUP BY c.id, c.name_key, c.name) counted
      WHERE counted.so_far - counted.pairs < 1 + $5 / 4"
);

/// Of as many consumers as are needed, by name: every pair that has a pact has one at least.
const OF_ALL: &str = pacts_that_matter_now!(
    "SELECT counted.id FROM (
        SELECT c.id, count(*) AS pairs, sum(count(*)) OVER (ORDER BY c.name_key, c.name) AS so_far
          FROM integrations i JOIN pacticipants c ON c.id = i.consumer_id
         WHERE EXISTS (SELECT 1 FROM pact_publications n
                        WHERE n.is_latest AND n.provider_id = i.provider_id AND n.consumer_id = i.consumer_id)
         GROUP BY c.id, c.name_key, c.name) counted
      WHERE counted.so_far - counted.pairs < $5"
);

impl ReadTx {
    /// A part of the pacts that matter now, with their latest results: the latest of each pair and of each tag, and those of
    /// deployed versions; by consumer, newest version first.
    pub(crate) async fn pacts_that_matter_now(
        &mut self,
        scope: Option<(PacticipantId, PacticipantId)>,
        (limit, offset): (i64, i64),
    ) -> Result<Vec<(PublishedPact, Option<LatestResult>)>, StoreError> {
        let (consumer, provider) = scope.unzip();
        // Most pairs have several, of tags and of environments. If so, those of the first consumers are the whole part.
        let attempts: &[&str] = if scope.is_some() { &[OF_PAIR] } else { &[OF_FIRST, OF_ALL] };
        let mut items: Vec<Item> = Vec::new();
        for sql in attempts {
            let sql = with_lists(self.engine(), sql);
            items = many!(self, Item, sql, consumer, provider, limit, offset, limit.saturating_add(offset))
                .map_err(StoreError::while_doing("listing the pacts that matter now"))?;
            if i64::try_from(items.len()).is_ok_and(|found| found >= limit) {
                break;
            }
        }
        Ok(items.into_iter().map(Item::split).collect())
    }

    /// The latest results for the pacts of consumer versions.
    pub(crate) async fn latest_results(&mut self, versions: &[VersionId]) -> Result<Vec<LatestResult>, StoreError> {
        const RESULTS: &str = "SELECT newest.consumer_version_id, newest.provider_id, r.pact_content_id, r.success,
                    r.pending, r.executed_at, r.provider_version_id, v.number AS provider_version
               FROM (SELECT pp.consumer_version_id, pp.provider_id,
                            max((SELECT max(x.id) FROM verifications x WHERE x.pact_content_id = pp.pact_content_id)) AS id
                       FROM pact_publications pp WHERE pp.consumer_version_id IN IDS($1)
                      GROUP BY pp.consumer_version_id, pp.provider_id) newest
               JOIN verifications r ON r.id = newest.id
               JOIN versions v ON v.id = r.provider_version_id";
        let sql = with_lists(self.engine(), RESULTS);
        many!(self, LatestResult, sql, json_list(versions.iter().map(|id| id.0)))
            .map_err(StoreError::while_doing("finding the latest results of pacts"))
    }
}
