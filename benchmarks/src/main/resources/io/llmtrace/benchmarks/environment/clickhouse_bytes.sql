SELECT name, on_disk, before FROM (
    SELECT 1 AS rank, concat('table ', table) AS name, sum(bytes_on_disk) AS on_disk, sum(data_uncompressed_bytes) AS before
    FROM system.parts
    WHERE database = currentDatabase() AND active
    GROUP BY table
    UNION ALL
    SELECT 2, concat('spans: column ', column), sum(column_data_compressed_bytes + column_marks_bytes),
        sum(column_data_uncompressed_bytes)
    FROM system.parts_columns
    WHERE database = currentDatabase() AND table = 'spans' AND active
    GROUP BY column
    ORDER BY 3 DESC
    LIMIT 10
    UNION ALL
    SELECT 3, concat('spans: index ', name), data_compressed_bytes + marks_bytes, data_uncompressed_bytes
    FROM system.data_skipping_indices
    WHERE database = currentDatabase() AND table = 'spans'
)
ORDER BY rank, on_disk DESC
