package io.llmtrace.storage.clickhouse.internal.write;

import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.clickhouse.internal.read.RowKind;
import io.llmtrace.storage.clickhouse.internal.read.StartHours;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code spans} to be written.
 *
 * @param spanId all zeros in the row of a trace itself
 * @param startNanos nanoseconds since 1970
 * @param span null in the row of a trace itself
 */
public record Row(
        RowKind kind,
        UUID tenantId,
        UUID traceId,
        UUID spanId,
        long startNanos,
        @Nullable TraceSpan span) {

    private static final UUID NO_SPAN = new UUID(0, 0);

    static Row of(TraceSpan span) {
        return of(RowKind.SPAN, span);
    }

    /** Returns a row for each span, and one for the trace itself unless a span starts exactly at its {@code created_at}. */
    public static List<Row> of(TraceEvent trace) {
        List<Row> rows = new ArrayList<>(trace.spans().size() + 1);
        boolean dated = false;
        for (TraceSpan span : trace.spans()) {
            rows.add(of(span.startTime().isBefore(trace.createdAt()) ? RowKind.SPAN_WITHOUT_DATE : RowKind.SPAN, span));
            dated |= span.startTime().equals(trace.createdAt());
        }
        if (!dated) {
            long created = Times.toNanos(trace.createdAt());
            rows.add(new Row(RowKind.TRACE, trace.tenantId(), trace.traceId(), NO_SPAN, created, null));
        }
        return rows;
    }

    int startHour() {
        return StartHours.of(startNanos);
    }

    private static Row of(RowKind kind, TraceSpan span) {
        return new Row(kind, span.tenantId(), span.traceId(), span.spanId(), Times.toNanos(span.startTime()), span);
    }
}
