//! Everything that must be known to answer a question, by one statement.
//!
//! What is looked up next depends on what was found before: versions, who depends on them, which versions of those are in the
//! target, the pacts between all of them, and the results of these. Asked one after the other each would wait for the last; on
//! PostgreSQL that waiting takes longer than the looking up. So [`statement`] is one for all of it.

mod statement;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use self::statement::{Shape, statement};
use super::{Matrix, Named, NamedPacticipant};
use crate::domain::id::{ContentId, PacticipantId, VerificationId, VersionId};
use crate::domain::matrix::{Dependency, MatrixPact, PacticipantRef, ResultOf};
use crate::domain::matrix_selector::{Criteria, VersionRef};
use crate::domain::timestamp::Timestamp;
use crate::store::StoreError;
use crate::store::bulk::{bulk, many};
use crate::store::dialect::json_list;
use crate::store::version_details::{DetailRow, VersionDetails, details_of};

/// What a selector of a question means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Every version of its pacticipant.
    Whole,
    /// The version with its number.
    Numbered,
    /// Versions that were found before ([`Wanted::versions`]).
    Given,
    /// Something that shall not count.
    Ignored,
}

/// What is to be looked up.
#[derive(Debug)]
pub(crate) struct Wanted<'q> {
    /// The pacticipants of the selectors, with numbers of versions.
    pub(crate) selectors: Vec<(&'q str, Option<&'q str>, Meaning)>,
    /// The versions that other criteria of selectors mean.
    pub(crate) versions: Vec<VersionId>,
    /// Which versions count of those that the selected ones are integrated with; `None`: they are not looked for.
    pub(crate) target: Option<&'q Criteria>,
    /// Only what is between the selected pacticipants.
    pub(crate) only_selected: bool,
    /// Whoever the other side is, and whatever version of it.
    pub(crate) with_anyone: bool,
    /// Overwritten pacts too, and results that were superseded.
    pub(crate) whole_history: bool,
    /// How many of the newest pacts, where versions are not named.
    pub(crate) most_pacts: i64,
    /// How many of the newest results of one content, where versions are not named.
    pub(crate) most_results: i64,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The selected pacticipants and all around them, and every environment.
    pub(crate) named: Named,
    /// Every version that anything below speaks of.
    pub(crate) versions: HashMap<VersionId, VersionOf>,
    /// Who depends on whom: the providers that selected versions and whole pacticipants have pacts with (required), and all
    /// consumers of selected pacticipants.
    pub(crate) dependencies: Vec<Dependency>,
    /// The versions in the target, newest first.
    pub(crate) in_target: HashMap<PacticipantId, Vec<VersionRef>>,
    /// The pacts, each publication once.
    pub(crate) pacts: Vec<Arc<MatrixPact>>,
    /// The results of their contents, each once.
    pub(crate) results: Vec<ResultOf>,
    /// What is shown of the versions in the rows, if these are few.
    pub(crate) details: Option<HashMap<VersionId, VersionDetails>>,
}

/// A version, and whose it is.
#[derive(Debug)]
pub(crate) struct VersionOf {
    /// Whose it is.
    pub(crate) pacticipant: PacticipantId,
    /// The version.
    pub(crate) version: VersionRef,
}

impl Found {
    /// The version of a pacticipant with this number, if it was asked for.
    pub(crate) fn version(&self, pacticipant: PacticipantId, number: &str) -> Option<&VersionRef> {
        let is_it = |of: &&VersionOf| of.pacticipant == pacticipant && of.version.number == number;
        self.versions.values().find(is_it).map(|of| &of.version)
    }
}

/// One thing of any kind: what a kind does not have is not there.
#[derive(serde::Deserialize)]
struct Row {
    kind: i64,
    id: Option<i64>,
    version_id: Option<VersionId>,
    consumer_id: Option<PacticipantId>,
    provider_id: Option<PacticipantId>,
    content_id: Option<ContentId>,
    ord: Option<i64>,
    number: Option<i64>,
    flag: Option<i64>,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    name: Option<String>,
    text: Option<String>,
    display_name: Option<String>,
    contacts: Option<String>,
}

bulk!(Row: kind, id, version_id, consumer_id, provider_id, content_id, ord, number, flag, created_at, updated_at, name, text, display_name, contacts);

/// A result, of which a long history has many: a small part of a [`Row`].
struct ResultRow {
    content: ContentId,
    version_id: VersionId,
    id: VerificationId,
    number: i64,
    success: bool,
    executed_at: Timestamp,
}

impl ResultRow {
    fn of(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            content: given(row.content_id)?,
            version_id: given(row.version_id)?,
            id: VerificationId(given(row.id)?),
            number: given(row.number)?,
            success: row.flag == Some(1),
            executed_at: given(row.created_at)?,
        })
    }
}

mod kind {
    pub(super) const PACTICIPANT: i64 = 0;
    pub(super) const VERSION: i64 = 1;
    pub(super) const DEPENDENCY: i64 = 2;
    pub(super) const IN_TARGET: i64 = 3;
    pub(super) const PACT: i64 = 4;
    pub(super) const RESULT: i64 = 5;
    /// What is shown of the versions in the rows is there too.
    pub(super) const WITH_DETAILS: i64 = 6;
    /// What is shown of versions has kinds of its own, counted from here.
    pub(super) const DETAIL: i64 = 10;
}

/// What a row of some kind always has.
fn given<T>(value: Option<T>) -> Result<T, sqlx::Error> {
    value.ok_or_else(|| sqlx::Error::Decode("a column of a matrix question is missing".into()))
}

impl Matrix<'_> {
    /// Looks up everything that is `wanted`.
    pub(crate) async fn facts(self, wanted: &Wanted<'_>) -> Result<Found, StoreError> {
        let nothing = Criteria::default();
        let target = wanted.target.unwrap_or(&nothing);
        let meant = |meaning| wanted.selectors.iter().any(|(_, _, means)| *means == meaning);
        let shape = Shape {
            whole: meant(Meaning::Whole),
            given: !wanted.versions.is_empty(),
            target: wanted.target.map(Into::into),
            only_selected: wanted.only_selected,
            with_anyone: wanted.with_anyone,
            whole_history: wanted.whole_history,
        };
        let selectors = json_list(wanted.selectors.iter().map(|(name, number, means)| (name, number, *means as u8)));
        let sql = statement(self.tx.engine(), shape);
        let rows = many!(
            self.tx,
            Row,
            sql,
            selectors,
            json_list(wanted.versions.iter().map(|id| id.0)),
            target.version.as_deref(),
            target.branch.as_deref(),
            target.tag.as_deref(),
            target.environment.as_deref(),
            wanted.most_pacts,
            wanted.most_results,
        );
        rows.and_then(Found::of).map_err(StoreError::while_doing("finding what a matrix question is about"))
    }
}

impl Found {
    fn of(rows: Vec<Row>) -> Result<Self, sqlx::Error> {
        let mut found = Self::default();
        let mut names: HashMap<PacticipantId, String> = HashMap::new();
        let (mut dependencies, mut pacts, mut results) = (vec![], vec![], vec![]);
        let (mut seen_pacts, mut seen_results) = (HashSet::new(), HashSet::new());
        let (mut details, mut has_details) = (Vec::new(), false);
        for row in rows {
            match row.kind {
                kind::PACTICIPANT => {
                    let (id, name) = (given(row.consumer_id)?, given(row.name)?);
                    names.insert(id, name.clone());
                    let pacticipant = NamedPacticipant { id, name: name.clone(), main_branch: row.text };
                    found.named.pacticipants.insert(name, pacticipant);
                }
                kind::VERSION | kind::IN_TARGET => {
                    let (id, number, order) = (given(row.version_id)?, given(row.text)?, given(row.ord)?);
                    let (pacticipant, version) = (given(row.consumer_id)?, VersionRef { id, number, order });
                    if row.kind == kind::IN_TARGET {
                        found.in_target.entry(pacticipant).or_default().push(version.clone());
                    }
                    found.versions.insert(id, VersionOf { pacticipant, version });
                }
                kind::DEPENDENCY => {
                    dependencies.push((given(row.consumer_id)?, given(row.provider_id)?, row.flag == Some(1)));
                }
                kind::PACT => {
                    if seen_pacts.insert((row.version_id, row.provider_id, row.number)) {
                        pacts.push(row);
                    }
                }
                kind::RESULT => {
                    let result = ResultRow::of(&row)?;
                    if seen_results.insert(result.id) {
                        results.push(result);
                    }
                }
                kind::WITH_DETAILS => has_details = true,
                _ => details.push(row.into_detail()?),
            }
        }
        let environments = details.iter().filter(|row| row.is_environment());
        found.named.environments = environments.filter_map(|row| row.name.clone()).collect();
        found.details = has_details.then(|| details_of(details));
        found.dependencies = dependencies_of(dependencies, &names)?;
        for versions in found.in_target.values_mut() {
            versions.sort_by_key(|version| std::cmp::Reverse(version.order));
        }
        found.pacts = pacts.into_iter().map(|row| found.pact(row, &names)).collect::<Result<_, _>>()?;
        found.results = results.into_iter().map(|row| found.result(row)).collect::<Result<_, _>>()?;
        Ok(found)
    }

    fn pact(&self, row: Row, names: &HashMap<PacticipantId, String>) -> Result<Arc<MatrixPact>, sqlx::Error> {
        Ok(Arc::new(MatrixPact {
            consumer: reference(given(row.consumer_id)?, names)?,
            consumer_version: given(self.versions.get(&given(row.version_id)?))?.version.clone(),
            provider: reference(given(row.provider_id)?, names)?,
            revision: given(row.number)?,
            content: given(row.content_id)?,
            sha: given(row.text)?,
            created_at: given(row.created_at)?,
        }))
    }

    fn result(&self, row: ResultRow) -> Result<ResultOf, sqlx::Error> {
        let ResultRow { content, version_id, id, number, success, executed_at } = row;
        let VersionOf { pacticipant, version } = given(self.versions.get(&version_id))?;
        let (provider, provider_version) = (*pacticipant, version.clone());
        Ok(ResultOf { content, provider, provider_version, id, number, success, executed_at })
    }
}

fn reference(id: PacticipantId, names: &HashMap<PacticipantId, String>) -> Result<PacticipantRef, sqlx::Error> {
    Ok(PacticipantRef { id, name: given(names.get(&id))?.clone() })
}

/// Consumers, providers, and whether these are required; each pair once.
fn dependencies_of(
    mut rows: Vec<(PacticipantId, PacticipantId, bool)>,
    names: &HashMap<PacticipantId, String>,
) -> Result<Vec<Dependency>, sqlx::Error> {
    // The required one of a pair comes first.
    rows.sort_by_key(|&(consumer, provider, required)| (consumer, provider, !required));
    rows.dedup_by_key(|&mut (consumer, provider, _)| (consumer, provider));
    let dependency = |(consumer, provider, required)| {
        Ok(Dependency { consumer: reference(consumer, names)?, provider: reference(provider, names)?, required })
    };
    rows.into_iter().map(dependency).collect()
}

impl Row {
    fn into_detail(self) -> Result<DetailRow, sqlx::Error> {
        Ok(DetailRow {
            kind: self.kind - kind::DETAIL,
            version_id: self.version_id,
            id: given(self.id)?,
            name: self.name,
            text: self.text,
            display_name: self.display_name,
            contacts: self.contacts,
            flag: self.flag == Some(1),
            created_at: given(self.created_at)?,
            updated_at: given(self.updated_at)?,
        })
    }
}
