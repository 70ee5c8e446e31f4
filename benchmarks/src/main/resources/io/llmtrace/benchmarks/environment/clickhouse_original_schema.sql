CREATE TABLE IF NOT EXISTS traces (
    trace_id UUID,
    tenant_id UUID,
    created_at DateTime64(3)
)
ENGINE = MergeTree
PARTITION BY (tenant_id, toYYYYMM(created_at))
ORDER BY (tenant_id, created_at, trace_id);
CREATE TABLE IF NOT EXISTS spans (
    tenant_id UUID,
    trace_id UUID,
    span_id UUID,
    parent_span_id Nullable(UUID),
    operation_name LowCardinality(String),
    provider LowCardinality(String),
    model_name LowCardinality(String),
    start_time DateTime64(3),
    end_time Nullable(DateTime64(3)),
    duration_ms Nullable(UInt64),
    time_to_first_token_ms Nullable(UInt64),
    prompt String CODEC(ZSTD(1)),
    response Nullable(String) CODEC(ZSTD(1)),
    prompt_tokens Nullable(UInt32),
    completion_tokens Nullable(UInt32),
    total_tokens Nullable(UInt32),
    status_code Nullable(UInt16),
    error_message Nullable(String),
    estimated_cost_usd Nullable(Float64),
    security_score Nullable(UInt8),
    security_findings String DEFAULT '[]',
    tags String DEFAULT '{}',
    events String DEFAULT '[]',
    agent_actions String DEFAULT '[]' CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY (tenant_id, toYYYYMM(start_time))
ORDER BY (tenant_id, start_time, trace_id, span_id);
