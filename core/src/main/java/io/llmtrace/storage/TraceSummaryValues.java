package io.llmtrace.storage;

import io.llmtrace.model.SpanStatus;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The implementation of a summary. It is not public, so that a new component breaks no caller. */
record TraceSummaryValues(
        UUID traceId,
        UUID tenantId,
        Instant createdAt,
        @Nullable String name,
        @Nullable String traceName,
        @Nullable String serviceName,
        @Nullable String sessionId,
        @Nullable String userId,
        @Nullable Instant startTime,
        @Nullable Instant endTime,
        @Nullable Long durationMs,
        List<String> models,
        List<String> providers,
        long spanCount,
        long llmCallCount,
        long errorCount,
        SpanStatus status,
        @Nullable Long promptTokens,
        @Nullable Long completionTokens,
        @Nullable Long totalTokens,
        @Nullable Double estimatedCostUsd,
        @Nullable Integer securityScore,
        long findingCount,
        @Nullable String inputPreview,
        @Nullable String outputPreview)
        implements TraceSummary {}
