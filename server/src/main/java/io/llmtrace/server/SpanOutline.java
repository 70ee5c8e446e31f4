package io.llmtrace.server;

import io.llmtrace.model.Ids;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Preview;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What lists and trees show of a span: without the bodies, which are read when somebody opens it.
 *
 * @param spanId as {@link Ids#formatSpanId} writes it
 * @param errorMessage its beginning
 * @param findingTypes distinct, in the order of the findings
 * @param promptCharacters UTF-16 characters of the prompt; null without one
 */
record SpanOutline(
        UUID traceId,
        String spanId,
        @Nullable String parentSpanId,
        String operationName,
        SpanKind kind,
        Instant startTime,
        @Nullable Instant endTime,
        @Nullable Long durationMs,
        @Nullable LlmProvider provider,
        @Nullable String modelName,
        SpanStatus status,
        @Nullable Integer statusCode,
        @Nullable String errorMessage,
        @Nullable String finishReason,
        @Nullable Long promptTokens,
        @Nullable Long completionTokens,
        @Nullable Long totalTokens,
        @Nullable Long cacheReadTokens,
        @Nullable Long reasoningTokens,
        @Nullable Long timeToFirstTokenMs,
        @Nullable Double estimatedCostUsd,
        @Nullable String sessionId,
        @Nullable String userId,
        @Nullable String serviceName,
        @Nullable Integer securityScore,
        List<String> findingTypes,
        int actionCount,
        int failedActionCount,
        int eventCount,
        @Nullable String inputPreview,
        @Nullable String outputPreview,
        @Nullable Integer promptCharacters,
        @Nullable Integer responseCharacters) {

    static SpanOutline of(TraceSpan span) {
        UUID parent = span.parentSpanId();
        return new SpanOutline(
                span.traceId(),
                Ids.formatSpanId(span.spanId()),
                parent == null ? null : Ids.formatSpanId(parent),
                span.operationName(),
                span.kind(),
                span.startTime(),
                span.endTime(),
                span.durationMs(),
                span.provider(),
                span.modelName(),
                span.status(),
                span.statusCode(),
                Preview.ofResponse(span.errorMessage()),
                span.finishReason(),
                span.promptTokens(),
                span.completionTokens(),
                span.totalTokens(),
                span.cacheReadTokens(),
                span.reasoningTokens(),
                span.timeToFirstTokenMs(),
                span.estimatedCostUsd(),
                span.sessionId(),
                span.userId(),
                span.serviceName(),
                span.securityScore(),
                span.securityFindings().stream()
                        .map(SecurityFinding::findingType)
                        .distinct()
                        .toList(),
                span.agentActions().size(),
                (int) span.agentActions().stream()
                        .filter(action -> !action.success())
                        .count(),
                span.events().size(),
                Preview.ofPrompt(span.prompt()),
                Preview.ofResponse(span.response()),
                lengthOf(span.prompt()),
                lengthOf(span.response()));
    }

    private static @Nullable Integer lengthOf(@Nullable String text) {
        return text == null ? null : Integer.valueOf(text.length());
    }
}
