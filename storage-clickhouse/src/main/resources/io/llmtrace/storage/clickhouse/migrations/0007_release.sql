-- The version of the application that sent a span, as a field to filter and group by.
ALTER TABLE spans{local}{on_cluster}
    ADD COLUMN IF NOT EXISTS release LowCardinality(Nullable(String)) AFTER environment;
