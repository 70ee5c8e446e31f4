-- Facts about the store itself, by name. When all nodes have the table, the program sets separate_events in it if the store
-- holds no spans.
CREATE TABLE IF NOT EXISTS store_properties{local}{on_cluster} (
    name String,
    value String,
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (name);
