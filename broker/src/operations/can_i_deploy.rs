//! Answers a matrix question: looks up what must be known, lets [`decide`] judge, and adds what is shown of each version.

use std::collections::{HashMap, HashSet};

use crate::domain::can_i_deploy::{Obstacle, Verdict, decide};
use crate::domain::id::VersionId;
use crate::domain::matrix::{DEFAULT_LIMIT, Facts, Question, Row};
use crate::domain::matrix_selector::{Origin, ResolvedSelector, Selector, VersionRef};
use crate::domain::reason::{MOST_REASONS, Reason, reasons};
use crate::store::matrix::{Found, Meaning, Named, NamedPacticipant, Wanted};
use crate::store::version_details::VersionDetails;
use crate::store::{ReadTx, Store, StoreError};

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

/// What the database holds that matters for a question.
#[derive(Debug)]
pub(crate) struct LookedUp {
    /// The pacticipants and environments that it names, as far as there are such.
    pub(crate) named: Named,
    /// What the answer is decided by.
    pub(crate) facts: Facts,
    /// What is shown of the versions, if that was looked up at once.
    details: Option<HashMap<VersionId, VersionDetails>>,
}

/// Answers `question`.
pub(crate) async fn can_i_deploy(tx: &mut ReadTx, question: &Question) -> Result<Answer, StoreError> {
    let looked_up = look_up(tx, question).await?;
    answer(tx, question, looked_up).await
}

/// Answers `question` by what was looked up for it.
pub(crate) async fn answer(tx: &mut ReadTx, question: &Question, looked_up: LookedUp) -> Result<Answer, StoreError> {
    let verdict = decide(question, &looked_up.facts);
    if let Some(versions) = looked_up.details {
        return Ok(Answer { verdict, versions });
    }
    let versions = tx.version_details(&in_rows(&verdict).collect()).await?;
    Ok(Answer { verdict, versions })
}

/// The versions in the rows.
fn in_rows(verdict: &Verdict) -> impl Iterator<Item = VersionId> {
    let of_each = |row: &Row| {
        let provider_version = row.provider_version.as_ref().map(|version| version.id);
        [Some(row.pact.consumer_version.id), provider_version]
    };
    verdict.rows.iter().flat_map(of_each).flatten()
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

/// Begins to look up what must be known to answer `question`. [`Store::done`] ends it.
///
/// What decides is of one moment: either one statement finds all of it, or there is a transaction. What is shown beside it, and
/// the explanations, may be of a moment later.
pub(crate) async fn begin(store: &Store, question: &Question) -> Result<ReadTx, StoreError> {
    let mut selectors = question.selectors.iter().chain(&question.ignore);
    if selectors.any(|selector| meaning(selector) == Meaning::Given) {
        store.read().await
    } else {
        store.glance().await
    }
}

/// Looks up everything that must be known to answer `question`.
pub(crate) async fn look_up(tx: &mut ReadTx, question: &Question) -> Result<LookedUp, StoreError> {
    let selectors: Vec<&Selector> = question.selectors.iter().chain(&question.ignore).collect();
    let found_before = versions_by_other_criteria(tx, &selectors).await?;
    let (specified, ignored) = found_before.split_at(question.selectors.len());
    let meanings = question.selectors.iter().map(meaning).chain(question.ignore.iter().map(|_| Meaning::Ignored));
    let asked = selectors
        .iter()
        .zip(meanings)
        .map(|(selector, meaning)| (selector.pacticipant.as_str(), selector.criteria.number_alone(), meaning));
    // How much is shown should not change the verdict, so a small limit does not bound what is looked at; a large one must
    // not make one question load all of history.
    let limit = i64::try_from(question.limit.clamp(DEFAULT_LIMIT, MOST_PACTS)).unwrap_or(i64::MAX);
    let alone = question.selectors.len() == 1 && !question.infers();
    let wanted = Wanted {
        selectors: asked.collect(),
        versions: specified.iter().flatten().flatten().map(|version| version.id).collect(),
        target: question.infers().then_some(&question.target),
        only_selected: question.is_about_named_only(),
        with_anyone: alone,
        whole_history: question.latest_by.is_none(),
        most_pacts: limit,
        most_results: RESULTS_OF_A_CONTENT,
    };
    let found = facts(tx, question, wanted).await?;

    let resolved = |selectors: &[Selector], before: &[Option<Vec<VersionRef>>]| -> Vec<ResolvedSelector> {
        let each = selectors.iter().zip(before);
        each.flat_map(|(selector, before)| resolve(selector, before.as_ref(), &found)).collect()
    };
    let mut selectors = resolved(&question.selectors, specified);
    let ignored = resolved(&question.ignore, ignored);
    if question.infers() {
        selectors.extend(infer(question, &found));
    }
    let Found { named, dependencies, pacts, results, details, .. } = found;
    Ok(LookedUp { named, facts: Facts { selectors, ignored, dependencies, pacts, results }, details })
}

/// Everything that decides, as it is in one moment.
async fn facts(tx: &mut ReadTx, question: &Question, wanted: Wanted<'_>) -> Result<Found, StoreError> {
    let found = tx.matrix().facts(&wanted).await?;
    let may_be_alone = question.selectors.len() == 1 && question.infers();
    if !may_be_alone || !around(question, &found).is_empty() {
        return Ok(found);
    }
    // Nobody is there to infer anything about, so it is about what the one has with itself and ever had.
    let alone = Wanted {
        selectors: wanted.selectors.clone(),
        versions: wanted.versions.clone(),
        target: None,
        with_anyone: true,
        ..wanted
    };
    let found_alone = tx.matrix().facts(&alone).await?;
    if around(question, &found_alone).is_empty() {
        return Ok(found_alone);
    }
    // Somebody came in between.
    tx.matrix().facts(&wanted).await
}

/// Names are looked up with everything else.
fn meaning(selector: &Selector) -> Meaning {
    if selector.criteria.is_empty() {
        Meaning::Whole
    } else if selector.criteria.number_alone().is_some() {
        Meaning::Numbered
    } else {
        Meaning::Given
    }
}

/// The versions of each selector that has more to say than a number.
async fn versions_by_other_criteria(
    tx: &mut ReadTx,
    selectors: &[&Selector],
) -> Result<Vec<Option<Vec<VersionRef>>>, StoreError> {
    let others = || selectors.iter().filter(|selector| meaning(selector) == Meaning::Given);
    let names: Vec<&str> = others().map(|selector| selector.pacticipant.as_str()).collect();
    let named = if names.is_empty() { Named::default() } else { tx.matrix().named(&names, &[]).await? };
    let mut found = Vec::new();
    for selector in selectors {
        let pacticipant = named.pacticipant(&selector.pacticipant).filter(|_| meaning(selector) == Meaning::Given);
        found.push(match pacticipant {
            Some(NamedPacticipant { id, .. }) => {
                tx.matrix().versions_matching(&[*id], &selector.criteria).await?.remove(id)
            }
            None => None,
        });
    }
    Ok(found)
}

fn resolve(selector: &Selector, found_before: Option<&Vec<VersionRef>>, found: &Found) -> Vec<ResolvedSelector> {
    let pacticipant = found.named.pacticipant(&selector.pacticipant);
    let versions = match (pacticipant, selector.criteria.number_alone()) {
        (Some(of), Some(number)) => found.version(of.id, number).cloned().into_iter().collect(),
        _ => found_before.cloned().unwrap_or_default(),
    };
    each_version(selector, Origin::Specified, pacticipant, versions)
}

/// Those around the selected pacticipants: who depends on them, and whom they depend on.
fn around<'f>(question: &Question, found: &'f Found) -> Vec<&'f NamedPacticipant> {
    let mut known: HashSet<&str> = question.selectors.iter().map(|selector| selector.pacticipant.as_str()).collect();
    let parties = found.dependencies.iter().flat_map(|dependency| [&dependency.consumer, &dependency.provider]);
    parties.filter(|of| known.insert(&of.name)).filter_map(|of| found.named.pacticipant(&of.name)).collect()
}

/// Selectors for the pacticipants around the specified ones: their versions in the target.
fn infer(question: &Question, found: &Found) -> Vec<ResolvedSelector> {
    around(question, found)
        .into_iter()
        .flat_map(|pacticipant| {
            let selector = Selector { pacticipant: pacticipant.name.clone(), criteria: question.target.clone() };
            let versions = found.in_target.get(&pacticipant.id).cloned().unwrap_or_default();
            each_version(&selector, Origin::Inferred, Some(pacticipant), versions)
        })
        .collect()
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
