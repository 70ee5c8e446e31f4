package io.llmtrace.storage.spi;

import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.Measure;
import io.llmtrace.storage.analytics.SpanField;
import io.llmtrace.storage.analytics.TraceAnalytics;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What every backend checks of the arguments of {@link TraceAnalytics}, with the same words. */
public final class AnalyticsArguments {

    private AnalyticsArguments() {}

    public static void checkTimeline(TraceQuery query, int buckets, @Nullable SpanField groupBy, int groups) {
        checkList(query);
        argument(
                buckets >= TraceAnalytics.MIN_BUCKETS && buckets <= TraceAnalytics.MAX_BUCKETS,
                "buckets not in [" + TraceAnalytics.MIN_BUCKETS + ", " + TraceAnalytics.MAX_BUCKETS + "]: " + buckets);
        if (groupBy != null) {
            checkOfOneValue(groupBy);
        }
        argument(
                groups > 0 && groups <= TraceAnalytics.MAX_GROUPS,
                "groups not in [1, " + TraceAnalytics.MAX_GROUPS + "]: " + groups);
    }

    public static void checkTop(TraceQuery query, SpanField groupBy, Measure order) {
        checkList(query);
        checkOfOneValue(Objects.requireNonNull(groupBy, "groupBy"));
        Objects.requireNonNull(order, "order");
    }

    public static void checkValues(TraceQuery query, SpanField field, String prefix) {
        checkList(query);
        Objects.requireNonNull(field, "field");
        Objects.requireNonNull(prefix, "prefix");
        argument(
                StandardCharsets.UTF_8.newEncoder().canEncode(prefix),
                "prefix is not Unicode: it has half of a surrogate pair");
    }

    /** A list that has no second page. */
    public static void checkList(TraceQuery query) {
        checkWithoutCursor(query);
        argument(query.offset() == 0, "offset given, and this list has no pages: " + query.offset());
    }

    /**
     * A list whose pages go by offset.
     *
     * @param order in which it is
     */
    public static void checkSlice(TraceQuery query, Object order) {
        checkWithoutCursor(query);
        Objects.requireNonNull(order, "order");
        argument(
                query.offset() <= TraceAnalytics.MAX_OFFSET,
                "offset > " + TraceAnalytics.MAX_OFFSET + ": " + query.offset());
    }

    private static void checkOfOneValue(SpanField groupBy) {
        argument(groupBy.isOfOneValue(), "group_by is a field of several values: " + groupBy.text());
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
