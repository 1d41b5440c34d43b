//! How much of everything there is: one statement for each number, all of one moment.

use crate::domain::timestamp::Timestamp;
use crate::store::{ReadTx, StoreError, all, one};

/// How many interactions and messages the latest pacts of all pairs have.
const LATEST: &str =
    "SELECT CAST(coalesce(sum(c.interactions_count), 0) AS BIGINT), CAST(coalesce(sum(c.messages_count), 0) AS BIGINT)
       FROM pact_publications pp JOIN pact_contents c ON c.id = pp.pact_content_id
      WHERE pp.is_latest AND pp.consumer_version_ord =
            (SELECT max(n.consumer_version_ord) FROM pact_publications n
              WHERE n.is_latest AND n.consumer_id = pp.consumer_id AND n.provider_id = pp.provider_id)";

/// What is counted: the group, the name within it, and the statement.
type Count = (&'static str, &'static str, &'static str);

#[rustfmt::skip]
const COUNTS: &[Count] = &[
    ("pacticipants", "count", "SELECT count(*) FROM pacticipants"),
    ("pacticipants", "withMainBranchSetCount", "SELECT count(main_branch) FROM pacticipants"),
    ("integrations", "count", "SELECT count(*) FROM integrations"),
    ("pactPublications", "count", "SELECT count(*) FROM pact_publications"),
    ("pactVersions", "count", "SELECT count(*) FROM pact_contents"),
    ("verificationResults", "count", "SELECT count(*) FROM verifications"),
    ("verificationResults", "successCount", "SELECT count(*) FROM verifications WHERE success"),
    ("verificationResults", "failureCount", "SELECT count(*) FROM verifications WHERE NOT success"),
    ("verificationResults", "distinctCount", "SELECT count(*) FROM (SELECT DISTINCT provider_version_id, pact_content_id, success FROM verifications) d"),
    ("pacticipantVersions", "count", "SELECT count(*) FROM versions"),
    ("pacticipantVersions", "withUserCreatedBranchCount", "SELECT count(DISTINCT version_id) FROM branch_versions WHERE NOT auto_created"),
    ("pacticipantVersions", "withBranchCount", "SELECT count(DISTINCT version_id) FROM branch_versions"),
    ("pacticipantVersions", "withBranchSetCount", "SELECT count(DISTINCT version_id) FROM branch_versions"),
    ("webhooks", "count", "SELECT count(*) FROM webhooks"),
    ("tags", "count", "SELECT count(*) FROM version_tags"),
    ("tags", "distinctCount", "SELECT count(DISTINCT name) FROM version_tags"),
    ("tags", "distinctWithPacticipantCount", "SELECT count(*) FROM tag_heads"),
    ("triggeredWebhooks", "count", "SELECT count(*) FROM triggered_webhooks"),
    ("webhookExecutions", "count", "SELECT count(*) FROM webhook_executions"),
    ("environments", "count", "SELECT count(*) FROM environments"),
    ("deployedVersions", "count", "SELECT count(*) FROM deployed_versions"),
    ("deployedVersions", "userCreatedCount", "SELECT count(*) FROM deployed_versions WHERE NOT auto_created"),
    ("deployedVersions", "currentlyDeployedCount", "SELECT count(*) FROM deployed_versions WHERE is_current"),
    ("releasedVersions", "count", "SELECT count(*) FROM released_versions"),
    ("releasedVersions", "currentlySupportedCount", "SELECT count(*) FROM released_versions WHERE support_ended_at IS NULL"),
];

/// When the first and the last of something came.
const PERIODS: &[(&str, &str)] = &[
    ("pactPublications", "SELECT min(created_at), max(created_at) FROM pact_publications"),
    ("verificationResults", "SELECT min(created_at), max(created_at) FROM verifications"),
];

/// How often a number of things belongs to one.
const DISTRIBUTIONS: &[(&str, &str)] = &[
    (
        "pactRevisionsPerConsumerVersion",
        "SELECT g.n, count(*) FROM (SELECT count(*) AS n FROM pact_publications GROUP BY consumer_version_id, provider_id) g
          GROUP BY g.n ORDER BY g.n",
    ),
    (
        "verificationResultsPerPactVersion",
        "SELECT g.n, count(*) FROM (SELECT count(*) AS n FROM verifications GROUP BY pact_content_id) g
          GROUP BY g.n ORDER BY g.n",
    ),
];

/// The numbers of a broker, under the names of the API.
#[derive(Debug)]
pub(crate) struct Metrics {
    /// Group, name, number.
    pub(crate) counts: Vec<(&'static str, &'static str, i64)>,
    /// Group, first and last moment.
    pub(crate) periods: Vec<(&'static str, Option<Timestamp>, Option<Timestamp>)>,
    /// Group; how many have how many.
    pub(crate) distributions: Vec<(&'static str, Vec<(i64, i64)>)>,
}

impl ReadTx {
    /// Counts everything.
    pub(crate) async fn metrics(&mut self) -> Result<Metrics, StoreError> {
        let failed = || StoreError::while_doing("counting");
        let mut metrics = Metrics { counts: Vec::new(), periods: Vec::new(), distributions: Vec::new() };
        let (interactions, messages) = one!(self, (i64, i64), LATEST).map_err(failed())?;
        for (name, count) in [
            ("latestInteractionsCount", interactions),
            ("latestMessagesCount", messages),
            ("latestInteractionsAndMessagesCount", interactions + messages),
        ] {
            metrics.counts.push(("interactions", name, count));
        }
        for &(group, name, sql) in COUNTS {
            let (count,) = one!(self, (i64,), sql).map_err(failed())?;
            metrics.counts.push((group, name, count));
        }
        for &(group, sql) in PERIODS {
            let (first, last) = one!(self, (Option<Timestamp>, Option<Timestamp>), sql).map_err(failed())?;
            metrics.periods.push((group, first, last));
        }
        for &(group, sql) in DISTRIBUTIONS {
            metrics.distributions.push((group, all!(self, (i64, i64), sql).map_err(failed())?));
        }
        Ok(metrics)
    }
}
