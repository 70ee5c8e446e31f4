package io.llmtrace.storage.spi;

import io.llmtrace.model.Ids;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.TraceQuery;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Where a page ended, as the opaque text of {@link TraceQuery#cursor()}.
 *
 * <pre>
 *   version 1 | items 1 | query 4 | time 8 | trace id 16 | span id 16 | snapshot 8 | checksum 4
 *                                                            bytes, big endian, in base64url
 * </pre>
 *
 * @param items what the pages hold
 * @param timeNanos of the last item: start of a span, creation of a trace
 * @param spanId of the last item; all zero when pages hold traces
 * @param snapshot the backend's mark of when the walk began, so that items that moved since are still met once
 */
public record PageCursor(Items items, long timeNanos, UUID traceId, UUID spanId, long snapshot) {

    /** What a page holds. Whole traces and their summaries are in one order, and share cursors. */
    public enum Items {
        TRACES((byte) 'T'),
        SPANS((byte) 'S');

        private final byte code;

        Items(byte code) {
            this.code = code;
        }
    }

    private static final UUID NO_SPAN = new UUID(0, 0);
    private static final byte VERSION = 1;
    private static final int LENGTH = 1 + 1 + 4 + 8 + 16 + 16 + 8;
    private static final int CHECKSUM_LENGTH = 4;

    private static final String DAMAGED = "cursor is damaged: pass next_cursor as it was given, or leave it out";

    public static PageCursor ofTrace(long timeNanos, UUID traceId, long snapshot) {
        return new PageCursor(Items.TRACES, timeNanos, traceId, NO_SPAN, snapshot);
    }

    public static PageCursor ofSpan(long timeNanos, UUID traceId, UUID spanId, long snapshot) {
        return new PageCursor(Items.SPANS, timeNanos, traceId, spanId, snapshot);
    }

    /** @param query the one that this cursor continues; another refuses it */
    public String encode(TraceQuery query) {
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH + CHECKSUM_LENGTH)
                .put(VERSION)
                .put(items.code)
                .putInt(fingerprint(query))
                .putLong(timeNanos)
                .put(Ids.toBytes(traceId))
                .put(Ids.toBytes(spanId))
                .putLong(snapshot);
        bytes.putInt(checksum(bytes.array()));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    /**
     * @param query one with a cursor
     * @param items what its pages hold
     * @throws InvalidRequestException if its cursor is damaged, or was given by a query for other items, with other filters
     *     or in another order
     */
    public static PageCursor decode(TraceQuery query, Items items) {
        String text = query.cursor();
        if (text == null) {
            throw new IllegalArgumentException("query without a cursor: " + query);
        }
        ByteBuffer bytes = decodeBytes(text);
        byte code = bytes.get();
        if (code != items.code || bytes.getInt() != fingerprint(query)) {
            throw new InvalidRequestException(
                    "cursor of another query: filters and order must stay the same from page to page");
        }
        long timeNanos = bytes.getLong();
        UUID traceId = new UUID(bytes.getLong(), bytes.getLong());
        UUID spanId = new UUID(bytes.getLong(), bytes.getLong());
        return new PageCursor(items, timeNanos, traceId, spanId, bytes.getLong());
    }

    /** Behind the version. */
    private static ByteBuffer decodeBytes(String text) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(DAMAGED, e);
        }
        if (bytes.length != LENGTH + CHECKSUM_LENGTH
                || bytes[0] != VERSION
                || ByteBuffer.wrap(bytes).getInt(LENGTH) != checksum(bytes)) {
            throw new InvalidRequestException(DAMAGED);
        }
        return ByteBuffer.wrap(bytes).position(1);
    }

    private static int checksum(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, LENGTH);
        return (int) checksum.getValue();
    }

    /** Two queries of the same tenant, filters and order have the same one; the limit may change from page to page. */
    private static int fingerprint(TraceQuery query) {
        TraceQuery filters = query.toBuilder()
                .limit(TraceQuery.DEFAULT_LIMIT)
                .cursor(null)
                .offset(0)
                .tags(new TreeMap<>(query.tags()))
                .build();
        // Not hashCode(): hashes of enums differ from one start of the JVM to the next, and cursors outlive a restart.
        return (filters + "|" + filters.tags() + "|" + filters.text()).hashCode();
    }
}
