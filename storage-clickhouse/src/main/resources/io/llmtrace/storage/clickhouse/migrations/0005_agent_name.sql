-- The agent that a span is a step of, as a field to filter and group by.
ALTER TABLE spans{local}{on_cluster}
    ADD COLUMN IF NOT EXISTS agent_name LowCardinality(Nullable(String)) AFTER user_id;
