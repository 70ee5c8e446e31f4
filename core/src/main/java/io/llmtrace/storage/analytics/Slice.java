package io.llmtrace.storage.analytics;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list.
 *
 * @param items at most as many as the query's limit
 * @param nextOffset what {@link io.llmtrace.storage.TraceQuery#offset()} takes to go on; null if nothing is left, or what is left
 *     lies beyond {@value TraceAnalytics#MAX_OFFSET}
 */
public record Slice<T>(List<T> items, @Nullable Integer nextOffset) {

    public Slice {
        items = List.copyOf(items);
    }

    /**
     * @param found from the offset on, with one item more than the limit where there is more
     */
    public static <T> Slice<T> of(List<T> found, int offset, int limit) {
        boolean more = found.size() > limit && offset + limit <= TraceAnalytics.MAX_OFFSET;
        return new Slice<>(found.subList(0, Math.min(found.size(), limit)), more ? offset + limit : null);
    }

    public <R> Slice<R> map(Function<? super T, ? extends R> mapping) {
        return new Slice<>(items.stream().<R>map(mapping).toList(), nextOffset);
    }
}
