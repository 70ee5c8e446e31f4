-- The name of the prompt template that a prompt was made from.
ALTER TABLE spans{local}{on_cluster}
    ADD COLUMN IF NOT EXISTS prompt_name LowCardinality(Nullable(String)) AFTER finish_reason;
