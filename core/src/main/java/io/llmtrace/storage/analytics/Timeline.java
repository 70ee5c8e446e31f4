package io.llmtrace.storage.analytics;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Spans by the time of their start.
 *
 * <pre>
 *   start                                       end
 *     |  bucket  |  bucket  |    …    |  bucket  |      each bucketMs wide, from a multiple of it since 1970 in UTC
 * </pre>
 *
 * @param start of the first bucket; null, as are the next two, where no span was found and the query has no range of its own
 * @param end of the last bucket, exclusive
 * @param total of all spans
 * @param groups those with most spans first, the rest last; empty where no span was found
 */
public record Timeline(
        @Nullable Instant start,
        @Nullable Instant end,
        @Nullable Long bucketMs,
        Measures total,
        List<Group> groups) {

    public Timeline {
        groups = List.copyOf(groups);
    }

    /**
     * Spans of one value.
     *
     * @param value null for those that have none, for all where nothing is grouped, and for the rest
     * @param rest whether these are the spans of all values that have no group of their own
     * @param buckets those that have spans, in their order
     */
    public record Group(@Nullable String value, boolean rest, Measures total, List<Bucket> buckets) {
        public Group {
            buckets = List.copyOf(buckets);
        }
    }

    /** @param time its start */
    public record Bucket(Instant time, Measures measures) {}
}
