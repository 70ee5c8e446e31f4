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
 * again replaces the span. {@link SpanField} lists its fields.
 *
 * <p>Three values follow from others when they are left out: {@code duration_ms} from start and end, {@code total_tokens}
 * from prompt and completion tokens, {@code security_score} from the findings. Values that are set are kept as they are.
 *
 * <p>Spans are immutable. Two spans are equal when all their fields are.
 */
public final class TraceSpan {

    private final Values values;

    private TraceSpan(Values values) {
        this.values = values;
        if (values.endTime != null && values.endTime.isBefore(values.startTime)) {
            throw new IllegalArgumentException("end_time < start_time: " + values.endTime + " < " + values.startTime);
        }
        if (values.estimatedCostUsd != null
                && !(values.estimatedCostUsd >= 0 && Double.isFinite(values.estimatedCostUsd))) {
            throw new IllegalArgumentException("estimated_cost_usd not a number >= 0: " + values.estimatedCostUsd);
        }
        for (SpanField<?> field : SpanField.properties()) {
            field.check(this);
        }
    }

    /** Returns a builder with the values that every span must have. */
    public static Builder builder(UUID tenantId, UUID traceId, UUID spanId, String operationName, Instant startTime) {
        return new Builder(tenantId, traceId, spanId, operationName, startTime);
    }

    /** Returns a builder with the values of this span. */
    public Builder toBuilder() {
        return new Builder(values.copy());
    }

    /** Returns the outcome: an error if there is an error message or an HTTP status of 400 or above. */
    public SpanStatus status() {
        return values.errorMessage != null || (values.statusCode != null && values.statusCode >= 400)
                ? SpanStatus.ERROR
                : SpanStatus.OK;
    }

    /** Returns the id of the trace that the span is part of. */
    public UUID traceId() {
        return values.traceId;
    }

    /** Returns the id of the span, unique within its trace. */
    public UUID spanId() {
        return values.spanId;
    }

    /** Returns the id of the span that this one is part of; null for the root of a trace. */
    public @Nullable UUID parentSpanId() {
        return values.parentSpanId;
    }

    /** Returns the name that the application gave the trace that the span is part of; null if none. */
    public @Nullable String traceName() {
        return values.traceName;
    }

    /** Returns the tenant that the span belongs to. */
    public UUID tenantId() {
        return values.tenantId;
    }

    /** Returns the name of the span, such as {@code chat gpt-4o}; may be empty. */
    public String operationName() {
        return values.operationName;
    }

    /** Returns the kind of work; {@link SpanKind#OTHER} if unknown. */
    public SpanKind kind() {
        return values.kind;
    }

    /** Returns when the span started. */
    public Instant startTime() {
        return values.startTime;
    }

    /** Returns when the span ended, not before it started; null if unknown. */
    public @Nullable Instant endTime() {
        return values.endTime;
    }

    /** Returns the time from start to end in milliseconds; null if unknown. */
    public @Nullable Long durationMs() {
        return values.durationMs;
    }

    /** Returns the provider of the model; null if unknown or if no model was called. */
    public @Nullable LlmProvider provider() {
        return values.provider;
    }

    /** Returns the name of the model as the provider reports it, such as {@code gpt-4o}; null if unknown. */
    public @Nullable String modelName() {
        return values.modelName;
    }

    /**
     * Returns the input: text, or JSON such as an array of chat messages, at most 16 MiB of UTF-8 like every text; null if
     * unknown.
     */
    public @Nullable String prompt() {
        return values.prompt;
    }

    /** Returns the output, in the same form as the prompt; null if unknown. */
    public @Nullable String response() {
        return values.response;
    }

    /** Returns the tokens of the input, as the provider counts them; null if not reported. */
    public @Nullable Long promptTokens() {
        return values.promptTokens;
    }

    /** Returns the tokens of the output, as the provider counts them; null if not reported. */
    public @Nullable Long completionTokens() {
        return values.completionTokens;
    }

    /** Returns the tokens of input and output together; null if not reported. */
    public @Nullable Long totalTokens() {
        return values.totalTokens;
    }

    /** Returns the input tokens read from the provider's cache; null if not reported. */
    public @Nullable Long cacheReadTokens() {
        return values.cacheReadTokens;
    }

    /** Returns the input tokens written to the provider's cache; null if not reported. */
    public @Nullable Long cacheWriteTokens() {
        return values.cacheWriteTokens;
    }

    /** Returns the output tokens that the model spent on reasoning; null if not reported. */
    public @Nullable Long reasoningTokens() {
        return values.reasoningTokens;
    }

    /** Returns the time from the start to the first token of the response in milliseconds; null if unknown. */
    public @Nullable Long timeToFirstTokenMs() {
        return values.timeToFirstTokenMs;
    }

    /** Returns the HTTP status of the call, in [0, 65535]; 400 or above is an error; null if unknown. */
    public @Nullable Integer statusCode() {
        return values.statusCode;
    }

    /** Returns the error message, possibly empty, of a call that failed; null if there is none. */
    public @Nullable String errorMessage() {
        return values.errorMessage;
    }

    /** Returns how much attention the span asks for; null if its source does not say. */
    public @Nullable SpanLevel level() {
        return values.level;
    }

    /** Returns the message that explains the level; null if there is none. */
    public @Nullable String levelMessage() {
        return values.levelMessage;
    }

    /**
     * Returns the settings of the request by one name each, whatever the source calls them: {@code temperature}, {@code top_p},
     * {@code top_k}, {@code max_tokens}, {@code frequency_penalty}, {@code presence_penalty}, {@code seed}, {@code stop} (a list),
     * {@code n}, {@code stream}; others by their own names. Typed JSON ({@link JsonValues}); null if there are none.
     */
    public @Nullable Map<String, @Nullable Object> requestSettings() {
        return values.requestSettings;
    }

    /** Returns why the model stopped, such as {@code stop} or {@code length}; null if unknown. */
    public @Nullable String finishReason() {
        return values.finishReason;
    }

    /** Returns the name of the prompt template that the prompt was made from; null if unknown. */
    public @Nullable String promptName() {
        return values.promptName;
    }

    /** Returns the version of the prompt template that the prompt was made from; null if unknown. */
    public @Nullable String promptVersion() {
        return values.promptVersion;
    }

    /** Returns the cost in US dollars; null if unknown. */
    public @Nullable Double estimatedCostUsd() {
        return values.estimatedCostUsd;
    }

    /** Returns the session that the span belongs to, such as a conversation; null if none. */
    public @Nullable String sessionId() {
        return values.sessionId;
    }

    /** Returns the user of the application; null if unknown. */
    public @Nullable String userId() {
        return values.userId;
    }

    /** Returns the name of the agent that the span is a step of; null if unknown. */
    public @Nullable String agentName() {
        return values.agentName;
    }

    /** Returns the service that sent the span; null if unknown. */
    public @Nullable String serviceName() {
        return values.serviceName;
    }

    /** Returns the environment that sent the span, such as {@code production}; null if unknown. */
    public @Nullable String environment() {
        return values.environment;
    }

    /** Returns the version of the application that sent the span, such as {@code 1.4.0}; null if unknown. */
    public @Nullable String release() {
        return values.release;
    }

    /** Returns the security score in [0, 100], where 100 is the most severe; null if nothing was checked or found. */
    public @Nullable Integer securityScore() {
        return values.securityScore;
    }

    /** Returns the findings of security checks; possibly empty. */
    public List<SecurityFinding> securityFindings() {
        return values.securityFindings;
    }

    /** Returns the labels of the span; possibly empty. */
    public Map<String, String> tags() {
        return values.tags;
    }

    /** Returns the events during the span; possibly empty. */
    public List<SpanEvent> events() {
        return values.events;
    }

    /** Returns the actions that an agent executed or a model requested; possibly empty. */
    public List<AgentAction> agentActions() {
        return values.agentActions;
    }

    /** Returns the attributes of the source that have no field here, as typed JSON ({@link JsonValues}); possibly empty. */
    public Map<String, @Nullable Object> attributes() {
        return values.attributes;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof TraceSpan span)) {
            return false;
        }
        for (SpanField<?> field : SpanField.properties()) {
            if (!Objects.equals(field.valueOf(this), field.valueOf(span))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        return Objects.hash(values.tenantId, values.traceId, values.spanId, values.startTime);
    }

    /** Returns a short form without content, for logs. */
    @Override
    public String toString() {
        return "TraceSpan[" + traceId() + "/" + Ids.formatSpanId(spanId()) + " " + kind().text() + " '"
                + operationName() + "' " + startTime() + "]";
    }

    /** The values of a span, shared by the span and its builder. A span never changes its own. */
    private static final class Values implements Cloneable {
        private UUID traceId;
        private UUID spanId;
        private @Nullable UUID parentSpanId;
        private @Nullable String traceName;
        private UUID tenantId;
        private String operationName;
        private SpanKind kind = SpanKind.OTHER;
        private Instant startTime;
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
        private @Nullable SpanLevel level;
        private @Nullable String levelMessage;
        private @Nullable Map<String, @Nullable Object> requestSettings;
        private @Nullable String finishReason;
        private @Nullable String promptName;
        private @Nullable String promptVersion;
        private @Nullable Double estimatedCostUsd;
        private @Nullable String sessionId;
        private @Nullable String userId;
        private @Nullable String agentName;
        private @Nullable String serviceName;
        private @Nullable String environment;
        private @Nullable String release;
        private @Nullable Integer securityScore;
        private List<SecurityFinding> securityFindings = List.of();
        private Map<String, String> tags = Map.of();
        private List<SpanEvent> events = List.of();
        private List<AgentAction> agentActions = List.of();
        private Map<String, @Nullable Object> attributes = Map.of();

        Values(UUID tenantId, UUID traceId, UUID spanId, String operationName, Instant startTime) {
            this.tenantId = Objects.requireNonNull(tenantId, "tenantId");
            this.traceId = Objects.requireNonNull(traceId, "traceId");
            this.spanId = Objects.requireNonNull(spanId, "spanId");
            this.operationName = Objects.requireNonNull(operationName, "operationName");
            this.startTime = Objects.requireNonNull(startTime, "startTime");
        }

        Values copy() {
            try {
                return (Values) clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e); // cannot happen: this class implements Cloneable
            }
        }

        /** Returns a copy with immutable collections and with derived values where they were left out. */
        Values complete() {
            Values complete = copy();
            FieldType.TIME.check(startTime, "start_time");
            if (endTime != null) {
                FieldType.TIME.check(endTime, "end_time");
            }
            complete.securityFindings = List.copyOf(securityFindings);
            complete.tags = StringMaps.copyOf(tags, "tags");
            complete.events = List.copyOf(events);
            complete.agentActions = List.copyOf(agentActions);
            complete.attributes = JsonValues.copyOf(attributes, "attributes");
            complete.requestSettings = requestSettings == null || requestSettings.isEmpty()
                    ? null
                    : JsonValues.copyOf(requestSettings, "request_settings");
            complete.estimatedCostUsd =
                    estimatedCostUsd == null ? null : FieldType.COST_USD.normalize(estimatedCostUsd);
            if (durationMs == null && endTime != null) {
                complete.durationMs = Duration.between(startTime, endTime).toMillis();
            }
            if (totalTokens == null && promptTokens != null && completionTokens != null) {
                complete.totalTokens = saturatedSum(promptTokens, completionTokens);
            }
            if (securityScore == null && !securityFindings.isEmpty()) {
                complete.securityScore = SecurityFinding.scoreOf(securityFindings);
            }
            return complete;
        }

        private static long saturatedSum(long a, long b) {
            long sum = a + b;
            return sum < 0 ? Long.MAX_VALUE : sum;
        }
    }

    /**
     * Builds a span. Only the identity, the name and the start are required; see the accessors of {@link TraceSpan} for
     * units.
     */
    public static final class Builder {
        private final Values values;

        private Builder(UUID tenantId, UUID traceId, UUID spanId, String operationName, Instant startTime) {
            this.values = new Values(tenantId, traceId, spanId, operationName, startTime);
        }

        private Builder(Values values) {
            this.values = values;
        }

        public Builder traceId(UUID value) {
            values.traceId = Objects.requireNonNull(value, "traceId");
            return this;
        }

        public Builder spanId(UUID value) {
            values.spanId = Objects.requireNonNull(value, "spanId");
            return this;
        }

        public Builder parentSpanId(@Nullable UUID value) {
            values.parentSpanId = value;
            return this;
        }

        public Builder traceName(@Nullable String value) {
            values.traceName = value;
            return this;
        }

        public Builder tenantId(UUID value) {
            values.tenantId = Objects.requireNonNull(value, "tenantId");
            return this;
        }

        public Builder operationName(String value) {
            values.operationName = Objects.requireNonNull(value, "operationName");
            return this;
        }

        public Builder kind(SpanKind value) {
            values.kind = Objects.requireNonNull(value, "kind");
            return this;
        }

        public Builder startTime(Instant value) {
            values.startTime = Objects.requireNonNull(value, "startTime");
            return this;
        }

        public Builder endTime(@Nullable Instant value) {
            values.endTime = value;
            return this;
        }

        public Builder durationMs(@Nullable Long value) {
            values.durationMs = value;
            return this;
        }

        public Builder provider(@Nullable LlmProvider value) {
            values.provider = value;
            return this;
        }

        public Builder modelName(@Nullable String value) {
            values.modelName = value;
            return this;
        }

        public Builder prompt(@Nullable String value) {
            values.prompt = value;
            return this;
        }

        public Builder response(@Nullable String value) {
            values.response = value;
            return this;
        }

        public Builder promptTokens(@Nullable Long value) {
            values.promptTokens = value;
            return this;
        }

        public Builder completionTokens(@Nullable Long value) {
            values.completionTokens = value;
            return this;
        }

        public Builder totalTokens(@Nullable Long value) {
            values.totalTokens = value;
            return this;
        }

        public Builder cacheReadTokens(@Nullable Long value) {
            values.cacheReadTokens = value;
            return this;
        }

        public Builder cacheWriteTokens(@Nullable Long value) {
            values.cacheWriteTokens = value;
            return this;
        }

        public Builder reasoningTokens(@Nullable Long value) {
            values.reasoningTokens = value;
            return this;
        }

        public Builder timeToFirstTokenMs(@Nullable Long value) {
            values.timeToFirstTokenMs = value;
            return this;
        }

        public Builder statusCode(@Nullable Integer value) {
            values.statusCode = value;
            return this;
        }

        public Builder errorMessage(@Nullable String value) {
            values.errorMessage = value;
            return this;
        }

        public Builder level(@Nullable SpanLevel value) {
            values.level = value;
            return this;
        }

        public Builder levelMessage(@Nullable String value) {
            values.levelMessage = value;
            return this;
        }

        /** Sets the settings of the request; an empty map stands for none. */
        @SuppressWarnings("unchecked") // the span copies the settings and checks each value
        public Builder requestSettings(@Nullable Map<String, ? extends @Nullable Object> value) {
            values.requestSettings = (Map<String, @Nullable Object>) value;
            return this;
        }

        public Builder finishReason(@Nullable String value) {
            values.finishReason = value;
            return this;
        }

        public Builder promptName(@Nullable String value) {
            values.promptName = value;
            return this;
        }

        public Builder promptVersion(@Nullable String value) {
            values.promptVersion = value;
            return this;
        }

        public Builder estimatedCostUsd(@Nullable Double value) {
            values.estimatedCostUsd = value;
            return this;
        }

        public Builder sessionId(@Nullable String value) {
            values.sessionId = value;
            return this;
        }

        public Builder userId(@Nullable String value) {
            values.userId = value;
            return this;
        }

        public Builder agentName(@Nullable String value) {
            values.agentName = value;
            return this;
        }

        public Builder serviceName(@Nullable String value) {
            values.serviceName = value;
            return this;
        }

        public Builder environment(@Nullable String value) {
            values.environment = value;
            return this;
        }

        public Builder release(@Nullable String value) {
            values.release = value;
            return this;
        }

        public Builder securityScore(@Nullable Integer value) {
            values.securityScore = value;
            return this;
        }

        public Builder securityFindings(List<SecurityFinding> value) {
            values.securityFindings = Objects.requireNonNull(value, "securityFindings");
            return this;
        }

        public Builder tags(Map<String, String> value) {
            values.tags = Objects.requireNonNull(value, "tags");
            return this;
        }

        public Builder events(List<SpanEvent> value) {
            values.events = Objects.requireNonNull(value, "events");
            return this;
        }

        public Builder agentActions(List<AgentAction> value) {
            values.agentActions = Objects.requireNonNull(value, "agentActions");
            return this;
        }

        @SuppressWarnings("unchecked") // the span copies the attributes and checks each value
        public Builder attributes(Map<String, ? extends @Nullable Object> value) {
            values.attributes = (Map<String, @Nullable Object>) Objects.requireNonNull(value, "attributes");
            return this;
        }

        /** Adds a finding and sets the security score to the highest of all findings' scores. */
        public Builder addSecurityFinding(SecurityFinding finding) {
            List<SecurityFinding> all = new ArrayList<>(values.securityFindings);
            all.add(Objects.requireNonNull(finding, "finding"));
            values.securityFindings = all;
            values.securityScore = SecurityFinding.scoreOf(all);
            return this;
        }

        /**
         * Builds the span.
         *
         * @throws IllegalArgumentException if a value is out of range or a text is too long; the message begins with the name of
         *     the field
         */
        public TraceSpan build() {
            return new TraceSpan(values.complete());
        }
    }
}
