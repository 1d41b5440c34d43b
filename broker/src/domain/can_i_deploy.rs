//! Can this version be deployed? Facts in, verdict out.
//!
//! The answer is "yes" when every result that the target needs is there and successful, "no" when one failed or a version in
//! question does not exist, and "unknown" when one is missing. Unknown wins over failed: clients wait while it is unknown.
//! See [`decide`].

use std::collections::HashMap;

use super::id::PacticipantId;
use super::matrix::{Dependency, Facts, PacticipantRef, Question, Row, rows};
use super::matrix_selector::{Criteria, ResolvedSelector, VersionRef};
use super::notice::{Notice, NoticeKind};

/// The answer to a [`Question`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Yes, no, or `None`: not known yet.
    pub(crate) deployable: Option<bool>,
    /// Warnings, then why not; or, if nothing is wrong, why yes.
    pub(crate) notices: Vec<Notice>,
    /// How many rows that count are successful.
    pub(crate) success: usize,
    /// How many rows that count failed.
    pub(crate) failed: usize,
    /// How many results are missing.
    pub(crate) unknown: usize,
    /// How many rows do not count; `None` when nothing was to be ignored.
    pub(crate) ignored: Option<usize>,
    /// The rows, those that count first; never more than the question's limit, which does not change the verdict.
    pub(crate) rows: Vec<Row>,
    /// What keeps the answer from being "yes", in the order the notices tell it; [`super::reason`] explains it.
    pub(crate) obstacles: Vec<Obstacle>,
    /// Whether anybody depends on a version in question, or the other way round.
    pub(crate) has_dependencies: bool,
}

/// Something that keeps an answer from being "yes".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// A version that the question names does not exist; whether others depend on its pacticipant.
    Missing(ResolvedSelector, bool),
    /// A verification failed.
    Failed(Row),
    /// A contract that must be verified is in no row.
    WithoutRow(Dependency),
    /// A contract has no result of the provider versions in question.
    Unverified {
        /// The contract.
        row: Row,
        /// The provider versions whose result would do; none if none was found.
        wanted: Vec<VersionRef>,
        /// How provider versions were looked for.
        target: Criteria,
    },
}

impl Verdict {
    /// The texts of the notices, one a line.
    pub(crate) fn reason(&self) -> String {
        self.notices.iter().map(|notice| notice.text.as_str()).collect::<Vec<_>>().join("\n")
    }
}

const NO_ENVIRONMENT: &str = "WARN: It is recommended to specify the environment into which you are deploying. Without the \
                              environment, this result will not be reliable.";
const NO_VERSION_NUMBER: &str = "WARN: It is recommended to specify the version number (rather than the tag or branch) of the \
                                 pacticipant you wish to deploy to avoid race conditions. Without a version number, this \
                                 result will not be reliable.";

/// Answers the question.
pub(crate) fn decide(question: &Question, facts: &Facts) -> Verdict {
    let mut rows = rows(question, facts);
    let ignored = rows.iter().filter(|row| row.ignored).count();
    let considered = &rows[..rows.len() - ignored];

    let count = |wanted| considered.iter().filter(|row| row.success() == wanted).count();
    let (success, failed, without_result) = (count(Some(true)), count(Some(false)), count(None));
    let words = Words::new(facts, considered);
    let missing: Vec<Obstacle> = facts
        .specified()
        .filter(|selector| selector.is_missing() && !selector.pacticipant.is_some_and(|id| facts.ignores(id, None)))
        .map(|selector| {
            let provides = |dependency: &Dependency| Some(dependency.provider.id) == selector.pacticipant;
            Obstacle::Missing(selector.clone(), facts.dependencies.iter().any(provides))
        })
        .collect();
    let without_row: Vec<Obstacle> = facts
        .dependencies
        .iter()
        .filter(|dependency| dependency.required)
        .filter(|d| {
            !rows.iter().any(|row| row.pact.consumer.id == d.consumer.id && row.pact.provider.id == d.provider.id)
        })
        .map(|dependency| Obstacle::WithoutRow(dependency.clone()))
        .collect();
    let unknown = without_row.len() + without_result;

    let deployable = if !missing.is_empty() {
        Some(false)
    } else if unknown > 0 {
        None
    } else {
        Some(failed == 0)
    };
    let obstacles: Vec<Obstacle> = if missing.is_empty() {
        // A failure is certain, a missing result may still come: so failures are named first.
        let failures = considered.iter().filter(|row| row.success() == Some(false)).cloned().map(Obstacle::Failed);
        let unverified = considered.iter().filter(|row| row.success().is_none()).map(|row| words.unverified(row));
        failures.chain(without_row).chain(unverified).collect()
    } else {
        missing
    };
    let mut notices = warnings(question, facts);
    for obstacle in &obstacles {
        let notice = Notice::new(NoticeKind::Error, words.obstacle(obstacle));
        if !notices.contains(&notice) {
            notices.push(notice);
        }
    }
    if deployable == Some(true) {
        let text = if considered.is_empty() {
            "There are no missing dependencies"
        } else {
            "All required verification results are published and successful"
        };
        notices.push(Notice::new(NoticeKind::Success, text));
    }
    rows.truncate(question.limit);
    Verdict {
        deployable,
        notices,
        success,
        failed,
        unknown,
        ignored: question.counts_ignored.then_some(ignored),
        rows,
        obstacles,
        has_dependencies: !facts.dependencies.is_empty(),
    }
}

fn warnings(question: &Question, facts: &Facts) -> Vec<Notice> {
    let mut texts: Vec<String> = facts
        .ignored
        .iter()
        .filter(|selector| selector.pacticipant.is_none() || selector.is_missing())
        .map(|selector| format!("WARN: Cannot ignore {}", selector.describe()))
        .collect();
    let target = &question.target;
    let names_target =
        target.environment.is_some() || target.tag.is_some() || target.branch.is_some() || target.main_branch;
    if facts.specified().count() == 1 && !names_target {
        texts.push(NO_ENVIRONMENT.to_owned());
    }
    let criteria = || question.selectors.iter().map(|selector| &selector.criteria);
    if criteria().any(|criteria| !criteria.is_empty()) && criteria().all(|criteria| criteria.version.is_none()) {
        texts.push(NO_VERSION_NUMBER.to_owned());
    }
    texts.into_iter().map(|text| Notice::new(NoticeKind::Warning, text)).collect()
}

/// How the two sides of a row are called.
struct Words<'f> {
    selectors: HashMap<PacticipantId, Vec<&'f ResolvedSelector>>,
    rows: &'f [Row],
}

impl<'f> Words<'f> {
    fn new(facts: &'f Facts, rows: &'f [Row]) -> Self {
        let mut selectors: HashMap<_, Vec<_>> = HashMap::new();
        for selector in &facts.selectors {
            if let Some(id) = selector.pacticipant {
                selectors.entry(id).or_default().push(selector);
            }
        }
        Self { selectors, rows }
    }

    /// What a notice says of an obstacle.
    fn obstacle(&self, obstacle: &Obstacle) -> String {
        let not_verified = |consumer, provider| format!("There is no verified pact between {consumer} and {provider}");
        match obstacle {
            Obstacle::Missing(selector, _) => selector.describe_missing(),
            Obstacle::Failed(row) => {
                let (consumer, provider) = self.both_sides(row);
                format!("The verification for the pact between {consumer} and {provider} failed")
            }
            Obstacle::WithoutRow(of) => not_verified(self.any(&of.consumer), self.any(&of.provider)),
            Obstacle::Unverified { row, .. } => {
                let (consumer, provider) = self.both_sides(row);
                not_verified(consumer, provider)
            }
        }
    }

    fn unverified(&self, row: &Row) -> Obstacle {
        let selectors = self.selectors.get(&row.pact.provider.id).map(Vec::as_slice).unwrap_or_default();
        let wanted = match &row.provider_version {
            Some(version) => vec![version.clone()],
            None => selectors.iter().filter_map(|selector| selector.version.clone()).collect(),
        };
        let target = selectors.first().map(|selector| selector.selector.criteria.clone()).unwrap_or_default();
        Obstacle::Unverified { row: row.clone(), wanted, target }
    }

    fn both_sides(&self, row: &Row) -> (String, String) {
        (
            self.version(&row.pact.consumer, Some(&row.pact.consumer_version)),
            self.version(&row.pact.provider, row.provider_version.as_ref()),
        )
    }

    /// A pacticipant of which a row shows `version`: by its only selector, else by the one that found that version.
    fn version(&self, pacticipant: &PacticipantRef, version: Option<&VersionRef>) -> String {
        let selectors = self.selectors.get(&pacticipant.id).map(Vec::as_slice).unwrap_or_default();
        match (selectors, version) {
            ([only], _) => only.describe(),
            (several, Some(version)) => several
                .iter()
                .find(|selector| selector.version.as_ref().is_some_and(|own| own.id == version.id))
                .map_or_else(
                    || format!("version {} of {}", version.number, pacticipant.name),
                    |found| found.describe(),
                ),
            (_, None) => format!("any version of {}", pacticipant.name),
        }
    }

    /// A pacticipant that no row tells the version of.
    fn any(&self, pacticipant: &PacticipantRef) -> String {
        let row = self.rows.iter().find_map(|row| {
            if row.pact.consumer.id == pacticipant.id {
                Some(Some(&row.pact.consumer_version))
            } else if row.pact.provider.id == pacticipant.id {
                Some(row.provider_version.as_ref())
            } else {
                None
            }
        });
        self.version(pacticipant, row.flatten())
    }
}

#[cfg(test)]
mod tests;
