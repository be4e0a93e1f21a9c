-- What was decided about the groups' capacities. Bodies are JSON and come last, as in the tables before.

CREATE TABLE decisions (
    id       TEXT PRIMARY KEY NOT NULL,
    group_id TEXT NOT NULL,
    at       INTEGER NOT NULL,
    body     TEXT NOT NULL
) STRICT;
CREATE INDEX decisions_by_group ON decisions (group_id, at, id);
CREATE INDEX decisions_by_time ON decisions (at);
