-- The tables of the broker.
--
-- Two tokens are replaced for the engine before this runs: ID_PK (a numbered primary key) and BLOB (bytes).
-- Numbers and moments are BIGINT; moments are microseconds since 1970 in UTC, computed by the program. JSON is TEXT or BLOB
-- and read by the program. Columns said to be a copy are written once, never change and carry no foreign key of their own:
-- their row goes with its owner. Text is compared byte by byte (names are matched exactly).

------------------------------------------------------------------- applications
CREATE TABLE pacticipants (
  id                   ID_PK,
  name                 TEXT   NOT NULL,
  name_key             TEXT   NOT NULL,             -- lower case, for looking up and sorting without regard to case
  display_name         TEXT,
  main_branch          TEXT,
  repository_url       TEXT,
  repository_name      TEXT,
  repository_namespace TEXT,
  created_at           BIGINT NOT NULL,
  updated_at           BIGINT NOT NULL
);
CREATE UNIQUE INDEX ux_pacticipants_name     ON pacticipants (name);
CREATE INDEX        ix_pacticipants_name_key ON pacticipants (name_key);

CREATE TABLE pacticipant_labels (
  pacticipant_id BIGINT NOT NULL REFERENCES pacticipants (id) ON DELETE CASCADE,
  name           TEXT   NOT NULL,
  created_at     BIGINT NOT NULL,
  PRIMARY KEY (pacticipant_id, name)
);
CREATE INDEX ix_labels_name ON pacticipant_labels (name, pacticipant_id);

CREATE TABLE versions (
  id             ID_PK,
  pacticipant_id BIGINT NOT NULL REFERENCES pacticipants (id) ON DELETE CASCADE,
  number         TEXT   NOT NULL,
  ord            BIGINT NOT NULL,                   -- age within the pacticipant; taken with the pacticipant locked
  build_url      TEXT,
  created_at     BIGINT NOT NULL,
  updated_at     BIGINT NOT NULL
);
CREATE UNIQUE INDEX ux_versions_number ON versions (pacticipant_id, number);
CREATE UNIQUE INDEX ux_versions_ord    ON versions (pacticipant_id, ord);

-- A branch points at its head: the version added last, not the one with the highest ord.
CREATE TABLE branches (
  id              ID_PK,
  pacticipant_id  BIGINT NOT NULL REFERENCES pacticipants (id) ON DELETE CASCADE,
  name            TEXT   NOT NULL,
  name_key        TEXT   NOT NULL,                  -- lower case, for looking up without regard to case
  head_version_id BIGINT REFERENCES versions (id) ON DELETE SET NULL,
  created_at      BIGINT NOT NULL,
  updated_at      BIGINT NOT NULL
);
CREATE UNIQUE INDEX ux_branches_name ON branches (pacticipant_id, name);
CREATE INDEX        ix_branches_head ON branches (head_version_id);

CREATE TABLE branch_versions (
  branch_id    BIGINT  NOT NULL REFERENCES branches (id) ON DELETE CASCADE,
  version_id   BIGINT  NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
  version_ord  BIGINT  NOT NULL,                    -- copy
  auto_created BOOLEAN NOT NULL DEFAULT FALSE,
  created_at   BIGINT  NOT NULL,
  PRIMARY KEY (version_id, branch_id)
);
CREATE UNIQUE INDEX ux_branch_versions_ord ON branch_versions (branch_id, version_ord);

CREATE TABLE version_tags (
  version_id     BIGINT NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
  name           TEXT   NOT NULL,
  pacticipant_id BIGINT NOT NULL,                   -- copy
  version_ord    BIGINT NOT NULL,                   -- copy
  created_at     BIGINT NOT NULL,
  PRIMARY KEY (version_id, name)
);
CREATE UNIQUE INDEX ux_tags_name_ord ON version_tags (pacticipant_id, name, version_ord);

-- The head of a tag: the version with the highest ord that carries it. One row per name in use.
CREATE TABLE tag_heads (
  pacticipant_id  BIGINT NOT NULL REFERENCES pacticipants (id) ON DELETE CASCADE,
  name            TEXT   NOT NULL,
  head_version_id BIGINT NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
  head_ord        BIGINT NOT NULL,
  first_used_at   BIGINT NOT NULL,                  -- pending pacts ask since when a tag exists
  PRIMARY KEY (pacticipant_id, name)
);
CREATE INDEX ix_tag_heads_version ON tag_heads (head_version_id);

------------------------------------------------------------------- environments
CREATE TABLE environments (
  id           ID_PK,
  uuid         TEXT    NOT NULL,
  name         TEXT    NOT NULL,
  display_name TEXT,
  production   BOOLEAN NOT NULL,
  contacts     TEXT,                                -- JSON
  created_at   BIGINT  NOT NULL,
  updated_at   BIGINT  NOT NULL
);
CREATE UNIQUE INDEX ux_environments_uuid ON environments (uuid);
CREATE UNIQUE INDEX ux_environments_name ON environments (name);

CREATE TABLE deployed_versions (
  id             ID_PK,
  uuid           TEXT    NOT NULL,
  environment_id BIGINT  NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
  pacticipant_id BIGINT  NOT NULL REFERENCES pacticipants (id) ON DELETE CASCADE,
  version_id     BIGINT  NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
  target         TEXT,                              -- the application instance as given
  target_key     TEXT    NOT NULL DEFAULT '',       -- the same with '' for none: the place it is current in
  is_current     BOOLEAN NOT NULL,
  auto_created   BOOLEAN NOT NULL DEFAULT FALSE,
  created_at     BIGINT  NOT NULL,
  updated_at     BIGINT  NOT NULL,
  undeployed_at  BIGINT
);
CREATE UNIQUE INDEX ux_deployed_uuid    ON deployed_versions (uuid);
CREATE UNIQUE INDEX ux_deployed_current ON deployed_versions (environment_id, pacticipant_id, target_key) WHERE is_current;
CREATE INDEX ix_deployed_version        ON deployed_versions (version_id);
CREATE INDEX ix_deployed_pacticipant    ON deployed_versions (pacticipant_id);

CREATE TABLE released_versions (
  id               ID_PK,
  uuid             TEXT   NOT NULL,
  environment_id   BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
  pacticipant_id   BIGINT NOT NULL REFERENCES pacticipants (id) ON DELETE CASCADE,
  version_id       BIGINT NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
  created_at       BIGINT NOT NULL,
  updated_at       BIGINT NOT NULL,
  support_ended_at BIGINT
);
CREATE UNIQUE INDEX ux_released_uuid    ON released_versions (uuid);
CREATE UNIQUE INDEX ux_released_version ON released_versions (version_id, environment_id);
CREATE INDEX ix_released_current        ON released_versions (environment_id, pacticipant_id) WHERE support_ended_at IS NULL;
CREATE INDEX ix_released_pacticipant    ON released_versions (pacticipant_id);

-- What is in an environment now: deployed, or released and supported. Kept in step with the two tables above.
CREATE TABLE environment_versions (
  environment_id BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
  pacticipant_id BIGINT NOT NULL REFERENCES pacticipants (id) ON DELETE CASCADE,
  version_id     BIGINT NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
  PRIMARY KEY (environment_id, pacticipant_id, version_id)
);
CREATE INDEX ix_environment_versions_version     ON environment_versions (version_id);
CREATE INDEX ix_environment_versions_pacticipant ON environment_versions (pacticipant_id, environment_id, version_id);

---------------------------------------------------------------------- contracts
CREATE TABLE integrations (
  id                       ID_PK,
  consumer_id              BIGINT NOT NULL REFERENCES pacticipants (id) ON DELETE CASCADE,
  provider_id              BIGINT NOT NULL REFERENCES pacticipants (id) ON DELETE CASCADE,
  created_at               BIGINT NOT NULL,
  contract_data_updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX ux_integrations_pair     ON integrations (consumer_id, provider_id);
CREATE INDEX        ix_integrations_provider ON integrations (provider_id, consumer_id);

-- One row per distinct content of a pair, however many versions publish it.
CREATE TABLE pact_contents (
  id                 ID_PK,
  consumer_id        BIGINT  NOT NULL REFERENCES pacticipants (id) ON DELETE CASCADE,
  provider_id        BIGINT  NOT NULL REFERENCES pacticipants (id) ON DELETE CASCADE,
  sha                TEXT    NOT NULL,              -- of what verification depends on: see domain/content.rs
  spec_version       TEXT,
  interactions_count BIGINT  NOT NULL,
  messages_count     BIGINT  NOT NULL,
  has_messages       BOOLEAN NOT NULL,
  created_at         BIGINT  NOT NULL,
  content            BLOB    NOT NULL               -- compact JSON with interaction ids, as published first
);
CREATE UNIQUE INDEX ux_pact_contents_sha      ON pact_contents (consumer_id, provider_id, sha);
CREATE INDEX        ix_pact_contents_provider ON pact_contents (provider_id);

CREATE TABLE pact_publications (
  id                   ID_PK,
  consumer_id          BIGINT  NOT NULL,            -- copy
  provider_id          BIGINT  NOT NULL,            -- copy
  consumer_version_id  BIGINT  NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
  consumer_version_ord BIGINT  NOT NULL,            -- copy
  pact_content_id      BIGINT  NOT NULL REFERENCES pact_contents (id) ON DELETE CASCADE,
  revision             BIGINT  NOT NULL,
  is_latest            BOOLEAN NOT NULL,            -- the revision that counts for (consumer version, provider)
  created_at           BIGINT  NOT NULL
);
CREATE UNIQUE INDEX ux_publications_revision ON pact_publications (consumer_version_id, provider_id, revision);
CREATE UNIQUE INDEX ux_publications_latest   ON pact_publications (consumer_version_id, provider_id) WHERE is_latest;
CREATE INDEX ix_publications_pair            ON pact_publications (provider_id, consumer_id, consumer_version_ord) WHERE is_latest;
CREATE INDEX ix_publications_consumer        ON pact_publications (consumer_id, consumer_version_ord) WHERE is_latest;
CREATE INDEX ix_publications_content         ON pact_publications (pact_content_id, consumer_version_id);

------------------------------------------------------------------------ results
CREATE TABLE verifications (
  id                  ID_PK,
  pact_content_id     BIGINT  NOT NULL REFERENCES pact_contents (id) ON DELETE CASCADE,
  consumer_id         BIGINT  NOT NULL,             -- copy
  provider_id         BIGINT  NOT NULL,             -- copy
  provider_version_id BIGINT  NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
  number              BIGINT  NOT NULL,             -- shown in the API; one sequence for the whole broker
  success             BOOLEAN NOT NULL,
  wip                 BOOLEAN NOT NULL DEFAULT FALSE,
  pending             BOOLEAN NOT NULL DEFAULT FALSE,
  executed_at         BIGINT  NOT NULL,
  created_at          BIGINT  NOT NULL,
  build_url           TEXT,
  verified_by         TEXT,                         -- JSON
  selectors           TEXT,                         -- JSON: the selectors that chose the pact, from the URL's metadata
  test_results        BLOB                          -- JSON, may be large
);
CREATE UNIQUE INDEX ux_verifications_number    ON verifications (number);
CREATE INDEX ix_verifications_content          ON verifications (pact_content_id, id);
CREATE INDEX ix_verifications_provider_version ON verifications (provider_version_id, pact_content_id);
-- Pending and work in progress ask who has verified a content, and when; without reading the results themselves.
CREATE INDEX ix_verifications_success          ON verifications (pact_content_id, created_at, executed_at, wip, provider_version_id, success) WHERE success;

-- Numbers that are counted for the whole broker. Unlike max + 1 the next number is never one that was deleted, and unlike an
-- identity column an import can set it alike on both engines.
CREATE TABLE counters (
  name  TEXT   NOT NULL PRIMARY KEY,
  value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('verification', 0);

-- The results of single interactions, taken out of test_results so that questions can be asked by interaction.
CREATE TABLE interaction_results (
  verification_id BIGINT  NOT NULL REFERENCES verifications (id) ON DELETE CASCADE,
  position        BIGINT  NOT NULL,                 -- in the order reported
  interaction_id  TEXT    NOT NULL,                 -- the _id of the interaction in the pact's content
  success         BOOLEAN NOT NULL,
  description     TEXT,
  PRIMARY KEY (verification_id, position)
);
CREATE INDEX ix_interaction_results_interaction ON interaction_results (interaction_id, verification_id);

-- The result that counts for (content, provider version): the one recorded last.
CREATE TABLE latest_verifications (
  pact_content_id      BIGINT  NOT NULL REFERENCES pact_contents (id) ON DELETE CASCADE,
  provider_version_id  BIGINT  NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
  verification_id      BIGINT  NOT NULL REFERENCES verifications (id) ON DELETE CASCADE,
  provider_version_ord BIGINT  NOT NULL,            -- copy
  success              BOOLEAN NOT NULL,
  executed_at          BIGINT  NOT NULL,
  PRIMARY KEY (pact_content_id, provider_version_id)
);
CREATE INDEX ix_latest_verifications_provider_version ON latest_verifications (provider_version_id);
CREATE INDEX ix_latest_verifications_verification     ON latest_verifications (verification_id);
CREATE INDEX ix_latest_verifications_ord              ON latest_verifications (pact_content_id, provider_version_ord);
