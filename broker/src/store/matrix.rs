//! The wide reads behind the matrix and can-i-deploy.
//!
//! Each method is a fixed number of statements, whatever the number of pacticipants, versions and results. Versions are looked
//! up first; pacts and results are then found through the indexes on their ids.

mod statements;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::domain::id::{ContentId, PacticipantId, VerificationId, VersionId};
use crate::domain::matrix::{Dependency, MatrixPact, PacticipantRef, ResultOf};
use crate::domain::matrix_selector::{Criteria, VersionRef};
use crate::domain::reason::{Evidence, FailedInteraction};
use crate::domain::timestamp::Timestamp;
use crate::store::bulk::{Bulk, flag, many};
use crate::store::dialect::{json_list, with_lists};
use crate::store::matrix::statements::{
    ALL, ALL_OF_VERSIONS, BRANCH_HEADS, CONSUMERS, DEPENDENCIES, HISTORY_OF_CONSUMERS, HISTORY_VERIFIED_BY,
    IN_ENVIRONMENT, INTERACTIONS, LATEST, LATEST_OF_VERSIONS, MAIN_BRANCH_HEADS, NAMED, NEWEST, NEWEST_VERIFIED_BY,
    NUMBERED, OF_CONSUMERS, OF_VERSIONS, ON_BRANCH, ON_MAIN_BRANCH, TAG_HEADS, TAGGED, VERIFIED_BY,
    VERIFIED_BY_VERSIONS,
};
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

/// What a question names, and the broker knows.
#[derive(Debug, Default)]
pub(crate) struct Named {
    pacticipants: HashMap<String, NamedPacticipant>,
    environments: HashSet<String>,
}

impl Named {
    /// The pacticipant with this name.
    pub(crate) fn pacticipant(&self, name: &str) -> Option<&NamedPacticipant> {
        self.pacticipants.get(name)
    }

    /// Whether there is an environment with this name.
    pub(crate) fn has_environment(&self, name: &str) -> bool {
        self.environments.contains(name)
    }
}

/// A pacticipant with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedPacticipant {
    /// Its row.
    pub(crate) id: PacticipantId,
    /// Its name.
    pub(crate) name: String,
    /// The name of its main branch.
    pub(crate) main_branch: Option<String>,
    /// Those of its versions that were named, of whatever pacticipant.
    pub(crate) versions: Vec<VersionRef>,
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

/// A pacticipant with at most one of its versions, or an environment, which has a name alone.
#[derive(sqlx::FromRow, serde::Deserialize)]
struct NamedRow {
    id: Option<PacticipantId>,
    name: String,
    main_branch: Option<String>,
    version_id: Option<VersionId>,
    number: Option<String>,
    ord: Option<i64>,
}

impl Bulk for NamedRow {
    const COLUMNS: &str = "id, name, main_branch, version_id, number, ord";
}

#[derive(sqlx::FromRow, serde::Deserialize)]
struct FoundVersion {
    pacticipant_id: PacticipantId,
    id: VersionId,
    number: String,
    ord: i64,
}

impl Bulk for FoundVersion {
    const COLUMNS: &str = "pacticipant_id, id, number, ord";
}

#[derive(sqlx::FromRow, serde::Deserialize)]
struct DependencyRow {
    consumer_id: PacticipantId,
    consumer_name: String,
    consumer_main_branch: Option<String>,
    provider_id: PacticipantId,
    provider_name: String,
    provider_main_branch: Option<String>,
    #[serde(deserialize_with = "flag")]
    required: bool,
}

impl Bulk for DependencyRow {
    const COLUMNS: &str =
        "consumer_id, consumer_name, consumer_main_branch, provider_id, provider_name, provider_main_branch, required";
}

#[derive(sqlx::FromRow, serde::Deserialize)]
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

impl Bulk for PactRow {
    const COLUMNS: &str = "consumer_id, consumer_name, consumer_version_id, number, ord, provider_id, provider_name, revision, pact_content_id, sha, created_at";
}

#[derive(sqlx::FromRow, serde::Deserialize)]
struct ResultRow {
    pact_content_id: ContentId,
    pacticipant_id: PacticipantId,
    provider_version_id: VersionId,
    version_number: String,
    ord: i64,
    id: VerificationId,
    number: i64,
    #[serde(deserialize_with = "flag")]
    success: bool,
    executed_at: Timestamp,
}

impl Bulk for ResultRow {
    const COLUMNS: &str =
        "pact_content_id, pacticipant_id, provider_version_id, version_number, ord, id, number, success, executed_at";
}

fn ids<'i, I: IntoIterator<Item = &'i PacticipantId>>(ids: I) -> String {
    json_list(ids.into_iter().map(|id| id.0))
}

fn version_ids<'i, I: IntoIterator<Item = &'i VersionId>>(ids: I) -> String {
    json_list(ids.into_iter().map(|id| id.0))
}

impl Matrix<'_> {
    /// The pacticipants with these names, their versions with these numbers, and the environments with these names.
    pub(crate) async fn named(
        self,
        pacticipants: &[&str],
        numbers: &[&str],
        environments: &[&str],
    ) -> Result<Named, StoreError> {
        let sql = with_lists(self.tx.engine(), NAMED);
        let (names, numbers, environments) = (json_list(pacticipants), json_list(numbers), json_list(environments));
        let rows = many!(self.tx, NamedRow, sql, names, numbers, environments)
            .map_err(StoreError::while_doing("finding what a matrix question names"))?;
        let mut named = Named::default();
        for NamedRow { id, name, main_branch, version_id, number, ord } in rows {
            let Some(id) = id else {
                named.environments.insert(name);
                continue;
            };
            let of_name = named.pacticipants.entry(name.clone());
            let versions = Vec::new();
            let pacticipant = of_name.or_insert(NamedPacticipant { id, name, main_branch, versions });
            if let (Some(id), Some(number), Some(order)) = (version_id, number, ord) {
                pacticipant.versions.push(VersionRef { id, number, order });
            }
        }
        Ok(named)
    }

    /// The pacticipant with this name.
    pub(crate) async fn pacticipant_named(self, name: &str) -> Result<Option<NamedPacticipant>, StoreError> {
        Ok(self.named(&[name], &[], &[]).await?.pacticipants.remove(name))
    }

    /// The versions of each of `pacticipants` that fulfil all of `criteria`, newest first; none if nothing is asked.
    pub(crate) async fn versions_matching(
        self,
        pacticipants: &[PacticipantId],
        criteria: &Criteria,
    ) -> Result<HashMap<PacticipantId, Vec<VersionRef>>, StoreError> {
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
                Some(name) => many!(self.tx, FoundVersion, sql, &list, name),
                None => many!(self.tx, FoundVersion, sql, &list),
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
        let sql = with_lists(self.tx.engine(), DEPENDENCIES);
        let mut rows =
            many!(self.tx, DependencyRow, sql, version_ids(consumer_versions), ids(consumers), ids(providers))
                .map_err(StoreError::while_doing("finding who depends on whom"))?;
        rows.sort_by_key(|row| (row.consumer_id, row.provider_id, !row.required));
        let mut pacticipants: Vec<NamedPacticipant> = Vec::new();
        let mut known = HashSet::new();
        let mut dependencies: Vec<Dependency> = Vec::new();
        for row in rows {
            for (id, name, main_branch) in [
                (row.consumer_id, &row.consumer_name, row.consumer_main_branch),
                (row.provider_id, &row.provider_name, row.provider_main_branch),
            ] {
                if known.insert(id) {
                    let versions = Vec::new();
                    pacticipants.push(NamedPacticipant { id, name: name.clone(), main_branch, versions });
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
        let any = scope.providers.is_none();
        let providers = ids(scope.providers.iter().flatten());
        let history = scope.whole_history;
        let mut rows: Vec<PactRow> = Vec::new();
        let failed = || StoreError::while_doing("finding the pacts of a matrix question");
        if !scope.consumer_versions.is_empty() || !scope.other_consumer_versions.is_empty() {
            let (sql, of) = (with_lists(self.tx.engine(), OF_VERSIONS), version_ids(&scope.consumer_versions));
            let (others, main) = (version_ids(&scope.other_consumer_versions), ids(&scope.main_providers));
            rows.extend(many!(self.tx, PactRow, sql, of, history, any, &providers, others, main).map_err(failed())?);
        }
        if !scope.consumers.is_empty() {
            let sql = with_lists(self.tx.engine(), if history { HISTORY_OF_CONSUMERS } else { OF_CONSUMERS });
            rows.extend(
                many!(self.tx, PactRow, sql, ids(&scope.consumers), any, &providers, scope.limit).map_err(failed())?,
            );
        }
        if !scope.verified_by_versions.is_empty() {
            let (sql, by) =
                (with_lists(self.tx.engine(), VERIFIED_BY_VERSIONS), version_ids(&scope.verified_by_versions));
            rows.extend(many!(self.tx, PactRow, sql, by, history, scope.limit).map_err(failed())?);
        }
        if !scope.verified_by.is_empty() {
            let sql = with_lists(self.tx.engine(), if history { HISTORY_VERIFIED_BY } else { VERIFIED_BY });
            rows.extend(many!(self.tx, PactRow, sql, ids(&scope.verified_by), scope.limit).map_err(failed())?);
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
        if contents.is_empty() {
            return Ok(Vec::new());
        }
        let contents = json_list(contents.iter().map(|id| id.0));
        let failed = || StoreError::while_doing("finding the results of a matrix question");
        let mut rows: Vec<ResultRow> = Vec::new();
        if !scope.provider_versions.is_empty() && !scope.anyone {
            let sql = if scope.whole_history { ALL_OF_VERSIONS } else { LATEST_OF_VERSIONS };
            let (sql, of) = (with_lists(self.tx.engine(), sql), version_ids(&scope.provider_versions));
            rows.extend(many!(self.tx, ResultRow, sql, &contents, of).map_err(failed())?);
        }
        if !scope.providers.is_empty() || scope.anyone {
            let sql = with_lists(self.tx.engine(), if scope.whole_history { ALL } else { LATEST });
            let of = ids(&scope.providers);
            rows.extend(many!(self.tx, ResultRow, sql, &contents, scope.anyone, of, scope.limit).map_err(failed())?);
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
        const MOST_INTERACTIONS: i64 = 100;
        let Self { tx } = self;
        let mut evidence = Evidence::default();
        let doing = || StoreError::while_doing("finding out why versions cannot be deployed");
        if !failed.is_empty() {
            let (sql, of) = (with_lists(tx.engine(), INTERACTIONS), json_list(failed.iter().map(|id| id.0)));
            let rows =
                all!(tx, (VerificationId, String, Option<String>, i64), sql, of, MOST_INTERACTIONS).map_err(doing())?;
            for (result, id, description, count) in rows {
                let failures = evidence.failures.entry(result).or_default();
                failures.count = usize::try_from(count).unwrap_or_default();
                failures.some.push(FailedInteraction { id, description });
            }
        }
        if !unverified.is_empty() {
            let (sql, of) =
                (with_lists(tx.engine(), NEWEST_VERIFIED_BY), json_list(unverified.iter().map(|(id, _)| id.0)));
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
