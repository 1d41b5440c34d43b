//! Webhooks in the database.

use std::collections::HashMap;

use intact_pact_model::json::Json;

use crate::domain::id::{PacticipantId, WebhookId};
use crate::domain::pact::PublishedPact;
use crate::domain::timestamp::Timestamp;
use crate::domain::webhook::{EventName, Party, Webhook, WebhookDefinition, WebhookRequest};
use crate::store::dialect::{json_list, with_lists};
use crate::store::pacts::published_pacts;
use crate::store::{ReadTx, StoreError, all, maybe, one, run};

/// The webhooks of a transaction.
pub(crate) struct Webhooks<'t> {
    tx: &'t mut ReadTx,
}

impl ReadTx {
    /// Webhooks.
    pub(crate) fn webhooks(&mut self) -> Webhooks<'_> {
        Webhooks { tx: self }
    }
}

/// Which webhooks a list is of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum WebhookScope {
    /// All.
    All,
    /// Those for exactly this consumer and this provider, where none means any.
    Exactly(Option<PacticipantId>, Option<PacticipantId>),
}

/// A webhook with its row, which what it triggers refers to.
#[derive(Debug, Clone)]
pub(crate) struct StoredWebhook {
    /// Its row.
    pub(crate) id: WebhookId,
    /// The webhook.
    pub(crate) webhook: Webhook,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: WebhookId,
    uuid: String,
    description: Option<String>,
    consumer: Option<String>,
    provider: Option<String>,
    consumer_label: Option<String>,
    provider_label: Option<String>,
    enabled: bool,
    method: String,
    url: String,
    username: Option<String>,
    password: Option<String>,
    headers: String,
    body: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT w.id, w.uuid, w.description, c.name AS consumer, p.name AS provider, w.consumer_label, w.provider_label,
                    w.enabled, w.method, w.url, w.username, w.password, w.headers, w.body, w.created_at, w.updated_at
               FROM webhooks w LEFT JOIN pacticipants c ON c.id = w.consumer_id
               LEFT JOIN pacticipants p ON p.id = w.provider_id ",
            $rest
        )
    };
}

impl Webhooks<'_> {
    /// The webhook with this uuid.
    pub(crate) async fn find(self, uuid: &str) -> Result<Option<StoredWebhook>, StoreError> {
        const FIND: &str = select!("WHERE w.uuid = $1");
        let rows = all!(self.tx, Row, FIND, uuid).map_err(StoreError::while_doing("finding a webhook"))?;
        Ok(self.with_events(rows).await?.pop())
    }

    /// The webhooks of a scope, in the order they were created.
    pub(crate) async fn list(self, scope: WebhookScope) -> Result<Vec<StoredWebhook>, StoreError> {
        const LIST: &str = select!(
            "WHERE $1 OR (w.consumer_id IS NOT DISTINCT FROM $2 AND w.provider_id IS NOT DISTINCT FROM $3
                          AND w.consumer_label IS NULL AND w.provider_label IS NULL) ORDER BY w.id"
        );
        let (every, consumer, provider) = match scope {
            WebhookScope::All => (true, None, None),
            WebhookScope::Exactly(consumer, provider) => (false, consumer, provider),
        };
        let rows =
            all!(self.tx, Row, LIST, every, consumer, provider).map_err(StoreError::while_doing("listing webhooks"))?;
        self.with_events(rows).await
    }

    /// The webhooks that are about the contracts of a pair, enabled or not, in the order they were created.
    pub(crate) async fn for_pair(
        self,
        consumer: PacticipantId,
        provider: PacticipantId,
    ) -> Result<Vec<StoredWebhook>, StoreError> {
        const LIST: &str = select!(
            "WHERE (w.consumer_id IS NULL OR w.consumer_id = $1) AND (w.provider_id IS NULL OR w.provider_id = $2)
               AND (w.consumer_label IS NULL OR EXISTS (SELECT 1 FROM pacticipant_labels l
                     WHERE l.pacticipant_id = $1 AND l.name = w.consumer_label))
               AND (w.provider_label IS NULL OR EXISTS (SELECT 1 FROM pacticipant_labels l
                     WHERE l.pacticipant_id = $2 AND l.name = w.provider_label)) ORDER BY w.id"
        );
        let rows = all!(self.tx, Row, LIST, consumer, provider)
            .map_err(StoreError::while_doing("finding the webhooks of a pair"))?;
        self.with_events(rows).await
    }

    async fn with_events(self, rows: Vec<Row>) -> Result<Vec<StoredWebhook>, StoreError> {
        const EVENTS: &str =
            "SELECT webhook_id, name FROM webhook_events WHERE webhook_id IN IDS($1) ORDER BY position";
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let sql = with_lists(self.tx.engine(), EVENTS);
        let ids = json_list(rows.iter().map(|row| row.id.0));
        let found = all!(self.tx, (WebhookId, String), sql, &ids)
            .map_err(StoreError::while_doing("reading the events of webhooks"))?;
        let mut events: HashMap<WebhookId, Vec<EventName>> = HashMap::new();
        for (id, name) in found {
            events.entry(id).or_default().extend(EventName::named(&name));
        }
        Ok(rows.into_iter().map(|row| row.into_webhook(&mut events)).collect())
    }

    /// The pact published last that a webhook is about.
    pub(crate) async fn latest_pact(self, of: &WebhookDefinition) -> Result<Option<PublishedPact>, StoreError> {
        const LATEST: &str = published_pacts!(
            "WHERE pp.is_latest AND ($1 IS NULL OR c.name = $1) AND ($3 IS NULL OR p.name = $3)
               AND ($2 IS NULL OR EXISTS (SELECT 1 FROM pacticipant_labels l
                     WHERE l.pacticipant_id = c.id AND l.name = $2))
               AND ($4 IS NULL OR EXISTS (SELECT 1 FROM pacticipant_labels l
                     WHERE l.pacticipant_id = p.id AND l.name = $4)) ORDER BY pp.id DESC LIMIT 1"
        );
        let name = |party: &Option<Party>| match party {
            Some(Party::Name(name)) => Some(name.clone()),
            Some(Party::Label(_)) | None => None,
        };
        let (consumer, provider) = (name(&of.consumer), name(&of.provider));
        let (consumer_label, provider_label) = (label(of.consumer.as_ref()), label(of.provider.as_ref()));
        maybe!(self.tx, PublishedPact, LATEST, consumer, consumer_label, provider, provider_label)
            .map_err(StoreError::while_doing("finding the latest pact of a webhook"))
    }

    /// Stores a webhook that is new. The pacticipants it names exist and are locked.
    pub(crate) async fn create(
        self,
        uuid: &str,
        new: &WebhookDefinition,
        parties: (Option<PacticipantId>, Option<PacticipantId>),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const CREATE: &str = "INSERT INTO webhooks (uuid, created_at, updated_at, enabled, method, url, headers)
             VALUES ($1, $2, $2, FALSE, '', '', '') RETURNING id";
        let tx = self.tx;
        let (id,) = one!(tx, (WebhookId,), CREATE, uuid, now).map_err(StoreError::while_doing("creating a webhook"))?;
        tx.webhooks().replace(id, new, parties, now).await
    }

    /// Replaces everything about a webhook but its identity.
    pub(crate) async fn replace(
        self,
        id: WebhookId,
        new: &WebhookDefinition,
        parties: (Option<PacticipantId>, Option<PacticipantId>),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const REPLACE: &str =
            "UPDATE webhooks SET updated_at = $2, description = $3, consumer_id = $4, provider_id = $5,
                 consumer_label = $6, provider_label = $7, enabled = $8, method = $9, url = $10, username = $11,
                 password = $12, headers = $13, body = $14 WHERE id = $1";
        let columns = Columns::of(new);
        run!(
            self.tx,
            REPLACE,
            id,
            now,
            &new.description,
            parties.0,
            parties.1,
            columns.consumer_label,
            columns.provider_label,
            new.enabled,
            &new.request.method,
            &new.request.url,
            &new.request.username,
            &new.request.password,
            &columns.headers,
            &columns.body
        )
        .map_err(StoreError::while_doing("replacing a webhook"))?;
        run!(self.tx, "DELETE FROM webhook_events WHERE webhook_id = $1", id)
            .map_err(StoreError::while_doing("replacing the events of a webhook"))?;
        self.set_events(id, &new.events).await
    }

    async fn set_events(self, id: WebhookId, events: &[EventName]) -> Result<(), StoreError> {
        const ADD: &str = "INSERT INTO webhook_events (webhook_id, position, name) VALUES ($1, $2, $3)";
        for (position, event) in (0_i64..).zip(events) {
            run!(self.tx, ADD, id, position, event.as_str())
                .map_err(StoreError::while_doing("storing the events of a webhook"))?;
        }
        Ok(())
    }

    /// Deletes a webhook; what it triggered stays. False if there was none.
    pub(crate) async fn delete(self, uuid: &str) -> Result<bool, StoreError> {
        let deleted = run!(self.tx, "DELETE FROM webhooks WHERE uuid = $1", uuid)
            .map_err(StoreError::while_doing("deleting a webhook"))?;
        Ok(deleted > 0)
    }
}

/// What is not stored as it is.
struct Columns<'a> {
    consumer_label: Option<&'a str>,
    provider_label: Option<&'a str>,
    headers: String,
    body: Option<String>,
}

impl<'a> Columns<'a> {
    fn of(new: &'a WebhookDefinition) -> Self {
        let headers = new.request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        Self {
            consumer_label: label(new.consumer.as_ref()),
            provider_label: label(new.provider.as_ref()),
            headers: Json::object(headers).to_compact(),
            body: new.request.body.as_ref().map(Json::to_compact),
        }
    }
}

fn label(party: Option<&Party>) -> Option<&str> {
    match party {
        Some(Party::Label(label)) => Some(label),
        Some(Party::Name(_)) | None => None,
    }
}

impl Row {
    fn into_webhook(self, events: &mut HashMap<WebhookId, Vec<EventName>>) -> StoredWebhook {
        let party = |name: Option<String>, label: Option<String>| name.map(Party::Name).or(label.map(Party::Label));
        let headers = Json::parse_owned(self.headers.as_bytes()).ok();
        let headers = headers.as_ref().and_then(Json::as_object).map(|headers| {
            headers.iter().map(|(name, value)| (name.to_owned(), value.to_text().into_owned())).collect()
        });
        let request = WebhookRequest {
            method: self.method,
            url: self.url,
            headers: headers.unwrap_or_default(),
            body: self.body.and_then(|body| Json::parse_owned(body.as_bytes()).ok()),
            username: self.username,
            password: self.password,
        };
        let definition = WebhookDefinition {
            description: self.description,
            consumer: party(self.consumer, self.consumer_label),
            provider: party(self.provider, self.provider_label),
            enabled: self.enabled,
            request,
            events: events.remove(&self.id).unwrap_or_default(),
        };
        let webhook = Webhook {
            uuid: self.uuid,
            created_at: Some(self.created_at),
            updated_at: (self.updated_at != self.created_at).then_some(self.updated_at),
            definition,
        };
        StoredWebhook { id: self.id, webhook }
    }
}
