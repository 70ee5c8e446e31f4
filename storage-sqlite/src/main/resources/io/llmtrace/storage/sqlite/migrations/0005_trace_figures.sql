-- What traces are ranked by, added up behind the writes. A trace without a row, or with a stale one, is added up when it is asked for.
CREATE TABLE trace_figures (
  trace       INTEGER PRIMARY KEY,
  duration_ms INTEGER,
  cost_nanos  INTEGER,                      -- 1e-9 USD
  tokens      INTEGER,
  stale       INTEGER NOT NULL              -- 1: a span was written since
);
CREATE INDEX trace_figures_stale ON trace_figures (trace) WHERE stale = 1;
