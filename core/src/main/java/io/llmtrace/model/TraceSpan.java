package io.llmtrace.model;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One call of a model, a tool, a retriever or an agent step. Its identity is (tenant, trace, span): writing that identity
 * again replaces the span.
 *
 * <p>Three values follow from others when they are left out: {@code duration_ms} from start and end, {@code total_tokens}
 * from prompt and completion tokens, {@code security_score} from the findings. Given ones are kept as they are.
 *
 * @param parentSpanId empty for the root of a trace
 * @param operationName what the span is called, such as {@code chat gpt-4o}; may be empty
 * @param endTime not before {@code startTime}
 * @param prompt what went in: text, or JSON such as an array of chat messages; at most 16 MiB of UTF-8, as every text here
 * @param response what came out, in the same form
 * @param promptTokens tokens of the input, as the provider counts them
 * @param cacheReadTokens input tokens read from the provider's cache
 * @param cacheWriteTokens input tokens written to the provider's cache
 * @param reasoningTokens output tokens that the model spent on reasoning
 * @param statusCode HTTP status of the call, in [0, 65535]; 400 and above is an error
 * @param errorMessage present, even empty, on a call that failed
 * @param estimatedCostUsd US dollars
 * @param securityScore in [0, 100]
 * @param attributes what the source of the span said beyond these fields, as typed JSON ({@link JsonValues})
 */
public record TraceSpan(
        UUID traceId,
        UUID spanId,
        @Nullable UUID parentSpanId,
        UUID tenantId,
        String operationName,
        SpanKind kind,
        Instant startTime,
        @Nullable Instant endTime,
        @Nullable Long durationMs,
        @Nullable LlmProvider provider,
        @Nullable String modelName,
        @Nullable String prompt,
        @Nullable String response,
        @Nullable Long promptTokens,
        @Nullable Long completionTokens,
        @Nullable Long totalTokens,
        @Nullable Long cacheReadTokens,
        @Nullable Long cacheWriteTokens,
        @Nullable Long reasoningTokens,
        @Nullable Long timeToFirstTokenMs,
        @Nullable Integer statusCode,
        @Nullable String errorMessage,
        @Nullable String finishReason,
        @Nullable Double estimatedCostUsd,
        @Nullable String sessionId,
        @Nullable String userId,
        @Nullable String serviceName,
        @Nullable Integer securityScore,
        List<SecurityFinding> securityFindings,
        Map<String, String> tags,
        List<SpanEvent> events,
        List<AgentAction> agentActions,
        Map<String, @Nullable Object> attributes) {

    public TraceSpan {
        Objects.requireNonNull(traceId, "traceId");
        Objects.requireNonNull(spanId, "spanId");
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(operationName, "operationName");
        Objects.requireNonNull(startTime, "startTime");
        kind = kind == null ? SpanKind.OTHER : kind;
        Times.requireStorable(startTime, "start_time");
        if (endTime != null) {
            Times.requireStorable(endTime, "end_time");
            if (endTime.isBefore(startTime)) {
                throw new IllegalArgumentException("end_time < start_time: " + endTime + " < " + startTime);
            }
        }
        Checks.notNegative(durationMs, "duration_ms");
        Checks.notNegative(promptTokens, "prompt_tokens");
        Checks.notNegative(completionTokens, "completion_tokens");
        Checks.notNegative(totalTokens, "total_tokens");
        Checks.notNegative(cacheReadTokens, "cache_read_tokens");
        Checks.notNegative(cacheWriteTokens, "cache_write_tokens");
        Checks.notNegative(reasoningTokens, "reasoning_tokens");
        Checks.notNegative(timeToFirstTokenMs, "time_to_first_token_ms");
        Checks.within(statusCode, 0, 65_535, "status_code");
        Checks.within(securityScore, 0, 100, "security_score");
        if (estimatedCostUsd != null && !(estimatedCostUsd >= 0 && Double.isFinite(estimatedCostUsd))) {
            throw new IllegalArgumentException("estimated_cost_usd not a number >= 0: " + estimatedCostUsd);
        }
        // Minus zero becomes zero: some stores keep no such difference, and both must pass the same filters.
        estimatedCostUsd = estimatedCostUsd == null ? null : Double.valueOf(estimatedCostUsd + 0.0);
        Texts.requireStorable(operationName, "operation_name");
        Texts.requireStorable(modelName, "model_name");
        Texts.requireStorable(prompt, "prompt");
        Texts.requireStorable(response, "response");
        Texts.requireStorable(errorMessage, "error_message");
        Texts.requireStorable(finishReason, "finish_reason");
        Texts.requireStorable(sessionId, "session_id");
        Texts.requireStorable(userId, "user_id");
        Texts.requireStorable(serviceName, "service_name");
        securityFindings = securityFindings == null ? List.of() : List.copyOf(securityFindings);
        tags = StringMaps.copyOf(tags, "tags");
        events = events == null ? List.of() : List.copyOf(events);
        agentActions = agentActions == null ? List.of() : List.copyOf(agentActions);
        attributes = attributes == null ? Map.of() : JsonValues.copyOf(attributes, "attributes");
        if (durationMs == null && endTime != null) {
            durationMs = Duration.between(startTime, endTime).toMillis();
        }
        if (totalTokens == null && promptTokens != null && completionTokens != null) {
            totalTokens = saturatedSum(promptTokens, completionTokens);
        }
        if (securityScore == null && !securityFindings.isEmpty()) {
            securityScore = SecurityFinding.scoreOf(securityFindings);
        }
    }

    /** An error is a call with an error message, or with an HTTP status of 400 and above. */
    public SpanStatus status() {
        return errorMessage != null || (statusCode != null && statusCode >= 400) ? SpanStatus.ERROR : SpanStatus.OK;
    }

    /** Short, without content: for logs. */
    @Override
    public String toString() {
        return "TraceSpan[" + traceId + "/" + Ids.formatSpanId(spanId) + " " + kind.text() + " '" + operationName + "' "
                + startTime + "]";
    }

    public static Builder builder(UUID tenantId, UUID traceId, UUID spanId, String operationName, Instant startTime) {
        return new Builder(tenantId, traceId, spanId, operationName, startTime);
    }

    /** A builder that starts from this span, for edits. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    private static long saturatedSum(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    /** Builds a span. Everything beyond the identity, the name and the start is optional. */
    public static final class Builder {
        private UUID tenantId;
        private UUID traceId;
        private UUID spanId;
        private String operationName;
        private Instant startTime;
        private SpanKind kind = SpanKind.OTHER;
        private @Nullable UUID parentSpanId;
        private @Nullable Instant endTime;
        private @Nullable Long durationMs;
        private @Nullable LlmProvider provider;
        private @Nullable String modelName;
        private @Nullable String prompt;
        private @Nullable String response;
        private @Nullable Long promptTokens;
        private @Nullable Long completionTokens;
        private @Nullable Long totalTokens;
        private @Nullable Long cacheReadTokens;
        private @Nullable Long cacheWriteTokens;
        private @Nullable Long reasoningTokens;
        private @Nullable Long timeToFirstTokenMs;
        private @Nullable Integer statusCode;
        private @Nullable String errorMessage;
        private @Nullable String finishReason;
        private @Nullable Double estimatedCostUsd;
        private @Nullable String sessionId;
        private @Nullable String userId;
        private @Nullable String serviceName;
        private @Nullable Integer securityScore;
        private List<SecurityFinding> securityFindings = List.of();
        private Map<String, String> tags = Map.of();
        private List<SpanEvent> events = List.of();
        private List<AgentAction> agentActions = List.of();
        private Map<String, ? extends @Nullable Object> attributes = Map.of();

        private Builder(UUID tenantId, UUID traceId, UUID spanId, String operationName, Instant startTime) {
            this.tenantId = Objects.requireNonNull(tenantId, "tenantId");
            this.traceId = Objects.requireNonNull(traceId, "traceId");
            this.spanId = Objects.requireNonNull(spanId, "spanId");
            this.operationName = Objects.requireNonNull(operationName, "operationName");
            this.startTime = Objects.requireNonNull(startTime, "startTime");
        }

        private Builder(TraceSpan span) {
            this.traceId = span.traceId;
            this.spanId = span.spanId;
            this.parentSpanId = span.parentSpanId;
            this.tenantId = span.tenantId;
            this.operationName = span.operationName;
            this.kind = span.kind;
            this.startTime = span.startTime;
            this.endTime = span.endTime;
            this.durationMs = span.durationMs;
            this.provider = span.provider;
            this.modelName = span.modelName;
            this.prompt = span.prompt;
            this.response = span.response;
            this.promptTokens = span.promptTokens;
            this.completionTokens = span.completionTokens;
            this.totalTokens = span.totalTokens;
            this.cacheReadTokens = span.cacheReadTokens;
            this.cacheWriteTokens = span.cacheWriteTokens;
            this.reasoningTokens = span.reasoningTokens;
            this.timeToFirstTokenMs = span.timeToFirstTokenMs;
            this.statusCode = span.statusCode;
            this.errorMessage = span.errorMessage;
            this.finishReason = span.finishReason;
            this.estimatedCostUsd = span.estimatedCostUsd;
            this.sessionId = span.sessionId;
            this.userId = span.userId;
            this.serviceName = span.serviceName;
            this.securityScore = span.securityScore;
            this.securityFindings = span.securityFindings;
            this.tags = span.tags;
            this.events = span.events;
            this.agentActions = span.agentActions;
            this.attributes = span.attributes;
        }

        public Builder traceId(UUID value) {
            this.traceId = Objects.requireNonNull(value, "traceId");
            return this;
        }

        public Builder spanId(UUID value) {
            this.spanId = Objects.requireNonNull(value, "spanId");
            return this;
        }

        public Builder parentSpanId(@Nullable UUID value) {
            this.parentSpanId = value;
            return this;
        }

        public Builder tenantId(UUID value) {
            this.tenantId = Objects.requireNonNull(value, "tenantId");
            return this;
        }

        public Builder operationName(String value) {
            this.operationName = Objects.requireNonNull(value, "operationName");
            return this;
        }

        public Builder kind(SpanKind value) {
            this.kind = Objects.requireNonNull(value, "kind");
            return this;
        }

        public Builder startTime(Instant value) {
            this.startTime = Objects.requireNonNull(value, "startTime");
            return this;
        }

        public Builder endTime(@Nullable Instant value) {
            this.endTime = value;
            return this;
        }

        public Builder durationMs(@Nullable Long value) {
            this.durationMs = value;
            return this;
        }

        public Builder provider(@Nullable LlmProvider value) {
            this.provider = value;
            return this;
        }

        public Builder modelName(@Nullable String value) {
            this.modelName = value;
            return this;
        }

        public Builder prompt(@Nullable String value) {
            this.prompt = value;
            return this;
        }

        public Builder response(@Nullable String value) {
            this.response = value;
            return this;
        }

        public Builder promptTokens(@Nullable Long value) {
            this.promptTokens = value;
            return this;
        }

        public Builder completionTokens(@Nullable Long value) {
            this.completionTokens = value;
            return this;
        }

        public Builder totalTokens(@Nullable Long value) {
            this.totalTokens = value;
            return this;
        }

        public Builder cacheReadTokens(@Nullable Long value) {
            this.cacheReadTokens = value;
            return this;
        }

        public Builder cacheWriteTokens(@Nullable Long value) {
            this.cacheWriteTokens = value;
            return this;
        }

        public Builder reasoningTokens(@Nullable Long value) {
            this.reasoningTokens = value;
            return this;
        }

        public Builder timeToFirstTokenMs(@Nullable Long value) {
            this.timeToFirstTokenMs = value;
            return this;
        }

        public Builder statusCode(@Nullable Integer value) {
            this.statusCode = value;
            return this;
        }

        public Builder errorMessage(@Nullable String value) {
            this.errorMessage = value;
            return this;
        }

        public Builder finishReason(@Nullable String value) {
            this.finishReason = value;
            return this;
        }

        public Builder estimatedCostUsd(@Nullable Double value) {
            this.estimatedCostUsd = value;
            return this;
        }

        public Builder sessionId(@Nullable String value) {
            this.sessionId = value;
            return this;
        }

        public Builder userId(@Nullable String value) {
            this.userId = value;
            return this;
        }

        public Builder serviceName(@Nullable String value) {
            this.serviceName = value;
            return this;
        }

        public Builder securityScore(@Nullable Integer value) {
            this.securityScore = value;
            return this;
        }

        public Builder securityFindings(List<SecurityFinding> value) {
            this.securityFindings = Objects.requireNonNull(value, "securityFindings");
            return this;
        }

        public Builder tags(Map<String, String> value) {
            this.tags = Objects.requireNonNull(value, "tags");
            return this;
        }

        public Builder events(List<SpanEvent> value) {
            this.events = Objects.requireNonNull(value, "events");
            return this;
        }

        public Builder agentActions(List<AgentAction> value) {
            this.agentActions = Objects.requireNonNull(value, "agentActions");
            return this;
        }

        public Builder attributes(Map<String, ? extends @Nullable Object> value) {
            this.attributes = Objects.requireNonNull(value, "attributes");
            return this;
        }

        /** Adds a finding and sets the security score to the highest of all findings. */
        public Builder addSecurityFinding(SecurityFinding finding) {
            List<SecurityFinding> all = new ArrayList<>(securityFindings);
            all.add(Objects.requireNonNull(finding, "finding"));
            this.securityFindings = all;
            this.securityScore = SecurityFinding.scoreOf(all);
            return this;
        }

        @SuppressWarnings("unchecked") // the record copies the attributes and checks each value
        public TraceSpan build() {
            return new TraceSpan(
                    traceId,
                    spanId,
                    parentSpanId,
                    tenantId,
                    operationName,
                    kind,
                    startTime,
                    endTime,
                    durationMs,
                    provider,
                    modelName,
                    prompt,
                    response,
                    promptTokens,
                    completionTokens,
                    totalTokens,
                    cacheReadTokens,
                    cacheWriteTokens,
                    reasoningTokens,
                    timeToFirstTokenMs,
                    statusCode,
                    errorMessage,
                    finishReason,
                    estimatedCostUsd,
                    sessionId,
                    userId,
                    serviceName,
                    securityScore,
                    securityFindings,
                    tags,
                    events,
                    agentActions,
                    (Map<String, @Nullable Object>) attributes);
        }
    }
}
