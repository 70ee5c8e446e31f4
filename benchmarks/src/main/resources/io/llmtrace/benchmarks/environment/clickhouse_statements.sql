SELECT
    log_comment,
    count(),
    round(median(dateDiff('microsecond', query_start_time_microseconds, event_time_microseconds)) / 1000, 1),
    round(avg(read_rows)),
    round(avg(read_bytes) / 1e6, 2),
    round(avg(memory_usage) / 1e6, 1)
FROM system.query_log
WHERE type = 'QueryFinish' AND current_database = currentDatabase()
    AND event_time_microseconds >= '${from}' AND (log_comment LIKE 'llmtrace: %' OR log_comment LIKE 'original: %')
GROUP BY log_comment
HAVING count() > 2 -- leaves out statements that open a store or warm up its connection
ORDER BY min(query_start_time_microseconds)
