-- Row ids are small integers that the program assigns. Times are nanoseconds since 1970.

CREATE TABLE counters (
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID;

INSERT INTO counters VALUES
  ('writes', 0),            -- transactions that stored something; a cursor holds the number at which its scan began
  ('last_move', 0),         -- the latest of them that changed the time of a trace or span
  ('moves_forgotten', 0),   -- changes of times up to this transaction were removed, so older cursors are refused
  ('text_indexed_block', 0); -- the spans of blocks up to this one are in the text index

-- Each write updates the counts, so that statistics do not have to count rows.
CREATE TABLE tenants (
  id          INTEGER PRIMARY KEY,
  tenant_id   BLOB NOT NULL UNIQUE,
  trace_count INTEGER NOT NULL DEFAULT 0,
  span_count  INTEGER NOT NULL DEFAULT 0,
  body_bytes  INTEGER NOT NULL DEFAULT 0
);

-- Operations, models and the like: few, and on every row. Readers cache them, so an id is never assigned again.
CREATE TABLE names (
  id   INTEGER PRIMARY KEY AUTOINCREMENT,
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

-- The part of a span that lists, filters and sums need. Its body (input, output and details) is in a block.
CREATE TABLE spans (
  id                     INTEGER PRIMARY KEY,
  tenant                 INTEGER NOT NULL,
  trace                  INTEGER NOT NULL,
  span_id                BLOB NOT NULL,
  parent_span_id         BLOB,
  block                  INTEGER NOT NULL,
  body_size              INTEGER NOT NULL,
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
CREATE INDEX spans_by_start_time ON spans (tenant, start_time);
CREATE INDEX spans_by_tag_set ON spans (tag_set, start_time) WHERE tag_set IS NOT NULL;
CREATE INDEX spans_by_score ON spans (tenant, security_score, start_time) WHERE security_score IS NOT NULL;
CREATE INDEX spans_with_error ON spans (tenant, start_time) WHERE error = 1;

-- Bodies of spans, many in a block, so that text they have in common is stored once. A block holds spans of one trace, or small
-- spans of several. A block of one trace may be compressed against an earlier block of that trace: an agent sends its history
-- with every call, and text that is sent again need not be stored again.
CREATE TABLE blocks (
  id         INTEGER PRIMARY KEY,
  trace      INTEGER,                    -- the trace of all bodies in it; null if they are of several
  base       INTEGER,                    -- the block that this one was compressed against
  is_base    INTEGER NOT NULL DEFAULT 0, -- 1 if another block was compressed against this one
  members    BLOB NOT NULL,              -- for each body: row id of its span (8 bytes), length (4 bytes)
  previews   BLOB NOT NULL,              -- for each body: the starts of input and output, for lists
  plain_size INTEGER NOT NULL,
  data       BLOB NOT NULL
);
CREATE INDEX blocks_by_trace ON blocks (trace) WHERE trace IS NOT NULL;

-- Spans of one service mostly carry the same tags: a set of them is stored once.
CREATE TABLE tag_sets (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
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

-- The times of items before late or repeated writes changed them, so that a scan with cursors lists each item once.
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

-- The words of a span, under its row id, and one token each for its span id, session, user and model: b-tree indexes for these
-- would change a page for nearly every span that is stored. The program finds the words; this tokenizer only splits at spaces.
CREATE VIRTUAL TABLE text_index USING fts5 (
  words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);
