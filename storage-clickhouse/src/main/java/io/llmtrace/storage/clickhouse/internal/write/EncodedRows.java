package io.llmtrace.storage.clickhouse.internal.write;

import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.clickhouse.internal.engine.RowOutput;
import io.llmtrace.storage.clickhouse.internal.read.SpanColumns;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The rows of one call in the format RowBinary, with their locations. They are encoded before the call waits for its insert; only
 * the versions are filled in later, when the insert begins.
 */
public final class EncodedRows {

    private static final List<String> KEY_COLUMNS =
            List.of("tenant_id", "start_hour", "trace_id", "start_time", "span_id", "row_kind", "version");

    /** The columns of the table {@code places} that {@link #writeLocations} writes. */
    public static final List<String> LOCATION_COLUMNS = KEY_COLUMNS;

    /** The columns of the table {@code spans} that {@link #writeRows} writes. */
    public static final List<String> ROW_COLUMNS = Stream.of(KEY_COLUMNS, List.of("text_bytes"), SpanColumns.WRITTEN)
            .flatMap(List::stream)
            .toList();

    private static final TraceSpan NO_SPAN = TraceSpan.builder(
                    new UUID(0, 0), new UUID(0, 0), new UUID(0, 0), "", Instant.EPOCH)
            .build();

    /** Calls with more rows are encoded in slices of this size, several at the same time. */
    private static final int SLICE_ROWS = 256;

    private final List<Slice> slices;

    public EncodedRows(List<Row> rows) {
        // When the common pool has no free thread, the caller's thread encodes all slices.
        this.slices = IntStream.rangeClosed(0, (rows.size() - 1) / SLICE_ROWS)
                .parallel()
                .mapToObj(i -> new Slice(rows.subList(i * SLICE_ROWS, Math.min((i + 1) * SLICE_ROWS, rows.size()))))
                .toList();
    }

    public static EncodedRows ofTrace(TraceEvent trace) {
        return new EncodedRows(Row.of(trace));
    }

    public static EncodedRows ofSpans(Collection<TraceSpan> spans) {
        return new EncodedRows(spans.stream().map(Row::of).toList());
    }

    private record RowIdentity(UUID tenantId, SpanIdentity span) {

        static RowIdentity of(Row row) {
            return new RowIdentity(row.tenantId(), new SpanIdentity(row.traceId(), row.spanId()));
        }
    }

    private static final class Slice {
        private final List<Row> rows;
        private final RowOutput encoded = new RowOutput();
        private final RowOutput locations = new RowOutput();
        private final ByteBuffer[] rowVersions;
        private final ByteBuffer[] locationVersions;

        Slice(List<Row> rows) {
            this.rows = rows;
            this.rowVersions = new ByteBuffer[rows.size()];
            this.locationVersions = new ByteBuffer[rows.size()];
            for (int i = 0; i < rows.size(); i++) {
                Row row = rows.get(i);
                locationVersions[i] = writeKey(locations, row);
                rowVersions[i] = writeKey(encoded, row);
                TraceSpan span = row.span() == null ? NO_SPAN : row.span();
                encoded.writeLong(textBytes(span));
                SpanColumns.write(encoded, span);
            }
        }

        void setVersions(long first, Map<RowIdentity, Integer> occurrences) {
            for (int i = 0; i < rows.size(); i++) {
                long version = first + occurrences.merge(RowIdentity.of(rows.get(i)), 1, Integer::sum) - 1;
                rowVersions[i].putLong(0, version);
                locationVersions[i].putLong(0, version);
            }
        }
    }

    /** Returns the size of the rows, without their locations. */
    long bytes() {
        return slices.stream().mapToLong(slice -> slice.encoded.size()).sum();
    }

    int count() {
        return slices.stream().mapToInt(slice -> slice.rows.size()).sum();
    }

    /**
     * Sets the version of each row. A span that occurs several times gets higher versions from one row to the next, so that its
     * last row counts.
     *
     * @param first the lowest version; at most {@link #count} versions from it on are used
     */
    void setVersions(long first) {
        Map<RowIdentity, Integer> occurrences = new HashMap<>();
        slices.forEach(slice -> slice.setVersions(first, occurrences));
    }

    /** Writes the rows, with the versions that {@link #setVersions} has set. */
    public void writeRows(OutputStream out) throws IOException {
        for (Slice slice : slices) {
            slice.encoded.writeTo(out);
        }
    }

    /** Writes the locations of the rows, with the same versions. */
    public void writeLocations(OutputStream out) throws IOException {
        for (Slice slice : slices) {
            slice.locations.writeTo(out);
        }
    }

    /** Writes the key columns and returns the eight bytes reserved for the version. */
    private static ByteBuffer writeKey(RowOutput out, Row row) {
        out.writeUuid(row.tenantId());
        out.writeInt(row.startHour());
        out.writeUuid(row.traceId());
        out.writeLong(row.startNanos());
        out.writeUuid(row.spanId());
        out.writeByte(row.kind().ordinal());
        return out.reserveLong();
    }

    private static long textBytes(TraceSpan span) {
        return (long) (span.prompt() == null ? 0 : span.prompt().length())
                + (span.response() == null ? 0 : span.response().length());
    }
}
