package io.llmtrace.benchmarks.contenders;

import io.llmtrace.benchmarks.environment.Sql;
import io.llmtrace.benchmarks.environment.SqliteFile;
import io.llmtrace.benchmarks.load.Batches;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;

/**
 * Baseline (b): the design that llmtrace replaces. It has two tables of whole rows, with ids and times as text and lists as JSON,
 * five indexes, and a transaction for each trace. Its reads are the obvious statements for that design.
 */
final class OriginalContender implements Contender {

    private final RowReader rowReader;

    /** @param rowReader reads the rows of traces */
    OriginalContender(RowReader rowReader) {
        this.rowReader = rowReader;
    }

    /** Reads all rows of a query. */
    interface RowReader {

        /** Reads the rows and returns their number. */
        int read(PreparedStatement query) throws SQLException;
    }

    @Override
    public Store open(Path folder) {
        return open(folder, false);
    }

    @Override
    public Store openToFill(Path folder) {
        return open(folder, true);
    }

    private Store open(Path folder, boolean commitPerBatch) {
        SqliteFile file = SqliteFile.open(folder);
        Sql.run(() -> {
            String schema =
                    Sql.read("original_schema.sql").replace("${span_columns}", Column.definitions(OriginalColumns.ALL));
            for (String statement : schema.split(";")) {
                if (!statement.isBlank()) {
                    file.execute(statement);
                }
            }
            file.connection().commit();
        });
        return new OriginalStore(file, commitPerBatch, rowReader);
    }

    private static final class OriginalStore implements Store {
        private final SqliteFile file;
        private final boolean commitPerBatch;
        private final RowReader rowReader;
        private final PreparedStatement insertTrace;
        private final PreparedStatement insertSpan;
        private final PreparedStatement selectPage;
        private final PreparedStatement selectTrace;
        private final PreparedStatement selectSpan;
        private final PreparedStatement selectStats;

        OriginalStore(SqliteFile file, boolean commitPerBatch, RowReader rowReader) {
            this.rowReader = rowReader;
            this.file = file;
            this.commitPerBatch = commitPerBatch;
            this.insertTrace =
                    file.prepare("INSERT OR REPLACE INTO traces (trace_id, tenant_id, created_at) VALUES (?, ?, ?)");
            this.insertSpan = file.prepare("INSERT OR REPLACE" + Column.insert("spans", OriginalColumns.ALL));
            this.selectPage = file.prepare(Sql.read("original_page.sql"));
            this.selectTrace = file.prepare("SELECT * FROM spans WHERE tenant_id = ? AND trace_id = ?");
            this.selectSpan = file.prepare("SELECT * FROM spans WHERE tenant_id = ? AND span_id = ?");
            this.selectStats = file.prepare(Sql.read("original_stats.sql"));
        }

        @Override
        public void write(List<TraceSpan> batch) {
            Sql.run(() -> {
                for (List<TraceSpan> spans : Batches.byTrace(batch)) {
                    writeTrace(spans);
                }
                file.connection().commit();
            });
        }

        private void writeTrace(List<TraceSpan> spans) throws SQLException {
            TraceSpan earliest = Batches.earliest(spans);
            insertTrace.setString(1, earliest.traceId().toString());
            insertTrace.setString(2, earliest.tenantId().toString());
            insertTrace.setString(3, earliest.startTime().toString());
            insertTrace.executeUpdate();
            for (TraceSpan span : spans) {
                Column.bind(insertSpan, OriginalColumns.ALL, span);
                insertSpan.addBatch();
            }
            insertSpan.executeBatch();
            if (!commitPerBatch) {
                file.connection().commit();
            }
        }

        @Override
        public int page(TraceQuery query) {
            if (query.filtersSpans()) {
                throw new UnsupportedOperationException("only the newest page is compared: " + query);
            }
            return Sql.get(() -> {
                List<String> ids = new ArrayList<>();
                selectPage.setString(1, query.tenantId().toString());
                selectPage.setInt(2, query.limit());
                try (ResultSet page = selectPage.executeQuery()) {
                    while (page.next()) {
                        ids.add(page.getString(1));
                    }
                }
                String marks = String.join(", ", Collections.nCopies(ids.size(), "?"));
                try (PreparedStatement rows = file.connection()
                        .prepareStatement("SELECT * FROM spans WHERE tenant_id = ? AND trace_id IN (" + marks + ")")) {
                    rows.setString(1, query.tenantId().toString());
                    for (int i = 0; i < ids.size(); i++) {
                        rows.setString(i + 2, ids.get(i));
                    }
                    rowReader.read(rows);
                }
                return ids.size();
            });
        }

        @Override
        public int trace(UUID tenantId, UUID traceId) {
            return Sql.get(() -> {
                selectTrace.setString(1, tenantId.toString());
                selectTrace.setString(2, traceId.toString());
                return rowReader.read(selectTrace);
            });
        }

        @Override
        public int span(UUID tenantId, UUID spanId) {
            return Sql.get(() -> {
                selectSpan.setString(1, tenantId.toString());
                selectSpan.setString(2, spanId.toString());
                return rowReader.read(selectSpan);
            });
        }

        @Override
        public long stats(UUID tenantId) {
            return Sql.get(() -> {
                for (int i = 1; i <= 5; i++) {
                    selectStats.setString(i, tenantId.toString());
                }
                try (ResultSet stats = selectStats.executeQuery()) {
                    return stats.next() ? stats.getLong("total_spans") : 0L;
                }
            });
        }

        @Override
        public void settle() {}

        @Override
        public void close() {
            file.close();
        }
    }
}
