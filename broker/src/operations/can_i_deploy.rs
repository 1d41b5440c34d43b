//! Answers a matrix question: looks up what must be known, lets [`decide`] judge, and adds what is shown of each version.

use std::collections::{HashMap, HashSet};

use crate::domain::can_i_deploy::{Obstacle, Verdict, decide};
use crate::domain::id::{PacticipantId, VersionId};
use crate::domain::matrix::{DEFAULT_LIMIT, Facts, Question};
use crate::domain::matrix_selector::{Origin, ResolvedSelector, Selector, VersionRef};
use crate::domain::reason::{MOST_REASONS, Reason, reasons};
use crate::store::matrix::{Named, NamedPacticipant, WantedPacts, WantedResults};
use crate::store::version_details::VersionDetails;
use crate::store::{ReadTx, StoreError};

/// How many pacts are looked at where the question names no version.
const MOST_PACTS: usize = 1000;
/// How many results of one content are looked at where the question names no version: the newest.
const RESULTS_OF_A_CONTENT: i64 = 100;

/// The answer to a matrix question.
#[derive(Debug)]
pub(crate) struct Answer {
    /// What was decided, with the rows.
    pub(crate) verdict: Verdict,
    /// What is shown of the versions in the rows.
    pub(crate) versions: HashMap<VersionId, VersionDetails>,
}

/// What `question` names, and the broker knows.
pub(crate) async fn named(tx: &mut ReadTx, question: &Question) -> Result<Named, StoreError> {
    let selectors = || question.selectors.iter().chain(&question.ignore);
    let names: Vec<&str> = selectors().map(|selector| selector.pacticipant.as_str()).collect();
    let numbers: Vec<&str> = selectors().filter_map(|selector| selector.criteria.version.as_deref()).collect();
    let environments: Vec<&str> = question.target.environment.as_deref().into_iter().collect();
    tx.matrix().named(&names, &numbers, &environments).await
}

/// Answers `question`, given what it names.
pub(crate) async fn can_i_deploy(tx: &mut ReadTx, question: &Question, named: &Named) -> Result<Answer, StoreError> {
    let facts = facts(tx, question, named).await?;
    let verdict = decide(question, &facts);
    let shown: HashSet<VersionId> = verdict
        .rows
        .iter()
        .flat_map(|row| [Some(row.pact.consumer_version.id), row.provider_version.as_ref().map(|version| version.id)])
        .flatten()
        .collect();
    let versions = tx.version_details(&shown).await?;
    Ok(Answer { verdict, versions })
}

/// Why the answer is as it is, edge by edge.
pub(crate) async fn explain(tx: &mut ReadTx, verdict: &Verdict) -> Result<Vec<Reason>, StoreError> {
    let (mut failed, mut unverified, mut wanted) = (Vec::new(), Vec::new(), Vec::new());
    for obstacle in verdict.obstacles.iter().take(MOST_REASONS) {
        match obstacle {
            Obstacle::Failed(row) => failed.extend(row.result.as_ref().map(|result| result.id)),
            Obstacle::Unverified { row, wanted: versions, .. } => {
                unverified.push((row.pact.content, row.pact.consumer.id));
                wanted.extend(versions.iter().map(|version| version.id));
            }
            Obstacle::Missing(..) | Obstacle::WithoutRow(_) => {}
        }
    }
    let evidence = tx.matrix().evidence(&failed, &unverified, &wanted).await?;
    Ok(reasons(verdict, &evidence))
}

/// Everything that must be known to answer `question`.
async fn facts(tx: &mut ReadTx, question: &Question, named: &Named) -> Result<Facts, StoreError> {
    let mut selectors = Vec::new();
    for selector in &question.selectors {
        selectors.extend(resolve(tx, selector, named.pacticipant(&selector.pacticipant)).await?);
    }
    let mut ignored = Vec::new();
    for selector in &question.ignore {
        ignored.extend(resolve(tx, selector, named.pacticipant(&selector.pacticipant)).await?);
    }

    let specified = Chosen::by(&selectors);
    let (mut dependencies, pacticipants) =
        tx.matrix().dependencies(&specified.versions, &specified.whole, &specified.pacticipants).await?;
    if question.is_about_named_only() {
        dependencies
            .retain(|dependency| dependency.required && specified.pacticipants.contains(&dependency.provider.id));
    }
    if question.infers() {
        let others: Vec<NamedPacticipant> =
            pacticipants.into_iter().filter(|found| !specified.pacticipants.contains(&found.id)).collect();
        selectors.extend(infer(tx, question, others).await?);
    }

    let chosen = Chosen::by(&selectors);
    // How much is shown should not change the verdict, so a small limit does not bound what is looked at; a large one must
    // not make one question load all of history.
    let limit = i64::try_from(question.limit.clamp(DEFAULT_LIMIT, MOST_PACTS)).unwrap_or(i64::MAX);
    let alone = question.selectors.len() == 1 && selectors.iter().all(|s| s.origin == Origin::Specified);
    let whole_history = question.latest_by.is_none();
    let inferred: Vec<VersionId> =
        chosen.versions.iter().copied().filter(|version| !specified.versions.contains(version)).collect();
    let pacts = WantedPacts {
        consumer_versions: specified.versions.clone(),
        other_consumer_versions: inferred,
        main_providers: specified.pacticipants.clone(),
        consumers: chosen.whole.clone(),
        providers: (!alone).then(|| chosen.pacticipants.clone()),
        verified_by_versions: if alone { chosen.versions.clone() } else { Vec::new() },
        verified_by: if alone { chosen.whole.clone() } else { Vec::new() },
        whole_history,
        limit,
    };
    let pacts = tx.matrix().pacts(&pacts).await?;
    let contents = pacts.iter().map(|pact| pact.content).collect();
    // Most versions of a target are there as consumers; only those of providers can have results.
    let providers: HashSet<PacticipantId> = pacts.iter().map(|pact| pact.provider.id).collect();
    let of_provider = |selector: &&ResolvedSelector| selector.pacticipant.is_some_and(|id| providers.contains(&id));
    let provider_versions =
        selectors.iter().filter(of_provider).filter_map(|selector| Some(selector.version.as_ref()?.id)).collect();
    let results = WantedResults {
        provider_versions,
        providers: chosen.whole,
        anyone: alone,
        whole_history,
        limit: RESULTS_OF_A_CONTENT,
    };
    let results = tx.matrix().results(&contents, &results).await?;
    Ok(Facts { selectors, ignored, dependencies, pacts, results })
}

/// What selectors chose: versions, whole pacticipants, and whose versions they are.
struct Chosen {
    versions: Vec<VersionId>,
    whole: Vec<PacticipantId>,
    pacticipants: Vec<PacticipantId>,
}

impl Chosen {
    fn by(selectors: &[ResolvedSelector]) -> Self {
        let whole = |selector: &&ResolvedSelector| selector.is_name_only();
        Self {
            versions: selectors.iter().filter_map(|selector| Some(selector.version.as_ref()?.id)).collect(),
            whole: selectors.iter().filter(whole).filter_map(|selector| selector.pacticipant).collect(),
            pacticipants: selectors.iter().filter_map(|selector| selector.pacticipant).collect(),
        }
    }
}

async fn resolve(
    tx: &mut ReadTx,
    selector: &Selector,
    pacticipant: Option<&NamedPacticipant>,
) -> Result<Vec<ResolvedSelector>, StoreError> {
    let versions = match (pacticipant, selector.criteria.number_alone()) {
        (Some(found), Some(number)) => {
            found.versions.iter().filter(|version| version.number == number).cloned().collect()
        }
        (Some(found), None) if !selector.criteria.is_empty() => {
            let mut versions = tx.matrix().versions_matching(&[found.id], &selector.criteria).await?;
            versions.remove(&found.id).unwrap_or_default()
        }
        _ => Vec::new(),
    };
    Ok(each_version(selector, Origin::Specified, pacticipant, versions))
}

/// Selectors for the pacticipants around the specified ones: their versions in the target.
async fn infer(
    tx: &mut ReadTx,
    question: &Question,
    pacticipants: Vec<NamedPacticipant>,
) -> Result<Vec<ResolvedSelector>, StoreError> {
    let ids: Vec<PacticipantId> = pacticipants.iter().map(|pacticipant| pacticipant.id).collect();
    let mut versions = tx.matrix().versions_matching(&ids, &question.target).await?;
    Ok(pacticipants
        .into_iter()
        .flat_map(|pacticipant| {
            let selector = Selector { pacticipant: pacticipant.name.clone(), criteria: question.target.clone() };
            let versions = versions.remove(&pacticipant.id).unwrap_or_default();
            each_version(&selector, Origin::Inferred, Some(&pacticipant), versions)
        })
        .collect())
}

fn each_version(
    selector: &Selector,
    origin: Origin,
    pacticipant: Option<&NamedPacticipant>,
    versions: Vec<VersionRef>,
) -> Vec<ResolvedSelector> {
    let one_of_many = versions.len() > 1;
    let found: Vec<Option<VersionRef>> =
        if versions.is_empty() { vec![None] } else { versions.into_iter().map(Some).collect() };
    found
        .into_iter()
        .map(|version| ResolvedSelector {
            selector: selector.clone(),
            origin,
            pacticipant: pacticipant.map(|found| found.id),
            main_branch: pacticipant.and_then(|found| found.main_branch.clone()),
            version,
            one_of_many,
        })
        .collect()
}

#[cfg(test)]
mod tests;
