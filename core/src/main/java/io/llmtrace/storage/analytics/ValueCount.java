package io.llmtrace.storage.analytics;

/**
 * The number of spans with one value of a field.
 *
 * @param value the text of the value
 * @param count the number of spans with the value
 */
public record ValueCount(String value, long count) {}
