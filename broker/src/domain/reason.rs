//! Why a version cannot be deployed, or why that it can says little: a cause for each edge of the graph.
//!
//! The official answer knows two texts, "failed" and "there is no verified pact", and the second has many causes that are
//! resolved by different people. Here each [`Obstacle`] of a verdict gets a [`Cause`], from what else is known about its pact.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::can_i_deploy::{Obstacle, Verdict};
use super::id::{ContentId, PacticipantId, VerificationId, VersionId};
use super::matrix::{MatrixPact, Row};
use super::matrix_selector::{Criteria, VersionRef};

/// How many obstacles are explained: nobody reads more, and they cost.
pub(crate) const MOST_REASONS: usize = 100;

/// What stands behind an obstacle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// A version that the question names does not exist.
    UnknownVersion,
    /// The provider version does not do what the pact expects.
    Failed,
    /// Nothing of the provider is where the question looks: nothing deployed or released, no version with the tag or on the
    /// branch.
    NothingInTarget,
    /// The pact was verified successfully by other versions of the provider than those in question.
    VerifiedByOtherVersion,
    /// The provider version verified other contents of the consumer's pacts, but not this one.
    VerifiedForOtherContent,
    /// No version of the provider in question ever verified a pact of the consumer.
    NeverVerified,
    /// Results were left out by what the question asks for, for example by `success=true`.
    NotConsidered,
    /// Yes, but only because the version has no contract with anybody.
    NoContracts,
    /// Yes, but only because nobody it has contracts with is where the question looks.
    NobodyInTarget,
}

impl Cause {
    /// Its name in answers. Clients compare it, so it never changes.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::UnknownVersion => "unknown_version",
            Self::Failed => "failed",
            Self::NothingInTarget => "nothing_in_target",
            Self::VerifiedByOtherVersion => "verified_by_other_version",
            Self::VerifiedForOtherContent => "verified_for_other_content",
            Self::NeverVerified => "never_verified",
            Self::NotConsidered => "not_considered",
            Self::NoContracts => "no_contracts",
            Self::NobodyInTarget => "nobody_in_target",
        }
    }
}

/// One side of an edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Party {
    /// The pacticipant's name.
    pub(crate) name: String,
    /// The number of the version, if it is a certain one.
    pub(crate) version: Option<String>,
}

/// An interaction that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FailedInteraction {
    /// Its id in the pact.
    pub(crate) id: String,
    /// How the pact describes it, if the verifier said so.
    pub(crate) description: Option<String>,
}

/// The interactions that failed in a result, as far as it says so.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Failures {
    /// The first of them.
    pub(crate) some: Vec<FailedInteraction>,
    /// How many there are.
    pub(crate) count: usize,
}

/// Why one edge is as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reason {
    /// What stands behind it.
    pub(crate) cause: Cause,
    /// The consumer, or the only pacticipant that it is about.
    pub(crate) consumer: Option<Party>,
    /// The provider.
    pub(crate) provider: Option<Party>,
    /// The pact.
    pub(crate) pact: Option<Arc<MatrixPact>>,
    /// The number of the failed result.
    pub(crate) result: Option<i64>,
    /// What failed, if the result says so.
    pub(crate) failures: Failures,
    /// The newest version of the provider that verified the pact successfully.
    pub(crate) verified_by: Option<String>,
    /// How versions were looked for.
    pub(crate) target: Criteria,
    /// Whether others depend on the pacticipant of an unknown version.
    pub(crate) is_provider: bool,
}

impl Reason {
    fn of(cause: Cause) -> Self {
        Self {
            cause,
            consumer: None,
            provider: None,
            pact: None,
            result: None,
            failures: Failures::default(),
            verified_by: None,
            target: Criteria::default(),
            is_provider: false,
        }
    }

    fn of_row(cause: Cause, row: &Row) -> Self {
        let party = |name: &str, version: Option<&VersionRef>| {
            Some(Party { name: name.to_owned(), version: version.map(|version| version.number.clone()) })
        };
        Self {
            consumer: party(&row.pact.consumer.name, Some(&row.pact.consumer_version)),
            provider: party(&row.pact.provider.name, row.provider_version.as_ref()),
            pact: Some(Arc::clone(&row.pact)),
            ..Self::of(cause)
        }
    }

    /// The cause in words.
    pub(crate) fn describe(&self) -> String {
        let shown = |party: &Option<Party>| match party {
            Some(Party { name, version: Some(version) }) => format!("{name} {version}"),
            Some(Party { name, version: None }) => name.clone(),
            None => "it".to_owned(),
        };
        let (consumer, provider) = (shown(&self.consumer), shown(&self.provider));
        match self.cause {
            Cause::UnknownVersion if self.target.version.is_some() => {
                format!("{consumer} does not exist: nothing was ever published for it")
            }
            Cause::UnknownVersion => format!("no version of {consumer} is {}", place_of(&self.target)),
            Cause::Failed if self.failures.count == 0 => {
                format!("{provider} does not do what {consumer} expects")
            }
            Cause::Failed => {
                let count = self.failures.count;
                let interactions = if count == 1 { "interaction" } else { "interactions" };
                format!("{provider} does not do what {consumer} expects in {count} {interactions}")
            }
            Cause::NothingInTarget => {
                let place = place_of(&self.target);
                let ready = match &self.verified_by {
                    Some(number) => format!("; {number} would do: it verified the pact of {consumer}"),
                    None => format!(", and no version ever verified the pact of {consumer}"),
                };
                format!("no version of {provider} is {place}{ready}")
            }
            Cause::VerifiedByOtherVersion => {
                let other = self.verified_by.as_deref().unwrap_or("another version");
                format!("the pact of {consumer} was verified by {other}, but not by {provider}")
            }
            Cause::VerifiedForOtherContent => {
                format!("{provider} verified other pacts of the consumer, but not what {consumer} expects")
            }
            Cause::NeverVerified => format!("{provider} never verified a pact of {consumer}"),
            Cause::NotConsidered => {
                format!("the question leaves out every result between {consumer} and {provider}")
            }
            Cause::NoContracts => "there are no contracts to hold it against".to_owned(),
            Cause::NobodyInTarget => "none of its consumers is there yet".to_owned(),
        }
    }
}

/// Where versions were looked for, in words.
fn place_of(target: &Criteria) -> String {
    if let Some(environment) = &target.environment {
        format!("in {environment}")
    } else if let Some(tag) = &target.tag {
        format!("tagged {tag}")
    } else if let Some(branch) = &target.branch {
        format!("on the branch {branch}")
    } else if target.main_branch {
        "on its main branch".to_owned()
    } else if let Some(number) = &target.version {
        format!("called {number}")
    } else {
        "known".to_owned()
    }
}

/// What is known beside the rows, about the pacts that are not verified.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evidence {
    /// What failed in results, as far as they say.
    pub(crate) failures: HashMap<VerificationId, Failures>,
    /// The newest version that verified a content successfully.
    pub(crate) verified_by: HashMap<ContentId, String>,
    /// Which versions verified any content of which consumers.
    pub(crate) verified_consumers: HashSet<(VersionId, PacticipantId)>,
}

/// A reason for each obstacle, up to [`MOST_REASONS`]; or why a "yes" says little.
pub(crate) fn reasons(verdict: &Verdict, evidence: &Evidence) -> Vec<Reason> {
    if verdict.deployable == Some(true) && verdict.rows.is_empty() {
        return vec![Reason::of(if verdict.has_dependencies { Cause::NobodyInTarget } else { Cause::NoContracts })];
    }
    verdict.obstacles.iter().take(MOST_REASONS).map(|obstacle| reason(obstacle, evidence)).collect()
}

fn reason(obstacle: &Obstacle, evidence: &Evidence) -> Reason {
    match obstacle {
        Obstacle::Missing(selector, is_provider) => Reason {
            consumer: Some(Party {
                name: selector.selector.pacticipant.clone(),
                version: selector.selector.criteria.version.clone(),
            }),
            target: selector.selector.criteria.clone(),
            is_provider: *is_provider,
            ..Reason::of(Cause::UnknownVersion)
        },
        Obstacle::Failed(row) => {
            let result = row.result.as_ref();
            let failures = result.and_then(|result| evidence.failures.get(&result.id));
            Reason {
                result: result.map(|result| result.number),
                failures: failures.cloned().unwrap_or_default(),
                ..Reason::of_row(Cause::Failed, row)
            }
        }
        Obstacle::WithoutRow(dependency) => Reason {
            consumer: Some(Party { name: dependency.consumer.name.clone(), version: None }),
            provider: Some(Party { name: dependency.provider.name.clone(), version: None }),
            ..Reason::of(Cause::NotConsidered)
        },
        Obstacle::Unverified { row, wanted, target } => {
            let verified_by = evidence.verified_by.get(&row.pact.content).cloned();
            let consumer = row.pact.consumer.id;
            let knows_consumer = |version: &VersionRef| evidence.verified_consumers.contains(&(version.id, consumer));
            let cause = if wanted.is_empty() && !target.is_empty() {
                Cause::NothingInTarget
            } else if verified_by.is_some() {
                Cause::VerifiedByOtherVersion
            } else if wanted.iter().any(knows_consumer) {
                Cause::VerifiedForOtherContent
            } else {
                Cause::NeverVerified
            };
            let mut reason = Reason { verified_by, target: target.clone(), ..Reason::of_row(cause, row) };
            if let ([only], Some(provider)) = (wanted.as_slice(), &mut reason.provider) {
                provider.version = Some(only.number.clone());
            }
            reason
        }
    }
}
