package io.llmtrace.storage.clickhouse;

import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code spans} to be written.
 *
 * @param startNanos since 1970
 * @param span null in a row of a trace itself
 */
record Row(
        Kind kind,
        UUID tenantId,
        UUID traceId,
        UUID spanId,
        long startNanos,
        @Nullable TraceSpan span) {

    /** What a row says; the ordinals are stored. */
    enum Kind {
        SPAN,
        /** A span that began before the {@code created_at} that was given with it, and so does not count for it. */
        SPAN_WITHOUT_DATE,
        TRACE
    }

    private static final UUID NO_SPAN = new UUID(0, 0);
    private static final long NANOS_PER_HOUR = 3_600_000_000_000L;

    static Row of(TraceSpan span) {
        return of(Kind.SPAN, span);
    }

    static List<Row> of(TraceEvent trace) {
        List<Row> rows = new ArrayList<>(trace.spans().size() + 1);
        boolean dated = false;
        for (TraceSpan span : trace.spans()) {
            rows.add(of(span.startTime().isBefore(trace.createdAt()) ? Kind.SPAN_WITHOUT_DATE : Kind.SPAN, span));
            dated |= span.startTime().equals(trace.createdAt());
        }
        if (!dated) {
            long created = Times.toNanos(trace.createdAt());
            rows.add(new Row(Kind.TRACE, trace.tenantId(), trace.traceId(), NO_SPAN, created, null));
        }
        return rows;
    }

    int startHour() {
        return hourOf(startNanos);
    }

    static int hourOf(long nanos) {
        return (int) Math.floorDiv(nanos, NANOS_PER_HOUR);
    }

    static int hourOf(Instant time) {
        return hourOf(Times.toNanos(time));
    }

    private static Row of(Kind kind, TraceSpan span) {
        return new Row(kind, span.tenantId(), span.traceId(), span.spanId(), Times.toNanos(span.startTime()), span);
    }
}
