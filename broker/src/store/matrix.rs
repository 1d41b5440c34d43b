//! The wide reads behind the matrix and can-i-deploy.
//!
//! Each method is a fixed number of statements, whatever the number of pacticipants, versions and results. Versions are looked
//! up first; pacts and results are then found through the indexes on their ids. [`facts`] holds the read that all others serve.

mod facts;
mod statements;

use std::collections::{HashMap, HashSet};

use crate::domain::id::{ContentId, PacticipantId, VerificationId, VersionId};
use crate::domain::matrix_selector::{Criteria, VersionRef};
use crate::domain::reason::{Evidence, FailedInteraction};
use crate::store::bulk::{bulk, many};
use crate::store::dialect::{json_list, put_lists, with_lists};
use crate::store::matrix::statements::{CONSUMERS, Conditions, INTERACTIONS, NAMED, NEWEST_VERIFIED_BY};
use crate::store::{ReadTx, StoreError, all};

pub(crate) use self::facts::{Found, Meaning, Wanted};

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
}

/// A pacticipant, or an environment, which has a name alone.
#[derive(serde::Deserialize)]
struct NamedRow {
    id: Option<PacticipantId>,
    name: String,
    main_branch: Option<String>,
}

bulk!(NamedRow: id, name, main_branch);

#[derive(serde::Deserialize)]
struct FoundVersion {
    pacticipant_id: PacticipantId,
    id: VersionId,
    number: String,
    ord: i64,
}

bulk!(FoundVersion: pacticipant_id, id, number, ord);

fn ids<'i, I: IntoIterator<Item = &'i PacticipantId>>(ids: I) -> String {
    json_list(ids.into_iter().map(|id| id.0))
}

fn version_ids<'i, I: IntoIterator<Item = &'i VersionId>>(ids: I) -> String {
    json_list(ids.into_iter().map(|id| id.0))
}

impl Matrix<'_> {
    /// The pacticipants with these names, and the environments with these names.
    pub(crate) async fn named(self, pacticipants: &[&str], environments: &[&str]) -> Result<Named, StoreError> {
        let sql = with_lists(self.tx.engine(), NAMED);
        let rows = many!(self.tx, NamedRow, sql, json_list(pacticipants), json_list(environments))
            .map_err(StoreError::while_doing("finding what a matrix question names"))?;
        let mut named = Named::default();
        for NamedRow { id, name, main_branch } in rows {
            if let Some(id) = id {
                named.pacticipants.insert(name.clone(), NamedPacticipant { id, name, main_branch });
            } else {
                named.environments.insert(name);
            }
        }
        Ok(named)
    }

    /// The pacticipant with this name.
    pub(crate) async fn pacticipant_named(self, name: &str) -> Result<Option<NamedPacticipant>, StoreError> {
        Ok(self.named(&[name], &[]).await?.pacticipants.remove(name))
    }

    /// The versions of each of `pacticipants` that fulfil all of `criteria`, newest first; none if nothing is asked.
    pub(crate) async fn versions_matching(
        self,
        pacticipants: &[PacticipantId],
        criteria: &Criteria,
    ) -> Result<HashMap<PacticipantId, Vec<VersionRef>>, StoreError> {
        const NO_LIST: Option<&str> = None;
        let Criteria { version, branch, tag, environment, .. } = criteria;
        let sql = put_lists(self.tx.engine(), &Conditions::from(criteria).versions("IN IDS($1)"));
        let found = many!(
            self.tx,
            FoundVersion,
            sql,
            ids(pacticipants),
            NO_LIST,
            version.as_deref(),
            branch.as_deref(),
            tag.as_deref(),
            environment.as_deref(),
        )
        .map_err(StoreError::while_doing("finding the versions of a matrix question"))?;
        let mut versions: HashMap<PacticipantId, Vec<VersionRef>> = HashMap::new();
        for FoundVersion { pacticipant_id, id, number, ord } in found {
            versions.entry(pacticipant_id).or_default().push(VersionRef { id, number, order: ord });
        }
        for versions in versions.values_mut() {
            versions.sort_by_key(|version| std::cmp::Reverse(version.order));
        }
        Ok(versions)
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
