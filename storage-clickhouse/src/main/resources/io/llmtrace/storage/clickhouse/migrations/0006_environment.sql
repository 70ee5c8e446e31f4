-- The environment that sent a span, such as production, as a field to filter and group by.
ALTER TABLE spans{local}{on_cluster}
    ADD COLUMN IF NOT EXISTS environment LowCardinality(Nullable(String)) AFTER service_name;
