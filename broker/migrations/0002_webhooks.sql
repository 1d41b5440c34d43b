-- Webhooks, what they were triggered by, and what is still to be delivered.

CREATE TABLE webhooks (
  id             ID_PK,
  uuid           TEXT    NOT NULL,
  description    TEXT,
  consumer_id    BIGINT  REFERENCES pacticipants (id) ON DELETE CASCADE,   -- NULL: any
  provider_id    BIGINT  REFERENCES pacticipants (id) ON DELETE CASCADE,   -- NULL: any
  consumer_label TEXT,
  provider_label TEXT,
  enabled        BOOLEAN NOT NULL,
  method         TEXT    NOT NULL,
  url            TEXT    NOT NULL,
  username       TEXT,
  password       TEXT,
  headers        TEXT    NOT NULL,                  -- JSON object, names in lower case
  body           TEXT,                              -- JSON; a text is a JSON string
  created_at     BIGINT  NOT NULL,
  updated_at     BIGINT  NOT NULL
);
CREATE UNIQUE INDEX ux_webhooks_uuid ON webhooks (uuid);
CREATE INDEX ix_webhooks_consumer    ON webhooks (consumer_id);
CREATE INDEX ix_webhooks_provider    ON webhooks (provider_id);

CREATE TABLE webhook_events (
  webhook_id BIGINT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  position   BIGINT NOT NULL,                       -- events are shown in the order given
  name       TEXT   NOT NULL,
  PRIMARY KEY (webhook_id, position)
);

-- One for each event, webhook, and version that the event is expanded for.
CREATE TABLE triggered_webhooks (
  id                  ID_PK,
  uuid                TEXT   NOT NULL,
  webhook_uuid        TEXT   NOT NULL,              -- no reference: it is kept when the webhook is deleted
  event_name          TEXT   NOT NULL,
  trigger_type        TEXT   NOT NULL,
  consumer_id         BIGINT NOT NULL REFERENCES pacticipants (id) ON DELETE CASCADE,
  provider_id         BIGINT NOT NULL REFERENCES pacticipants (id) ON DELETE CASCADE,
  pact_publication_id BIGINT NOT NULL REFERENCES pact_publications (id) ON DELETE CASCADE,
  verification_id     BIGINT REFERENCES verifications (id) ON DELETE CASCADE,
  status              TEXT   NOT NULL,              -- not_run, retrying, success, failure
  event_context       TEXT   NOT NULL,              -- JSON: the values of template variables at that time
  correlation_id      TEXT,                         -- of the request that triggered it
  created_at          BIGINT NOT NULL,
  updated_at          BIGINT NOT NULL
);
CREATE UNIQUE INDEX ux_triggered_uuid    ON triggered_webhooks (uuid);
CREATE INDEX ix_triggered_pair           ON triggered_webhooks (consumer_id, provider_id, id);
CREATE INDEX ix_triggered_provider       ON triggered_webhooks (provider_id);
CREATE INDEX ix_triggered_publication    ON triggered_webhooks (pact_publication_id);
CREATE INDEX ix_triggered_verification   ON triggered_webhooks (verification_id);

-- A row for as long as a triggered webhook is to be delivered. Who delivers it holds a lease.
CREATE TABLE webhook_outbox (
  triggered_webhook_id BIGINT NOT NULL PRIMARY KEY REFERENCES triggered_webhooks (id) ON DELETE CASCADE,
  run_at               BIGINT NOT NULL,
  attempts             BIGINT NOT NULL,
  lease                TEXT,                        -- of the delivery in progress
  leased_until         BIGINT NOT NULL
);
CREATE INDEX ix_outbox_due ON webhook_outbox (run_at);

CREATE TABLE webhook_executions (
  id                   ID_PK,
  triggered_webhook_id BIGINT  NOT NULL REFERENCES triggered_webhooks (id) ON DELETE CASCADE,
  success              BOOLEAN NOT NULL,
  logs                 TEXT    NOT NULL,
  created_at           BIGINT  NOT NULL
);
CREATE INDEX ix_executions_triggered ON webhook_executions (triggered_webhook_id);
