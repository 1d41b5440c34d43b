//! Pacts in the database: contents, their publications, and which pairs are integrated.

use crate::domain::content::IdentifiedContent;
use crate::domain::id::{ContentId, PacticipantId, PublicationId, VersionId};
use crate::domain::pact::PublishedPact;
use crate::domain::timestamp::Timestamp;
use crate::domain::version::Version;
use crate::store::dialect::{json_list, with_lists};
use crate::store::{ReadTx, StoreError, all, maybe, one, run};

/// The pacts of a transaction.
pub(crate) struct Pacts<'t> {
    tx: &'t mut ReadTx,
}

impl ReadTx {
    /// Pacts.
    pub(crate) fn pacts(&mut self) -> Pacts<'_> {
        Pacts { tx: self }
    }
}

/// A statement that selects [`PublishedPact`]s.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT pp.id, pp.pact_content_id, pp.consumer_id, pp.provider_id, c.name AS consumer, p.name AS provider,
                    v.id AS version_id, v.number, v.ord, v.created_at AS version_created_at, pc.sha, pp.revision, pp.created_at
               FROM pact_publications pp
               JOIN pact_contents pc ON pc.id = pp.pact_content_id
               JOIN versions v ON v.id = pp.consumer_version_id
               JOIN pacticipants c ON c.id = pp.consumer_id
               JOIN pacticipants p ON p.id = pp.provider_id ",
            $rest
        )
    };
}

pub(in crate::store) use select as published_pacts;

/// Which of the pacts of a pair, of a provider or of all a question is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum PactScope<'a> {
    /// All.
    All,
    /// Those of consumer versions with a tag.
    Tag(&'a str),
    /// Those of consumer versions without any tag.
    Untagged,
    /// Those of consumer versions on a branch.
    Branch(&'a str),
    /// Those of consumer versions on the consumer's main branch.
    MainBranch,
}

/// The condition of a scope, as a part of a statement whose `$1` is the scope's kind and `$2` its name.
macro_rules! in_scope {
    ($version:literal, $consumer:literal) => {
        concat!(
            " ($1 = 'all'
               OR ($1 = 'tag' AND EXISTS (SELECT 1 FROM version_tags st WHERE st.version_id = ", $version, " AND st.name = $2))
               OR ($1 = 'untagged' AND NOT EXISTS (SELECT 1 FROM version_tags st WHERE st.version_id = ", $version, "))
               OR ($1 = 'branch' AND EXISTS (SELECT 1 FROM branch_versions sbv JOIN branches sb ON sb.id = sbv.branch_id
                                              WHERE sbv.version_id = ", $version, " AND sb.name = $2))
               OR ($1 = 'main' AND EXISTS (SELECT 1 FROM branch_versions sbv JOIN branches sb ON sb.id = sbv.branch_id
                                             JOIN pacticipants sc ON sc.id = ", $consumer, "
                                            WHERE sbv.version_id = ", $version, " AND sb.name = sc.main_branch))) "
        )
    };
}

pub(in crate::store) use in_scope;

/// The latest pact of each pair within a scope; `$of` narrows the pairs.
macro_rules! latest {
    ($of:literal) => {
        concat!(
            select!("JOIN (SELECT n.consumer_id, n.provider_id, max(n.consumer_version_ord) AS ord FROM pact_publications n WHERE "),
            $of,
            " n.is_latest AND",
            in_scope!("n.consumer_version_id", "n.consumer_id"),
            "GROUP BY n.consumer_id, n.provider_id) newest
                ON newest.consumer_id = pp.consumer_id AND newest.provider_id = pp.provider_id
               AND newest.ord = pp.consumer_version_ord
             WHERE pp.is_latest ORDER BY c.name_key, c.name, p.name_key, p.name"
        )
    };
}

impl<'a> PactScope<'a> {
    /// The word for it in a statement.
    pub(in crate::store) fn kind(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Tag(_) => "tag",
            Self::Untagged => "untagged",
            Self::Branch(_) => "branch",
            Self::MainBranch => "main",
        }
    }

    /// The name that belongs to it.
    pub(in crate::store) fn name(self) -> Option<&'a str> {
        match self {
            Self::Tag(name) | Self::Branch(name) => Some(name),
            Self::All | Self::Untagged | Self::MainBranch => None,
        }
    }
}

impl Pacts<'_> {
    /// The pact of a consumer version with a provider: its latest revision.
    pub(crate) async fn of_version(
        self,
        consumer: &str,
        provider: &str,
        number: &str,
    ) -> Result<Option<PublishedPact>, StoreError> {
        const FIND: &str =
            select!("WHERE c.name = $1 AND p.name = $2 AND v.pacticipant_id = c.id AND v.number = $3 AND pp.is_latest");
        maybe!(self.tx, PublishedPact, FIND, consumer, provider, number)
            .map_err(StoreError::while_doing("finding a pact"))
    }

    /// The publication of a content by the newest consumer version (of these, if any are named).
    pub(crate) async fn with_content(
        self,
        consumer: &str,
        provider: &str,
        sha: &str,
        versions: &[VersionId],
    ) -> Result<Option<PublishedPact>, StoreError> {
        const NEWEST: &str = select!(
            "WHERE c.name = $1 AND p.name = $2 AND pc.consumer_id = c.id AND pc.provider_id = p.id AND pc.sha = $3
             ORDER BY pp.consumer_version_ord DESC, pp.revision DESC LIMIT 1"
        );
        const NAMED: &str = select!(
            "WHERE c.name = $1 AND p.name = $2 AND pc.consumer_id = c.id AND pc.provider_id = p.id AND pc.sha = $3
               AND pp.consumer_version_id IN IDS($4)
             ORDER BY pp.consumer_version_ord DESC, pp.revision DESC LIMIT 1"
        );
        let failed = || StoreError::while_doing("finding a pact by its content");
        if !versions.is_empty() {
            let sql = with_lists(self.tx.engine(), NAMED);
            let ids = json_list(versions.iter().map(|id| id.0));
            let named = maybe!(self.tx, PublishedPact, sql, consumer, provider, sha, &ids).map_err(failed())?;
            if named.is_some() {
                return Ok(named);
            }
        }
        maybe!(self.tx, PublishedPact, NEWEST, consumer, provider, sha).map_err(failed())
    }

    /// The pact of the newest consumer version within a scope.
    pub(crate) async fn latest(
        self,
        consumer: &str,
        provider: &str,
        scope: PactScope<'_>,
    ) -> Result<Option<PublishedPact>, StoreError> {
        const LATEST: &str = concat!(
            select!("WHERE c.name = $3 AND p.name = $4 AND pp.is_latest AND"),
            in_scope!("v.id", "c.id"),
            "ORDER BY pp.consumer_version_ord DESC LIMIT 1"
        );
        maybe!(self.tx, PublishedPact, LATEST, scope.kind(), scope.name(), consumer, provider)
            .map_err(StoreError::while_doing("finding the latest pact"))
    }

    /// All pacts of a pair within a scope, newest consumer version first.
    pub(crate) async fn of_pair(
        self,
        consumer: &str,
        provider: &str,
        scope: PactScope<'_>,
    ) -> Result<Vec<PublishedPact>, StoreError> {
        const LIST: &str = concat!(
            select!("WHERE c.name = $3 AND p.name = $4 AND pp.is_latest AND"),
            in_scope!("v.id", "c.id"),
            "ORDER BY pp.consumer_version_ord DESC"
        );
        all!(self.tx, PublishedPact, LIST, scope.kind(), scope.name(), consumer, provider)
            .map_err(StoreError::while_doing("listing the pacts of a pair"))
    }

    /// All pacts of a provider within a scope, by consumer and age; with `every_revision`, also replaced ones.
    pub(crate) async fn of_provider(
        self,
        provider: &str,
        scope: PactScope<'_>,
        every_revision: bool,
    ) -> Result<Vec<PublishedPact>, StoreError> {
        const LIST: &str = concat!(
            select!("WHERE p.name = $3 AND (pp.is_latest OR $4) AND"),
            in_scope!("v.id", "c.id"),
            "ORDER BY c.name_key, c.name, pp.consumer_version_ord, pp.revision"
        );
        all!(self.tx, PublishedPact, LIST, scope.kind(), scope.name(), provider, every_revision)
            .map_err(StoreError::while_doing("listing the pacts of a provider"))
    }

    /// The latest pact of each consumer of a provider (of each pair, without one) within a scope, by names.
    pub(crate) async fn latest_of_provider(
        self,
        provider: Option<&str>,
        scope: PactScope<'_>,
    ) -> Result<Vec<PublishedPact>, StoreError> {
        const OF_ONE: &str = latest!("n.provider_id = (SELECT id FROM pacticipants WHERE name = $3) AND");
        const OF_ALL: &str = latest!("");
        match provider {
            Some(provider) => all!(self.tx, PublishedPact, OF_ONE, scope.kind(), scope.name(), provider),
            None => all!(self.tx, PublishedPact, OF_ALL, scope.kind(), scope.name()),
        }
        .map_err(StoreError::while_doing("listing the latest pacts"))
    }

    /// The pacts of the heads of consumers' branches with a provider: of branch `name`, or of each main branch.
    pub(crate) async fn branch_heads_of_provider(
        self,
        provider: &str,
        consumer: Option<&str>,
        branch: Option<&str>,
    ) -> Result<Vec<PublishedPact>, StoreError> {
        const LIST: &str = select!(
            "JOIN branches b ON b.pacticipant_id = c.id AND b.head_version_id = v.id
             WHERE p.name = $1 AND pp.is_latest AND ($2 IS NULL OR c.name = $2) AND b.name = coalesce($3, c.main_branch)
             ORDER BY c.name_key, c.name"
        );
        all!(self.tx, PublishedPact, LIST, provider, consumer, branch)
            .map_err(StoreError::while_doing("listing the pacts of branch heads"))
    }

    /// The pacts with a provider of the consumer versions that are in an environment now, by consumer.
    pub(crate) async fn of_provider_in_environment(
        self,
        provider: &str,
        environment: &str,
    ) -> Result<Vec<PublishedPact>, StoreError> {
        const LIST: &str = select!(
            "JOIN environment_versions ev ON ev.version_id = v.id JOIN environments e ON e.id = ev.environment_id
             WHERE p.name = $1 AND pp.is_latest AND e.name = $2 ORDER BY c.name_key, c.name, pp.consumer_version_ord"
        );
        all!(self.tx, PublishedPact, LIST, provider, environment)
            .map_err(StoreError::while_doing("listing the pacts of an environment"))
    }

    /// The pacts of these consumer versions, by provider name.
    pub(crate) async fn of_versions(self, versions: &[VersionId]) -> Result<Vec<PublishedPact>, StoreError> {
        const LIST: &str =
            select!("WHERE pp.consumer_version_id IN IDS($1) AND pp.is_latest ORDER BY p.name_key, p.name");
        let sql = with_lists(self.tx.engine(), LIST);
        let ids = json_list(versions.iter().map(|id| id.0));
        all!(self.tx, PublishedPact, sql, &ids).map_err(StoreError::while_doing("listing the pacts of a version"))
    }

    /// What a content says: compact JSON with interaction ids.
    pub(crate) async fn content(self, id: ContentId) -> Result<Vec<u8>, StoreError> {
        const CONTENT: &str = "SELECT content FROM pact_contents WHERE id = $1";
        let (content,) =
            one!(self.tx, (Vec<u8>,), CONTENT, id).map_err(StoreError::while_doing("reading a pact's content"))?;
        Ok(content)
    }

    /// Does the pair have any pact?
    pub(crate) async fn exist(self, consumer: &str, provider: &str) -> Result<bool, StoreError> {
        Ok(self.latest(consumer, provider, PactScope::All).await?.is_some())
    }

    /// The content of the newest publication before a consumer version, among versions with `tag`, or among untagged ones.
    pub(crate) async fn previous_content(
        self,
        pact: &PublishedPact,
        tag: Option<&str>,
    ) -> Result<Option<ContentId>, StoreError> {
        const PREVIOUS: &str = "SELECT pp.pact_content_id FROM pact_publications pp
             WHERE pp.is_latest AND pp.consumer_id = $1 AND pp.provider_id = $2 AND pp.consumer_version_ord < $3
               AND (($4 IS NOT NULL AND EXISTS
                        (SELECT 1 FROM version_tags t WHERE t.version_id = pp.consumer_version_id AND t.name = $4))
                 OR ($4 IS NULL AND NOT EXISTS (SELECT 1 FROM version_tags t WHERE t.version_id = pp.consumer_version_id)))
             ORDER BY pp.consumer_version_ord DESC LIMIT 1";
        let row = maybe!(self.tx, (ContentId,), PREVIOUS, pact.consumer_id, pact.provider_id, pact.ord, tag)
            .map_err(StoreError::while_doing("finding the previous pact"))?;
        Ok(row.map(|(id,)| id))
    }

    /// The pact of the newest consumer version before this one's that has another content.
    pub(crate) async fn previous_distinct(self, pact: &PublishedPact) -> Result<Option<PublishedPact>, StoreError> {
        const PREVIOUS: &str = select!(
            "WHERE pp.consumer_id = $1 AND pp.provider_id = $2 AND pp.is_latest AND pp.consumer_version_ord < $3
               AND pp.pact_content_id <> $4 ORDER BY pp.consumer_version_ord DESC LIMIT 1"
        );
        let PublishedPact { consumer_id, provider_id, ord, pact_content_id, .. } = pact;
        maybe!(self.tx, PublishedPact, PREVIOUS, *consumer_id, *provider_id, *ord, *pact_content_id)
            .map_err(StoreError::while_doing("finding the previous distinct pact"))
    }

    /// When the first pact of the pair was published after this one's consumer version.
    pub(crate) async fn followed_at(self, pact: &PublishedPact) -> Result<Option<Timestamp>, StoreError> {
        const NEXT: &str = "SELECT pp.created_at FROM pact_publications pp
             WHERE pp.consumer_id = $1 AND pp.provider_id = $2 AND pp.is_latest AND pp.consumer_version_ord > $3
             ORDER BY pp.consumer_version_ord LIMIT 1";
        let row = maybe!(self.tx, (Timestamp,), NEXT, pact.consumer_id, pact.provider_id, pact.ord)
            .map_err(StoreError::while_doing("finding the next pact"))?;
        Ok(row.map(|(at,)| at))
    }

    /// The row of a content, stored now if it is new for the pair.
    pub(crate) async fn find_or_store(
        self,
        consumer: PacticipantId,
        provider: PacticipantId,
        content: &IdentifiedContent,
        now: Timestamp,
    ) -> Result<ContentId, StoreError> {
        const STORE: &str =
            "INSERT INTO pact_contents (consumer_id, provider_id, sha, spec_version, interactions_count,
                 messages_count, has_messages, created_at, content) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (consumer_id, provider_id, sha) DO NOTHING RETURNING id";
        const FIND: &str = "SELECT id FROM pact_contents WHERE consumer_id = $1 AND provider_id = $2 AND sha = $3";
        let failed = || StoreError::while_doing("storing a pact's content");
        let found = maybe!(self.tx, (ContentId,), FIND, consumer, provider, &content.sha).map_err(failed())?;
        if let Some((id,)) = found {
            return Ok(id);
        }
        // PostgreSQL's texts cannot hold a null character; the content itself keeps it, escaped.
        let spec_version = content.spec_version.as_deref().map(|version| version.replace('\0', "\u{fffd}"));
        let stored = maybe!(
            self.tx,
            (ContentId,),
            STORE,
            consumer,
            provider,
            &content.sha,
            &spec_version,
            content.interactions_count,
            content.messages_count,
            content.has_messages,
            now,
            &content.with_ids
        )
        .map_err(failed())?;
        let (id,) = match stored {
            Some(row) => row,
            // Somebody else came first.
            None => one!(self.tx, (ContentId,), FIND, consumer, provider, &content.sha).map_err(failed())?,
        };
        Ok(id)
    }

    /// Publishes a content for a consumer version, as revision `revision`, which replaces the one before.
    pub(crate) async fn publish(
        self,
        version: &Version,
        provider: PacticipantId,
        content: ContentId,
        revision: i64,
        now: Timestamp,
    ) -> Result<PublicationId, StoreError> {
        const REPLACE: &str = "UPDATE pact_publications SET is_latest = FALSE
             WHERE consumer_version_id = $1 AND provider_id = $2 AND is_latest";
        const PUBLISH: &str = "INSERT INTO pact_publications (consumer_id, provider_id, consumer_version_id,
                 consumer_version_ord, pact_content_id, revision, is_latest, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, TRUE, $7) RETURNING id";
        let failed = || StoreError::while_doing("publishing a pact");
        let Version { id, pacticipant_id, ord, created_at, .. } = version;
        if revision > 1 {
            run!(self.tx, REPLACE, *id, provider).map_err(failed())?;
        }
        let (publication,) =
            one!(self.tx, (PublicationId,), PUBLISH, *pacticipant_id, provider, *id, *ord, content, revision, now)
                .map_err(failed())?;
        // A version that was made at this moment has been put on its branches at this moment.
        if *created_at < now {
            self.tx.branches().touch_contracts(*id, now).await?;
        }
        Ok(publication)
    }

    /// Records that a pair is integrated and that something happened to its contract.
    pub(crate) async fn touch_integration(
        self,
        consumer: PacticipantId,
        provider: PacticipantId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const TOUCH: &str = "INSERT INTO integrations (consumer_id, provider_id, created_at, contract_data_updated_at)
             VALUES ($1, $2, $3, $3)
             ON CONFLICT (consumer_id, provider_id) DO UPDATE SET contract_data_updated_at = excluded.contract_data_updated_at";
        run!(self.tx, TOUCH, consumer, provider, now).map_err(StoreError::while_doing("recording an integration"))?;
        Ok(())
    }

    /// Did the pair ever have a pact?
    pub(crate) async fn integrated(self, consumer: &str, provider: &str) -> Result<bool, StoreError> {
        const COUNT: &str = "SELECT count(*) FROM integrations i JOIN pacticipants c ON c.id = i.consumer_id
             JOIN pacticipants p ON p.id = i.provider_id WHERE c.name = $1 AND p.name = $2";
        let (count,) = one!(self.tx, (i64,), COUNT, consumer, provider)
            .map_err(StoreError::while_doing("finding an integration"))?;
        Ok(count > 0)
    }

    /// Deletes the publications of a pair within a scope (of one version, with a number); how many there were.
    pub(crate) async fn delete(
        self,
        consumer: &str,
        provider: &str,
        scope: PactScope<'_>,
        number: Option<&str>,
    ) -> Result<u64, StoreError> {
        const DELETE: &str = concat!(
            "DELETE FROM pact_publications WHERE id IN (SELECT pp.id FROM pact_publications pp
               JOIN versions v ON v.id = pp.consumer_version_id
               JOIN pacticipants c ON c.id = pp.consumer_id JOIN pacticipants p ON p.id = pp.provider_id
              WHERE c.name = $3 AND p.name = $4 AND ($5 IS NULL OR v.number = $5) AND",
            in_scope!("v.id", "c.id"),
            ")"
        );
        run!(self.tx, DELETE, scope.kind(), scope.name(), consumer, provider, number)
            .map_err(StoreError::while_doing("deleting pacts"))
    }
}
