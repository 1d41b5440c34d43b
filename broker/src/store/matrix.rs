//! The wide reads behind the matrix and can-i-deploy.
//!
//! Each method is a fixed number of statements, whatever the number of pacticipants, versions and results. Versions are looked
//! up first; pacts and results are then found through the indexes on their ids.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::domain::id::{ContentId, PacticipantId, VerificationId, VersionId};
use crate::domain::matrix::{Dependency, MatrixPact, PacticipantRef, ResultOf};
use crate::domain::matrix_selector::{Criteria, VersionRef};
use crate::domain::reason::{Evidence, FailedInteraction};
use crate::domain::timestamp::Timestamp;
use crate::store::dialect::{json_list, with_lists};
use crate::store::{ReadTx, StoreError, all};

/// The matrix as a transaction sees it.
pub(crate) struct Matrix<'t> {
    tx: &'t mut ReadTx,
}

impl ReadTx {
    /// The matrix.
    pub(crate) fn matrix(&mut self) -> Matrix<'_> {
        Matrix { tx: self }
    }
}

/// A pacticipant that a question names.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct NamedPacticipant {
    /// Its row.
    pub(crate) id: PacticipantId,
    /// Its name.
    pub(crate) name: String,
    /// The name of its main branch.
    pub(crate) main_branch: Option<String>,
}

/// Which pacts a question is about.
#[derive(Debug, Clone, Default)]
pub(crate) struct WantedPacts {
    /// Of these consumer versions.
    pub(crate) consumer_versions: Vec<VersionId>,
    /// Of any version of these consumers.
    pub(crate) consumers: Vec<PacticipantId>,
    /// With these providers; `None` is any.
    pub(crate) providers: Option<Vec<PacticipantId>>,
    /// Of these consumer versions, but only with `main_providers`: the versions that are there because of a provider.
    pub(crate) other_consumer_versions: Vec<VersionId>,
    /// The providers of `other_consumer_versions` that matter.
    pub(crate) main_providers: Vec<PacticipantId>,
    /// Verified by these provider versions, whoever the consumer is.
    pub(crate) verified_by_versions: Vec<VersionId>,
    /// Verified by any version of these providers.
    pub(crate) verified_by: Vec<PacticipantId>,
    /// Overwritten revisions too, and results that were superseded.
    pub(crate) whole_history: bool,
    /// How many of the newest publications, where versions are not named.
    pub(crate) limit: i64,
}

/// Which results count for pacts that were found.
#[derive(Debug, Clone, Default)]
pub(crate) struct WantedResults {
    /// Of these provider versions.
    pub(crate) provider_versions: Vec<VersionId>,
    /// Of any version of these providers.
    pub(crate) providers: Vec<PacticipantId>,
    /// Of any version of any provider.
    pub(crate) anyone: bool,
    /// Superseded results too.
    pub(crate) whole_history: bool,
    /// How many of the newest results of one content, where versions are not named.
    pub(crate) limit: i64,
}

#[derive(sqlx::FromRow)]
struct FoundVersion {
    pacticipant_id: PacticipantId,
    id: VersionId,
    number: String,
    ord: i64,
}

#[derive(sqlx::FromRow)]
struct DependencyRow {
    consumer_id: PacticipantId,
    consumer_name: String,
    consumer_main_branch: Option<String>,
    provider_id: PacticipantId,
    provider_name: String,
    provider_main_branch: Option<String>,
    required: bool,
}

#[derive(sqlx::FromRow)]
struct PactRow {
    consumer_id: PacticipantId,
    consumer_name: String,
    consumer_version_id: VersionId,
    number: String,
    ord: i64,
    provider_id: PacticipantId,
    provider_name: String,
    revision: i64,
    pact_content_id: ContentId,
    sha: String,
    created_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct ResultRow {
    pact_content_id: ContentId,
    pacticipant_id: PacticipantId,
    provider_version_id: VersionId,
    version_number: String,
    ord: i64,
    id: VerificationId,
    number: i64,
    success: bool,
    executed_at: Timestamp,
}

macro_rules! versions {
    ($from:literal) => {
        concat!("SELECT v.pacticipant_id, v.id, v.number, v.ord FROM ", $from)
    };
}

macro_rules! pacts {
    ($where:literal) => {
        concat!(
            "SELECT pp.consumer_id, c.name AS consumer_name, pp.consumer_version_id, v.number, v.ord, pp.provider_id, \
             p.name AS provider_name, pp.revision, pp.pact_content_id, pc.sha, pp.created_at
               FROM pact_publications pp
               JOIN versions v ON v.id = pp.consumer_version_id
               JOIN pacticipants c ON c.id = pp.consumer_id
               JOIN pacticipants p ON p.id = pp.provider_id
               JOIN pact_contents pc ON pc.id = pp.pact_content_id
              WHERE ",
            $where
        )
    };
}

macro_rules! latest_results {
    ($where:literal) => {
        concat!(
            "SELECT lv.pact_content_id, v.pacticipant_id, lv.provider_version_id, v.number AS version_number, v.ord, vf.id, \
             vf.number, lv.success, lv.executed_at
               FROM latest_verifications lv
               JOIN versions v ON v.id = lv.provider_version_id
               JOIN verifications vf ON vf.id = lv.verification_id
              WHERE lv.pact_content_id IN IDS($1) AND ",
            $where
        )
    };
}

macro_rules! all_results {
    ($where:literal) => {
        concat!(
            "SELECT vf.pact_content_id, v.pacticipant_id, vf.provider_version_id, v.number AS version_number, v.ord, vf.id, \
             vf.number, vf.success, vf.executed_at
               FROM verifications vf
               JOIN versions v ON v.id = vf.provider_version_id
              WHERE vf.pact_content_id IN IDS($1) AND ",
            $where
        )
    };
}

fn ids<'i, I: IntoIterator<Item = &'i PacticipantId>>(ids: I) -> String {
    json_list(ids.into_iter().map(|id| id.0))
}

fn version_ids<'i, I: IntoIterator<Item = &'i VersionId>>(ids: I) -> String {
    json_list(ids.into_iter().map(|id| id.0))
}

impl Matrix<'_> {
    /// The pacticipants with these names; unknown ones are missing in the answer.
    pub(crate) async fn pacticipants_named(self, names: &[&str]) -> Result<Vec<NamedPacticipant>, StoreError> {
        const NAMED: &str = "SELECT id, name, main_branch FROM pacticipants WHERE name IN TEXTS($1)";
        let sql = with_lists(self.tx.engine(), NAMED);
        all!(self.tx, NamedPacticipant, sql, json_list(names))
            .map_err(StoreError::while_doing("finding the pacticipants of a matrix question"))
    }

    /// The versions of each of `pacticipants` that fulfil all of `criteria`, newest first; none if nothing is asked.
    pub(crate) async fn versions_matching(
        self,
        pacticipants: &[PacticipantId],
        criteria: &Criteria,
    ) -> Result<HashMap<PacticipantId, Vec<VersionRef>>, StoreError> {
        const NUMBERED: &str = versions!("versions v WHERE v.pacticipant_id IN IDS($1) AND v.number = $2");
        const ON_BRANCH: &str = versions!(
            "branches b JOIN branch_versions bv ON bv.branch_id = b.id JOIN versions v ON v.id = bv.version_id
              WHERE b.pacticipant_id IN IDS($1) AND b.name = $2"
        );
        const BRANCH_HEADS: &str = versions!(
            "branches b JOIN versions v ON v.id = b.head_version_id WHERE b.pacticipant_id IN IDS($1) AND b.name = $2"
        );
        const ON_MAIN_BRANCH: &str = versions!(
            "pacticipants p JOIN branches b ON b.pacticipant_id = p.id AND b.name = p.main_branch
               JOIN branch_versions bv ON bv.branch_id = b.id JOIN versions v ON v.id = bv.version_id
              WHERE p.id IN IDS($1)"
        );
        const MAIN_BRANCH_HEADS: &str = versions!(
            "pacticipants p JOIN branches b ON b.pacticipant_id = p.id AND b.name = p.main_branch
               JOIN versions v ON v.id = b.head_version_id
              WHERE p.id IN IDS($1)"
        );
        const TAGGED: &str = versions!(
            "version_tags t JOIN versions v ON v.id = t.version_id WHERE t.pacticipant_id IN IDS($1) AND t.name = $2"
        );
        const TAG_HEADS: &str = versions!(
            "tag_heads t JOIN versions v ON v.id = t.head_version_id WHERE t.pacticipant_id IN IDS($1) AND t.name = $2"
        );
        const IN_ENVIRONMENT: &str = versions!(
            "environments e JOIN environment_versions ev ON ev.environment_id = e.id JOIN versions v ON v.id = ev.version_id
              WHERE e.name = $2 AND ev.pacticipant_id IN IDS($1)"
        );
        const NEWEST: &str = versions!(
            "pacticipants p JOIN versions v ON v.pacticipant_id = p.id
              WHERE p.id IN IDS($1) AND v.ord = (SELECT max(o.ord) FROM versions o WHERE o.pacticipant_id = p.id)"
        );
        let Criteria { version, latest, branch, tag, environment, main_branch } = criteria;
        let given = [version.is_some(), branch.is_some(), tag.is_some(), environment.is_some(), *main_branch];
        // With a single condition its newest version is known as the head; with several, the newest that fulfils all is sought.
        let heads = *latest && given.iter().filter(|given| **given).count() == 1;
        let pick = |of_all: &'static str, of_heads: &'static str| if heads { of_heads } else { of_all };
        let mut queries: Vec<(&'static str, Option<&str>)> = Vec::new();
        if let Some(number) = version {
            queries.push((NUMBERED, Some(number)));
        }
        if let Some(branch) = branch {
            queries.push((pick(ON_BRANCH, BRANCH_HEADS), Some(branch)));
        }
        if *main_branch {
            queries.push((pick(ON_MAIN_BRANCH, MAIN_BRANCH_HEADS), None));
        }
        if let Some(tag) = tag {
            queries.push((pick(TAGGED, TAG_HEADS), Some(tag)));
        }
        if let Some(environment) = environment {
            queries.push((IN_ENVIRONMENT, Some(environment)));
        }
        if queries.is_empty() && *latest {
            queries.push((NEWEST, None));
        }

        let list = ids(pacticipants);
        let mut matching: Option<HashMap<VersionId, FoundVersion>> = None;
        for (sql, name) in queries {
            let sql = with_lists(self.tx.engine(), sql);
            let found = match name {
                Some(name) => all!(self.tx, FoundVersion, sql, &list, name),
                None => all!(self.tx, FoundVersion, sql, &list),
            };
            let found = found.map_err(StoreError::while_doing("finding the versions of a matrix question"))?;
            let mut found: HashMap<_, _> = found.into_iter().map(|version| (version.id, version)).collect();
            if let Some(before) = matching {
                found.retain(|id, _| before.contains_key(id));
            }
            matching = Some(found);
        }
        let mut versions: HashMap<PacticipantId, Vec<VersionRef>> = HashMap::new();
        for FoundVersion { pacticipant_id, id, number, ord } in matching.into_iter().flat_map(HashMap::into_values) {
            versions.entry(pacticipant_id).or_default().push(VersionRef { id, number, order: ord });
        }
        for versions in versions.values_mut() {
            versions.sort_by_key(|version| std::cmp::Reverse(version.order));
            if *latest {
                versions.truncate(1);
            }
        }
        Ok(versions)
    }

    /// Who depends on whom around these versions and pacticipants: the providers that `consumer_versions`, and any version
    /// of `consumers`, have pacts with (required); and all consumers of `providers`. With the main branches of all of them.
    pub(crate) async fn dependencies(
        self,
        consumer_versions: &[VersionId],
        consumers: &[PacticipantId],
        providers: &[PacticipantId],
    ) -> Result<(Vec<Dependency>, Vec<NamedPacticipant>), StoreError> {
        const DEPENDENCIES: &str =
            "SELECT d.consumer_id, c.name AS consumer_name, c.main_branch AS consumer_main_branch,
                    d.provider_id, p.name AS provider_name, p.main_branch AS provider_main_branch, d.required
               FROM (SELECT pp.consumer_id, pp.provider_id, TRUE AS required FROM pact_publications pp
                      WHERE pp.consumer_version_id IN IDS($1) AND pp.is_latest
                     UNION
                     SELECT i.consumer_id, i.provider_id, TRUE AS required FROM integrations i
                      WHERE i.consumer_id IN IDS($2)
                        AND EXISTS (SELECT 1 FROM pact_publications pp WHERE pp.provider_id = i.provider_id
                                       AND pp.consumer_id = i.consumer_id AND pp.is_latest)
                     UNION
                     SELECT i.consumer_id, i.provider_id, FALSE AS required FROM integrations i
                      WHERE i.provider_id IN IDS($3)) d
               JOIN pacticipants c ON c.id = d.consumer_id
               JOIN pacticipants p ON p.id = d.provider_id
              ORDER BY d.consumer_id, d.provider_id, d.required DESC";
        let sql = with_lists(self.tx.engine(), DEPENDENCIES);
        let rows = all!(self.tx, DependencyRow, sql, version_ids(consumer_versions), ids(consumers), ids(providers))
            .map_err(StoreError::while_doing("finding who depends on whom"))?;
        let mut pacticipants: Vec<NamedPacticipant> = Vec::new();
        let mut known = HashSet::new();
        let mut dependencies: Vec<Dependency> = Vec::new();
        for row in rows {
            for (id, name, main_branch) in [
                (row.consumer_id, &row.consumer_name, row.consumer_main_branch),
                (row.provider_id, &row.provider_name, row.provider_main_branch),
            ] {
                if known.insert(id) {
                    pacticipants.push(NamedPacticipant { id, name: name.clone(), main_branch });
                }
            }
            let consumer = PacticipantRef { id: row.consumer_id, name: row.consumer_name };
            let provider = PacticipantRef { id: row.provider_id, name: row.provider_name };
            // The required one of a pair comes first.
            if dependencies.last().is_none_or(|last| last.consumer != consumer || last.provider != provider) {
                dependencies.push(Dependency { consumer, provider, required: row.required });
            }
        }
        Ok((dependencies, pacticipants))
    }

    /// The pacts in `scope`, each publication once.
    pub(crate) async fn pacts(self, scope: &WantedPacts) -> Result<Vec<Arc<MatrixPact>>, StoreError> {
        const OF_VERSIONS: &str =
            pacts!("pp.consumer_version_id IN IDS($1) AND (pp.is_latest OR $2) AND ($3 OR pp.provider_id IN IDS($4))");
        const OF_CONSUMERS: &str = pacts!(
            "pp.consumer_id IN IDS($1) AND pp.is_latest AND ($2 OR pp.provider_id IN IDS($3)) ORDER BY pp.created_at DESC, pp.id DESC LIMIT $4"
        );
        // The indexes by consumer hold what counts only; overwritten revisions are found through the consumer's versions.
        const HISTORY_OF_CONSUMERS: &str = pacts!(
            "pp.consumer_version_id IN (SELECT o.id FROM versions o WHERE o.pacticipant_id IN IDS($1))
                AND ($2 OR pp.provider_id IN IDS($3)) ORDER BY pp.created_at DESC, pp.id DESC LIMIT $4"
        );
        const VERIFIED_BY_VERSIONS: &str = pacts!(
            "pp.pact_content_id IN (SELECT lv.pact_content_id FROM latest_verifications lv WHERE lv.provider_version_id IN IDS($1))
                AND (pp.is_latest OR $2) ORDER BY pp.created_at DESC, pp.id DESC LIMIT $3"
        );
        const VERIFIED_BY: &str = pacts!(
            "pp.provider_id IN IDS($1) AND pp.is_latest
                AND EXISTS (SELECT 1 FROM latest_verifications lv WHERE lv.pact_content_id = pp.pact_content_id)
              ORDER BY pp.created_at DESC, pp.id DESC LIMIT $2"
        );
        let any = scope.providers.is_none();
        let providers = ids(scope.providers.iter().flatten());
        let history = scope.whole_history;
        let mut rows: Vec<PactRow> = Vec::new();
        let failed = || StoreError::while_doing("finding the pacts of a matrix question");
        if !scope.consumer_versions.is_empty() {
            let (sql, of) = (with_lists(self.tx.engine(), OF_VERSIONS), version_ids(&scope.consumer_versions));
            rows.extend(all!(self.tx, PactRow, sql, of, history, any, &providers).map_err(failed())?);
        }
        if !scope.other_consumer_versions.is_empty() {
            let (sql, of) = (with_lists(self.tx.engine(), OF_VERSIONS), version_ids(&scope.other_consumer_versions));
            let providers = ids(&scope.main_providers);
            rows.extend(all!(self.tx, PactRow, sql, of, history, false, &providers).map_err(failed())?);
        }
        if !scope.consumers.is_empty() {
            let sql = with_lists(self.tx.engine(), if history { HISTORY_OF_CONSUMERS } else { OF_CONSUMERS });
            rows.extend(
                all!(self.tx, PactRow, sql, ids(&scope.consumers), any, &providers, scope.limit).map_err(failed())?,
            );
        }
        if !scope.verified_by_versions.is_empty() {
            let (sql, by) =
                (with_lists(self.tx.engine(), VERIFIED_BY_VERSIONS), version_ids(&scope.verified_by_versions));
            rows.extend(all!(self.tx, PactRow, sql, by, history, scope.limit).map_err(failed())?);
        }
        if !scope.verified_by.is_empty() {
            let sql = with_lists(self.tx.engine(), VERIFIED_BY);
            rows.extend(all!(self.tx, PactRow, sql, ids(&scope.verified_by), scope.limit).map_err(failed())?);
        }
        let mut seen = HashSet::new();
        Ok(rows
            .into_iter()
            .filter(|row| seen.insert((row.consumer_version_id, row.provider_id, row.revision)))
            .map(|row| {
                Arc::new(MatrixPact {
                    consumer: PacticipantRef { id: row.consumer_id, name: row.consumer_name },
                    consumer_version: VersionRef { id: row.consumer_version_id, number: row.number, order: row.ord },
                    provider: PacticipantRef { id: row.provider_id, name: row.provider_name },
                    revision: row.revision,
                    content: row.pact_content_id,
                    sha: row.sha,
                    created_at: row.created_at,
                })
            })
            .collect())
    }

    /// The results in `scope` for these contents, each once.
    pub(crate) async fn results(
        self,
        contents: &HashSet<ContentId>,
        scope: &WantedResults,
    ) -> Result<Vec<ResultOf>, StoreError> {
        const LATEST_OF_VERSIONS: &str = latest_results!("lv.provider_version_id IN IDS($2)");
        const ALL_OF_VERSIONS: &str = all_results!("vf.provider_version_id IN IDS($2)");
        const LATEST: &str = concat!(
            "SELECT pact_content_id, pacticipant_id, provider_version_id, version_number, ord, id, number, success, executed_at
               FROM (SELECT r.*, row_number() OVER (PARTITION BY r.pact_content_id ORDER BY r.id DESC) AS place FROM (",
            latest_results!("($2 OR vf.provider_id IN IDS($3))"),
            ") r) newest WHERE place <= $4"
        );
        const ALL: &str = concat!(
            "SELECT pact_content_id, pacticipant_id, provider_version_id, version_number, ord, id, number, success, executed_at
               FROM (SELECT r.*, row_number() OVER (PARTITION BY r.pact_content_id ORDER BY r.id DESC) AS place FROM (",
            all_results!("($2 OR vf.provider_id IN IDS($3))"),
            ") r) newest WHERE place <= $4"
        );
        if contents.is_empty() {
            return Ok(Vec::new());
        }
        let contents = json_list(contents.iter().map(|id| id.0));
        let failed = || StoreError::while_doing("finding the results of a matrix question");
        let mut rows: Vec<ResultRow> = Vec::new();
        if !scope.provider_versions.is_empty() && !scope.anyone {
            let sql = if scope.whole_history { ALL_OF_VERSIONS } else { LATEST_OF_VERSIONS };
            let (sql, of) = (with_lists(self.tx.engine(), sql), version_ids(&scope.provider_versions));
            rows.extend(all!(self.tx, ResultRow, sql, &contents, of).map_err(failed())?);
        }
        if !scope.providers.is_empty() || scope.anyone {
            let sql = with_lists(self.tx.engine(), if scope.whole_history { ALL } else { LATEST });
            let of = ids(&scope.providers);
            rows.extend(all!(self.tx, ResultRow, sql, &contents, scope.anyone, of, scope.limit).map_err(failed())?);
        }
        let mut seen = HashSet::new();
        Ok(rows
            .into_iter()
            .filter(|row| seen.insert(row.id))
            .map(|row| ResultOf {
                content: row.pact_content_id,
                provider: row.pacticipant_id,
                provider_version: VersionRef {
                    id: row.provider_version_id,
                    number: row.version_number,
                    order: row.ord,
                },
                id: row.id,
                number: row.number,
                success: row.success,
                executed_at: row.executed_at,
            })
            .collect())
    }

    /// What explains that these results failed, and that these contents have no result of these versions.
    pub(crate) async fn evidence(
        self,
        failed: &[VerificationId],
        unverified: &[(ContentId, PacticipantId)],
        wanted: &[VersionId],
    ) -> Result<Evidence, StoreError> {
        const INTERACTIONS: &str =
            "SELECT i.verification_id, i.interaction_id, i.description FROM interaction_results i
              WHERE i.verification_id IN IDS($1) AND NOT i.success ORDER BY i.verification_id, i.position LIMIT $2";
        const VERIFIED_BY: &str = "SELECT lv.pact_content_id, v.number FROM latest_verifications lv
               JOIN versions v ON v.id = lv.provider_version_id
              WHERE lv.pact_content_id IN IDS($1) AND lv.provider_version_ord =
                    (SELECT max(o.provider_version_ord) FROM latest_verifications o
                      WHERE o.pact_content_id = lv.pact_content_id AND o.success)";
        const CONSUMERS: &str = "SELECT DISTINCT lv.provider_version_id, pc.consumer_id FROM latest_verifications lv
               JOIN pact_contents pc ON pc.id = lv.pact_content_id
              WHERE lv.provider_version_id IN IDS($1) AND pc.consumer_id IN IDS($2)";
        const MOST_INTERACTIONS: i64 = 1000;
        let Self { tx } = self;
        let mut evidence = Evidence::default();
        let doing = || StoreError::while_doing("finding out why versions cannot be deployed");
        if !failed.is_empty() {
            let (sql, of) = (with_lists(tx.engine(), INTERACTIONS), json_list(failed.iter().map(|id| id.0)));
            let rows =
                all!(tx, (VerificationId, String, Option<String>), sql, of, MOST_INTERACTIONS).map_err(doing())?;
            for (result, id, description) in rows {
                evidence.failed_interactions.entry(result).or_default().push(FailedInteraction { id, description });
            }
        }
        if !unverified.is_empty() {
            let (sql, of) = (with_lists(tx.engine(), VERIFIED_BY), json_list(unverified.iter().map(|(id, _)| id.0)));
            evidence.verified_by = all!(tx, (ContentId, String), sql, of).map_err(doing())?.into_iter().collect();
        }
        if !unverified.is_empty() && !wanted.is_empty() {
            let sql = with_lists(tx.engine(), CONSUMERS);
            let consumers = ids(unverified.iter().map(|(_, consumer)| consumer));
            let rows = all!(tx, (VersionId, PacticipantId), sql, version_ids(wanted), consumers).map_err(doing())?;
            evidence.verified_consumers = rows.into_iter().collect();
        }
        Ok(evidence)
    }
}
