package io.llmtrace.storage.sqlite.internal.read;

import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.spi.ReadableTrace;
import io.llmtrace.storage.sqlite.internal.engine.Database;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Reads the spans of a trace that are not damaged. Damage ends the transaction that meets it, so spans that cannot be read together are
 * read in halves.
 */
public final class DamagedTraceReader {

    private static final int SPANS_PER_READ = 256;

    private final Database database;
    private final UUID tenantId;
    private final List<TraceSpan> readable = new ArrayList<>();
    private final List<UUID> unreadable = new ArrayList<>();
    private String reason = "";

    private DamagedTraceReader(Database database, UUID tenantId) {
        this.database = database;
        this.tenantId = tenantId;
    }

    private record Row(long id, UUID spanId) {}

    private record Rows(Instant createdAt, List<Row> spans) {}

    /** Returns what can be read of a trace; empty if there is none with that id. */
    public static Optional<ReadableTrace> read(Database database, UUID tenantId, UUID traceId) {
        Optional<Rows> rows = database.read(connection -> rows(connection, tenantId, traceId));
        DamagedTraceReader reader = new DamagedTraceReader(database, tenantId);
        return rows.map(of -> {
            for (int i = 0; i < of.spans.size(); i += SPANS_PER_READ) {
                reader.read(of.spans.subList(i, Math.min(of.spans.size(), i + SPANS_PER_READ)));
            }
            TraceEvent trace = TraceEvent.of(traceId, tenantId, of.createdAt, reader.readable);
            return ReadableTrace.of(trace, reader.unreadable, reader.reason);
        });
    }

    /** Finds the spans in the index of their identities, since their rows may be damaged as well; in the order of their blocks. */
    private static Optional<Rows> rows(SqliteConnection connection, UUID tenantId, UUID traceId) throws SQLException {
        record TraceRow(long id, Instant createdAt) {}
        TraceRow trace = connection.first(
                "SELECT id, created_at FROM traces WHERE trace_id = ?"
                        + " AND tenant = (SELECT id FROM tenants WHERE tenant_id = ?)",
                row -> new TraceRow(row.number("id"), Times.ofNanos(row.number("created_at"))),
                traceId,
                tenantId);
        if (trace == null) {
            return Optional.empty();
        }
        List<Row> spans = new ArrayList<>();
        connection.each(
                "SELECT id, span_id FROM spans INDEXED BY spans_by_trace WHERE trace = ? ORDER BY id",
                row -> spans.add(new Row(row.number("id"), row.id("span_id"))),
                trace.id);
        return Optional.of(new Rows(trace.createdAt, spans));
    }

    private void read(List<Row> rows) {
        List<Long> ids = rows.stream().map(Row::id).toList();
        try {
            readable.addAll(database.read(connection -> new SpanReader(connection).byRows(ids, tenantId)));
        } catch (CorruptStoreException e) {
            if (rows.size() == 1) {
                reason = unreadable.isEmpty() ? String.valueOf(e.getMessage()) : reason;
                unreadable.add(rows.get(0).spanId);
                return;
            }
            int middle = rows.size() / 2;
            read(rows.subList(0, middle));
            read(rows.subList(middle, rows.size()));
        }
    }
}
