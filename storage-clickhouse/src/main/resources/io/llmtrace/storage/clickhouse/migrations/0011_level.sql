-- How important a span is: debug, default, warning or error.
ALTER TABLE spans{local}{on_cluster}
    ADD COLUMN IF NOT EXISTS level LowCardinality(Nullable(String)) AFTER status_code;
