-- How many days traces are kept, by tenant. The row with the highest version counts.
CREATE TABLE IF NOT EXISTS retention{local}{on_cluster} (
    tenant_id UUID,
    days UInt16,                            -- 0 to keep them until they are deleted
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant_id);
