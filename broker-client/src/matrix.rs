//! The matrix: which versions were verified with which, and whether a version can be deployed.

use serde::Deserialize;

use crate::client::BrokerClient;
use crate::error::{BrokerError, Notice};
use crate::exchange::{Call, Received};
use crate::hal::Link;
use crate::selectors::VersionSelector;

/// A question to the matrix.
#[derive(Debug, Clone, Default)]
pub struct MatrixQuery {
    /// The versions that are asked about.
    pub selectors: Vec<VersionSelector>,
    /// What is left out of the verdict.
    pub ignore: Vec<VersionSelector>,
    /// With what the versions must work together.
    pub target: MatrixTarget,
    /// How many rows are wanted at most; brokers give 100 unless told.
    pub limit: Option<u32>,
    /// Whether the reasons of a "no" are wanted, one by one. Only our own broker has them; others overlook the wish.
    pub reasons: bool,
}

/// With what the versions that are asked about must work together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum MatrixTarget {
    /// With each other, if there are several; with the newest of everything else, if there is one.
    #[default]
    EachOther,
    /// With whatever there is: a row for each two versions that have a contract.
    Everything,
    /// With what is in an environment.
    Environment(String),
    /// With the newest versions that have a tag.
    Tag(String),
    /// With the heads of the main branches.
    MainBranches,
}

impl MatrixTarget {
    /// What is deployed or released in the environment of this name.
    pub fn environment(name: impl Into<String>) -> Self {
        Self::Environment(name.into())
    }
}

impl MatrixQuery {
    /// A question about one version.
    pub fn of(selector: VersionSelector) -> Self {
        Self { selectors: vec![selector], ..Self::default() }
    }

    /// The same question with another target.
    pub fn to(self, target: MatrixTarget) -> Self {
        Self { target, ..self }
    }

    fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs: Vec<_> = self.selectors.iter().flat_map(|selector| selector.query("q")).collect();
        pairs.extend(self.ignore.iter().flat_map(|selector| selector.query("ignore")));
        let mut push = |name: &str, value: &str| pairs.push((name.to_owned(), value.to_owned()));
        // `cvpv` keeps a row per provider version. `cvp`, which some tools send, hides a failing older version that is
        // still deployed behind a newer one.
        push("latestby", "cvpv");
        match &self.target {
            MatrixTarget::EachOther if self.selectors.len() == 1 => push("latest", "true"),
            MatrixTarget::EachOther | MatrixTarget::Everything => {}
            MatrixTarget::Environment(name) => push("environment", name),
            MatrixTarget::Tag(tag) => {
                push("tag", tag);
                push("latest", "true");
            }
            MatrixTarget::MainBranches => {
                push("mainBranch", "true");
                push("latest", "true");
            }
        }
        if let Some(limit) = self.limit {
            push("limit", &limit.to_string());
        }
        if self.reasons {
            push("reasons", "true");
        }
        pairs
    }
}

/// The broker's answer.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Matrix {
    /// The verdict.
    pub summary: MatrixSummary,
    /// Why, and what to look out for.
    pub notices: Vec<Notice>,
    /// The evidence.
    #[serde(rename = "matrix")]
    pub rows: Vec<MatrixRow>,
    /// What keeps the answer from being "yes", one by one; empty unless asked for, and from other brokers.
    pub reasons: Vec<MatrixReason>,
}

/// Why the answer is not "yes", for one consumer and provider.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct MatrixReason {
    /// A name for programs, such as `never_verified`.
    pub cause: String,
    /// The cause in words.
    pub text: String,
    /// The consumer, if it is about a consumer and a provider.
    pub consumer: Option<ReasonParty>,
    /// The provider, if it is about a consumer and a provider.
    pub provider: Option<ReasonParty>,
    /// The only one that it is about, otherwise.
    pub pacticipant: Option<ReasonParty>,
    /// In words, what must be so before the command is run.
    pub precondition: Option<String>,
    /// What to run next.
    pub command: Option<String>,
    /// The interactions that failed, if they are known.
    pub failed_interactions: Vec<FailedInteraction>,
}

/// Somebody that a reason is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ReasonParty {
    /// The pacticipant's name.
    pub name: String,
    /// The number of its version, if it is a certain one.
    pub version: Option<String>,
}

/// An interaction that failed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct FailedInteraction {
    /// Its id in the pact.
    pub id: String,
    /// How the pact describes it.
    pub description: Option<String>,
}

/// The verdict, and how many rows speak for and against it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MatrixSummary {
    /// `None` while a result is missing.
    pub deployable: Option<bool>,
    /// The reasons, one per line.
    pub reason: Option<String>,
    /// Rows that succeeded.
    pub success: u64,
    /// Rows that failed.
    pub failed: u64,
    /// Results that are missing; `None` from a broker that does not count them.
    pub unknown: Option<u64>,
    /// Rows that were left out.
    pub ignored: Option<u64>,
}

impl MatrixSummary {
    /// Whether the answer is a clear yes.
    pub fn is_deployable(&self) -> bool {
        self.deployable == Some(true)
    }

    /// Whether results are missing, so that asking again later may give another answer. Brokers that do not count them say
    /// so by giving no verdict.
    pub fn is_waiting_for_results(&self) -> bool {
        self.deployable.is_none() || self.unknown.is_some_and(|unknown| unknown > 0)
    }
}

/// A consumer version with a provider version, and whether they work together.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct MatrixRow {
    /// The consumer's side.
    pub consumer: MatrixPacticipant,
    /// The provider's side.
    pub provider: MatrixPacticipant,
    /// The newest result, if there is one.
    pub verification_result: Option<RowResult>,
    /// The contract.
    pub pact: MatrixPact,
    /// Whether the row was left out of the verdict.
    pub ignored: bool,
}

/// One side of a row.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MatrixPacticipant {
    /// The pacticipant's name.
    pub name: String,
    /// Its version; none on the provider's side of a row without a result.
    pub version: Option<MatrixVersion>,
}

/// A version of a row.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MatrixVersion {
    /// Its number.
    pub number: String,
    /// The branch that it was last added to.
    pub branch: Option<String>,
    /// Where it is deployed or released.
    pub environments: Vec<MatrixEnvironment>,
}

/// An environment that a version is in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MatrixEnvironment {
    /// Its name.
    pub name: String,
}

/// The contract of a row.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MatrixPact {
    #[serde(rename = "_links")]
    links: ResultLinks,
}

impl MatrixPact {
    /// Where it can be fetched.
    pub fn url(&self) -> Option<&str> {
        self.links.this.as_ref().map(|link| link.href.as_str())
    }
}

/// The result of a row.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RowResult {
    /// Whether the provider version keeps the contract.
    pub success: bool,
    /// When that was found.
    pub verified_at: Option<String>,
    #[serde(rename = "_links")]
    links: ResultLinks,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct ResultLinks {
    #[serde(rename = "self")]
    this: Option<Link>,
}

impl RowResult {
    /// Where the result can be seen.
    pub fn url(&self) -> Option<&str> {
        self.links.this.as_ref().map(|link| link.href.as_str())
    }
}

impl BrokerClient {
    /// Asks the matrix.
    pub async fn matrix(&self, query: &MatrixQuery) -> Result<Received<Matrix>, BrokerError> {
        let mut url = self.at_path("/matrix");
        url.query_pairs_mut().extend_pairs(query.pairs());
        self.send(Call::get(url)).await?.received()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(query: &MatrixQuery) -> String {
        let pairs: Vec<String> = query.pairs().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("&")
    }

    #[test]
    fn each_target_has_its_parameters() {
        let query = MatrixQuery::of(VersionSelector::version("Web", "1"));
        assert_eq!(text(&query), "q[][pacticipant]=Web&q[][version]=1&latestby=cvpv&latest=true");
        let test = query.clone().to(MatrixTarget::environment("test"));
        assert_eq!(text(&test), "q[][pacticipant]=Web&q[][version]=1&latestby=cvpv&environment=test");
        let everything = query.clone().to(MatrixTarget::Everything);
        assert_eq!(text(&everything), "q[][pacticipant]=Web&q[][version]=1&latestby=cvpv");
        let tag = query.clone().to(MatrixTarget::Tag("prod".into()));
        assert_eq!(text(&tag), "q[][pacticipant]=Web&q[][version]=1&latestby=cvpv&tag=prod&latest=true");
        let main = MatrixQuery { limit: Some(7), ..query.to(MatrixTarget::MainBranches) };
        assert_eq!(
            text(&main),
            "q[][pacticipant]=Web&q[][version]=1&latestby=cvpv&mainBranch=true&latest=true&limit=7"
        );
        let reasons = MatrixQuery { reasons: true, limit: None, ..main };
        assert!(text(&reasons).ends_with("&latest=true&reasons=true"));
    }

    #[test]
    fn several_versions_are_asked_about_as_they_are() {
        let web = VersionSelector { latest: true, branch: Some("main".into()), ..VersionSelector::pacticipant("Web") };
        let orders = VersionSelector { tag: Some("prod".into()), ..VersionSelector::pacticipant("Orders") };
        let ignored = VersionSelector::version("Old", "2");
        let query = MatrixQuery { selectors: vec![web, orders], ignore: vec![ignored], ..MatrixQuery::default() };
        assert_eq!(
            text(&query),
            "q[][pacticipant]=Web&q[][latest]=true&q[][branch]=main&q[][pacticipant]=Orders&q[][tag]=prod\
             &ignore[][pacticipant]=Old&ignore[][version]=2&latestby=cvpv"
        );
    }

    #[test]
    fn waiting_ends_when_nothing_is_unknown() {
        let summary = |deployable, unknown| MatrixSummary { deployable, unknown, ..MatrixSummary::default() };
        assert!(summary(None, Some(1)).is_waiting_for_results());
        assert!(!summary(Some(false), Some(0)).is_waiting_for_results());
        assert!(summary(None, None).is_waiting_for_results());
        assert!(summary(None, Some(0)).is_waiting_for_results());
        assert!(!summary(Some(true), None).is_waiting_for_results());
    }
}
