//! The reads behind "which pacts shall this provider verify".
//!
//! One statement for all selectors, put together from one for each kind that is in use, whatever their number and that of
//! consumers; one for what may be work in progress; and one for the successes of all chosen contents.

mod statements;

use std::collections::{BTreeSet, HashMap, HashSet};

use sqlx::{AssertSqlSafe, SqlStr};

use crate::domain::id::{ContentId, PacticipantId, VersionId};
use crate::domain::matrix::PacticipantRef;
use crate::domain::matrix_selector::VersionRef;
use crate::domain::pending::{BranchLine, ProviderLine, Successes, TagLine};
use crate::domain::selection::{Candidate, CandidatePact, ConsumerLine, EnvironmentRef, Found};
use crate::domain::selector::{Branch, Demand, Wanted};
use crate::domain::timestamp::Timestamp;
use crate::store::bulk::{bulk, flag, many};
use crate::store::dialect::{json_list, with_lists};
use crate::store::selection::statements::{
    BRANCH, BRANCH_HEADS, BY_ANYONE, BY_TAG, CONSUMERS, DEPLOYED, HEADS, IN_ENVIRONMENT, LATEST, MAIN_BRANCHES,
    OF_BRANCH, OF_CONSUMERS, OF_NEW_BRANCH, RELEASED, TAG_HEADS, TAGGED, TAGS, UNVERIFIED_HEADS,
};
use crate::store::{ReadTx, StoreError, all, maybe};

/// The choice of pacts as a transaction sees it.
pub(crate) struct Selection<'t> {
    tx: &'t mut ReadTx,
}

impl ReadTx {
    /// Choosing pacts to verify.
    pub(crate) fn selection(&mut self) -> Selection<'_> {
        Selection { tx: self }
    }
}

/// Which kinds of candidates demands need, with the names they need them for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Needs<'d> {
    main_branches: bool,
    all_branches: bool,
    branches: BTreeSet<&'d str>,
    tag_heads: BTreeSet<&'d str>,
    tags: BTreeSet<&'d str>,
    latest: bool,
    deployed: bool,
    released: bool,
    environments: bool,
}

impl<'d> Needs<'d> {
    fn of(demands: &'d [Demand]) -> Self {
        let mut needs = Self::default();
        for demand in demands {
            match &demand.wanted {
                Wanted::MainBranch { .. } => needs.main_branches = true,
                Wanted::Branch { branch, fallback } => {
                    match branch {
                        Branch::Any => needs.all_branches = true,
                        Branch::Named(name) => drop(needs.branches.insert(name)),
                    }
                    needs.branches.extend(fallback.as_deref());
                }
                Wanted::LatestTag { tag, fallback } => {
                    needs.tag_heads.insert(tag);
                    needs.tag_heads.extend(fallback.as_deref());
                }
                Wanted::Tag { tag, .. } => drop(needs.tags.insert(tag)),
                Wanted::Latest => needs.latest = true,
                Wanted::Deployed(_) => needs.deployed = true,
                Wanted::Released(_) => needs.released = true,
                Wanted::InEnvironment(_) => needs.environments = true,
            }
        }
        needs
    }
}

#[derive(serde::Deserialize)]
struct CandidateRow {
    /// Which statement found it.
    kind: i64,
    consumer_id: PacticipantId,
    consumer: String,
    version_id: VersionId,
    number: String,
    ord: i64,
    pact_content_id: ContentId,
    sha: String,
    /// Of the branch, tag or environment; empty for "latest".
    name: String,
    #[serde(deserialize_with = "flag")]
    production: bool,
}

bulk!(CandidateRow: kind, consumer_id, consumer, version_id, number, ord, pact_content_id, sha, name, production);

impl CandidateRow {
    fn candidate(self) -> Candidate {
        let Self { name, production, .. } = self;
        let found = match self.kind {
            0 => Found::MainBranch(name),
            1 => Found::BranchHead(name),
            2 => Found::TagHead(name),
            3 => Found::Tagged(name),
            4 => Found::Latest,
            5 => Found::Deployed(EnvironmentRef { name, production }),
            6 => Found::Released(EnvironmentRef { name, production }),
            _ => Found::InEnvironment(EnvironmentRef { name, production }),
        };
        Candidate {
            pact: CandidatePact {
                consumer: PacticipantRef { id: self.consumer_id, name: self.consumer },
                consumer_version: VersionRef { id: self.version_id, number: self.number, order: self.ord },
                content: self.pact_content_id,
                sha: self.sha,
            },
            found,
        }
    }
}

#[derive(serde::Deserialize)]
struct SuccessRow {
    pact_content_id: ContentId,
    line: Option<String>,
    #[serde(deserialize_with = "flag")]
    wip: bool,
    first_recorded_at: Timestamp,
    first_executed_at: Timestamp,
}

bulk!(SuccessRow: pact_content_id, line, wip, first_recorded_at, first_executed_at);

impl Selection<'_> {
    /// What is known of each consumer of `provider`, to choose for a provider that did not say.
    pub(crate) async fn consumers(self, provider: PacticipantId) -> Result<Vec<ConsumerLine>, StoreError> {
        all!(self.tx, ConsumerLine, CONSUMERS, provider)
            .map_err(StoreError::while_doing("finding the consumers of a provider"))
    }

    /// Every pact with `provider` that may fulfil one of `demands`.
    pub(crate) async fn candidates(
        self,
        provider: PacticipantId,
        demands: &[Demand],
    ) -> Result<Vec<Candidate>, StoreError> {
        let needs = Needs::of(demands);
        let wanted = [
            (needs.main_branches, MAIN_BRANCHES),
            (needs.all_branches || !needs.branches.is_empty(), BRANCH_HEADS),
            (!needs.tag_heads.is_empty(), TAG_HEADS),
            (!needs.tags.is_empty(), TAGGED),
            (needs.latest, LATEST),
            (needs.deployed, DEPLOYED),
            (needs.released, RELEASED),
            (needs.environments, IN_ENVIRONMENT),
        ];
        let engine = self.tx.engine();
        let parts: Vec<SqlStr> =
            wanted.into_iter().filter(|(is, _)| *is).map(|(_, sql)| with_lists(engine, sql)).collect();
        if parts.is_empty() {
            return Ok(Vec::new());
        }
        // The parts are the program's own constants.
        let sql = parts.iter().map(SqlStr::as_str).collect::<Vec<_>>().join(" UNION ALL ");
        let sql = AssertSqlSafe(format!("{OF_CONSUMERS}{sql}"));
        let [branches, tag_heads, tags] = [&needs.branches, &needs.tag_heads, &needs.tags].map(json_list);
        many!(self.tx, CandidateRow, sql, provider, needs.all_branches, branches, tag_heads, tags)
            .map(in_order)
            .map_err(StoreError::while_doing("finding the pacts a provider may verify"))
    }

    /// The pacts at the heads of all branches, then those of all tags, published after `since`: what may be work in progress.
    /// For a branch of the provider it is, because those are left out that the branch has verified since `looked_back`.
    pub(crate) async fn heads_published_since(
        self,
        provider: PacticipantId,
        since: Timestamp,
        line: &ProviderLine,
        looked_back: Timestamp,
    ) -> Result<Vec<Candidate>, StoreError> {
        let rows = match line {
            ProviderLine::Branch(branch) => {
                let (begun, name) = (begun(branch), &branch.name);
                many!(self.tx, CandidateRow, UNVERIFIED_HEADS, provider, since, looked_back, begun, name)
            }
            ProviderLine::Tags(_) | ProviderLine::Unknown => many!(self.tx, CandidateRow, HEADS, provider, since),
        };
        rows.map(in_order).map_err(StoreError::while_doing("finding what may be work in progress"))
    }

    /// What is known of the provider's branch.
    pub(crate) async fn branch_line(self, provider: PacticipantId, name: &str) -> Result<BranchLine, StoreError> {
        let found = maybe!(self.tx, (Timestamp, Option<Timestamp>), BRANCH, provider, name)
            .map_err(StoreError::while_doing("finding the branch of a provider"))?;
        let (created_at, first_version_at) = found.map_or((None, None), |(created, first)| (Some(created), first));
        Ok(BranchLine { name: name.to_owned(), created_at, first_version_at })
    }

    /// What is known of the provider's tags, in the order given.
    pub(crate) async fn tag_lines(self, provider: PacticipantId, names: &[String]) -> Result<Vec<TagLine>, StoreError> {
        let sql = with_lists(self.tx.engine(), TAGS);
        let found: HashMap<String, Timestamp> = all!(self.tx, (String, Timestamp), sql, provider, json_list(names))
            .map_err(StoreError::while_doing("finding the tags of a provider"))?
            .into_iter()
            .collect();
        Ok(names.iter().map(|name| TagLine { name: name.clone(), first_used_at: found.get(name).copied() }).collect())
    }

    /// The successful verifications that decide whether these contents are pending for `line`.
    ///
    /// Of a branch they are two of each content: whichever was recorded first, and one by a version of the branch. A
    /// provider and its consumers gather results for years, and most say the same.
    pub(crate) async fn successes(
        self,
        contents: &HashSet<ContentId>,
        line: &ProviderLine,
    ) -> Result<Successful, StoreError> {
        if contents.is_empty() {
            return Ok(HashMap::new());
        }
        let of = json_list(contents.iter().map(|id| id.0));
        let sql = match line {
            ProviderLine::Branch(branch) if branch.created_at.is_none() => OF_NEW_BRANCH,
            ProviderLine::Branch(_) => OF_BRANCH,
            ProviderLine::Tags(_) => BY_TAG,
            ProviderLine::Unknown => BY_ANYONE,
        };
        let sql = with_lists(self.tx.engine(), sql);
        let rows = match line {
            ProviderLine::Branch(branch) if branch.created_at.is_some() => {
                many!(self.tx, SuccessRow, sql, of, &branch.name)
            }
            _ => many!(self.tx, SuccessRow, sql, of),
        };
        rows.map(by_content).map_err(StoreError::while_doing("finding who has verified the chosen pacts"))
    }
}

/// Successful verifications of each content.
pub(crate) type Successful = HashMap<ContentId, Vec<Successes>>;

/// By the statement that found them, then by name and consumer.
fn in_order(mut rows: Vec<CandidateRow>) -> Vec<Candidate> {
    rows.sort_by(|a, b| (a.kind, &a.name, &a.consumer).cmp(&(b.kind, &b.name, &b.consumer)));
    rows.into_iter().map(CandidateRow::candidate).collect()
}

/// When a branch got its first version; one that has none yet inherits whatever was verified.
fn begun(branch: &BranchLine) -> Timestamp {
    branch.first_version_at.unwrap_or(Timestamp::from_micros(i64::MAX))
}

fn by_content(rows: Vec<SuccessRow>) -> Successful {
    let mut successes: Successful = HashMap::new();
    for row in rows {
        successes.entry(row.pact_content_id).or_default().push(Successes {
            line: row.line,
            wip: row.wip,
            first_recorded_at: row.first_recorded_at,
            first_executed_at: row.first_executed_at,
        });
    }
    successes
}
