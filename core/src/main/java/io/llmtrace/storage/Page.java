package io.llmtrace.storage;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A page of the items that a query selects.
 *
 * @param <T> the type of the items
 * @param items the items in the order of the query, at most {@link TraceQuery#limit()}
 * @param nextCursor the {@link TraceQuery#cursor()} of the query for the next page; null on the last page
 */
public record Page<T>(List<T> items, @Nullable String nextCursor) {

    /** Copies the items. */
    public Page {
        items = List.copyOf(items);
    }

    /** Returns a last page without items. */
    public static <T> Page<T> empty() {
        return new Page<>(List.of(), null);
    }

    /** Returns the page with each item converted, and with the same cursor. */
    public <R> Page<R> map(Function<? super T, ? extends R> mapping) {
        return new Page<>(items.stream().<R>map(mapping).toList(), nextCursor);
    }
}
