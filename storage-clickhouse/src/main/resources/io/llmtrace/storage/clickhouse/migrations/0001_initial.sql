-- One row for each span, and one for each trace that was stored with a created_at at which none of its spans starts. The other
-- tables only help to find these rows.
--
--   row_kind 0  a span
--   row_kind 1  a span that does not date its trace: it started before the created_at that was stored with it
--   row_kind 2  a trace itself: start_time is its created_at, and all columns of spans are empty
--
-- Rows of one trace are next to each other, in the order of time, so that text that an agent sends again compresses well. A row
-- that is written again replaces the earlier one if the whole key is equal. If the start of a span has changed, both rows stay,
-- and the later version counts. Partitions are by the time of writing, since the times of spans come from the clocks of clients:
-- so a batch is one part, whatever times it holds, and is visible as a whole or not at all. Reading one row decompresses its
-- block of each column, so blocks are small, except for prompts and responses, where large blocks hold text that is sent again.
CREATE TABLE IF NOT EXISTS spans{local}{on_cluster} (
    tenant_id UUID,
    start_hour Int32,                       -- start_time in hours since 1970
    trace_id UUID,
    start_time DateTime64(9, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    span_id UUID,
    row_kind UInt8,
    version UInt64 CODEC(Delta(8), ZSTD(1)), -- time of the write in nanoseconds since 1970, always increasing
    retention_days UInt16,                  -- always 0: expired traces are deleted instead
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
    text_bytes UInt64,                      -- UTF-16 units of prompt and response
    prompt Nullable(String) CODEC(ZSTD(3)) SETTINGS (min_compress_block_size = 65536, max_compress_block_size = 2097152),
    response Nullable(String) CODEC(ZSTD(3)) SETTINGS (min_compress_block_size = 65536, max_compress_block_size = 1048576),
    error_message Nullable(String) CODEC(ZSTD(3)),
    security_findings String CODEC(ZSTD(3)),  -- JSON, like the next three; empty if there are none
    events String CODEC(ZSTD(3)),
    agent_actions String CODEC(ZSTD(3)),
    attributes String CODEC(ZSTD(3)),
    more_words String CODEC(ZSTD(3)),       -- words that a text search must find, but hasToken() does not find in the other texts
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
ENGINE = ReplacingMergeTree(version)
PARTITION BY (retention_days, toYYYYMM(fromUnixTimestamp64Nano(toInt64(version), 'UTC')))
ORDER BY (tenant_id, start_hour, trace_id, start_time, span_id, row_kind)
SETTINGS index_granularity = 2048, index_granularity_bytes = 16777216, min_compress_block_size = 16384,
    auto_statistics_types = '';

-- The locations of rows. They are written before the rows, so every row can be found; a write that fails in between leaves
-- locations without rows. Each location holds the versions of the writes that put a row there, since a scan with cursors must
-- know the locations at the time when it began.
CREATE TABLE IF NOT EXISTS trace_places{local}{on_cluster} (
    tenant_id UUID,
    trace_id UUID,
    start_hour Int32,
    time DateTime64(9, 'UTC'),              -- start of the earliest row that one write put into the hour
    dates Bool,                             -- whether the time may be the trace's created_at
    versions SimpleAggregateFunction(groupUniqArrayArray, Array(UInt64)) CODEC(Delta(8), ZSTD(1))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant_id, trace_id, start_hour, time, dates)
SETTINGS index_granularity = 256, min_compress_block_size = 4096, auto_statistics_types = '';

CREATE TABLE IF NOT EXISTS trace_times{local}{on_cluster} (
    tenant_id UUID,
    time DateTime64(9, 'UTC') CODEC(DoubleDelta, ZSTD(1)), -- a created_at that a write gave to the trace
    trace_id UUID
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant_id, time, trace_id)
SETTINGS index_granularity = 256, min_compress_block_size = 4096, auto_statistics_types = '';

CREATE TABLE IF NOT EXISTS span_places{local}{on_cluster} (
    tenant_id UUID,
    span_id UUID,
    trace_id UUID,
    start_hour Int32,
    start_time DateTime64(9, 'UTC'),
    versions SimpleAggregateFunction(groupUniqArrayArray, Array(UInt64)) CODEC(Delta(8), ZSTD(1)),
    INDEX last_versions arrayMax(versions) TYPE minmax GRANULARITY 64
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant_id, span_id, trace_id, start_hour, start_time)
SETTINGS index_granularity = 256, min_compress_block_size = 4096, auto_statistics_types = '';

-- Stores nothing: the materialized views below turn what is written here into rows of the three tables above.
CREATE TABLE IF NOT EXISTS places{local}{on_cluster} (
    tenant_id UUID,
    start_hour Int32,
    trace_id UUID,
    start_time DateTime64(9, 'UTC'),
    span_id UUID,
    row_kind UInt8,
    version UInt64
)
ENGINE = Null;

CREATE MATERIALIZED VIEW IF NOT EXISTS places_to_trace_places{on_cluster} TO trace_places{local} AS
SELECT tenant_id, trace_id, start_hour, min(start_time) AS time, row_kind != 1 AS dates, [min(version)] AS versions
FROM places{local}
GROUP BY tenant_id, trace_id, start_hour, dates;

CREATE MATERIALIZED VIEW IF NOT EXISTS places_to_trace_times{on_cluster} TO trace_times{local} AS
SELECT tenant_id, min(start_time) AS time, trace_id
FROM places{local}
WHERE row_kind != 1
GROUP BY tenant_id, trace_id;

CREATE MATERIALIZED VIEW IF NOT EXISTS places_to_span_places{on_cluster} TO span_places{local} AS
SELECT tenant_id, span_id, trace_id, start_hour, start_time, [version] AS versions
FROM places{local}
WHERE row_kind != 2;

-- Deletes, with one row for each step that was reached: 1 requested, 2 hidden, 3 erased. The highest step is the state.
CREATE TABLE IF NOT EXISTS deletions{local}{on_cluster} (
    version UInt64,                         -- rows with versions up to this one are deleted
    tenant_id UUID,
    step UInt8,
    traces UInt64,
    at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(step)
ORDER BY (tenant_id, version);

CREATE TABLE IF NOT EXISTS deleted_traces{local}{on_cluster} (
    tenant_id UUID,
    version UInt64,
    trace_id UUID
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant_id, trace_id, version);
