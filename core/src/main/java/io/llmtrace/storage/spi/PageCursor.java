package io.llmtrace.storage.spi;

import io.llmtrace.model.Ids;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.TraceQuery;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Where a page ended, as the opaque text of {@link TraceQuery#cursor()}.
 *
 * <pre>
 *   version 1 | query 4 | time 8 | trace id 16 | span id 16 | snapshot 8      bytes, big endian, in base64url
 * </pre>
 *
 * @param timeNanos of the last item: start of a span, creation of a trace
 * @param spanId of the last item; all zero when pages hold traces
 * @param snapshot the backend's mark of when the walk began, so that items that moved since are still met once
 */
public record PageCursor(long timeNanos, UUID traceId, UUID spanId, long snapshot) {

    /** What stands for the span id in a cursor over traces. */
    public static final UUID NO_SPAN = new UUID(0, 0);

    private static final byte VERSION = 1;
    private static final int LENGTH = 1 + 4 + 8 + 16 + 16 + 8;

    /** @param query the one that this cursor continues; another refuses it */
    public String encode(TraceQuery query) {
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH)
                .put(VERSION)
                .putInt(fingerprint(query))
                .putLong(timeNanos)
                .put(Ids.toBytes(traceId))
                .put(Ids.toBytes(spanId))
                .putLong(snapshot);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    /**
     * @param query one with a cursor
     * @throws InvalidRequestException if its cursor is damaged, or was given by a query with other filters or another order
     */
    public static PageCursor decode(TraceQuery query) {
        String text = query.cursor();
        if (text == null) {
            throw new IllegalArgumentException("query without a cursor: " + query);
        }
        ByteBuffer bytes;
        try {
            bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException("cursor is damaged: pass next_cursor as it was given, or leave it out", e);
        }
        if (bytes.remaining() != LENGTH || bytes.get() != VERSION) {
            throw new InvalidRequestException("cursor is damaged: pass next_cursor as it was given, or leave it out");
        }
        if (bytes.getInt() != fingerprint(query)) {
            throw new InvalidRequestException(
                    "cursor of another query: filters and order must stay the same from page to page");
        }
        long timeNanos = bytes.getLong();
        UUID traceId = new UUID(bytes.getLong(), bytes.getLong());
        UUID spanId = new UUID(bytes.getLong(), bytes.getLong());
        return new PageCursor(timeNanos, traceId, spanId, bytes.getLong());
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
