//! Which pacticipants have contracts with each other, in the database.

use crate::domain::id::IntegrationId;
use crate::domain::pact::PublishedPact;
use crate::store::dialect::{json_list, with_lists};
use crate::store::pacts::published_pacts;
use crate::store::{ReadTx, StoreError, all, one, run};

/// The integrations of a transaction.
pub(crate) struct Integrations<'t> {
    tx: &'t mut ReadTx,
}

impl ReadTx {
    /// Integrations.
    pub(crate) fn integrations(&mut self) -> Integrations<'_> {
        Integrations { tx: self }
    }
}

/// A consumer and a provider with a contract between them.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Integration {
    /// Its row.
    pub(crate) id: IntegrationId,
    /// Who expects.
    pub(crate) consumer: String,
    /// Who provides.
    pub(crate) provider: String,
}

impl Integrations<'_> {
    /// A part of the integrations with `like` (in any case) in one of their names, those whose contracts changed last first,
    /// and how many there are.
    pub(crate) async fn list(
        self,
        like: Option<&str>,
        (limit, offset): (i64, i64),
    ) -> Result<(Vec<Integration>, i64), StoreError> {
        // `replace` finds a substring on both engines alike, without patterns: a name may hold `%`.
        macro_rules! named {
            ($what:literal, $rest:literal) => {
                concat!(
                    "SELECT ",
                    $what,
                    " FROM integrations i
                       JOIN pacticipants c ON c.id = i.consumer_id JOIN pacticipants p ON p.id = i.provider_id
                      WHERE ($1 IS NULL OR replace(c.name_key, $1, '') <> c.name_key
                                        OR replace(p.name_key, $1, '') <> p.name_key) ",
                    $rest
                )
            };
        }
        const LIST: &str = named!(
            "i.id, c.name AS consumer, p.name AS provider",
            "ORDER BY i.contract_data_updated_at DESC, i.id DESC LIMIT CAST($2 AS BIGINT) OFFSET $3"
        );
        const COUNT: &str = named!("count(*)", "");
        let like = like.map(str::to_lowercase);
        let failed = || StoreError::while_doing("listing integrations");
        let integrations = all!(self.tx, Integration, LIST, &like, limit, offset).map_err(failed())?;
        let (count,) = one!(self.tx, (i64,), COUNT, &like).map_err(failed())?;
        Ok((integrations, count))
    }

    /// The latest pact of each of these integrations.
    pub(crate) async fn latest_pacts(self, ids: &[IntegrationId]) -> Result<Vec<PublishedPact>, StoreError> {
        // Of each pair one look into an index.
        const LATEST: &str = published_pacts!(
            "WHERE pp.id IN (SELECT (SELECT n.id FROM pact_publications n
                         WHERE n.is_latest AND n.provider_id = i.provider_id AND n.consumer_id = i.consumer_id
                         ORDER BY n.consumer_version_ord DESC LIMIT 1)
                  FROM integrations i WHERE i.id IN IDS($1))"
        );
        let sql = with_lists(self.tx.engine(), LATEST);
        all!(self.tx, PublishedPact, sql, json_list(ids.iter().map(|id| id.0)))
            .map_err(StoreError::while_doing("finding the latest pacts of integrations"))
    }

    /// Deletes an integration with its contracts, their results and the webhooks of exactly this pair; false if there was
    /// none.
    pub(crate) async fn delete(self, consumer: &str, provider: &str) -> Result<bool, StoreError> {
        const CONTENTS: &str = "DELETE FROM pact_contents
             WHERE consumer_id IN (SELECT id FROM pacticipants WHERE name = $1)
               AND provider_id IN (SELECT id FROM pacticipants WHERE name = $2)";
        const WEBHOOKS: &str = "DELETE FROM webhooks
             WHERE consumer_id IN (SELECT id FROM pacticipants WHERE name = $1)
               AND provider_id IN (SELECT id FROM pacticipants WHERE name = $2)";
        const INTEGRATION: &str = "DELETE FROM integrations
             WHERE consumer_id IN (SELECT id FROM pacticipants WHERE name = $1)
               AND provider_id IN (SELECT id FROM pacticipants WHERE name = $2)";
        let failed = || StoreError::while_doing("deleting an integration");
        run!(self.tx, CONTENTS, consumer, provider).map_err(failed())?;
        run!(self.tx, WEBHOOKS, consumer, provider).map_err(failed())?;
        let deleted = run!(self.tx, INTEGRATION, consumer, provider).map_err(failed())?;
        Ok(deleted > 0)
    }

    /// Deletes the versions of a pacticipant that have neither a contract nor a result, and the pacticipant if nothing is left
    /// of it: no version, no label, no integration.
    pub(crate) async fn delete_what_is_left_of(self, pacticipant: &str) -> Result<(), StoreError> {
        const VERSIONS: &str =
            "DELETE FROM versions WHERE pacticipant_id IN (SELECT id FROM pacticipants WHERE name = $1)
               AND NOT EXISTS (SELECT 1 FROM pact_publications pp WHERE pp.consumer_version_id = versions.id)
               AND NOT EXISTS (SELECT 1 FROM verifications r WHERE r.provider_version_id = versions.id)";
        const BRANCH_HEADS: &str = "UPDATE branches SET head_version_id =
                 (SELECT version_id FROM branch_versions WHERE branch_id = branches.id ORDER BY version_ord DESC LIMIT 1)
             WHERE head_version_id IS NULL AND pacticipant_id IN (SELECT id FROM pacticipants WHERE name = $1)";
        // The head of a tag is the newest version that carries it: where it went, the next one is looked for.
        const TAG_HEADS: &str = "INSERT INTO tag_heads (pacticipant_id, name, head_version_id, head_ord, first_used_at)
             SELECT t.pacticipant_id, t.name, t.version_id, t.version_ord,
                    (SELECT min(f.created_at) FROM version_tags f WHERE f.pacticipant_id = t.pacticipant_id AND f.name = t.name)
               FROM version_tags t
               JOIN (SELECT pacticipant_id, name, max(version_ord) AS ord FROM version_tags GROUP BY pacticipant_id, name) newest
                 ON newest.pacticipant_id = t.pacticipant_id AND newest.name = t.name AND newest.ord = t.version_ord
              WHERE t.pacticipant_id IN (SELECT id FROM pacticipants WHERE name = $1)
                AND NOT EXISTS (SELECT 1 FROM tag_heads h WHERE h.pacticipant_id = t.pacticipant_id AND h.name = t.name)";
        const PACTICIPANT: &str = "DELETE FROM pacticipants WHERE name = $1
               AND NOT EXISTS (SELECT 1 FROM versions v WHERE v.pacticipant_id = pacticipants.id)
               AND NOT EXISTS (SELECT 1 FROM pacticipant_labels l WHERE l.pacticipant_id = pacticipants.id)
               AND NOT EXISTS (SELECT 1 FROM integrations i
                                WHERE i.consumer_id = pacticipants.id OR i.provider_id = pacticipants.id)";
        for statement in [VERSIONS, BRANCH_HEADS, TAG_HEADS, PACTICIPANT] {
            run!(self.tx, statement, pacticipant)
                .map_err(StoreError::while_doing("deleting what an integration leaves behind"))?;
        }
        Ok(())
    }

    /// Deletes all pacticipants with everything that belongs to them, and all webhooks. Environments stay.
    pub(crate) async fn delete_everything(self) -> Result<(), StoreError> {
        let tx = self.tx;
        let names = tx.pacticipants().names().await?;
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        tx.pacticipants().lock(&names).await?;
        // Contracts first: the cascades from versions would otherwise search them version by version.
        for statement in ["DELETE FROM pact_contents", "DELETE FROM webhooks", "DELETE FROM pacticipants"] {
            run!(tx, statement).map_err(StoreError::while_doing("deleting all integrations"))?;
        }
        Ok(())
    }
}
