package io.llmtrace.storage;

import io.llmtrace.model.SpanStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The implementation of a digest. It is not public, so that a new component breaks no caller. */
record SpanDigestValues(
        SpanStatus status,
        @Nullable String errorMessage,
        List<String> findingTypes,
        long findingCount,
        long actionCount,
        long failedActionCount,
        @Nullable String inputPreview,
        @Nullable String outputPreview)
        implements SpanDigest {

    SpanDigestValues {
        findingTypes = List.copyOf(findingTypes);
    }
}
