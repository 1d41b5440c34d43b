-- Work that one broker of several on a database does for all of them.
CREATE TABLE jobs (
  name         TEXT   NOT NULL PRIMARY KEY,
  due_at       BIGINT NOT NULL,                     -- when it was to be done that was done, or begun, last
  leased_until BIGINT NOT NULL                      -- nobody else begins it before
);
