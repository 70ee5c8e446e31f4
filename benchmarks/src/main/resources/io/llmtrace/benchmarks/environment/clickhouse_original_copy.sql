INSERT INTO traces (trace_id, tenant_id, created_at)
SELECT trace_id, tenant_id, min(start_time)
FROM ${source}.spans
WHERE row_kind != 2
GROUP BY tenant_id, trace_id;
INSERT INTO spans (
    tenant_id, trace_id, span_id, parent_span_id, operation_name, provider, model_name, start_time, end_time, duration_ms,
    time_to_first_token_ms, prompt, response, prompt_tokens, completion_tokens, total_tokens, status_code, error_message,
    estimated_cost_usd, security_score, security_findings, tags, events, agent_actions)
SELECT
    tenant_id, trace_id, span_id, parent_span_id, operation_name,
    multiIf(
        provider IS NULL, '',
        provider IN ('OpenAI', 'Anthropic', 'VLLm', 'SGLang', 'TGI', 'Ollama', 'AzureOpenAI', 'Bedrock'), toJSONString(provider),
        concat('{"Custom":', toJSONString(provider), '}')),
    ifNull(model_name, ''), start_time, end_time, duration_ms,
    time_to_first_token_ms, ifNull(prompt, ''), response, prompt_tokens, completion_tokens, total_tokens, status_code,
    error_message, estimated_cost_usd, security_score,
    if(empty(security_findings), '[]', security_findings), toJSONString(tags),
    if(empty(events), '[]', events), if(empty(agent_actions), '[]', agent_actions)
FROM ${source}.spans
WHERE row_kind != 2;
