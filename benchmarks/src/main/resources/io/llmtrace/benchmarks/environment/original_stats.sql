SELECT
    (SELECT count(*) FROM traces WHERE tenant_id = ?) AS total_traces,
    (SELECT count(*) FROM spans WHERE tenant_id = ?) AS total_spans,
    (SELECT sum(length(prompt) + length(coalesce(response, ''))) FROM spans WHERE tenant_id = ?) AS storage_size_bytes,
    (SELECT min(created_at) FROM traces WHERE tenant_id = ?) AS oldest_trace,
    (SELECT max(created_at) FROM traces WHERE tenant_id = ?) AS newest_trace
