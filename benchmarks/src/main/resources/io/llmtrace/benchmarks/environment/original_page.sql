SELECT DISTINCT s.trace_id
FROM spans s
JOIN traces t ON t.tenant_id = s.tenant_id AND t.trace_id = s.trace_id
WHERE s.tenant_id = ?
ORDER BY t.created_at DESC
LIMIT ?
