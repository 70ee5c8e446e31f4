package io.llmtrace.storage.analytics;

/**
 * The nearest-rank percentiles of some values; each of them is one of the values.
 *
 * @param p50 the median
 * @param p95 the 95th percentile
 * @param p99 the 99th percentile
 */
public record Percentiles(long p50, long p95, long p99) {}
