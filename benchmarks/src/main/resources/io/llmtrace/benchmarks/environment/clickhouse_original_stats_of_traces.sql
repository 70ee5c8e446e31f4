SELECT count(), min(created_at), max(created_at) FROM traces WHERE tenant_id = '${tenant}'
