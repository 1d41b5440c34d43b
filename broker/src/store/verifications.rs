//! Verification results in the database, and which of them counts.

use sqlx::AssertSqlSafe;

use crate::domain::id::{ContentId, VerificationId, VersionId};
use crate::domain::pact::PublishedPact;
use crate::domain::timestamp::Timestamp;
use crate::domain::verification::{InteractionResult, NewVerification, Verification};
use crate::domain::version::Version;
use crate::store::{ReadTx, StoreError, all, maybe, on, one, run, statement};

/// The verification results of a transaction.
pub(crate) struct Verifications<'t> {
    tx: &'t mut ReadTx,
}

impl ReadTx {
    /// Verification results.
    pub(crate) fn verifications(&mut self) -> Verifications<'_> {
        Verifications { tx: self }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, r.pact_content_id, pc.sha, c.name AS consumer, p.name AS provider, pv.number AS provider_version,
                    r.number, r.success, r.executed_at, r.build_url, r.verified_by, r.test_results
               FROM verifications r
               JOIN pact_contents pc ON pc.id = r.pact_content_id
               JOIN versions pv ON pv.id = r.provider_version_id
               JOIN pacticipants c ON c.id = r.consumer_id
               JOIN pacticipants p ON p.id = r.provider_id ",
            $rest
        )
    };
}

impl Verifications<'_> {
    /// The result with a number.
    pub(crate) async fn find(
        self,
        consumer: &str,
        provider: &str,
        sha: &str,
        number: i64,
    ) -> Result<Option<Verification>, StoreError> {
        const FIND: &str = select!("WHERE r.number = $4 AND c.name = $1 AND p.name = $2 AND pc.sha = $3");
        maybe!(self.tx, Verification, FIND, consumer, provider, sha, number)
            .map_err(StoreError::while_doing("finding a verification result"))
    }

    /// The result recorded last for a content, whatever the provider version.
    pub(crate) async fn latest(self, content: ContentId) -> Result<Option<Verification>, StoreError> {
        const LATEST: &str = select!("WHERE r.pact_content_id = $1 ORDER BY r.id DESC LIMIT 1");
        maybe!(self.tx, Verification, LATEST, content)
            .map_err(StoreError::while_doing("finding the latest verification result"))
    }

    /// The result recorded last for a content by a version of the provider's main branch.
    pub(crate) async fn latest_of_main_branch(self, content: ContentId) -> Result<Option<Verification>, StoreError> {
        const LATEST: &str = select!(
            "WHERE r.pact_content_id = $1 AND EXISTS (SELECT 1 FROM branch_versions bv JOIN branches b ON b.id = bv.branch_id
                 WHERE bv.version_id = r.provider_version_id AND b.name = p.main_branch) ORDER BY r.id DESC LIMIT 1"
        );
        maybe!(self.tx, Verification, LATEST, content)
            .map_err(StoreError::while_doing("finding the latest verification result of the main branch"))
    }

    /// Has any pact of the pair ever been verified?
    pub(crate) async fn exist_for_pair(self, pact: &PublishedPact) -> Result<bool, StoreError> {
        const EXISTS: &str = "SELECT CAST(count(*) AS BIGINT) FROM (SELECT 1 FROM verifications r
             JOIN pact_contents pc ON pc.id = r.pact_content_id
             WHERE pc.consumer_id = $1 AND pc.provider_id = $2 LIMIT 1) AS any_result";
        let (count,) = one!(self.tx, (i64,), EXISTS, pact.consumer_id, pact.provider_id)
            .map_err(StoreError::while_doing("looking for verification results"))?;
        Ok(count > 0)
    }

    /// Records a result and makes it the one that counts for its content and provider version; its number.
    pub(crate) async fn record(
        self,
        pact: &PublishedPact,
        provider_version: &Version,
        new: &NewVerification,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        const RECORD: &str =
            "INSERT INTO verifications (pact_content_id, consumer_id, provider_id, provider_version_id, number,
                 success, wip, pending, executed_at, created_at, build_url, verified_by, selectors, test_results)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11, $12, $13) RETURNING id";
        const NUMBER: &str = "UPDATE counters SET value = value + 1 WHERE name = 'verification' RETURNING value";
        const LATEST: &str = "INSERT INTO latest_verifications (pact_content_id, provider_version_id, verification_id,
                 provider_version_ord, success, executed_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (pact_content_id, provider_version_id) DO UPDATE SET verification_id = excluded.verification_id,
                 success = excluded.success, executed_at = excluded.executed_at
             WHERE excluded.verification_id > latest_verifications.verification_id";
        let failed = || StoreError::while_doing("recording a verification result");
        let content = pact.pact_content_id;
        let version = provider_version.id;
        let (number,) = one!(self.tx, (i64,), NUMBER).map_err(failed())?;
        let (id,) = one!(
            self.tx,
            (VerificationId,),
            RECORD,
            content,
            pact.consumer_id,
            pact.provider_id,
            version,
            number,
            new.success,
            new.wip,
            new.pending,
            now,
            &new.build_url,
            &new.verified_by,
            &new.selectors,
            &new.test_results
        )
        .map_err(failed())?;
        run!(self.tx, LATEST, content, version, id, provider_version.ord, new.success, now).map_err(failed())?;
        self.tx.verifications().record_interactions(id, &new.interactions).await?;
        Ok(number)
    }

    /// Records how single interactions went.
    async fn record_interactions(self, id: VerificationId, results: &[InteractionResult]) -> Result<(), StoreError> {
        const ROWS_OF_A_STATEMENT: usize = 100;
        let mut position = 0_i64;
        for part in results.chunks(ROWS_OF_A_STATEMENT) {
            let rows: Vec<String> = (0..part.len())
                .map(|row| format!("($1, ${}, ${}, ${}, ${})", row * 4 + 2, row * 4 + 3, row * 4 + 4, row * 4 + 5))
                .collect();
            let sql = format!(
                "INSERT INTO interaction_results (verification_id, position, interaction_id, success, description) VALUES {}",
                rows.join(", ")
            );
            on!(self.tx, |db| {
                // Statements of other lengths are not worth being kept: they would push out those that are asked often.
                let keep = part.len() == ROWS_OF_A_STATEMENT;
                let mut record = sqlx::query(statement(AssertSqlSafe(sql))).persistent(keep).bind(id);
                for (place, InteractionResult { interaction_id, success, description }) in (position..).zip(part) {
                    record = record.bind(place).bind(interaction_id).bind(*success).bind(description);
                }
                record.execute(db).await.map(drop)
            })
            .map_err(StoreError::while_doing("recording the results of interactions"))?;
            position += i64::try_from(part.len()).unwrap_or(i64::MAX);
        }
        Ok(())
    }

    /// How the interactions of a result went, in the order reported.
    pub(crate) async fn interactions(self, number: i64) -> Result<Vec<InteractionResult>, StoreError> {
        const LIST: &str = "SELECT i.interaction_id, i.success, i.description FROM interaction_results i
             JOIN verifications r ON r.id = i.verification_id WHERE r.number = $1 ORDER BY i.position";
        let rows = all!(self.tx, (String, bool, Option<String>), LIST, number)
            .map_err(StoreError::while_doing("listing the results of interactions"))?;
        let result =
            |(interaction_id, success, description)| InteractionResult { interaction_id, success, description };
        Ok(rows.into_iter().map(result).collect())
    }

    /// Deletes a result; the one before it counts again for its content and provider version.
    pub(crate) async fn delete(self, verification: &Verification) -> Result<(), StoreError> {
        const DELETE: &str = "DELETE FROM verifications WHERE id = $1";
        const RESTORE: &str = "INSERT INTO latest_verifications (pact_content_id, provider_version_id, verification_id,
                 provider_version_ord, success, executed_at)
             SELECT r.pact_content_id, r.provider_version_id, r.id, v.ord, r.success, r.executed_at
               FROM verifications r JOIN versions v ON v.id = r.provider_version_id
              WHERE r.pact_content_id = $1 AND r.id = (SELECT max(n.id) FROM verifications n
                    WHERE n.pact_content_id = r.pact_content_id AND n.provider_version_id = r.provider_version_id)
             ON CONFLICT (pact_content_id, provider_version_id) DO NOTHING";
        let failed = || StoreError::while_doing("deleting a verification result");
        run!(self.tx, DELETE, verification.id).map_err(failed())?;
        run!(self.tx, RESTORE, verification.pact_content_id).map_err(failed())?;
        Ok(())
    }

    /// The latest result of each pact of a consumer version.
    pub(crate) async fn of_consumer_version(self, version: VersionId) -> Result<Vec<Verification>, StoreError> {
        const LIST: &str = select!(
            "JOIN pact_publications pp ON pp.pact_content_id = r.pact_content_id AND pp.is_latest
             WHERE pp.consumer_version_id = $1
               AND r.id = (SELECT max(n.id) FROM verifications n WHERE n.pact_content_id = r.pact_content_id)
             ORDER BY p.name_key, p.name"
        );
        all!(self.tx, Verification, LIST, version)
            .map_err(StoreError::while_doing("listing the latest verification results"))
    }
}
