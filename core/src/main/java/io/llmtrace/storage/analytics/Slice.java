package io.llmtrace.storage.analytics;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list that is paged by offset.
 *
 * @param <T> the type of the items
 * @param items the items in their order, at most {@link io.llmtrace.storage.TraceQuery#limit()}
 * @param nextOffset the {@link io.llmtrace.storage.TraceQuery#offset()} of the next page; null on the last page, and if the next
 *     page would start beyond {@value TraceAnalytics#MAX_OFFSET}
 */
public record Slice<T>(List<T> items, @Nullable Integer nextOffset) {

    /** Copies the items. */
    public Slice {
        items = List.copyOf(items);
    }

    /**
     * Returns the page that starts at an offset.
     *
     * @param found the items from the offset on: at most one more than the limit, which shows that there is a next page
     */
    public static <T> Slice<T> of(List<T> found, int offset, int limit) {
        boolean more = found.size() > limit && offset + limit <= TraceAnalytics.MAX_OFFSET;
        return new Slice<>(found.subList(0, Math.min(found.size(), limit)), more ? offset + limit : null);
    }

    /** Returns the page with each item converted, and with the same next offset. */
    public <R> Slice<R> map(Function<? super T, ? extends R> mapping) {
        return new Slice<>(items.stream().<R>map(mapping).toList(), nextOffset);
    }
}
