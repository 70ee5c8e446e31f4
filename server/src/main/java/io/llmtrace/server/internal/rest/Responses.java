package io.llmtrace.server.internal.rest;

import io.llmtrace.storage.Page;
import io.llmtrace.storage.analytics.Slice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The shapes of answers that hold a list. */
final class Responses {

    private Responses() {}

    /** A complete list. */
    record Items(List<?> data) {}

    /**
     * A page of a list that is ordered by time.
     *
     * @param nextCursor the cursor of the next page; left out on the last page
     */
    record CursorPage<T>(List<T> data, @Nullable String nextCursor) {
        static <T> CursorPage<T> of(Page<T> page) {
            return new CursorPage<>(page.items(), page.nextCursor());
        }
    }

    /**
     * A page of a list that is ordered by a measure.
     *
     * @param nextOffset the offset of the next page; left out on the last page
     */
    record OffsetPage(List<?> data, @Nullable Integer nextOffset) {
        static OffsetPage of(Slice<?> slice) {
            return new OffsetPage(slice.items(), slice.nextOffset());
        }
    }
}
