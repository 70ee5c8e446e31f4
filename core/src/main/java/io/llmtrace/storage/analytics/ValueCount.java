package io.llmtrace.storage.analytics;

/** @param count of the spans that have the value */
public record ValueCount(String value, long count) {}
