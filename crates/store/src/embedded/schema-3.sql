-- The groups' load, minute by minute. A group's minutes lie together, since they are read together; bodies are short.

CREATE TABLE rollups (
    group_id TEXT NOT NULL,
    at       INTEGER NOT NULL,
    body     TEXT NOT NULL,
    PRIMARY KEY (group_id, at)
) STRICT, WITHOUT ROWID;

-- What the keys in a day's bodies stand for.
CREATE TABLE rollup_names (
    group_id TEXT NOT NULL,
    day      INTEGER NOT NULL,
    key      TEXT NOT NULL,
    name     TEXT NOT NULL,
    PRIMARY KEY (group_id, day, key)
) STRICT, WITHOUT ROWID;
