CREATE TABLE IF NOT EXISTS traces (
    trace_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (tenant_id, trace_id)
);
CREATE TABLE IF NOT EXISTS spans (
    ${span_columns},
    PRIMARY KEY (tenant_id, span_id)
);
CREATE INDEX IF NOT EXISTS spans_by_trace ON spans (tenant_id, trace_id);
CREATE INDEX IF NOT EXISTS spans_by_start ON spans (tenant_id, start_time);
CREATE INDEX IF NOT EXISTS spans_by_provider ON spans (tenant_id, provider);
CREATE INDEX IF NOT EXISTS traces_by_creation ON traces (tenant_id, created_at);
