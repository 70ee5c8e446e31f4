-- The name that the application gave to the trace of a span.
ALTER TABLE spans{local}{on_cluster}
    ADD COLUMN IF NOT EXISTS trace_name LowCardinality(Nullable(String)) AFTER parent_span_id;
