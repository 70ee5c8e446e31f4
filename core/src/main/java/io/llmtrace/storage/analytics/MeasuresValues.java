package io.llmtrace.storage.analytics;

import org.jspecify.annotations.Nullable;

/** The implementation of measures. It is not public, so that a new component breaks no caller. */
record MeasuresValues(
        long spans,
        long errors,
        @Nullable Long promptTokens,
        @Nullable Long completionTokens,
        @Nullable Long totalTokens,
        @Nullable Double costUsd,
        @Nullable Percentiles durationMs)
        implements Measures {}
