package io.llmtrace.storage.analytics;

import org.jspecify.annotations.Nullable;

/**
 * The measures of the spans with one value of a field.
 *
 * @param value the text of the value; null for the spans without one
 * @param measures the measures of the spans
 */
public record ValueMeasures(@Nullable String value, Measures measures) {}
