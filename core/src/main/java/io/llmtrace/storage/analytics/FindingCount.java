package io.llmtrace.storage.analytics;

import io.llmtrace.model.Severity;
import java.time.Instant;

/**
 * Security findings of one type and severity.
 *
 * @param spans in which they are: those that the filter by this type gives
 * @param lastTime when the latest of these spans starts
 */
public record FindingCount(String findingType, Severity severity, long findings, long spans, Instant lastTime) {}
