CREATE TABLE IF NOT EXISTS spans_local ON CLUSTER `main` (
    tenant_id UUID,
    start_hour Int32,                       -- hours since 1970 of start_time
    trace_id UUID,
    start_time DateTime64(9, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    span_id UUID,
    row_kind UInt8,
    version UInt64 CODEC(Delta(8), ZSTD(1)), -- nanoseconds since 1970 of the write, growing
    retention_days UInt16,                  -- always 0: what is too old is deleted
    parent_span_id Nullable(UUID),
    operation_name LowCardinality(String),
    kind LowCardinality(String),
    end_time Nullable(DateTime64(9, 'UTC')) CODEC(Delta(8), ZSTD(1)),
    duration_ms Nullable(UInt64),
    provider LowCardinality(Nullable(String)),
    model_name LowCardinality(Nullable(String)),
    service_name LowCardinality(Nullable(String)),
    session_id Nullable(String),
    user_id Nullable(String),
    prompt_tokens Nullable(UInt64),
    completion_tokens Nullable(UInt64),
    total_tokens Nullable(UInt64),
    cache_read_tokens Nullable(UInt64),
    cache_write_tokens Nullable(UInt64),
    reasoning_tokens Nullable(UInt64),
    time_to_first_token_ms Nullable(UInt64),
    status_code Nullable(UInt16),
    finish_reason LowCardinality(Nullable(String)),
    estimated_cost_usd Nullable(Float64),
    security_score Nullable(UInt8),
    is_error Bool,
    finding_types Array(LowCardinality(String)), -- one for each finding
    tags Map(LowCardinality(String), String),
    input_preview Nullable(String) CODEC(ZSTD(1)),
    output_preview Nullable(String) CODEC(ZSTD(1)),
    text_bytes UInt64,                      -- of the texts below, before compression
    prompt Nullable(String) CODEC(ZSTD(3)) SETTINGS (min_compress_block_size = 65536, max_compress_block_size = 2097152),
    response Nullable(String) CODEC(ZSTD(3)) SETTINGS (min_compress_block_size = 65536, max_compress_block_size = 1048576),
    error_message Nullable(String) CODEC(ZSTD(3)),
    security_findings String CODEC(ZSTD(3)),  -- JSON, as are the next three; empty for none
    events String CODEC(ZSTD(3)),
    agent_actions String CODEC(ZSTD(3)),
    attributes String CODEC(ZSTD(3)),
    more_words String CODEC(ZSTD(3)),       -- words of the text filter that hasToken() does not find in name, prompt, response
    INDEX trace_ids trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX sessions session_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX users user_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX models model_name TYPE set(100) GRANULARITY 1,
    INDEX tag_values mapValues(tags) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX scores security_score TYPE minmax GRANULARITY 1,
    INDEX found finding_types TYPE set(100) GRANULARITY 1,
    INDEX errors is_error TYPE minmax GRANULARITY 1,
    INDEX words lower(concat(operation_name, ' ', ifNull(prompt, ''), ' ', ifNull(response, ''), ' ', more_words))
        TYPE text(tokenizer = 'splitByNonAlpha', posting_list_codec = 'bitpacking')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/llmtrace/spans', '{replica}', version)
PARTITION BY (retention_days, toYYYYMM(fromUnixTimestamp64Nano(toInt64(version), 'UTC')))
ORDER BY (tenant_id, start_hour, trace_id, start_time, span_id, row_kind)
SETTINGS index_granularity = 2048, index_granularity_bytes = 16777216, min_compress_block_size = 16384,
    auto_statistics_types = ''

CREATE TABLE IF NOT EXISTS spans ON CLUSTER `main` AS spans_local ENGINE = Distributed('main', 'llmtrace', 'spans_local', cityHash64(trace_id))

CREATE TABLE IF NOT EXISTS trace_places_local ON CLUSTER `main` (
    tenant_id UUID,
    trace_id UUID,
    start_hour Int32,
    time DateTime64(9, 'UTC'),              -- start of the first row of one write in one hour
    dates Bool,                             -- whether it counts for the trace's created_at
    versions SimpleAggregateFunction(groupUniqArrayArray, Array(UInt64)) CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/llmtrace/trace_places', '{replica}')
ORDER BY (tenant_id, trace_id, start_hour, time, dates)
SETTINGS index_granularity = 256, min_compress_block_size = 4096, auto_statistics_types = ''

CREATE TABLE IF NOT EXISTS trace_places ON CLUSTER `main` AS trace_places_local ENGINE = Distributed('main', 'llmtrace', 'trace_places_local', cityHash64(trace_id))

CREATE TABLE IF NOT EXISTS trace_times_local ON CLUSTER `main` (
    tenant_id UUID,
    time DateTime64(9, 'UTC') CODEC(DoubleDelta, ZSTD(1)), -- a created_at that a write gave to the trace
    trace_id UUID
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/llmtrace/trace_times', '{replica}')
ORDER BY (tenant_id, time, trace_id)
SETTINGS index_granularity = 256, min_compress_block_size = 4096, auto_statistics_types = ''

CREATE TABLE IF NOT EXISTS trace_times ON CLUSTER `main` AS trace_times_local ENGINE = Distributed('main', 'llmtrace', 'trace_times_local', cityHash64(trace_id))

CREATE TABLE IF NOT EXISTS span_places_local ON CLUSTER `main` (
    tenant_id UUID,
    span_id UUID,
    trace_id UUID,
    start_hour Int32,
    start_time DateTime64(9, 'UTC'),
    versions SimpleAggregateFunction(groupUniqArrayArray, Array(UInt64)) CODEC(Delta(8), ZSTD(1)),
    INDEX last_versions arrayMax(versions) TYPE minmax GRANULARITY 64
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/llmtrace/span_places', '{replica}')
ORDER BY (tenant_id, span_id, trace_id, start_hour, start_time)
SETTINGS index_granularity = 256, min_compress_block_size = 4096, auto_statistics_types = ''

CREATE TABLE IF NOT EXISTS span_places ON CLUSTER `main` AS span_places_local ENGINE = Distributed('main', 'llmtrace', 'span_places_local', cityHash64(trace_id))

CREATE TABLE IF NOT EXISTS places_local ON CLUSTER `main` (
    tenant_id UUID,
    start_hour Int32,
    trace_id UUID,
    start_time DateTime64(9, 'UTC'),
    span_id UUID,
    row_kind UInt8,
    version UInt64
)
ENGINE = Null

CREATE TABLE IF NOT EXISTS places ON CLUSTER `main` AS places_local ENGINE = Distributed('main', 'llmtrace', 'places_local', cityHash64(trace_id))

CREATE MATERIALIZED VIEW IF NOT EXISTS places_to_trace_places ON CLUSTER `main` TO trace_places_local AS
SELECT tenant_id, trace_id, start_hour, min(start_time) AS time, row_kind != 1 AS dates, [min(version)] AS versions
FROM places_local
GROUP BY tenant_id, trace_id, start_hour, dates

CREATE MATERIALIZED VIEW IF NOT EXISTS places_to_trace_times ON CLUSTER `main` TO trace_times_local AS
SELECT tenant_id, min(start_time) AS time, trace_id
FROM places_local
WHERE row_kind != 1
GROUP BY tenant_id, trace_id

CREATE MATERIALIZED VIEW IF NOT EXISTS places_to_span_places ON CLUSTER `main` TO span_places_local AS
SELECT tenant_id, span_id, trace_id, start_hour, start_time, [version] AS versions
FROM places_local
WHERE row_kind != 2

CREATE TABLE IF NOT EXISTS deletions_local ON CLUSTER `main` (
    version UInt64,                         -- what was written up to it is deleted
    tenant_id UUID,
    step UInt8,
    traces UInt64,
    at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/llmtrace/deletions', '{replica}', step)
ORDER BY (tenant_id, version)

CREATE TABLE IF NOT EXISTS deletions ON CLUSTER `main` AS deletions_local ENGINE = Distributed('main', 'llmtrace', 'deletions_local', cityHash64(tenant_id))

CREATE TABLE IF NOT EXISTS deleted_traces_local ON CLUSTER `main` (
    tenant_id UUID,
    version UInt64,
    trace_id UUID
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/llmtrace/deleted_traces', '{replica}')
ORDER BY (tenant_id, trace_id, version)

CREATE TABLE IF NOT EXISTS deleted_traces ON CLUSTER `main` AS deleted_traces_local ENGINE = Distributed('main', 'llmtrace', 'deleted_traces_local', cityHash64(trace_id))

ALTER TABLE spans_local ON CLUSTER `main`
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
        AFTER action_failures

ALTER TABLE spans ON CLUSTER `main`
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
        AFTER action_failures

ALTER TABLE spans_local ON CLUSTER `main`
    ADD COLUMN IF NOT EXISTS action_requests Array(Bool)
        DEFAULT arrayMap(a -> JSONExtractString(a, 'metadata', 'origin') = 'requested', JSONExtractArrayRaw(agent_actions))
        AFTER action_names

ALTER TABLE spans ON CLUSTER `main`
    ADD COLUMN IF NOT EXISTS action_requests Array(Bool)
        DEFAULT arrayMap(a -> JSONExtractString(a, 'metadata', 'origin') = 'requested', JSONExtractArrayRaw(agent_actions))
        AFTER action_names

CREATE TABLE IF NOT EXISTS retention_local ON CLUSTER `main` (
    tenant_id UUID,
    days UInt16,                            -- 0: until they are deleted
    version UInt64
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/llmtrace/retention', '{replica}', version)
ORDER BY (tenant_id)

CREATE TABLE IF NOT EXISTS retention ON CLUSTER `main` AS retention_local ENGINE = Distributed('main', 'llmtrace', 'retention_local', cityHash64(tenant_id))

DELETE FROM spans_local ON CLUSTER `main` WHERE version <= 1 SETTINGS lightweight_deletes_sync = 2

ALTER TABLE spans_local ON CLUSTER `main` APPLY DELETED MASK SETTINGS mutations_sync = 2

CREATE VIEW IF NOT EXISTS schema_version_1 ON CLUSTER `main` AS SELECT 1

OPTIMIZE TABLE spans_local ON CLUSTER `main` FINAL

CREATE DATABASE IF NOT EXISTS `llmtrace` ON CLUSTER `main`
