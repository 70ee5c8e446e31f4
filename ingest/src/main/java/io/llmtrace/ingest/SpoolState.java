package io.llmtrace.ingest;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What waits on disk for the store.
 *
 * @param submissions requests
 * @param spans spans, and events that came apart from theirs
 * @param bytes of the files
 * @param oldest when the one that waits longest was taken; null if none waits
 */
public record SpoolState(
        long submissions, long spans, long bytes, @Nullable Instant oldest) {

    static final SpoolState EMPTY = new SpoolState(0, 0, 0, null);
}
