package io.llmtrace.storage.clickhouse;

import io.llmtrace.model.TraceSpan;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The rows of one call, in the format RowBinary. Made before the call waits for others; only the versions are filled in later, when the
 * batch's turn to be written has come.
 */
final class Batch {

    private static final List<String> KEY =
            List.of("tenant_id", "start_hour", "trace_id", "start_time", "span_id", "row_kind", "version");

    /** Of the table {@code places}. */
    static final List<String> PLACE_COLUMNS = KEY;

    /** Of the table {@code spans}. */
    static final List<String> ROW_COLUMNS = Stream.of(KEY, List.of("text_bytes"), SpanColumns.WRITTEN)
            .flatMap(List::stream)
            .toList();

    private static final TraceSpan EMPTY = TraceSpan.builder(
                    new UUID(0, 0), new UUID(0, 0), new UUID(0, 0), "", java.time.Instant.EPOCH)
            .build();

    /** Where there are more rows, slices of so many are encoded at the same time. */
    private static final int SLICE_ROWS = 256;

    private final List<Slice> slices;

    Batch(List<Row> rows) {
        // Once no other thread is free, the caller's own encodes them all.
        this.slices = IntStream.rangeClosed(0, (rows.size() - 1) / SLICE_ROWS)
                .parallel()
                .mapToObj(i -> new Slice(rows.subList(i * SLICE_ROWS, Math.min((i + 1) * SLICE_ROWS, rows.size()))))
                .toList();
    }

    /** Encoded. */
    private static final class Slice {
        private final List<Row> rows;
        private final RowOutput encoded = new RowOutput();
        private final RowOutput places = new RowOutput();
        private final ByteBuffer[] versions;
        private final ByteBuffer[] placeVersions;

        Slice(List<Row> rows) {
            this.rows = rows;
            this.versions = new ByteBuffer[rows.size()];
            this.placeVersions = new ByteBuffer[rows.size()];
            for (int i = 0; i < rows.size(); i++) {
                Row row = rows.get(i);
                placeVersions[i] = writeKey(places, row);
                versions[i] = writeKey(encoded, row);
                TraceSpan span = row.span() == null ? EMPTY : row.span();
                encoded.writeLong(textBytes(span));
                SpanColumns.write(encoded, span);
            }
        }

        void setVersions(long first, Map<RowKey, Integer> seen) {
            for (int i = 0; i < rows.size(); i++) {
                Row row = rows.get(i);
                long version = first
                        + seen.merge(new RowKey(row.tenantId(), row.traceId(), row.spanId()), 1, Integer::sum)
                        - 1;
                versions[i].putLong(0, version);
                placeVersions[i].putLong(0, version);
            }
        }
    }

    long bytes() {
        return slices.stream().mapToLong(slice -> slice.encoded.size()).sum();
    }

    int rows() {
        return slices.stream().mapToInt(slice -> slice.rows.size()).sum();
    }

    /**
     * Numbers the rows. One that comes again within the batches gets a higher number, so that the later one counts.
     *
     * @param seen how often each row has come in the batches before
     */
    void setVersions(long first, Map<RowKey, Integer> seen) {
        slices.forEach(slice -> slice.setVersions(first, seen));
    }

    void writeRows(OutputStream out) throws IOException {
        for (Slice slice : slices) {
            slice.encoded.writeTo(out);
        }
    }

    void writePlaces(OutputStream out) throws IOException {
        for (Slice slice : slices) {
            slice.places.writeTo(out);
        }
    }

    static Batch ofSpans(List<TraceSpan> spans) {
        List<Row> rows = new ArrayList<>(spans.size());
        spans.forEach(span -> rows.add(Row.of(span)));
        return new Batch(rows);
    }

    /** Who a row is about. */
    record RowKey(UUID tenantId, UUID traceId, UUID spanId) {}

    static Map<RowKey, Integer> noneSeen() {
        return new HashMap<>();
    }

    /** @return where its version goes */
    private static ByteBuffer writeKey(RowOutput out, Row row) {
        out.writeUuid(row.tenantId());
        out.writeInt(row.startHour());
        out.writeUuid(row.traceId());
        out.writeLong(row.startNanos());
        out.writeUuid(row.spanId());
        out.writeByte(row.kind().ordinal());
        return out.leaveLong();
    }

    private static long textBytes(TraceSpan span) {
        return (long) (span.prompt() == null ? 0 : span.prompt().length())
                + (span.response() == null ? 0 : span.response().length());
    }
}
