-- How long traces are kept, by tenant: what was said last holds.
CREATE TABLE IF NOT EXISTS retention{local}{on_cluster} (
    tenant_id UUID,
    days UInt16,                            -- 0: until they are deleted
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant_id);
