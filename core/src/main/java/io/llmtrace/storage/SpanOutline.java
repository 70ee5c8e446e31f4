package io.llmtrace.storage;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceSpan;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One line of a list of spans, or of the tree of a trace: without what went in and out.
 *
 * @param errorMessage its first words, see {@link Preview}
 * @param findingTypes distinct, sorted
 * @param actionCount agent actions, whether done or only asked for
 * @param failedActionCount those of them without success
 * @param inputPreview of the prompt, see {@link Preview}
 * @param outputPreview of the response
 */
public record SpanOutline(
        UUID traceId,
        UUID spanId,
        @Nullable UUID parentSpanId,
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
        long actionCount,
        long failedActionCount,
        @Nullable String inputPreview,
        @Nullable String outputPreview) {

    public SpanOutline {
        findingTypes = List.copyOf(findingTypes);
    }

    /** The definition of an outline: what every backend's must equal. */
    public static SpanOutline of(TraceSpan span) {
        return of(span, Content.of(span));
    }

    /**
     * For a backend that need not read prompts.
     *
     * @param narrow the span without its texts, findings, events, actions and attributes
     */
    public static SpanOutline of(TraceSpan narrow, Content content) {
        return new SpanOutline(
                narrow.traceId(),
                narrow.spanId(),
                narrow.parentSpanId(),
                narrow.operationName(),
                narrow.kind(),
                narrow.startTime(),
                narrow.endTime(),
                narrow.durationMs(),
                narrow.provider(),
                narrow.modelName(),
                content.status,
                narrow.statusCode(),
                content.errorMessage,
                narrow.finishReason(),
                narrow.promptTokens(),
                narrow.completionTokens(),
                narrow.totalTokens(),
                narrow.cacheReadTokens(),
                narrow.reasoningTokens(),
                narrow.timeToFirstTokenMs(),
                narrow.estimatedCostUsd(),
                narrow.sessionId(),
                narrow.userId(),
                narrow.serviceName(),
                narrow.securityScore(),
                content.findingTypes,
                content.actionCount,
                content.failedActionCount,
                content.inputPreview,
                content.outputPreview);
    }

    /** What an outline says of what a backend keeps apart. */
    public record Content(
            SpanStatus status,
            @Nullable String errorMessage,
            List<String> findingTypes,
            long actionCount,
            long failedActionCount,
            @Nullable String inputPreview,
            @Nullable String outputPreview) {

        private static Content of(TraceSpan span) {
            List<AgentAction> actions = span.agentActions();
            return new Content(
                    span.status(),
                    Preview.ofResponse(span.errorMessage()),
                    span.securityFindings().stream()
                            .map(SecurityFinding::findingType)
                            .distinct()
                            .sorted()
                            .toList(),
                    actions.size(),
                    actions.stream().filter(action -> !action.success()).count(),
                    Preview.ofPrompt(span.prompt()),
                    Preview.ofResponse(span.response()));
        }
    }
}
