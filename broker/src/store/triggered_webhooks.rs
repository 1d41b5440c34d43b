//! Triggered webhooks in the database, with the logs of their deliveries.

use crate::domain::id::{PacticipantId, PublicationId, TriggeredWebhookId, VerificationId};
use crate::domain::timestamp::Timestamp;
use crate::domain::webhook::{EventName, TriggeredStatus};
use crate::domain::webhook_template::EventContext;
use crate::store::{ReadTx, StoreError, all, maybe, one, run};

/// The triggered webhooks of a transaction.
pub(crate) struct TriggeredWebhooks<'t> {
    tx: &'t mut ReadTx,
}

impl ReadTx {
    /// Triggered webhooks.
    pub(crate) fn triggered_webhooks(&mut self) -> TriggeredWebhooks<'_> {
        TriggeredWebhooks { tx: self }
    }
}

/// A webhook that was triggered.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct TriggeredWebhook {
    /// Its row.
    pub(crate) id: TriggeredWebhookId,
    /// Its identity in the API.
    pub(crate) uuid: String,
    /// The webhook's identity, also when that was deleted.
    pub(crate) webhook_uuid: String,
    /// The method of the webhook, if it still exists.
    pub(crate) method: Option<String>,
    /// The address of the webhook, if it still exists.
    pub(crate) url: Option<String>,
    /// What triggered it.
    pub(crate) event_name: String,
    /// Whether something in the broker or a person triggered it.
    pub(crate) trigger_type: String,
    /// How its delivery stands.
    pub(crate) status: String,
    /// The consumer's name.
    pub(crate) consumer: String,
    /// The number of the consumer version.
    pub(crate) consumer_version: String,
    /// The provider's name.
    pub(crate) provider: String,
    /// How often its delivery was tried.
    pub(crate) attempts: i64,
    /// When it was triggered.
    pub(crate) created_at: Timestamp,
}

/// A try to deliver.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Execution {
    /// Was it delivered?
    pub(crate) success: bool,
    /// What happened.
    pub(crate) logs: String,
    /// When.
    pub(crate) created_at: Timestamp,
}

/// A webhook to be triggered.
#[derive(Debug)]
pub(crate) struct NewTriggeredWebhook<'a> {
    /// Its identity in the API.
    pub(crate) uuid: &'a str,
    /// The webhook's identity.
    pub(crate) webhook_uuid: &'a str,
    /// What triggers it.
    pub(crate) event: EventName,
    /// The pact.
    pub(crate) publication: PublicationId,
    /// The pair.
    pub(crate) pair: (PacticipantId, PacticipantId),
    /// The result, if it is about one.
    pub(crate) verification: Option<VerificationId>,
    /// The values of template variables.
    pub(crate) context: &'a EventContext,
    /// The identity of the request that triggers it.
    pub(crate) correlation_id: Option<&'a str>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT t.id, t.uuid, t.webhook_uuid, w.method, w.url, t.event_name, t.trigger_type, t.status, c.name AS consumer,
                    v.number AS consumer_version, p.name AS provider, t.created_at,
                    (SELECT count(*) FROM webhook_executions e WHERE e.triggered_webhook_id = t.id) AS attempts
               FROM triggered_webhooks t LEFT JOIN webhooks w ON w.uuid = t.webhook_uuid
               JOIN pacticipants c ON c.id = t.consumer_id JOIN pacticipants p ON p.id = t.provider_id
               JOIN pact_publications pp ON pp.id = t.pact_publication_id
               JOIN versions v ON v.id = pp.consumer_version_id ",
            $rest
        )
    };
}

impl TriggeredWebhooks<'_> {
    /// Triggers a webhook: from the moment of the commit it is to be delivered.
    pub(crate) async fn trigger(self, new: &NewTriggeredWebhook<'_>, now: Timestamp) -> Result<(), StoreError> {
        const TRIGGER: &str = "INSERT INTO triggered_webhooks (uuid, webhook_uuid, event_name, trigger_type,
                 consumer_id, provider_id, pact_publication_id, verification_id, status, event_context,
                 correlation_id, created_at, updated_at)
             VALUES ($1, $2, $3, 'resource_creation', $4, $5, $6, $7, $8, $9, $11, $10, $10) RETURNING id";
        const ENQUEUE: &str = "INSERT INTO webhook_outbox (triggered_webhook_id, run_at, attempts, leased_until)
             VALUES ($1, $2, 0, 0)";
        let (id,) = one!(
            self.tx,
            (TriggeredWebhookId,),
            TRIGGER,
            new.uuid,
            new.webhook_uuid,
            new.event.as_str(),
            new.pair.0,
            new.pair.1,
            new.publication,
            new.verification,
            TriggeredStatus::NotRun.as_str(),
            new.context.to_json(),
            now,
            new.correlation_id
        )
        .map_err(StoreError::while_doing("triggering a webhook"))?;
        run!(self.tx, ENQUEUE, id, now).map_err(StoreError::while_doing("enqueuing a webhook"))?;
        Ok(())
    }

    /// The triggered webhook with this uuid.
    pub(crate) async fn find(self, uuid: &str) -> Result<Option<TriggeredWebhook>, StoreError> {
        const FIND: &str = select!("WHERE t.uuid = $1");
        maybe!(self.tx, TriggeredWebhook, FIND, uuid).map_err(StoreError::while_doing("finding a triggered webhook"))
    }

    /// What the publications of a pact by a consumer version triggered, newest first.
    pub(crate) async fn of_pact(
        self,
        consumer: &str,
        provider: &str,
        number: &str,
    ) -> Result<Vec<TriggeredWebhook>, StoreError> {
        const LIST: &str = select!(
            "WHERE c.name = $1 AND p.name = $2 AND v.number = $3 AND t.verification_id IS NULL ORDER BY t.id DESC"
        );
        all!(self.tx, TriggeredWebhook, LIST, consumer, provider, number)
            .map_err(StoreError::while_doing("listing the webhooks triggered by a pact"))
    }

    /// What the publication of a result triggered, newest first.
    pub(crate) async fn of_verification(self, id: VerificationId) -> Result<Vec<TriggeredWebhook>, StoreError> {
        const LIST: &str = select!("WHERE t.verification_id = $1 ORDER BY t.id DESC");
        all!(self.tx, TriggeredWebhook, LIST, id)
            .map_err(StoreError::while_doing("listing the webhooks triggered by a result"))
    }

    /// The newest of each webhook and event for a pair, oldest first, without those of deleted webhooks.
    pub(crate) async fn latest_of_pair(
        self,
        consumer: PacticipantId,
        provider: PacticipantId,
    ) -> Result<Vec<TriggeredWebhook>, StoreError> {
        const LIST: &str = select!(
            "WHERE w.id IS NOT NULL AND t.id IN (SELECT max(n.id) FROM triggered_webhooks n
                   WHERE n.consumer_id = $1 AND n.provider_id = $2 GROUP BY n.webhook_uuid, n.event_name) ORDER BY t.id"
        );
        all!(self.tx, TriggeredWebhook, LIST, consumer, provider)
            .map_err(StoreError::while_doing("listing the latest triggered webhooks"))
    }

    /// The tries to deliver it, in their order.
    pub(crate) async fn executions(self, id: TriggeredWebhookId) -> Result<Vec<Execution>, StoreError> {
        const LIST: &str = "SELECT success, logs, created_at FROM webhook_executions
             WHERE triggered_webhook_id = $1 ORDER BY id";
        all!(self.tx, Execution, LIST, id).map_err(StoreError::while_doing("reading the logs of a webhook"))
    }
}
