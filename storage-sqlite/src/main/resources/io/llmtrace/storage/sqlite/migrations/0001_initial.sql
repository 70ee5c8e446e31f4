-- Ids of rows are small integers, given by the program. Times are nanoseconds since 1970.

CREATE TABLE counters (
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID;

INSERT INTO counters VALUES
  ('writes', 0),            -- transactions that stored something: what a walk along cursors counts by
  ('last_move', 0),         -- the latest of them that changed the time of a trace or span
  ('moves_forgotten', 0),   -- moves up to this one are gone
  ('text_indexed_body', 0); -- bodies up to this one are in the text index

-- What the counts of statistics cost is paid with each write, so that reading them costs nothing.
CREATE TABLE tenants (
  id          INTEGER PRIMARY KEY,
  tenant_id   BLOB NOT NULL UNIQUE,
  trace_count INTEGER NOT NULL DEFAULT 0,
  span_count  INTEGER NOT NULL DEFAULT 0,
  body_bytes  INTEGER NOT NULL DEFAULT 0
);

-- Operations, models and the like: few, and on every row.
CREATE TABLE names (
  id   INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);

CREATE TABLE traces (
  id         INTEGER PRIMARY KEY,
  tenant     INTEGER NOT NULL,
  trace_id   BLOB NOT NULL,
  created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX traces_by_trace_id ON traces (trace_id, tenant);
CREATE INDEX traces_by_created_at ON traces (tenant, created_at, trace_id);

-- The narrow part of a span: whatever lists, filters and sums need. What went in and out is in bodies.
CREATE TABLE spans (
  id                     INTEGER PRIMARY KEY,
  tenant                 INTEGER NOT NULL,
  trace                  INTEGER NOT NULL,
  span_id                BLOB NOT NULL,
  parent_span_id         BLOB,
  body                   INTEGER NOT NULL,
  start_time             INTEGER NOT NULL,
  end_time               INTEGER,
  duration_ms            INTEGER,
  operation              INTEGER NOT NULL,
  kind                   TEXT NOT NULL,
  provider               INTEGER,
  model                  INTEGER,
  service                INTEGER,
  finish_reason          INTEGER,
  session_id             TEXT,
  user_id                TEXT,
  tag_set                INTEGER,
  status_code            INTEGER,
  error                  INTEGER,
  prompt_tokens          INTEGER,
  completion_tokens      INTEGER,
  total_tokens           INTEGER,
  cache_read_tokens      INTEGER,
  cache_write_tokens     INTEGER,
  reasoning_tokens       INTEGER,
  time_to_first_token_ms INTEGER,
  estimated_cost_usd     REAL,
  security_score         INTEGER,
  finding_count          INTEGER
);
CREATE UNIQUE INDEX spans_by_trace ON spans (trace, span_id);
CREATE INDEX spans_by_span_id ON spans (span_id);
CREATE INDEX spans_by_start_time ON spans (tenant, start_time);
CREATE INDEX spans_by_model ON spans (tenant, model, start_time) WHERE model IS NOT NULL;
CREATE INDEX spans_by_session ON spans (tenant, session_id, start_time) WHERE session_id IS NOT NULL;
CREATE INDEX spans_by_user ON spans (tenant, user_id, start_time) WHERE user_id IS NOT NULL;
CREATE INDEX spans_by_tag_set ON spans (tag_set, start_time) WHERE tag_set IS NOT NULL;
CREATE INDEX spans_by_score ON spans (tenant, security_score, start_time) WHERE security_score IS NOT NULL;
CREATE INDEX spans_with_error ON spans (tenant, start_time) WHERE error = 1;

-- A body is compressed alone, or against the body of an earlier span of its trace: an agent sends its history with every
-- call, and what is sent again need not be stored again.
CREATE TABLE bodies (
  id             INTEGER PRIMARY KEY,
  span           INTEGER NOT NULL,
  input_preview  TEXT,
  output_preview TEXT,
  base           INTEGER,                    -- the body that this one needs to be read
  depth          INTEGER NOT NULL,           -- how many it needs, one through the other
  is_base        INTEGER NOT NULL DEFAULT 0, -- 1 when another needs this one
  plain_size     INTEGER NOT NULL,
  data           BLOB NOT NULL
);

-- Bodies of replaced spans which others need still; they go with their trace.
CREATE TABLE stale_bodies (
  trace INTEGER NOT NULL,
  body  INTEGER NOT NULL,
  PRIMARY KEY (trace, body)
) WITHOUT ROWID;

-- Spans of one service mostly carry the same tags: a set of them is stored once.
CREATE TABLE tag_sets (
  id     INTEGER PRIMARY KEY,
  tenant INTEGER NOT NULL,
  tags   TEXT NOT NULL, -- JSON object, keys sorted
  UNIQUE (tenant, tags)
);
CREATE TABLE tags (
  tenant  INTEGER NOT NULL,
  key     TEXT NOT NULL,
  value   TEXT NOT NULL,
  tag_set INTEGER NOT NULL,
  PRIMARY KEY (tenant, key, value, tag_set)
) WITHOUT ROWID;

CREATE TABLE findings (
  span         INTEGER NOT NULL,
  finding_type INTEGER NOT NULL,
  PRIMARY KEY (span, finding_type)
) WITHOUT ROWID;
CREATE INDEX findings_by_type ON findings (finding_type, span);

-- Times that were changed by late or repeated writes, so that a walk along cursors meets each item once.
CREATE TABLE trace_moves (
  item        INTEGER NOT NULL,
  write       INTEGER NOT NULL,
  tenant      INTEGER NOT NULL,
  time_before INTEGER NOT NULL,
  moved_at    INTEGER NOT NULL, -- seconds since 1970
  PRIMARY KEY (item, write)
) WITHOUT ROWID;
CREATE INDEX trace_moves_by_time ON trace_moves (tenant, time_before);
CREATE TABLE span_moves (
  item        INTEGER NOT NULL,
  write       INTEGER NOT NULL,
  tenant      INTEGER NOT NULL,
  time_before INTEGER NOT NULL,
  moved_at    INTEGER NOT NULL,
  PRIMARY KEY (item, write)
) WITHOUT ROWID;
CREATE INDEX span_moves_by_time ON span_moves (tenant, time_before);

-- The words of a span, under its row id. The program cuts the words; this tokenizer only splits at spaces.
CREATE VIRTUAL TABLE text_index USING fts5 (
  words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);
