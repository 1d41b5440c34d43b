//! What the dashboard reads: the pacts that matter now, and their latest results.

use std::collections::HashMap;

use crate::domain::id::{ContentId, PacticipantId, VersionId};
use crate::domain::timestamp::Timestamp;
use crate::store::bulk::{bulk, flag, many};
use crate::store::dialect::{json_list, with_lists};
use crate::store::{ReadTx, StoreError};

/// The latest result for what a consumer version published for a provider, in whichever revision.
#[derive(Debug, Clone, serde::Deserialize)]
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
    /// The provider version's number.
    pub(crate) provider_version: String,
}

bulk!(LatestResult: consumer_version_id, provider_id, pact_content_id, success, pending, executed_at, provider_version);

/// What is shown of a pact that matters now.
#[derive(Debug)]
pub(crate) struct Item {
    /// The consumer's name.
    pub(crate) consumer: String,
    /// The provider's name.
    pub(crate) provider: String,
    /// The consumer's version.
    pub(crate) version_id: VersionId,
    /// When the pact was published.
    pub(crate) created_at: Timestamp,
    /// The latest result for what the version published, in whichever revision.
    pub(crate) result: Option<ItemResult>,
}

/// What is shown of the latest result for a pact.
#[derive(Debug)]
pub(crate) struct ItemResult {
    /// The verdict.
    pub(crate) success: bool,
    /// Was the pact pending for the provider version?
    pub(crate) pending: bool,
    /// Is it for what the pact says now?
    pub(crate) is_of_this_content: bool,
    /// When it was verified.
    pub(crate) executed_at: Timestamp,
    /// The provider's version.
    pub(crate) version_id: VersionId,
}

/// What is shown of a version.
#[derive(Debug, Default)]
pub(crate) struct ItemVersion {
    /// Its number.
    pub(crate) number: String,
    /// The branches whose head it is, in the order it came onto them.
    pub(crate) branches: Vec<String>,
    /// The tags whose head it is, by name.
    pub(crate) tags: Vec<String>,
}

/// A part of the dashboard.
#[derive(Debug, Default)]
pub(crate) struct Part {
    /// The pacts, by consumer, newest version first.
    pub(crate) items: Vec<Item>,
    /// The versions of their consumers and providers.
    pub(crate) versions: HashMap<VersionId, ItemVersion>,
}

/// A pact that matters now, or what is to be known of a version.
#[derive(serde::Deserialize)]
struct Row {
    kind: i64,
    /// Of a pact or a branch: before it come those with smaller ones.
    place: i64,
    version_id: VersionId,
    created_at: Option<Timestamp>,
    executed_at: Option<Timestamp>,
    provider_version_id: Option<VersionId>,
    success: Option<i64>,
    pending: Option<i64>,
    of_this_content: Option<i64>,
    /// Of the consumer, a branch or a tag; or a version's number.
    name: String,
    provider: Option<String>,
}

bulk!(Row: kind, place, version_id, created_at, executed_at, provider_version_id, success, pending, of_this_content, name, provider);

mod kind {
    pub(super) const PACT: i64 = 0;
    pub(super) const VERSION: i64 = 1;
    pub(super) const BRANCH: i64 = 2;
}

impl Part {
    fn of(mut rows: Vec<Row>) -> Self {
        let mut part = Self::default();
        rows.sort_by(|one, other| (one.place, &one.name).cmp(&(other.place, &other.name)));
        for row in rows {
            if row.kind == kind::PACT {
                part.items.extend(row.into_item());
                continue;
            }
            let version = part.versions.entry(row.version_id).or_default();
            match row.kind {
                kind::VERSION => version.number = row.name,
                kind::BRANCH => version.branches.push(row.name),
                _ => version.tags.push(row.name),
            }
        }
        part
    }
}

impl Row {
    fn into_item(self) -> Option<Item> {
        let Self { version_id, created_at, name: consumer, provider, .. } = self;
        let result = self.provider_version_id.zip(self.executed_at).map(|(version_id, executed_at)| ItemResult {
            success: self.success == Some(1),
            pending: self.pending == Some(1),
            is_of_this_content: self.of_this_content == Some(1),
            executed_at,
            version_id,
        });
        Some(Item { consumer, provider: provider?, version_id, created_at: created_at?, result })
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
              SELECT row_number() OVER (ORDER BY c.name_key, c.name, n.consumer_version_ord DESC, p.name_key, p.name) AS place,
                     n.pact_content_id, n.provider_id, n.consumer_version_id, n.created_at, c.name AS consumer, p.name AS provider
                FROM pact_publications n
                JOIN pacticipants c ON c.id = n.consumer_id
                JOIN pacticipants p ON p.id = n.provider_id
               WHERE n.id IN (
                SELECT (SELECT l.id FROM pact_publications l
                         WHERE l.is_latest AND l.provider_id = i.provider_id AND l.consumer_id = i.consumer_id
                         ORDER BY l.consumer_version_ord DESC LIMIT 1)
                  FROM integrations i
                 WHERE i.consumer_id IN SOME(SELECT id FROM consumers) AND (CAST($2 AS BIGINT) IS NULL OR i.provider_id = $2)
                UNION ALL
                SELECT (SELECT l.id FROM pact_publications l
                          JOIN version_tags t ON t.version_id = l.consumer_version_id AND t.name = h.name
                         WHERE l.is_latest AND l.provider_id = i.provider_id AND l.consumer_id = i.consumer_id
                           AND l.consumer_version_ord <= h.head_ord
                         ORDER BY l.consumer_version_ord DESC LIMIT 1)
                  FROM integrations i JOIN tag_heads h ON h.pacticipant_id = i.consumer_id
                 WHERE i.consumer_id IN SOME(SELECT id FROM consumers) AND (CAST($2 AS BIGINT) IS NULL OR i.provider_id = $2)
                UNION ALL
                SELECT l.id FROM environments e
                  JOIN deployed_versions d ON d.environment_id = e.id AND d.is_current
                  JOIN pact_publications l ON l.consumer_version_id = d.version_id AND l.is_latest
                 WHERE d.pacticipant_id IN SOME(SELECT id FROM consumers) AND (CAST($2 AS BIGINT) IS NULL OR l.provider_id = $2))
               ORDER BY place LIMIT CAST($3 AS BIGINT) OFFSET CAST($4 AS BIGINT)),
             verified AS MATERIALIZED (
              SELECT part.*, (SELECT max((SELECT max(x.id) FROM verifications x WHERE x.pact_content_id = q.pact_content_id))
                                FROM pact_publications q
                               WHERE q.consumer_version_id = part.consumer_version_id
                                 AND q.provider_id = part.provider_id) AS verification_id
                FROM part),
             pacts AS MATERIALIZED (
              SELECT pp.*, r.executed_at, r.provider_version_id, r.success, r.pending, r.pact_content_id AS verified_content_id
                FROM verified pp LEFT JOIN verifications r ON r.id = pp.verification_id),
             shown AS MATERIALIZED (
              SELECT consumer_version_id AS id FROM pacts
               UNION SELECT provider_version_id FROM pacts WHERE provider_version_id IS NOT NULL)
             SELECT CAST(0 AS BIGINT) AS kind, pp.place, pp.consumer_version_id AS version_id, pp.created_at, pp.executed_at,
                    pp.provider_version_id,
                    CAST(CASE WHEN pp.success THEN 1 ELSE 0 END AS BIGINT) AS success,
                    CAST(CASE WHEN pp.pending THEN 1 ELSE 0 END AS BIGINT) AS pending,
                    CAST(CASE WHEN pp.verified_content_id = pp.pact_content_id THEN 1 ELSE 0 END AS BIGINT) AS of_this_content,
                    pp.consumer AS name, pp.provider
               FROM pacts pp
             UNION ALL
             SELECT CAST(1 AS BIGINT), CAST(0 AS BIGINT), v.id, NULL, NULL, NULL, NULL, NULL, NULL, v.number, NULL
               FROM versions v WHERE v.id IN SOME(SELECT id FROM shown)
             UNION ALL
             SELECT CAST(2 AS BIGINT), row_number() OVER (ORDER BY bv.created_at, b.id), b.head_version_id,
                    NULL, NULL, NULL, NULL, NULL, NULL, b.name, NULL
               FROM branches b JOIN branch_versions bv ON bv.version_id = b.head_version_id AND bv.branch_id = b.id
              WHERE b.head_version_id IN SOME(SELECT id FROM shown)
             UNION ALL
             SELECT CAST(3 AS BIGINT), CAST(0 AS BIGINT), h.head_version_id, NULL, NULL, NULL, NULL, NULL, NULL, h.name, NULL
               FROM tag_heads h WHERE h.head_version_id IN SOME(SELECT id FROM shown)"
        )
    };
}

/// Of the pair of `$1` and `$2`.
const OF_PAIR: &str = pacts_that_matter_now!("SELECT CAST($1 AS BIGINT) AS id");

/// Of the first consumers by name, who have so many pairs that four pacts of each are as many as are asked for.
const OF_FIRST: &str = pacts_that_matter_now!(
    "SELECT DISTINCT first.id FROM (
        SELECT c.id FROM pacticipants c JOIN integrations i ON i.consumer_id = c.id
         ORDER BY c.name_key, c.name LIMIT 1 + CAST($5 AS BIGINT) / 4) first"
);

/// Of as many consumers as are needed, by name: every pair that has a pact has one at least.
const OF_ALL: &str = pacts_that_matter_now!(
    "SELECT DISTINCT first.id FROM (
        SELECT c.id FROM pacticipants c JOIN integrations i ON i.consumer_id = c.id
         WHERE EXISTS (SELECT 1 FROM pact_publications n
                        WHERE n.is_latest AND n.provider_id = i.provider_id AND n.consumer_id = i.consumer_id)
         ORDER BY c.name_key, c.name LIMIT CAST($5 AS BIGINT)) first"
);

impl ReadTx {
    /// A part of the pacts that matter now, with their latest results: the latest of each pair and of each tag, and those of
    /// deployed versions; by consumer, newest version first.
    pub(crate) async fn pacts_that_matter_now(
        &mut self,
        scope: Option<(PacticipantId, PacticipantId)>,
        (limit, offset): (i64, i64),
    ) -> Result<Part, StoreError> {
        let (consumer, provider) = scope.unzip();
        // Most pairs have several, of tags and of environments. If so, those of the first consumers are the whole part.
        let attempts: &[&str] = if scope.is_some() { &[OF_PAIR] } else { &[OF_FIRST, OF_ALL] };
        let mut part = Part::default();
        for sql in attempts {
            let sql = with_lists(self.engine(), sql);
            let rows = many!(self, Row, sql, consumer, provider, limit, offset, limit.saturating_add(offset))
                .map_err(StoreError::while_doing("listing the pacts that matter now"))?;
            part = Part::of(rows);
            if i64::try_from(part.items.len()).is_ok_and(|found| found >= limit) {
                break;
            }
        }
        Ok(part)
    }

    /// The latest results for the pacts of consumer versions.
    pub(crate) async fn latest_results(&mut self, versions: &[VersionId]) -> Result<Vec<LatestResult>, StoreError> {
        const RESULTS: &str = "SELECT newest.consumer_version_id, newest.provider_id, r.pact_content_id, r.success,
                    r.pending, r.executed_at, v.number AS provider_version
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
