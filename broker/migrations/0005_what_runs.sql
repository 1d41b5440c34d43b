-- What runs of a pacticipant, wherever. (A step of its own: one that locks two tables may wait for a build that waits for it.)
CREATE INDEX ix_deployed_running ON deployed_versions (pacticipant_id, environment_id, version_id) WHERE is_current;
