-- The message that explains the level of a span.
ALTER TABLE spans{local}{on_cluster}
    ADD COLUMN IF NOT EXISTS level_message Nullable(String) AFTER error_message;
