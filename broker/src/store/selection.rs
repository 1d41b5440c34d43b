//! The reads behind "which pacts shall this provider verify".
//!
//! One statement for each kind of selector in use, whatever the number of selectors and consumers; then one for the successes
//! of all chosen contents.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::domain::id::{ContentId, PacticipantId, VersionId};
use crate::domain::matrix::PacticipantRef;
use crate::domain::matrix_selector::VersionRef;
use crate::domain::pending::{BranchLine, ProviderLine, Successes, TagLine};
use crate::domain::selection::{Candidate, CandidatePact, ConsumerLine, EnvironmentRef, Found};
use crate::domain::selector::{Branch, Demand, Wanted};
use crate::domain::timestamp::Timestamp;
use crate::store::dialect::{json_list, with_lists};
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

#[derive(sqlx::FromRow)]
struct CandidateRow {
    consumer_id: PacticipantId,
    consumer: String,
    version_id: VersionId,
    number: String,
    ord: i64,
    pact_content_id: ContentId,
    sha: String,
    /// Of the branch, tag or environment; empty for "latest".
    name: String,
    production: bool,
}

impl CandidateRow {
    fn found(self, found: impl FnOnce(String, bool) -> Found) -> Candidate {
        Candidate {
            pact: CandidatePact {
                consumer: PacticipantRef { id: self.consumer_id, name: self.consumer },
                consumer_version: VersionRef { id: self.version_id, number: self.number, order: self.ord },
                content: self.pact_content_id,
                sha: self.sha,
            },
            found: found(self.name, self.production),
        }
    }
}

#[derive(sqlx::FromRow)]
struct SuccessRow {
    pact_content_id: ContentId,
    line: Option<String>,
    wip: bool,
    first_recorded_at: Timestamp,
    first_executed_at: Timestamp,
    last_executed_at: Timestamp,
    last_executed_before_branch: Option<Timestamp>,
}

/// `$heads` gives the consumer versions as `consumer_version_id`, for the provider `$1`, with the name they are found by.
macro_rules! candidates {
    ($name:literal, $production:literal, $heads:literal) => {
        concat!(
            "SELECT pp.consumer_id, c.name AS consumer, v.id AS version_id, v.number, v.ord, pp.pact_content_id, pc.sha, ",
            $name,
            " AS name, ",
            $production,
            " AS production FROM integrations i JOIN pacticipants c ON c.id = i.consumer_id ",
            $heads,
            " AND pp.provider_id = i.provider_id AND pp.is_latest
               JOIN versions v ON v.id = pp.consumer_version_id
               JOIN pact_contents pc ON pc.id = pp.pact_content_id
              WHERE i.provider_id = $1"
        )
    };
}

/// `$group` are the lines by which successes are put together, and `$line` is the name of one.
macro_rules! successes {
    ($line:literal, $join:literal, $group:literal) => {
        concat!(
            "SELECT vf.pact_content_id, ",
            $line,
            " AS line, vf.wip, min(vf.created_at) AS first_recorded_at, min(vf.executed_at) AS first_executed_at,
                    max(vf.executed_at) AS last_executed_at, CAST(NULL AS BIGINT) AS last_executed_before_branch
               FROM verifications vf ",
            $join,
            " WHERE vf.pact_content_id IN IDS($1) AND vf.success GROUP BY vf.pact_content_id, vf.wip",
            $group
        )
    };
}

/// For each content the first success, in the order given, of those that fulfil `$where`.
macro_rules! witness {
    ($where:literal, $order:literal) => {
        concat!(
            "SELECT (SELECT vf.id FROM verifications vf WHERE vf.pact_content_id = pc.id AND vf.success AND ",
            $where,
            " ORDER BY vf.created_at",
            $order,
            " LIMIT 1) AS id FROM pact_contents pc WHERE pc.id IN IDS($1)"
        )
    };
}

/// For each content the success recorded first, on whatever branch.
macro_rules! first_success {
    () => {
        witness!("EXISTS (SELECT 1 FROM branch_versions o WHERE o.version_id = vf.provider_version_id)", "")
    };
}

/// For each content the last success of a chosen pact before `$2` and not before `$3`, on whatever branch.
macro_rules! last_success_before {
    () => {
        witness!(
            "NOT vf.wip AND vf.executed_at >= $3 AND vf.executed_at < $2
             AND EXISTS (SELECT 1 FROM branch_versions o WHERE o.version_id = vf.provider_version_id)",
            " DESC"
        )
    };
}

/// Single successes, each with the branches of its provider version; `$2` is when the branch that asks has begun.
macro_rules! witnesses {
    ($($witness:expr),+) => {
        concat!(
            "SELECT vf.pact_content_id, b.name AS line, vf.wip, vf.created_at AS first_recorded_at,
                    vf.executed_at AS first_executed_at, vf.executed_at AS last_executed_at,
                    CASE WHEN vf.executed_at < $2 THEN vf.executed_at END AS last_executed_before_branch
               FROM (SELECT 0 AS id WHERE FALSE",
            $(" UNION ", $witness,)+
            ") w
               JOIN verifications vf ON vf.id = w.id
               JOIN branch_versions bv ON bv.version_id = vf.provider_version_id
               JOIN branches b ON b.id = bv.branch_id"
        )
    };
}

const BRANCH_HEADS: &str = concat!(
    candidates!(
        "b.name",
        "FALSE",
        "JOIN branches b ON b.pacticipant_id = i.consumer_id JOIN pact_publications pp ON pp.consumer_version_id = b.head_version_id"
    ),
    " AND ($2 OR b.name IN TEXTS($3)) AND pp.created_at > $4 ORDER BY b.name, c.name"
);
const TAG_HEADS: &str = concat!(
    candidates!(
        "t.name",
        "FALSE",
        "JOIN tag_heads t ON t.pacticipant_id = i.consumer_id JOIN pact_publications pp ON pp.consumer_version_id = t.head_version_id"
    ),
    " AND ($2 OR t.name IN TEXTS($3)) AND pp.created_at > $4 ORDER BY t.name, c.name"
);

/// Candidates of any age.
const EVER: i64 = i64::MIN;

impl Selection<'_> {
    /// What is known of each consumer of `provider`, to choose for a provider that did not say.
    pub(crate) async fn consumers(self, provider: PacticipantId) -> Result<Vec<ConsumerLine>, StoreError> {
        const CONSUMERS: &str = "SELECT c.name, c.main_branch,
                    CASE WHEN b.head_version_id IS NULL THEN FALSE ELSE TRUE END AS has_branch,
                    CASE WHEN t.head_version_id IS NULL THEN FALSE ELSE TRUE END AS has_tag
               FROM integrations i
               JOIN pacticipants c ON c.id = i.consumer_id
               LEFT JOIN branches b ON b.pacticipant_id = c.id AND b.name = c.main_branch
               LEFT JOIN tag_heads t ON t.pacticipant_id = c.id AND t.name = c.main_branch
              WHERE i.provider_id = $1 ORDER BY c.id";
        all!(self.tx, ConsumerLine, CONSUMERS, provider)
            .map_err(StoreError::while_doing("finding the consumers of a provider"))
    }

    /// Every pact with `provider` that may fulfil one of `demands`.
    pub(crate) async fn candidates(
        self,
        provider: PacticipantId,
        demands: &[Demand],
    ) -> Result<Vec<Candidate>, StoreError> {
        const MAIN_BRANCHES: &str = candidates!(
            "b.name",
            "FALSE",
            "JOIN branches b ON b.pacticipant_id = c.id AND b.name = c.main_branch
               JOIN pact_publications pp ON pp.consumer_version_id = b.head_version_id"
        );
        const TAGGED: &str = concat!(
            candidates!(
                "t.name",
                "FALSE",
                "JOIN version_tags t ON t.pacticipant_id = c.id JOIN pact_publications pp ON pp.consumer_version_id = t.version_id"
            ),
            " AND t.name IN TEXTS($2)"
        );
        const LATEST: &str = candidates!(
            "''",
            "FALSE",
            "JOIN (SELECT consumer_id, max(consumer_version_ord) AS ord FROM pact_publications
                    WHERE provider_id = $1 AND is_latest GROUP BY consumer_id) newest ON newest.consumer_id = i.consumer_id
               JOIN pact_publications pp ON pp.consumer_id = i.consumer_id AND pp.consumer_version_ord = newest.ord"
        );
        const DEPLOYED: &str = candidates!(
            "e.name",
            "e.production",
            "JOIN environment_versions ev ON ev.pacticipant_id = i.consumer_id
               JOIN deployed_versions d ON d.version_id = ev.version_id AND d.environment_id = ev.environment_id AND d.is_current
               JOIN environments e ON e.id = ev.environment_id
               JOIN pact_publications pp ON pp.consumer_version_id = ev.version_id"
        );
        const RELEASED: &str = candidates!(
            "e.name",
            "e.production",
            "JOIN environment_versions ev ON ev.pacticipant_id = i.consumer_id
               JOIN released_versions r ON r.version_id = ev.version_id AND r.environment_id = ev.environment_id
                AND r.support_ended_at IS NULL
               JOIN environments e ON e.id = ev.environment_id
               JOIN pact_publications pp ON pp.consumer_version_id = ev.version_id"
        );
        const IN_ENVIRONMENT: &str = candidates!(
            "e.name",
            "e.production",
            "JOIN environment_versions ev ON ev.pacticipant_id = i.consumer_id
               JOIN environments e ON e.id = ev.environment_id
               JOIN pact_publications pp ON pp.consumer_version_id = ev.version_id"
        );
        let needs = Needs::of(demands);
        let failed = || StoreError::while_doing("finding the pacts a provider may verify");
        let mut candidates: Vec<Candidate> = Vec::new();
        if needs.main_branches {
            let rows = all!(self.tx, CandidateRow, MAIN_BRANCHES, provider).map_err(failed())?;
            candidates.extend(rows.into_iter().map(|row| row.found(|name, _| Found::MainBranch(name))));
        }
        if needs.all_branches || !needs.branches.is_empty() {
            let sql = with_lists(self.tx.engine(), BRANCH_HEADS);
            let names = json_list(&needs.branches);
            let rows = all!(self.tx, CandidateRow, sql, provider, needs.all_branches, names, EVER).map_err(failed())?;
            candidates.extend(rows.into_iter().map(|row| row.found(|name, _| Found::BranchHead(name))));
        }
        if !needs.tag_heads.is_empty() {
            let sql = with_lists(self.tx.engine(), TAG_HEADS);
            let names = json_list(&needs.tag_heads);
            let rows = all!(self.tx, CandidateRow, sql, provider, false, names, EVER).map_err(failed())?;
            candidates.extend(rows.into_iter().map(|row| row.found(|name, _| Found::TagHead(name))));
        }
        if !needs.tags.is_empty() {
            let sql = with_lists(self.tx.engine(), TAGGED);
            let rows = all!(self.tx, CandidateRow, sql, provider, json_list(&needs.tags)).map_err(failed())?;
            candidates.extend(rows.into_iter().map(|row| row.found(|name, _| Found::Tagged(name))));
        }
        if needs.latest {
            let rows = all!(self.tx, CandidateRow, LATEST, provider).map_err(failed())?;
            candidates.extend(rows.into_iter().map(|row| row.found(|_, _| Found::Latest)));
        }
        let environment = |name, production| EnvironmentRef { name, production };
        if needs.deployed {
            let rows = all!(self.tx, CandidateRow, DEPLOYED, provider).map_err(failed())?;
            candidates
                .extend(rows.into_iter().map(|row| row.found(|name, real| Found::Deployed(environment(name, real)))));
        }
        if needs.released {
            let rows = all!(self.tx, CandidateRow, RELEASED, provider).map_err(failed())?;
            candidates
                .extend(rows.into_iter().map(|row| row.found(|name, real| Found::Released(environment(name, real)))));
        }
        if needs.environments {
            let rows = all!(self.tx, CandidateRow, IN_ENVIRONMENT, provider).map_err(failed())?;
            candidates.extend(
                rows.into_iter().map(|row| row.found(|name, real| Found::InEnvironment(environment(name, real)))),
            );
        }
        Ok(candidates)
    }

    /// The pacts at the heads of all branches, then those of all tags, published after `since`: what may be work in progress.
    pub(crate) async fn heads_published_since(
        self,
        provider: PacticipantId,
        since: Timestamp,
    ) -> Result<Vec<Candidate>, StoreError> {
        let failed = || StoreError::while_doing("finding work in progress");
        let sql = with_lists(self.tx.engine(), BRANCH_HEADS);
        let branches = all!(self.tx, CandidateRow, sql, provider, true, "[]", since).map_err(failed())?;
        let sql = with_lists(self.tx.engine(), TAG_HEADS);
        let tags = all!(self.tx, CandidateRow, sql, provider, true, "[]", since).map_err(failed())?;
        let branches = branches.into_iter().map(|row| row.found(|name, _| Found::BranchHead(name)));
        Ok(branches.chain(tags.into_iter().map(|row| row.found(|name, _| Found::TagHead(name)))).collect())
    }

    /// What is known of the provider's branch.
    pub(crate) async fn branch_line(self, provider: PacticipantId, name: &str) -> Result<BranchLine, StoreError> {
        const BRANCH: &str = "SELECT b.created_at,
                    (SELECT v.created_at FROM branch_versions bv JOIN versions v ON v.id = bv.version_id
                      WHERE bv.branch_id = b.id ORDER BY bv.version_ord LIMIT 1)
               FROM branches b WHERE b.pacticipant_id = $1 AND b.name = $2";
        let found = maybe!(self.tx, (Timestamp, Option<Timestamp>), BRANCH, provider, name)
            .map_err(StoreError::while_doing("finding the branch of a provider"))?;
        let (created_at, first_version_at) = found.map_or((None, None), |(created, first)| (Some(created), first));
        Ok(BranchLine { name: name.to_owned(), created_at, first_version_at })
    }

    /// What is known of the provider's tags, in the order given.
    pub(crate) async fn tag_lines(self, provider: PacticipantId, names: &[String]) -> Result<Vec<TagLine>, StoreError> {
        const TAGS: &str = "SELECT name, first_used_at FROM tag_heads WHERE pacticipant_id = $1 AND name IN TEXTS($2)";
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
        const OF_NEW_BRANCH: &str = witnesses!(first_success!());
        const OF_BRANCH: &str = witnesses!(
            first_success!(),
            witness!(
                "EXISTS (SELECT 1 FROM branch_versions o JOIN branches l ON l.id = o.branch_id
                          WHERE o.version_id = vf.provider_version_id AND l.name = $3)",
                ""
            )
        );
        const BY_TAG: &str =
            successes!("t.name", "JOIN version_tags t ON t.version_id = vf.provider_version_id", ", t.name");
        const BY_ANYONE: &str = successes!("CAST(NULL AS TEXT)", "", "");
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
            ProviderLine::Branch(branch) if branch.created_at.is_none() => {
                all!(self.tx, SuccessRow, sql, of, begun(branch))
            }
            ProviderLine::Branch(branch) => all!(self.tx, SuccessRow, sql, of, begun(branch), &branch.name),
            ProviderLine::Tags(_) | ProviderLine::Unknown => all!(self.tx, SuccessRow, sql, of),
        };
        rows.map(by_content).map_err(StoreError::while_doing("finding who has verified the chosen pacts"))
    }

    /// The successful verifications that decide whether these contents are work in progress for `line`.
    ///
    /// Of a branch they are two of each content, and not older than `since`: the last of what had been verified when it
    /// began, and the last by a version of its own.
    pub(crate) async fn recent_successes(
        self,
        contents: &HashSet<ContentId>,
        line: &ProviderLine,
        since: Timestamp,
    ) -> Result<Successful, StoreError> {
        const OF_NEW_BRANCH: &str = witnesses!(last_success_before!());
        const OF_BRANCH: &str = witnesses!(
            last_success_before!(),
            witness!(
                "NOT vf.wip AND vf.executed_at >= $3
                 AND EXISTS (SELECT 1 FROM branch_versions o JOIN branches l ON l.id = o.branch_id
                              WHERE o.version_id = vf.provider_version_id AND l.name = $4)",
                " DESC"
            )
        );
        let ProviderLine::Branch(branch) = line else { return self.successes(contents, line).await };
        if contents.is_empty() {
            return Ok(HashMap::new());
        }
        let (of, is_new) = (json_list(contents.iter().map(|id| id.0)), branch.created_at.is_none());
        let sql = with_lists(self.tx.engine(), if is_new { OF_NEW_BRANCH } else { OF_BRANCH });
        let rows = if is_new {
            all!(self.tx, SuccessRow, sql, of, begun(branch), since)
        } else {
            all!(self.tx, SuccessRow, sql, of, begun(branch), since, &branch.name)
        };
        rows.map(by_content).map_err(StoreError::while_doing("finding who has verified work in progress"))
    }
}

/// Successful verifications of each content.
pub(crate) type Successful = HashMap<ContentId, Vec<Successes>>;

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
            last_executed_at: row.last_executed_at,
            last_executed_before_branch: row.last_executed_before_branch,
        });
    }
    successes
}
