-- The parts of findings and actions that sums and filters need, one element for each finding or action of a span. Rows that were
-- written earlier are not changed: their elements are computed from the JSON of the span when they are read.
ALTER TABLE spans{local}{on_cluster}
    ADD COLUMN IF NOT EXISTS finding_severities Array(LowCardinality(String))
        DEFAULT arrayMap(f -> JSONExtractString(f, 'severity'), JSONExtractArrayRaw(security_findings))
        AFTER finding_types,
    ADD COLUMN IF NOT EXISTS action_types Array(LowCardinality(String))
        DEFAULT arrayMap(a -> JSONExtractString(a, 'action_type'), JSONExtractArrayRaw(agent_actions))
        AFTER finding_severities,
    ADD COLUMN IF NOT EXISTS action_names Array(LowCardinality(String))
        DEFAULT arrayMap(a -> JSONExtractString(a, 'name'), JSONExtractArrayRaw(agent_actions))
        AFTER action_types,
    ADD COLUMN IF NOT EXISTS action_failures Array(Bool)
        DEFAULT arrayMap(a -> NOT JSONExtractBool(a, 'success'), JSONExtractArrayRaw(agent_actions))
        AFTER action_names,
    ADD COLUMN IF NOT EXISTS action_durations Array(Nullable(UInt64))
        DEFAULT arrayMap(a -> JSONExtract(a, 'duration_ms', 'Nullable(UInt64)'), JSONExtractArrayRaw(agent_actions))
        AFTER action_failures;
