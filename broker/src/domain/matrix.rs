//! The matrix: which consumer version's pact was verified by which provider version, and how.
//!
//! A [`Question`] names pacticipants and versions, and how the versions of pacticipants it does not name are to be found
//! ([`Question::target`]). The store looks everything up ([`Facts`]); here publications and results become rows. What the
//! rows mean for a deployment is decided in [`super::can_i_deploy`].

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::id::{ContentId, PacticipantId, VerificationId, VersionId};
use super::matrix_selector::{Criteria, Origin, ResolvedSelector, Selector, VersionRef};
use super::timestamp::Timestamp;

/// How many rows are shown, and how much history is looked at, when the question does not say.
pub(crate) const DEFAULT_LIMIT: usize = 100;

/// Which rows stand for all of their kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LatestBy {
    /// `cvpv`: one row for a consumer version and a provider version.
    ConsumerVersionAndProviderVersion,
    /// `cvp`: one row for a consumer version and a provider, the one of the newest provider version.
    ConsumerVersionAndProvider,
}

/// A question to the matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Question {
    /// The versions it is about.
    pub(crate) selectors: Vec<Selector>,
    /// What shall not count.
    pub(crate) ignore: Vec<Selector>,
    /// Whether anything was to be ignored: only then the answer counts what was.
    pub(crate) counts_ignored: bool,
    /// How to find the versions of integrated pacticipants that it does not name; empty: they are not looked for.
    pub(crate) target: Criteria,
    /// Which rows stand for all of their kind; `None` is all of history, overwritten pacts and repeated results too.
    pub(crate) latest_by: Option<LatestBy>,
    /// Only rows with one of these results (`None` is "no result"); empty: all.
    pub(crate) success: Vec<Option<bool>>,
    /// How many rows to show.
    pub(crate) limit: usize,
    /// Whether a provider version in the target environment that has no result makes the answer "unknown" although another
    /// version there has one. Pact Brokers overlook it; we do so only when asked.
    pub(crate) every_provider_version_needs_a_result: bool,
}

impl Question {
    /// A question about `selectors` with nothing else set.
    pub(crate) fn about(selectors: Vec<Selector>) -> Self {
        Self {
            selectors,
            ignore: Vec::new(),
            counts_ignored: false,
            target: Criteria::default(),
            latest_by: Some(LatestBy::ConsumerVersionAndProviderVersion),
            success: Vec::new(),
            limit: DEFAULT_LIMIT,
            every_provider_version_needs_a_result: true,
        }
    }

    /// Are versions of pacticipants looked for that the question does not name?
    pub(crate) fn infers(&self) -> bool {
        !self.target.is_empty()
    }

    /// Is the question about the pacticipants it names and nothing else?
    pub(crate) fn is_about_named_only(&self) -> bool {
        !self.infers() && self.selectors.len() > 1
    }
}

/// A pacticipant with its name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PacticipantRef {
    /// Its row.
    pub(crate) id: PacticipantId,
    /// Its name.
    pub(crate) name: String,
}

/// A consumer that uses a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    /// The one that depends.
    pub(crate) consumer: PacticipantRef,
    /// The one it depends on.
    pub(crate) provider: PacticipantRef,
    /// Whether the consumer side is what the question is about: then the provider must be there.
    pub(crate) required: bool,
}

/// A pact that was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MatrixPact {
    /// Whose pact it is.
    pub(crate) consumer: PacticipantRef,
    /// The version that published it.
    pub(crate) consumer_version: VersionRef,
    /// With whom.
    pub(crate) provider: PacticipantRef,
    /// Which publication for the same version, from 1.
    pub(crate) revision: i64,
    /// What was published.
    pub(crate) content: ContentId,
    /// The identity of what was published.
    pub(crate) sha: String,
    /// When.
    pub(crate) created_at: Timestamp,
}

/// A verification of a content by a provider version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResultOf {
    /// What was verified.
    pub(crate) content: ContentId,
    /// Who verified it.
    pub(crate) provider: PacticipantId,
    /// Which version verified it.
    pub(crate) provider_version: VersionRef,
    /// Its row: later results have higher ones.
    pub(crate) id: VerificationId,
    /// Its number in addresses.
    pub(crate) number: i64,
    /// What came out.
    pub(crate) success: bool,
    /// When.
    pub(crate) executed_at: Timestamp,
}

/// Everything that must be known to answer a question.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// The question's selectors and the inferred ones, one for each version found.
    pub(crate) selectors: Vec<ResolvedSelector>,
    /// What shall not count, one for each version found.
    pub(crate) ignored: Vec<ResolvedSelector>,
    /// Who depends on whom around the specified versions.
    pub(crate) dependencies: Vec<Dependency>,
    /// The pacts in question.
    pub(crate) pacts: Vec<Arc<MatrixPact>>,
    /// Results for their contents.
    pub(crate) results: Vec<ResultOf>,
}

impl Facts {
    /// The selectors that stand in the question.
    pub(crate) fn specified(&self) -> impl Iterator<Item = &ResolvedSelector> {
        self.selectors.iter().filter(|selector| selector.origin == Origin::Specified)
    }

    /// Is this version, or its whole pacticipant, to be ignored?
    pub(crate) fn ignores(&self, pacticipant: PacticipantId, version: Option<VersionId>) -> bool {
        self.ignored.iter().any(|selector| selector.matches(pacticipant, version))
    }
}

/// One row of the matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// The pact.
    pub(crate) pact: Arc<MatrixPact>,
    /// The provider version; `None` when no version of the provider that the question means has a result.
    pub(crate) provider_version: Option<VersionRef>,
    /// The result, if there is one.
    pub(crate) result: Option<ResultOf>,
    /// Whether the row does not count.
    pub(crate) ignored: bool,
}

impl Row {
    /// What came out, if there is a result.
    pub(crate) fn success(&self) -> Option<bool> {
        self.result.as_ref().map(|result| result.success)
    }
}

/// The rows for a question: those that count first, then the ignored ones, each in the order they are shown.
pub(crate) fn rows(question: &Question, facts: &Facts) -> Vec<Row> {
    let mut rows = joined(question, facts);
    if question.latest_by == Some(LatestBy::ConsumerVersionAndProvider) {
        rows = newest_provider_version_of_each(rows);
    }
    if question.every_provider_version_needs_a_result {
        add_overlooked_provider_versions(facts, &mut rows);
    }
    if !question.success.is_empty() {
        rows.retain(|row| question.success.contains(&row.success()));
    }
    for row in &mut rows {
        let consumer = facts.ignores(row.pact.consumer.id, Some(row.pact.consumer_version.id));
        let provider = facts.ignores(row.pact.provider.id, row.provider_version.as_ref().map(|version| version.id));
        row.ignored = consumer || provider;
    }
    rows.sort_by(|a, b| {
        let newest = |row: &Row| row.provider_version.as_ref().map(|version| version.order);
        let result = |row: &Row| row.result.as_ref().map(|result| result.id);
        (a.ignored.cmp(&b.ignored))
            .then_with(|| a.pact.consumer.name.cmp(&b.pact.consumer.name))
            .then_with(|| b.pact.consumer_version.order.cmp(&a.pact.consumer_version.order))
            .then_with(|| b.pact.revision.cmp(&a.pact.revision))
            .then_with(|| a.pact.provider.name.cmp(&b.pact.provider.name))
            .then_with(|| newest(b).cmp(&newest(a)))
            .then_with(|| result(b).cmp(&result(a)))
    });
    rows
}

/// Every pact with each of its results by a provider version in question, or alone when it has none.
fn joined(question: &Question, facts: &Facts) -> Vec<Row> {
    let ids = |selectors: &mut dyn Iterator<Item = &ResolvedSelector>| -> HashSet<PacticipantId> {
        selectors.filter_map(|selector| selector.pacticipant).collect()
    };
    let specified = ids(&mut facts.specified());
    let selected = ids(&mut facts.selectors.iter());
    let whole = ids(&mut facts.selectors.iter().filter(|selector| selector.is_name_only()));
    let versions: HashSet<VersionId> =
        facts.selectors.iter().filter_map(|selector| Some(selector.version.as_ref()?.id)).collect();
    let is_selected = |pacticipant: PacticipantId, version: &VersionRef| {
        whole.contains(&pacticipant) || versions.contains(&version.id)
    };
    let mut results: HashMap<ContentId, Vec<&ResultOf>> = HashMap::new();
    for result in &facts.results {
        results.entry(result.content).or_default().push(result);
    }
    // A question about one pacticipant that nothing was inferred for: its pacts with anybody's results, and its own results.
    let alone = question.selectors.len() == 1 && facts.selectors.len() == facts.specified().count();

    let mut rows = Vec::new();
    for pact in &facts.pacts {
        let is_consumer = is_selected(pact.consumer.id, &pact.consumer_version);
        let takes_part = if alone {
            is_consumer || specified.contains(&pact.provider.id)
        } else {
            is_consumer
                && selected.contains(&pact.provider.id)
                && (specified.contains(&pact.consumer.id) || specified.contains(&pact.provider.id))
        };
        if !takes_part {
            continue;
        }
        let of_content = results.get(&pact.content).map(Vec::as_slice).unwrap_or_default();
        let mut has_result = false;
        for &result in of_content {
            if (alone && is_consumer) || is_selected(result.provider, &result.provider_version) {
                has_result = true;
                rows.push(Row {
                    pact: Arc::clone(pact),
                    provider_version: Some(result.provider_version.clone()),
                    result: Some(result.clone()),
                    ignored: false,
                });
            }
        }
        if !has_result && is_consumer {
            rows.push(Row { pact: Arc::clone(pact), provider_version: None, result: None, ignored: false });
        }
    }
    rows
}

fn newest_provider_version_of_each(rows: Vec<Row>) -> Vec<Row> {
    let mut newest: Vec<Row> = Vec::with_capacity(rows.len());
    let mut places: HashMap<(VersionId, PacticipantId), usize> = HashMap::new();
    for row in rows {
        let key = (row.pact.consumer_version.id, row.pact.provider.id);
        if let Some(&place) = places.get(&key) {
            let order = |row: &Row| row.provider_version.as_ref().map(|version| version.order);
            if order(&row) > order(&newest[place]) {
                newest[place] = row;
            }
        } else {
            places.insert(key, newest.len());
            newest.push(row);
        }
    }
    newest
}

/// Adds a row without result for each provider version that is in the environment in question and has none, where another
/// version there has one. Where no version has a result, the row without provider version says so already. What a version
/// published before, which a question about all of history shows too, needs no more results.
fn add_overlooked_provider_versions(facts: &Facts, rows: &mut Vec<Row>) {
    let mut in_environment: HashMap<PacticipantId, Vec<&VersionRef>> = HashMap::new();
    for selector in facts.selectors.iter().filter(|selector| selector.selector.criteria.environment.is_some()) {
        if let (Some(pacticipant), Some(version)) = (selector.pacticipant, &selector.version) {
            in_environment.entry(pacticipant).or_default().push(version);
        }
    }
    let mut newest: HashMap<(VersionId, PacticipantId), &Row> = HashMap::new();
    for row in rows.iter().filter(|row| in_environment.contains_key(&row.pact.provider.id)) {
        let known = newest.entry((row.pact.consumer_version.id, row.pact.provider.id)).or_insert(row);
        if row.pact.revision > known.pact.revision {
            *known = row;
        }
    }
    let have_results: HashSet<(ContentId, VersionId)> =
        facts.results.iter().map(|result| (result.content, result.provider_version.id)).collect();
    let mut overlooked = Vec::new();
    for row in newest.into_values().filter(|row| row.result.is_some()) {
        for &version in &in_environment[&row.pact.provider.id] {
            if !have_results.contains(&(row.pact.content, version.id)) {
                overlooked.push(Row {
                    pact: Arc::clone(&row.pact),
                    provider_version: Some(version.clone()),
                    result: None,
                    ignored: false,
                });
            }
        }
    }
    rows.extend(overlooked);
}
