package io.llmtrace.ingest.internal;

import java.time.Duration;

/**
 * Limits of the batches that are written to the store, and of the bytes that may wait to be written.
 *
 * @param maxSpans submissions are stored together up to this number of spans
 * @param maxBytes … and up to this estimate of their bytes; a single larger submission is stored alone
 * @param linger how long a submission waits for others while no batch is being stored
 * @param maxBytesInFlight estimate of the bytes of all submissions that wait or are being stored; more are refused
 */
public record BatchLimits(int maxSpans, long maxBytes, Duration linger, long maxBytesInFlight) {}
