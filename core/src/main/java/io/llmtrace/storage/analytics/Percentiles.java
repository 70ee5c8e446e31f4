package io.llmtrace.storage.analytics;

/** Nearest-rank percentiles: each is one of the values. */
public record Percentiles(long p50, long p95, long p99) {}
