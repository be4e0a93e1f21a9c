-- Bodies are JSON; beside them stand the columns that queries and compare-and-sets name.
-- Bodies come last: SQLite then judges a row without reading the pages of a long one.

CREATE TABLE groups (
    id       TEXT PRIMARY KEY NOT NULL,
    account  TEXT NOT NULL,
    name     TEXT NOT NULL,
    deleted  INTEGER NOT NULL,
    epoch    INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    body     TEXT NOT NULL
) STRICT;
-- A deleted group's name is free at once.
CREATE UNIQUE INDEX groups_by_name ON groups (account, name) WHERE deleted = 0;
CREATE INDEX groups_by_account ON groups (account, id);

CREATE TABLE documents (
    kind     TEXT NOT NULL,
    account  TEXT NOT NULL,
    name     TEXT NOT NULL,
    users    INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    body     TEXT NOT NULL,
    PRIMARY KEY (kind, account, name)
) STRICT;

CREATE TABLE activities (
    id       TEXT PRIMARY KEY NOT NULL,
    group_id TEXT NOT NULL,
    start    INTEGER NOT NULL,
    final    INTEGER NOT NULL,
    body     TEXT NOT NULL
) STRICT;
CREATE INDEX activities_by_group ON activities (group_id, start, id);
CREATE INDEX activities_by_start ON activities (start);

CREATE TABLE hosts (
    name TEXT PRIMARY KEY NOT NULL,
    body TEXT NOT NULL
) STRICT;

CREATE TABLE tokens (
    hash    TEXT PRIMARY KEY NOT NULL,
    expires INTEGER NOT NULL,
    body    TEXT NOT NULL
) STRICT;
CREATE INDEX tokens_by_end ON tokens (expires);

-- What there is one of: the installation's id, the leader's lease.
CREATE TABLE singles (
    name TEXT PRIMARY KEY NOT NULL,
    body TEXT NOT NULL
) STRICT;
