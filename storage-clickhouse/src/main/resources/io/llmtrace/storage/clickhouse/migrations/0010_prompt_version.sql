-- The version of the prompt template that a prompt was made from.
ALTER TABLE spans{local}{on_cluster}
    ADD COLUMN IF NOT EXISTS prompt_version LowCardinality(Nullable(String)) AFTER prompt_name;
