-- What is stored: one row for each span, and for each trace whose created_at was given with it. All else leads here.
--
--   row_kind 0  a span
--   row_kind 1  a span that does not date its trace: it began before the created_at that was given with it
--   row_kind 2  a trace itself; start_time is the created_at that was given, all that belongs to spans is empty
--
-- Rows of one trace lie together in the order of time, so that what an agent sends again compresses well. A row that is
-- written again replaces the one before where all of the key is equal; where a span's start has changed, both rows stay, and
-- the later version counts. The partition is when a row was written, since clients' clocks lie: a batch is one part, whatever
-- times are in it, and so is seen whole or not at all. Whoever reads one row unpacks its block of each column: so blocks are
-- small, but for prompts and responses that fill larger ones, for the sake of what an agent sends again.
CREATE TABLE IF NOT EXISTS spans{local}{on_cluster} (
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
ENGINE = ReplacingMergeTree(version)
PARTITION BY (retention_days, toYYYYMM(fromUnixTimestamp64Nano(toInt64(version), 'UTC')))
ORDER BY (tenant_id, start_hour, trace_id, start_time, span_id, row_kind)
SETTINGS index_granularity = 2048, index_granularity_bytes = 16777216, min_compress_block_size = 16384,
    auto_statistics_types = '';

-- Where rows lie: written before them, so that there is no row that these do not lead to. They may lead to rows that never
-- came, when a write failed between the two. With the versions of the writes that put something there, since a walk along
-- cursors needs to know what was where when it began.
CREATE TABLE IF NOT EXISTS trace_places{local}{on_cluster} (
    tenant_id UUID,
    trace_id UUID,
    start_hour Int32,
    time DateTime64(9, 'UTC'),              -- start of the first row of one write in one hour
    dates Bool,                             -- whether it counts for the trace's created_at
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

-- Keeps nothing; the three tables above are filled from what is written here.
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

-- Deletes, one row for each step of each; the highest step is its state: 1 requested, 2 hidden, 3 erased.
CREATE TABLE IF NOT EXISTS deletions{local}{on_cluster} (
    version UInt64,                         -- what was written up to it is deleted
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
