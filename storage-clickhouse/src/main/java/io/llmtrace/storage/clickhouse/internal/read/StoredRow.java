package io.llmtrace.storage.clickhouse.internal.read;

import io.llmtrace.model.SpanIdentity;
import io.llmtrace.storage.clickhouse.internal.engine.RowInput;
import java.io.IOException;
import java.util.UUID;

/**
 * A row of {@code spans} as it was read; its version may have been replaced by a later one.
 *
 * @param passes whether the row passes the filter it was read with; true if it was read without one
 * @param value what was read of the span: all of it, an outline, or the facts a summary needs
 */
public record StoredRow<T>(Key key, boolean passes, T value) {

    /** The columns that {@link Key#read} reads, as a select list. */
    static final String KEY_COLUMNS = "row_kind, trace_id, span_id, start_time, version";

    private static final RowKind[] KINDS = RowKind.values();

    /**
     * The columns that identify a row and its version.
     *
     * @param startNanos nanoseconds since 1970
     */
    public record Key(RowKind kind, SpanIdentity span, long startNanos, long version) {

        static Key read(RowInput row) throws IOException {
            return new Key(
                    KINDS[row.readByte()],
                    new SpanIdentity(row.readUuid(), row.readUuid()),
                    row.readLong(),
                    row.readLong());
        }
    }

    /** Returns the row with the higher version. */
    static <T> StoredRow<T> latest(StoredRow<T> a, StoredRow<T> b) {
        return a.version() > b.version() ? a : b;
    }

    /** Returns the span of the row; in the row of a trace itself, its span id is all zeros. */
    public SpanIdentity span() {
        return key.span;
    }

    UUID traceId() {
        return key.span.traceId();
    }

    UUID spanId() {
        return key.span.spanId();
    }

    /** Returns the span's start, or the trace's {@code created_at}, in nanoseconds since 1970. */
    public long startNanos() {
        return key.startNanos;
    }

    /** Returns the version of the write that stored the row. */
    public long version() {
        return key.version;
    }

    boolean isSpan() {
        return key.kind != RowKind.TRACE;
    }

    boolean datesTrace() {
        return key.kind != RowKind.SPAN_WITHOUT_DATE;
    }
}
