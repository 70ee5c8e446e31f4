package io.llmtrace.storage.analytics;

import org.jspecify.annotations.Nullable;

/** @param value null for the spans that have none */
public record ValueMeasures(@Nullable String value, Measures measures) {}
