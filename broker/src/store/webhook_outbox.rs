//! What is to be delivered, and who is delivering it.
//!
//! A row is claimed by a lease: until it ends nobody else claims the row, and what a delivery came to is recorded only by who
//! still holds it. A broker that dies leaves its leases behind, and when they end another delivers again. Tries are counted
//! when they are claimed, so that what can never be recorded is not delivered for ever.

use std::time::Duration;

use uuid::Uuid;

use crate::domain::id::TriggeredWebhookId;
use crate::domain::timestamp::Timestamp;
use crate::domain::webhook::TriggeredStatus;
use crate::domain::webhook_template::EventContext;
use crate::store::dialect::{Engine, json_list, with_lists};
use crate::store::{ReadTx, StoreError, maybe, one, run};

/// The outbox of a transaction.
pub(crate) struct WebhookOutbox<'t> {
    tx: &'t mut ReadTx,
}

impl ReadTx {
    /// The outbox.
    pub(crate) fn webhook_outbox(&mut self) -> WebhookOutbox<'_> {
        WebhookOutbox { tx: self }
    }
}

/// A delivery that is ours to make.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    /// What is to be delivered.
    pub(crate) id: TriggeredWebhookId,
    /// The webhook's identity; it may have been deleted.
    pub(crate) webhook_uuid: String,
    /// The values of template variables.
    pub(crate) context: EventContext,
    /// The identity of the request that triggered it.
    pub(crate) correlation_id: Option<String>,
    /// How often it was claimed before.
    pub(crate) attempts: usize,
    lease: String,
}

/// What a delivery came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is done.
    Done(TriggeredStatus),
    /// It is to be tried again then.
    Again(Timestamp),
}

impl WebhookOutbox<'_> {
    /// Is there anything to deliver now?
    pub(crate) async fn due(self, now: Timestamp) -> Result<bool, StoreError> {
        const DUE: &str = "SELECT CAST(count(*) AS BIGINT) FROM (SELECT 1 FROM webhook_outbox
             WHERE run_at <= $1 AND leased_until <= $1 LIMIT 1) AS due";
        let (count,) =
            one!(self.tx, (i64,), DUE, now).map_err(StoreError::while_doing("looking for webhooks to deliver"))?;
        Ok(count > 0)
    }

    /// How many deliveries are due now, and how many wait for their time.
    pub(crate) async fn depth(self, now: Timestamp) -> Result<Vec<(&'static str, i64)>, StoreError> {
        const DEPTH: &str =
            "SELECT count(*) FILTER (WHERE run_at <= $1), count(*) FILTER (WHERE run_at > $1) FROM webhook_outbox";
        let (due, waiting) =
            one!(self.tx, (i64, i64), DEPTH, now).map_err(StoreError::while_doing("counting webhooks to deliver"))?;
        Ok(vec![("due", due), ("waiting", waiting)])
    }

    /// Claims the delivery that is due for longest, except of the webhooks `busy`, for as long as `lease`.
    pub(crate) async fn claim(
        self,
        busy: &[&str],
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<Claim>, StoreError> {
        const ON_SQLITE: &str = "UPDATE webhook_outbox SET attempts = attempts + 1, lease = $3, leased_until = $4
             WHERE triggered_webhook_id = (SELECT o.triggered_webhook_id FROM webhook_outbox o
                 JOIN triggered_webhooks t ON t.id = o.triggered_webhook_id
                 WHERE o.run_at <= $1 AND o.leased_until <= $1 AND NOT (t.webhook_uuid IN TEXTS($2))
                 ORDER BY o.run_at, o.triggered_webhook_id LIMIT 1)
             RETURNING triggered_webhook_id, attempts - 1";
        // What another is claiming at this moment is passed over instead of waited for.
        const ON_POSTGRES: &str = "UPDATE webhook_outbox SET attempts = attempts + 1, lease = $3, leased_until = $4
             WHERE triggered_webhook_id = (SELECT o.triggered_webhook_id FROM webhook_outbox o
                 JOIN triggered_webhooks t ON t.id = o.triggered_webhook_id
                 WHERE o.run_at <= $1 AND o.leased_until <= $1 AND NOT (t.webhook_uuid IN TEXTS($2))
                 ORDER BY o.run_at, o.triggered_webhook_id LIMIT 1 FOR UPDATE OF o SKIP LOCKED)
             RETURNING triggered_webhook_id, attempts - 1";
        const ABOUT: &str = "SELECT webhook_uuid, event_context, correlation_id FROM triggered_webhooks WHERE id = $1";
        let failed = || StoreError::while_doing("claiming a webhook to deliver");
        let engine = self.tx.engine();
        let sql = match engine {
            Engine::Sqlite => with_lists(engine, ON_SQLITE),
            Engine::Postgres => with_lists(engine, ON_POSTGRES),
        };
        let name = Uuid::new_v4().to_string();
        let until = now.plus(lease);
        let claimed = maybe!(self.tx, (TriggeredWebhookId, i64), sql, now, json_list(busy), &name, until);
        let Some((id, attempts)) = claimed.map_err(failed())? else { return Ok(None) };
        let (webhook_uuid, context, correlation_id) =
            one!(self.tx, (String, String, Option<String>), ABOUT, id).map_err(failed())?;
        let context = EventContext::from_json(&context);
        let attempts = usize::try_from(attempts).unwrap_or(usize::MAX);
        Ok(Some(Claim { id, webhook_uuid, context, correlation_id, attempts, lease: name }))
    }

    /// Records what a delivery came to, and its log; false if the lease has passed to another meanwhile, and then the
    /// transaction is not to be committed.
    pub(crate) async fn finish(
        self,
        claim: &Claim,
        outcome: Outcome,
        log: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        // First what deletions lock first, as they come down from it to the outbox: in the other order the two could wait for
        // each other.
        const STATUS: &str = "UPDATE triggered_webhooks SET status = $2, updated_at = $3 WHERE id = $1
               AND EXISTS (SELECT 1 FROM webhook_outbox o WHERE o.triggered_webhook_id = $1 AND o.lease = $4)";
        const DONE: &str = "DELETE FROM webhook_outbox WHERE triggered_webhook_id = $1 AND lease = $2";
        const AGAIN: &str = "UPDATE webhook_outbox SET run_at = $3, lease = NULL, leased_until = 0
             WHERE triggered_webhook_id = $1 AND lease = $2";
        const EXECUTION: &str = "INSERT INTO webhook_executions (triggered_webhook_id, success, logs, created_at)
             VALUES ($1, $2, $3, $4)";
        let failed = || StoreError::while_doing("recording the delivery of a webhook");
        let status = match outcome {
            Outcome::Done(status) => status,
            Outcome::Again(_) => TriggeredStatus::Retrying,
        };
        if run!(self.tx, STATUS, claim.id, status.as_str(), now, &claim.lease).map_err(failed())? == 0 {
            return Ok(false);
        }
        let held = match outcome {
            Outcome::Done(_) => run!(self.tx, DONE, claim.id, &claim.lease),
            Outcome::Again(at) => run!(self.tx, AGAIN, claim.id, &claim.lease, at),
        };
        // The outbox is not locked by the first statement: another may have claimed it since.
        if held.map_err(failed())? == 0 {
            return Ok(false);
        }
        if let Some(log) = log {
            let success = status == TriggeredStatus::Success;
            run!(self.tx, EXECUTION, claim.id, success, log, now).map_err(failed())?;
        }
        Ok(true)
    }
}
