package io.llmtrace.storage.clickhouse.internal.query;

import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanIdentity;
import java.util.Comparator;

/**
 * The position of a span in a page.
 *
 * @param timeNanos its start, in nanoseconds since 1970
 */
record SpanSortKey(long timeNanos, SpanIdentity span) {

    static final Comparator<SpanSortKey> OLDEST_FIRST = Comparator.comparingLong(SpanSortKey::timeNanos)
            .thenComparing(key -> key.span.traceId(), Ids.BYTE_ORDER)
            .thenComparing(key -> key.span.spanId(), Ids.BYTE_ORDER);
}
