package io.llmtrace.storage.clickhouse;

import java.io.IOException;
import java.util.UUID;

/**
 * A row of {@code spans} as it was read, of whatever version.
 *
 * @param content what was read with it: the whole span, what a summary needs of it, or nothing
 */
record StoredRow<T>(Row.Kind kind, UUID traceId, UUID spanId, long startNanos, long version, T content) {

    static final String COLUMNS = "row_kind, trace_id, span_id, start_time, version";

    private static final Row.Kind[] KINDS = Row.Kind.values();

    /** Who stands in a row, before the rest of it is read. */
    record Key(Row.Kind kind, UUID traceId, UUID spanId, long startNanos, long version) {

        static Key read(RowInput row) throws IOException {
            return new Key(KINDS[row.readByte()], row.readUuid(), row.readUuid(), row.readLong(), row.readLong());
        }

        <T> StoredRow<T> with(T content) {
            return new StoredRow<>(kind, traceId, spanId, startNanos, version, content);
        }
    }

    boolean isSpan() {
        return kind != Row.Kind.TRACE;
    }

    boolean datesTrace() {
        return kind != Row.Kind.SPAN_WITHOUT_DATE;
    }
}
