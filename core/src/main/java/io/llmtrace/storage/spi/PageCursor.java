package io.llmtrace.storage.spi;

import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.TraceQuery;
import java.util.UUID;

/**
 * The end of a page: the sort key of its last item and the snapshot of the scan. Clients see it as the opaque text of
 * {@link TraceQuery#cursor()}.
 *
 * <pre>
 *   version 1 | items 1 | query 4 | time 8 | trace id 16 | span id 16 | snapshot 8 | checksum 4
 *                                                            bytes, big endian, in base64url
 * </pre>
 */
public sealed interface PageCursor permits PageCursorValues {

    /**
     * The type of the items of a page. Traces and their summaries have the same order and share cursors, as do spans and
     * outlines.
     */
    enum Items {
        TRACES((byte) 'T'),
        SPANS((byte) 'S');

        private final byte code;

        Items(byte code) {
            this.code = code;
        }

        byte code() {
            return code;
        }
    }

    /** Returns the type of the items. */
    Items items();

    /** Returns the time of the last item in nanoseconds since 1970: the start of a span, the creation of a trace. */
    long timeNanos();

    /** Returns the trace of the last item. */
    UUID traceId();

    /** Returns the span of the last item; zero if the items are traces. */
    UUID spanId();

    /** Returns the backend's mark of the beginning of the scan, so that items whose time changes later are returned once. */
    long snapshot();

    /** Returns the cursor after a trace. */
    static PageCursor ofTrace(long timeNanos, UUID traceId, long snapshot) {
        return new PageCursorValues(Items.TRACES, timeNanos, traceId, PageCursorValues.NO_SPAN, snapshot);
    }

    /** Returns the cursor after a span. */
    static PageCursor ofSpan(long timeNanos, UUID traceId, UUID spanId, long snapshot) {
        return new PageCursorValues(Items.SPANS, timeNanos, traceId, spanId, snapshot);
    }

    /**
     * Encodes the cursor as text.
     *
     * @param query the query that this cursor continues; {@link #decode} refuses it for any other
     */
    String encode(TraceQuery query);

    /**
     * Decodes the cursor of a query.
     *
     * @param query a query with a cursor
     * @param items the type of its items
     * @throws InvalidRequestException if the cursor is damaged, or is that of a query for other items, with other filters or in
     *     another order
     * @throws IllegalArgumentException if the query has no cursor
     */
    static PageCursor decode(TraceQuery query, Items items) {
        return PageCursorValues.decode(query, items);
    }
}
