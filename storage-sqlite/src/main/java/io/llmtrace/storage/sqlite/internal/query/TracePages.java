package io.llmtrace.storage.sqlite.internal.query;

import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.spi.PageCursor;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import io.llmtrace.storage.sqlite.internal.read.SpanReader;
import io.llmtrace.storage.sqlite.internal.write.TimeChanges;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Pages of traces and of spans in the order of time, in one transaction. */
public final class TracePages {

    private final SqliteConnection connection;
    private final TraceQuery query;
    private final @Nullable PageCursor after;
    private final long tenant;
    private final SpanReader reader;

    /**
     * Creates the pages of a query.
     *
     * @param after the query's cursor, decoded; null for the first page
     * @param tenant the row id of the query's tenant
     */
    public TracePages(SqliteConnection connection, TraceQuery query, @Nullable PageCursor after, long tenant) {
        this.connection = connection;
        this.query = query;
        this.after = after;
        this.tenant = tenant;
        this.reader = new SpanReader(connection);
    }

    /** Returns a page of whole traces. */
    public Page<TraceEvent> traces() throws SQLException {
        return traces((row, traceId, createdAt) -> reader.trace(row, traceId, query.tenantId(), createdAt));
    }

    /** Returns a page of summaries of traces. */
    public Page<TraceSummary> summaries() throws SQLException {
        return traces((row, traceId, createdAt) -> reader.summary(row, traceId, query.tenantId(), createdAt));
    }

    /** Returns a page of ids of traces. */
    public Page<UUID> ids() throws SQLException {
        KeysetScan.ItemPage page = traceRows();
        return new Page<>(page.items().stream().map(KeysetScan.Item::traceId).toList(), page.nextCursor());
    }

    /** Returns a page of whole spans. */
    public Page<TraceSpan> spans() throws SQLException {
        KeysetScan.ItemPage page = spanRows();
        List<Long> rows = page.items().stream().map(KeysetScan.Item::row).toList();
        return new Page<>(reader.byRows(rows, query.tenantId()), page.nextCursor());
    }

    /** Returns a page of outlines of spans. */
    public Page<SpanOutline> outlines() throws SQLException {
        KeysetScan.ItemPage page = spanRows();
        List<SpanOutline> outlines = new ArrayList<>();
        for (KeysetScan.Item item : page.items()) {
            SpanOutline outline = reader.outline(item.row(), query.tenantId());
            if (outline != null) {
                outlines.add(outline);
            }
        }
        return new Page<>(outlines, page.nextCursor());
    }

    private interface ReadTrace<T extends @Nullable Object> {
        T read(long row, UUID traceId, Instant createdAt) throws SQLException;
    }

    private KeysetScan.ItemPage spanRows() throws SQLException {
        KeysetScan.Source source = new KeysetScan.Source(
                "spans s JOIN traces t ON t.id = s.trace",
                "s.id",
                "s.start_time",
                "s.span_id",
                TimeChanges.OF_SPANS,
                tenant,
                new SpanFilter(connection, query, tenant).condition());
        return new KeysetScan(connection, query, after, source).page();
    }

    private KeysetScan.ItemPage traceRows() throws SQLException {
        KeysetScan.Source source = new KeysetScan.Source(
                "traces t",
                "t.id",
                "t.created_at",
                null,
                TimeChanges.OF_TRACES,
                tenant,
                new TraceFilter(connection, query, tenant).condition());
        return new KeysetScan(connection, query, after, source).page();
    }

    private <T> Page<T> traces(ReadTrace<T> read) throws SQLException {
        KeysetScan.ItemPage page = traceRows();
        List<T> traces = new ArrayList<>();
        for (KeysetScan.Item item : page.items()) {
            // The sort key may hold the time from before a change.
            long createdAt = connection.number("SELECT created_at FROM traces WHERE id = ?", item.row());
            traces.add(read.read(item.row(), item.traceId(), Times.ofNanos(createdAt)));
        }
        return new Page<>(traces, page.nextCursor());
    }
}
