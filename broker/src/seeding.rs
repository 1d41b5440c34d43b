//! Made-up history for an empty database: as much as a company gathers in years, to measure with.
//!
//! The same size gives the same data on both engines, up to the moment at which it ends: the present. Applications build and
//! deploy in step, each two versions in three days: consumers change their contracts now and then, providers verify each
//! content with the versions they have at that time, some with a failure, and environments run versions that are a few builds
//! old. A branch lives for five weeks and has five versions. One application, the hub, is a provider of nearly all others.

use intact_pact_model::json::Json;
use uuid::Uuid;

use crate::Broker;
use crate::domain::content::{IdentifiedContent, identify};
use crate::domain::environment::NewEnvironment;
use crate::domain::id::{ContentId, PacticipantId};
use crate::domain::timestamp::Timestamp;
use crate::store::dialect::Engine;
use crate::store::{Store, StoreError, WriteTx, one, run};

/// How much is made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed {
    /// Applications, at least two.
    pub pacticipants: u32,
    /// Pairs of a consumer and a provider.
    pub integrations: u32,
    /// Versions of all applications together.
    pub versions: u32,
    /// Verification results of all pairs together.
    pub results: u32,
}

impl Default for Seed {
    /// What a large company has after years.
    fn default() -> Self {
        Self { pacticipants: 200, integrations: 1_000, versions: 100_000, results: 1_000_000 }
    }
}

/// The database could not be filled.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct SeedError(#[from] SeedErrorKind);

#[derive(Debug, thiserror::Error)]
enum SeedErrorKind {
    #[error("the database has pacticipants already; made-up data is only written to an empty one")]
    NotEmpty,
    #[error("at least two applications are needed, a version for each, and at most one integration for each pair")]
    Size,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How many different contents a pair has had, if there are versions enough.
const CONTENTS: i64 = 20;
/// Between two builds of an application: 500 of them are two years.
const BUILD_INTERVAL: i64 = 35 * HOUR;
const HOUR: i64 = 3_600_000_000;
const ENVIRONMENTS: [&str; 5] = ["test", "production", "staging", "development", "acceptance"];

impl Broker {
    /// Fills an empty database with made-up history; `progress` is told of each consumer that is done, and how many there are.
    ///
    /// # Errors
    ///
    /// The database is not empty, the size makes no sense, or the database fails.
    pub async fn seed(&self, seed: Seed, mut progress: impl FnMut(u32, u32)) -> Result<(), SeedError> {
        let store = self.app().store();
        let plan = Plan::of(seed, self.app().now()).ok_or(SeedErrorKind::Size)?;
        let mut applications = Vec::new();
        let mut tx = store.write().await.map_err(SeedErrorKind::Store)?;
        if !tx.pacticipants().names().await.map_err(SeedErrorKind::Store)?.is_empty() {
            return Err(SeedErrorKind::NotEmpty.into());
        }
        for number in 0..plan.applications {
            applications.push(plan.application(&mut tx, number).await.map_err(SeedErrorKind::Store)?);
        }
        tx.commit().await.map_err(SeedErrorKind::Store)?;
        for consumer in 0..plan.applications {
            plan.contracts(store, &applications, consumer).await.map_err(SeedErrorKind::Store)?;
            progress(u32::try_from(consumer + 1).unwrap_or(u32::MAX), seed.pacticipants);
        }
        Plan::finish(store).await.map_err(SeedErrorKind::Store)?;
        Ok(())
    }
}

/// The sizes of the parts.
struct Plan {
    applications: usize,
    /// Versions of each application.
    versions: i64,
    contents: i64,
    /// Results of each content.
    results: i64,
    pairs: Vec<(usize, usize)>,
    /// When the first version was built.
    beginning: i64,
}

impl Plan {
    fn of(seed: Seed, now: Timestamp) -> Option<Self> {
        let applications = usize::try_from(seed.pacticipants).ok()?;
        let integrations = usize::try_from(seed.integrations).ok()?;
        let versions = i64::from(seed.versions.checked_div(seed.pacticipants)?);
        if applications < 2 || versions == 0 || integrations == 0 || integrations > applications * (applications - 1) {
            return None;
        }
        let contents = CONTENTS.min(versions);
        let all_contents = i64::from(seed.integrations) * contents;
        Some(Self {
            applications,
            versions,
            contents,
            results: (i64::from(seed.results) + all_contents - 1) / all_contents,
            pairs: pairs(applications, integrations),
            // Each version is verified within the hour that follows.
            beginning: now.as_micros() - HOUR - versions * BUILD_INTERVAL,
        })
    }

    fn built_at(&self, version: i64) -> i64 {
        self.beginning + version * BUILD_INTERVAL
    }

    /// An application with its versions, branches, tags and places.
    async fn application(&self, tx: &mut WriteTx, number: usize) -> Result<PacticipantId, StoreError> {
        const VERSIONS: &str = "INSERT INTO versions (pacticipant_id, number, ord, created_at, updated_at)
             WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $2)
             SELECT $1, CAST(n.i AS TEXT), n.i, $3 + n.i * $4, $3 + n.i * $4 FROM n";
        // Four of five versions are built from the main branch, the others from branches that live for a while.
        const BRANCHES: &str = "INSERT INTO branches (pacticipant_id, name, name_key, created_at, updated_at, contract_at)
             SELECT $1, b.name, b.name, min(b.created_at), max(b.created_at), max(b.created_at)
               FROM (SELECT CASE WHEN v.ord % 5 = 0 THEN 'feat/' || CAST(v.ord / 25 AS TEXT) ELSE 'main' END AS name, v.created_at
                       FROM versions v WHERE v.pacticipant_id = $1) b GROUP BY b.name";
        const BRANCH_VERSIONS: &str = "INSERT INTO branch_versions (branch_id, version_id, version_ord, created_at)
             SELECT b.id, v.id, v.ord, v.created_at FROM versions v
               JOIN branches b ON b.pacticipant_id = v.pacticipant_id
                AND b.name = CASE WHEN v.ord % 5 = 0 THEN 'feat/' || CAST(v.ord / 25 AS TEXT) ELSE 'main' END
              WHERE v.pacticipant_id = $1";
        const BRANCH_HEADS: &str = "UPDATE branches SET head_version_id =
                 (SELECT bv.version_id FROM branch_versions bv WHERE bv.branch_id = branches.id ORDER BY bv.version_ord DESC LIMIT 1)
              WHERE pacticipant_id = $1";
        const TAGS: &str = "INSERT INTO version_tags (version_id, name, pacticipant_id, version_ord, created_at)
             SELECT v.id, $2, v.pacticipant_id, v.ord, v.created_at FROM versions v WHERE v.pacticipant_id = $1 AND v.ord % $3 = 0";
        const TAG_HEADS: &str = "INSERT INTO tag_heads (pacticipant_id, name, head_version_id, head_ord, first_used_at)
             SELECT t.pacticipant_id, t.name, t.version_id, t.version_ord, t.created_at FROM version_tags t
              WHERE t.pacticipant_id = $1 AND t.version_ord =
                    (SELECT max(o.version_ord) FROM version_tags o WHERE o.pacticipant_id = $1 AND o.name = t.name)";
        let failed = || StoreError::while_doing("making up an application");
        let now = Timestamp::from_micros(self.beginning);
        let pacticipant = tx.pacticipants().find_or_create(&name_of(number), now).await?;
        let id = pacticipant.id;
        tx.pacticipants().detect_main_branch(id, "main", now).await?;
        run!(tx, VERSIONS, id, self.versions, self.beginning, BUILD_INTERVAL).map_err(failed())?;
        run!(tx, BRANCHES, id).map_err(failed())?;
        run!(tx, BRANCH_VERSIONS, id).map_err(failed())?;
        run!(tx, BRANCH_HEADS, id).map_err(failed())?;
        for (tag, every) in [("prod", 50_i64), ("dev", 3)] {
            run!(tx, TAGS, id, tag, every).map_err(failed())?;
        }
        run!(tx, TAG_HEADS, id).map_err(failed())?;
        self.places(tx, id, number).await?;
        Ok(id)
    }

    /// Where an application runs: in each environment a version that is some builds old, with those that ran there before;
    /// in production some applications run twice, and some are installed by customers in several versions.
    async fn places(&self, tx: &mut WriteTx, id: PacticipantId, number: usize) -> Result<(), StoreError> {
        const DEPLOY: &str =
            "INSERT INTO deployed_versions (uuid, environment_id, pacticipant_id, version_id, target, target_key,
                 is_current, created_at, updated_at, undeployed_at)
             SELECT $1 || CAST(v.id AS TEXT), $2, v.pacticipant_id, v.id, $3, coalesce($3, ''), v.ord = $5, v.created_at, v.created_at,
                    CASE WHEN v.ord = $5 THEN NULL ELSE v.created_at + 1 END
               FROM versions v WHERE v.pacticipant_id = $4 AND v.ord > $5 - 10 AND v.ord <= $5";
        const RELEASE: &str =
            "INSERT INTO released_versions (uuid, environment_id, pacticipant_id, version_id, created_at, updated_at)
             SELECT $1 || CAST(v.id AS TEXT), $2, v.pacticipant_id, v.id, v.created_at, v.created_at
               FROM versions v WHERE v.pacticipant_id = $3 AND v.ord > $4 - 5 AND v.ord <= $4";
        let failed = || StoreError::while_doing("making up deployments");
        for (place, age) in (0_i64..).zip([5, 20, 10, 2, 15]) {
            let name = ENVIRONMENTS[usize::try_from(place).unwrap_or(0)];
            let environment = if let Some(found) = tx.environments().find_by_name(name).await? {
                found.id
            } else {
                let new = NewEnvironment {
                    name: name.to_owned(),
                    display_name: Some(name.to_owned()),
                    production: false,
                    contacts: None,
                };
                let now = Timestamp::from_micros(self.beginning);
                tx.environments().create(&Uuid::now_v7().to_string(), &new, now).await?;
                let created = tx.environments().find_by_name(name).await?;
                created.expect("an environment that was created in this transaction is there").id
            };
            let newest = (self.versions - age).max(1);
            let mut instances = vec![(None, newest)];
            if name == "production" && number.is_multiple_of(10) {
                instances.push((Some("blue"), (newest + 3).min(self.versions)));
            }
            for (target, version) in instances {
                let uuid = format!("deployed-{place}-{}-", target.unwrap_or_default());
                run!(tx, DEPLOY, uuid, environment, target, id, version).map_err(failed())?;
            }
            if name == "production" && number % 7 == 3 {
                run!(tx, RELEASE, format!("released-{place}-"), environment, id, newest).map_err(failed())?;
            }
            tx.deployments().set_present(environment, id).await?;
        }
        Ok(())
    }

    /// The contracts of a consumer with all its providers, and their results.
    async fn contracts(
        &self,
        store: &Store,
        applications: &[PacticipantId],
        consumer: usize,
    ) -> Result<(), StoreError> {
        for &(_, provider) in self.pairs.iter().filter(|(of, _)| *of == consumer) {
            // On PostgreSQL a statement has a time limit, and a transaction should not hold a lock for long.
            let mut tx = store.write().await?;
            let (consumer_id, provider_id) = (applications[consumer], applications[provider]);
            let now = Timestamp::from_micros(self.built_at(self.versions));
            tx.pacts().touch_integration(consumer_id, provider_id, now).await?;
            for content in 0..self.contents {
                let pact = pact(consumer, provider, content);
                let since = Timestamp::from_micros(self.built_at(content * self.versions / self.contents + 1));
                let stored = tx.pacts().find_or_store(consumer_id, provider_id, &pact, since).await?;
                self.publications(&mut tx, consumer_id, provider_id, content, stored).await?;
                let salt = i64::try_from(consumer * 7 + provider * 3).unwrap_or(0) + content;
                self.results(&mut tx, consumer_id, provider_id, (content, stored, salt)).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }

    async fn publications(
        &self,
        tx: &mut WriteTx,
        consumer: PacticipantId,
        provider: PacticipantId,
        content: i64,
        stored: ContentId,
    ) -> Result<(), StoreError> {
        const PUBLISH: &str = "INSERT INTO pact_publications (consumer_id, provider_id, consumer_version_id,
                 consumer_version_ord, pact_content_id, revision, is_latest, created_at)
             SELECT v.pacticipant_id, $2, v.id, v.ord, $3, 1, TRUE, v.created_at
               FROM versions v WHERE v.pacticipant_id = $1 AND v.ord > $4 AND v.ord <= $5";
        let from = content * self.versions / self.contents;
        let to = (content + 1) * self.versions / self.contents;
        run!(tx, PUBLISH, consumer, provider, stored, from, to)
            .map_err(StoreError::while_doing("making up publications"))?;
        Ok(())
    }

    /// Results of a content by the versions that the provider has from then on; one of twenty is a failure, and where there
    /// are no more versions the newest verifies again.
    async fn results(
        &self,
        tx: &mut WriteTx,
        consumer: PacticipantId,
        provider: PacticipantId,
        (content, stored, salt): (i64, ContentId, i64),
    ) -> Result<(), StoreError> {
        const NUMBERS: &str =
            "UPDATE counters SET value = value + $1 WHERE name = 'verification' RETURNING value - $1 + 1";
        const RECORD: &str =
            "INSERT INTO verifications (pact_content_id, consumer_id, provider_id, provider_version_id, number,
                 success, executed_at, created_at)
             WITH RECURSIVE n (i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $6)
             SELECT $1, $2, $3, v.id, $4 + n.i, (n.i * 31 + $7) % 20 <> 0, v.created_at + n.i, v.created_at + n.i
               FROM n JOIN versions v ON v.pacticipant_id = $3
                AND v.ord = CASE WHEN $5 + n.i < $8 THEN $5 + n.i ELSE $8 END
              ORDER BY n.i";
        const LATEST: &str = "INSERT INTO latest_verifications (pact_content_id, provider_version_id, verification_id,
                 provider_version_ord, success, executed_at)
             SELECT r.pact_content_id, r.provider_version_id, r.id, v.ord, r.success, r.executed_at
               FROM verifications r JOIN versions v ON v.id = r.provider_version_id
              WHERE r.pact_content_id = $1 AND r.id = (SELECT max(o.id) FROM verifications o
                     WHERE o.pact_content_id = r.pact_content_id AND o.provider_version_id = r.provider_version_id)";
        const INTERACTIONS: &str =
            "INSERT INTO interaction_results (verification_id, position, interaction_id, success, description)
             SELECT r.id, 0, $2, FALSE, 'a request for the things of page 0'
               FROM verifications r WHERE r.pact_content_id = $1 AND NOT r.success";
        if self.results == 0 {
            return Ok(());
        }
        let failed = || StoreError::while_doing("making up results");
        let (number,) = one!(tx, (i64,), NUMBERS, self.results).map_err(failed())?;
        let first = content * self.versions / self.contents + 1;
        let Self { results, versions, .. } = *self;
        run!(tx, RECORD, stored, consumer, provider, number, first, results, salt, versions).map_err(failed())?;
        run!(tx, LATEST, stored).map_err(failed())?;
        run!(tx, INTERACTIONS, stored, format!("interaction-{}", stored.0)).map_err(failed())?;
        Ok(())
    }

    /// Lets the engine count what it has, as it would have done in years.
    async fn finish(store: &Store) -> Result<(), StoreError> {
        let mut tx = store.write().await?;
        let failed = || StoreError::while_doing("counting what was made up");
        if tx.engine() == Engine::Sqlite {
            // As a broker counts when it is closed.
            run!(tx, "PRAGMA analysis_limit = 1000").map_err(failed())?;
        }
        run!(tx, "ANALYZE").map_err(failed())?;
        tx.commit().await
    }
}

/// The consumer with its neighbours as providers, the first of them the hub; the hub uses its neighbours only.
fn pairs(applications: usize, integrations: usize) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, usize)> = Vec::with_capacity(integrations);
    for round in 0..applications {
        for consumer in 0..applications {
            if pairs.len() == integrations {
                return pairs;
            }
            // With a stride in each round the providers of a consumer differ, and so do the consumers of a provider.
            let provider = if round == 0 { 0 } else { (consumer + round) % applications };
            if provider != consumer && (round == 0 || provider != 0) {
                pairs.push((consumer, provider));
            }
        }
    }
    pairs
}

/// The name of an application: `app-000`, …
fn name_of(number: usize) -> String {
    format!("app-{number:03}")
}

/// What a consumer expects of a provider in the `content`th state of their contract.
fn pact(consumer: usize, provider: usize, content: i64) -> IdentifiedContent {
    let interactions: Vec<String> = (0..5)
        .map(|page| {
            format!(
                r#"{{"description":"a request for the things of page {page}","providerState":"there are things",
                   "request":{{"method":"GET","path":"/things","query":"page={page}&state={content}","headers":{{"Accept":"application/json"}}}},
                   "response":{{"status":200,"headers":{{"Content-Type":"application/json"}},
                     "body":{{"page":{page},"things":[{{"id":{page},"name":"thing {page}","price":{{"amount":12.5,"currency":"EUR"}}}}]}},
                     "matchingRules":{{"$.body.things":{{"min":1,"match":"type"}},"$.body.things[*].name":{{"match":"type"}}}}}}}}"#
            )
        })
        .collect();
    let pact = format!(
        r#"{{"consumer":{{"name":"{}"}},"provider":{{"name":"{}"}},"interactions":[{}],
           "metadata":{{"pactSpecification":{{"version":"2.0.0"}}}}}}"#,
        name_of(consumer),
        name_of(provider),
        interactions.join(",")
    );
    debug_assert!(Json::parse(pact.as_bytes()).is_ok());
    identify(pact.as_bytes()).expect("the text above is a pact")
}

#[cfg(test)]
mod tests;
