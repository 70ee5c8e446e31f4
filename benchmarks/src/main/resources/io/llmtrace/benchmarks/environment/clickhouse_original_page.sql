SELECT DISTINCT s.trace_id, t.created_at
FROM spans s
JOIN traces t ON s.trace_id = t.trace_id AND s.tenant_id = t.tenant_id
WHERE s.tenant_id = '${tenant}'${filters}
ORDER BY t.created_at DESC
LIMIT ${limit}
