-- The values that traces are ranked by, aggregated after the writes. A query aggregates a trace without a row, or with a stale one,
-- itself.
CREATE TABLE trace_figures (
  trace       INTEGER PRIMARY KEY,
  duration_ms INTEGER,
  cost_nanos  INTEGER,                      -- 1e-9 USD
  tokens      INTEGER,
  stale       INTEGER NOT NULL              -- 1 if a span of the trace was written since
);
CREATE INDEX trace_figures_stale ON trace_figures (trace) WHERE stale = 1;
