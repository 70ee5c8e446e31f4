package io.llmtrace.storage.spi;

import io.llmtrace.model.SpanField;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.Measure;
import io.llmtrace.storage.analytics.TraceAnalytics;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Checks of the arguments of {@link TraceAnalytics}, with the same messages in every backend. A null argument causes a
 * {@link NullPointerException}, an illegal one an {@link IllegalArgumentException}.
 */
public final class AnalyticsArguments {

    private AnalyticsArguments() {}

    /** Checks the arguments of {@link TraceAnalytics#timeline}. */
    public static void checkTimeline(TraceQuery query, int buckets, @Nullable SpanField<?> groupBy, int groups) {
        checkTraceTimeline(query, buckets);
        if (groupBy != null) {
            checkOfOneValue(groupBy);
        }
        argument(
                groups > 0 && groups <= TraceAnalytics.MAX_GROUPS,
                "groups not in [1, " + TraceAnalytics.MAX_GROUPS + "]: " + groups);
    }

    /** Checks the arguments of {@link TraceAnalytics#traceTimeline}. */
    public static void checkTraceTimeline(TraceQuery query, int buckets) {
        checkList(query);
        argument(
                buckets >= TraceAnalytics.MIN_BUCKETS && buckets <= TraceAnalytics.MAX_BUCKETS,
                "buckets not in [" + TraceAnalytics.MIN_BUCKETS + ", " + TraceAnalytics.MAX_BUCKETS + "]: " + buckets);
    }

    /** Checks the arguments of {@link TraceAnalytics#top}. */
    public static void checkTop(TraceQuery query, SpanField<?> groupBy, Measure order) {
        checkList(query);
        checkOfOneValue(Objects.requireNonNull(groupBy, "groupBy"));
        Objects.requireNonNull(order, "order");
    }

    /** Checks the arguments of {@link TraceAnalytics#values}. */
    public static void checkValues(TraceQuery query, SpanField<?> field, String prefix) {
        checkList(query);
        Objects.requireNonNull(field, "field");
        Objects.requireNonNull(prefix, "prefix");
        argument(
                StandardCharsets.UTF_8.newEncoder().canEncode(prefix),
                "prefix is not Unicode: it has half of a surrogate pair");
    }

    /** Checks the arguments of {@link TraceAnalytics#countTraces} and {@link TraceAnalytics#countSpans}. */
    public static void checkCount(TraceQuery query, long upTo) {
        checkList(query);
        argument(
                upTo > 0 && upTo <= TraceAnalytics.MAX_COUNT,
                "up_to not in [1, " + TraceAnalytics.MAX_COUNT + "]: " + upTo);
    }

    /** Checks the query of a list without pages. */
    public static void checkList(TraceQuery query) {
        checkWithoutCursor(query);
        argument(query.offset() == 0, "offset given, and this list has no pages: " + query.offset());
    }

    /**
     * Checks the query of a list that is paged by offset.
     *
     * @param order the order or ranking of the list
     */
    public static void checkSlice(TraceQuery query, Object order) {
        checkWithoutCursor(query);
        Objects.requireNonNull(order, "order");
        argument(
                query.offset() <= TraceAnalytics.MAX_OFFSET,
                "offset > " + TraceAnalytics.MAX_OFFSET + ": " + query.offset());
    }

    private static void checkOfOneValue(SpanField<?> groupBy) {
        argument(!groupBy.isMultiValued(), "group_by is a field of several values: " + groupBy.name());
    }

    private static void checkWithoutCursor(TraceQuery query) {
        Objects.requireNonNull(query, "query");
        argument(query.cursor() == null, "cursor given, and this list has none");
    }

    private static void argument(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
