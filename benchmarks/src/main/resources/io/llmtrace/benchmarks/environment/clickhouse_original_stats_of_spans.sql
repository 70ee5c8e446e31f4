SELECT count(), sum(length(prompt) + length(coalesce(response, ''))) FROM spans WHERE tenant_id = '${tenant}'
