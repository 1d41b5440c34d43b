-- When a version was last put on the branch, or one of its versions was given a contract; never earlier than that. Most branches
-- are dead, and what may be work in progress is looked for on the others. Branches that an older broker makes while this one
-- runs are always looked at.
ALTER TABLE branches ADD COLUMN contract_at BIGINT NOT NULL DEFAULT 9223372036854775807;
UPDATE branches SET contract_at =
  coalesce((SELECT max(pp.created_at) FROM branch_versions bv
              JOIN pact_publications pp ON pp.consumer_version_id = bv.version_id
             WHERE bv.branch_id = branches.id), 0);
CREATE INDEX ix_branches_contract ON branches (pacticipant_id, contract_at);
