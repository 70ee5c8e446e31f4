-- What filters ask for of the attributes of a span, its resource and its scope, one token for each path and value. Rows from before
-- this migration have an earlier version of their words; they are filled in the background.
ALTER TABLE spans{local}{on_cluster}
    ADD COLUMN IF NOT EXISTS attribute_tokens Array(String) CODEC(ZSTD(3)) AFTER attributes;

ALTER TABLE spans{local}{on_cluster}
    ADD INDEX IF NOT EXISTS attribute_values attribute_tokens TYPE bloom_filter(0.01) GRANULARITY 1;
