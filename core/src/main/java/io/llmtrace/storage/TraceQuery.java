package io.llmtrace.storage;

import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.spi.SearchText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which spans, or traces by their spans, one tenant wants to see. A filter that is left out lets everything pass; all
 * filters given must hold on the same span. {@link #matches(TraceSpan)} is their definition.
 *
 * @param startTime earliest span start, inclusive
 * @param endTime latest span start, inclusive
 * @param tags each of these must be on the span, with this value
 * @param minSecurityScore a span without a score does not pass
 * @param findingType the span has a finding of this type
 * @param findingSeverity the span has a finding of this severity; with a type, one finding has both
 * @param actionName an agent action of the span has this name, such as that of a tool, whether it was done or only asked for
 * @param minDurationMs inclusive; a span without a duration does not pass
 * @param minCostUsd inclusive; a span without a cost does not pass
 * @param text every word of it must be among the words of the span: of its name, prompt, response, error message, of the
 *     names, arguments and results of its agent actions, and of its findings. Words are compared without case; see
 *     {@link SearchText}
 * @param limit of the items of one page, in [1, {@value #MAX_LIMIT}]
 * @param cursor where the page before ended, see {@link Page#nextCursor()}; not together with an offset
 * @param offset how many items to leave out, counted from the start
 */
public record TraceQuery(
        UUID tenantId,
        @Nullable Instant startTime,
        @Nullable Instant endTime,
        @Nullable LlmProvider provider,
        @Nullable String modelName,
        @Nullable String operationName,
        @Nullable SpanKind kind,
        @Nullable UUID traceId,
        @Nullable String sessionId,
        @Nullable String userId,
        @Nullable String serviceName,
        Map<String, String> tags,
        @Nullable Integer minSecurityScore,
        @Nullable Integer maxSecurityScore,
        @Nullable String findingType,
        @Nullable Severity findingSeverity,
        @Nullable String actionName,
        @Nullable Long minDurationMs,
        @Nullable Long maxDurationMs,
        @Nullable Double minCostUsd,
        @Nullable Double maxCostUsd,
        @Nullable SpanStatus status,
        @Nullable String text,
        int limit,
        @Nullable String cursor,
        int offset,
        Order order) {

    public static final int DEFAULT_LIMIT = 50;
    public static final int MAX_LIMIT = 10_000;

    public TraceQuery {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(order, "order");
        tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
        tags.forEach((key, value) -> {
            Objects.requireNonNull(key, "tags key");
            Objects.requireNonNull(value, "tags." + key);
        });
        minCostUsd = withoutMinusZero(minCostUsd);
        maxCostUsd = withoutMinusZero(maxCostUsd);
        argument(limit > 0, "limit <= 0: " + limit);
        argument(limit <= MAX_LIMIT, "limit > " + MAX_LIMIT + ": " + limit);
        argument(offset >= 0, "offset < 0: " + offset);
        argument(cursor == null || offset == 0, "offset with a cursor: " + offset);
        argument(
                startTime == null || endTime == null || !endTime.isBefore(startTime),
                "end_time < start_time: " + endTime + " < " + startTime);
        score(minSecurityScore, "min_security_score");
        score(maxSecurityScore, "max_security_score");
        notNegative(minDurationMs, "min_duration_ms");
        notNegative(maxDurationMs, "max_duration_ms");
        notNegative(minCostUsd, "min_cost_usd");
        notNegative(maxCostUsd, "max_cost_usd");
        ordered(minSecurityScore, maxSecurityScore, "security_score");
        ordered(minDurationMs, maxDurationMs, "duration_ms");
        ordered(minCostUsd, maxCostUsd, "cost_usd");
        argument(text == null || !SearchText.wordsOf(text).isEmpty(), "text has no word to search for: '" + text + "'");
    }

    public static Builder builder(UUID tenantId) {
        return new Builder(tenantId);
    }

    /** A builder that starts from this query. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** This query for the page that follows {@code page}, or for none if there is none. */
    public Optional<TraceQuery> next(Page<?> page) {
        String next = page.nextCursor();
        return next == null
                ? Optional.empty()
                : Optional.of(toBuilder().offset(0).cursor(next).build());
    }

    /** Whether the span passes every filter. Paging and order play no part. */
    public boolean matches(TraceSpan span) {
        return tenantId.equals(span.tenantId())
                && (startTime == null || !span.startTime().isBefore(startTime))
                && (endTime == null || !span.startTime().isAfter(endTime))
                && equalOrAny(provider, span.provider())
                && equalOrAny(modelName, span.modelName())
                && equalOrAny(operationName, span.operationName())
                && equalOrAny(kind, span.kind())
                && equalOrAny(traceId, span.traceId())
                && equalOrAny(sessionId, span.sessionId())
                && equalOrAny(userId, span.userId())
                && equalOrAny(serviceName, span.serviceName())
                && equalOrAny(status, span.status())
                && within(minSecurityScore, maxSecurityScore, span.securityScore())
                && within(minDurationMs, maxDurationMs, span.durationMs())
                && within(minCostUsd, maxCostUsd, span.estimatedCostUsd())
                && span.tags().entrySet().containsAll(tags.entrySet())
                && ((findingType == null && findingSeverity == null)
                        || span.securityFindings().stream()
                                .anyMatch(f -> equalOrAny(findingType, f.findingType())
                                        && equalOrAny(findingSeverity, f.severity())))
                && (actionName == null
                        || span.agentActions().stream()
                                .anyMatch(action -> action.name().equals(actionName)))
                && (text == null || SearchText.wordsOf(span).containsAll(SearchText.wordsOf(text)));
    }

    /**
     * Whether the trace is in the answer: one of its spans passes every filter. A trace without spans passes when the query
     * asks nothing of spans, only for the tenant or for a trace id.
     */
    public boolean matches(TraceEvent trace) {
        if (!tenantId.equals(trace.tenantId()) || !equalOrAny(traceId, trace.traceId())) {
            return false;
        }
        return !filtersSpans() || trace.spans().stream().anyMatch(this::matches);
    }

    /** Whether there is a filter that only a span can pass: any but the tenant and the trace id. */
    public boolean filtersSpans() {
        return startTime != null
                || endTime != null
                || provider != null
                || modelName != null
                || operationName != null
                || kind != null
                || sessionId != null
                || userId != null
                || serviceName != null
                || !tags.isEmpty()
                || minSecurityScore != null
                || maxSecurityScore != null
                || findingType != null
                || findingSeverity != null
                || actionName != null
                || minDurationMs != null
                || maxDurationMs != null
                || minCostUsd != null
                || maxCostUsd != null
                || status != null
                || text != null;
    }

    /** The words of {@link #text()}, each of which must be in the span; empty without a text. */
    public Set<String> words() {
        return text == null ? Set.of() : SearchText.wordsOf(text);
    }

    /** The filters that are set and the paging, without the text's content: for logs. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        parts.add("tenant_id=" + tenantId);
        add(parts, "start_time", startTime);
        add(parts, "end_time", endTime);
        add(parts, "provider", provider);
        add(parts, "model_name", modelName);
        add(parts, "operation_name", operationName);
        add(parts, "kind", kind == null ? null : kind.text());
        add(parts, "trace_id", traceId);
        add(parts, "session_id", sessionId);
        add(parts, "user_id", userId);
        add(parts, "service_name", serviceName);
        add(parts, "tags", tags.isEmpty() ? null : tags.keySet());
        add(parts, "min_security_score", minSecurityScore);
        add(parts, "max_security_score", maxSecurityScore);
        add(parts, "finding_type", findingType);
        add(parts, "finding_severity", findingSeverity == null ? null : findingSeverity.text());
        add(parts, "action_name", actionName);
        add(parts, "min_duration_ms", minDurationMs);
        add(parts, "max_duration_ms", maxDurationMs);
        add(parts, "min_cost_usd", minCostUsd);
        add(parts, "max_cost_usd", maxCostUsd);
        add(parts, "status", status == null ? null : status.text());
        add(parts, "text", text == null ? null : words().size() + " words");
        add(parts, "limit", limit);
        add(parts, "offset", offset == 0 ? null : offset);
        add(parts, "cursor", cursor == null ? null : "yes");
        add(parts, "order", order.text());
        return "TraceQuery[" + String.join(" ", parts) + "]";
    }

    private static void add(List<String> parts, String name, @Nullable Object value) {
        if (value != null) {
            parts.add(name + "=" + value);
        }
    }

    private static boolean equalOrAny(@Nullable Object wanted, @Nullable Object value) {
        return wanted == null || wanted.equals(value);
    }

    private static <N extends Comparable<N>> boolean within(
            @Nullable N minimum, @Nullable N maximum, @Nullable N value) {
        if (minimum == null && maximum == null) {
            return true;
        }
        return value != null
                && (minimum == null || value.compareTo(minimum) >= 0)
                && (maximum == null || value.compareTo(maximum) <= 0);
    }

    private static void argument(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /** As costs of spans are kept. */
    private static @Nullable Double withoutMinusZero(@Nullable Double value) {
        return value == null ? null : Double.valueOf(value + 0.0);
    }

    private static void score(@Nullable Integer value, String name) {
        argument(value == null || (value >= 0 && value <= 100), name + " not in [0, 100]: " + value);
    }

    private static void notNegative(@Nullable Number value, String name) {
        argument(value == null || value.doubleValue() >= 0, name + " < 0: " + value);
    }

    private static <N extends Comparable<N>> void ordered(@Nullable N minimum, @Nullable N maximum, String name) {
        argument(
                minimum == null || maximum == null || minimum.compareTo(maximum) <= 0,
                "max_" + name + " < min_" + name + ": " + maximum + " < " + minimum);
    }

    /** Builds a query; what is not set filters nothing. */
    public static final class Builder {
        private final UUID tenantId;
        private @Nullable Instant startTime;
        private @Nullable Instant endTime;
        private @Nullable LlmProvider provider;
        private @Nullable String modelName;
        private @Nullable String operationName;
        private @Nullable SpanKind kind;
        private @Nullable UUID traceId;
        private @Nullable String sessionId;
        private @Nullable String userId;
        private @Nullable String serviceName;
        private Map<String, String> tags = Map.of();
        private @Nullable Integer minSecurityScore;
        private @Nullable Integer maxSecurityScore;
        private @Nullable String findingType;
        private @Nullable Severity findingSeverity;
        private @Nullable String actionName;
        private @Nullable Long minDurationMs;
        private @Nullable Long maxDurationMs;
        private @Nullable Double minCostUsd;
        private @Nullable Double maxCostUsd;
        private @Nullable SpanStatus status;
        private @Nullable String text;
        private int limit = DEFAULT_LIMIT;
        private @Nullable String cursor;
        private int offset;
        private Order order = Order.NEWEST_FIRST;

        private Builder(UUID tenantId) {
            this.tenantId = Objects.requireNonNull(tenantId, "tenantId");
        }

        private Builder(TraceQuery query) {
            this.tenantId = query.tenantId;
            this.startTime = query.startTime;
            this.endTime = query.endTime;
            this.provider = query.provider;
            this.modelName = query.modelName;
            this.operationName = query.operationName;
            this.kind = query.kind;
            this.traceId = query.traceId;
            this.sessionId = query.sessionId;
            this.userId = query.userId;
            this.serviceName = query.serviceName;
            this.tags = query.tags;
            this.minSecurityScore = query.minSecurityScore;
            this.maxSecurityScore = query.maxSecurityScore;
            this.findingType = query.findingType;
            this.findingSeverity = query.findingSeverity;
            this.actionName = query.actionName;
            this.minDurationMs = query.minDurationMs;
            this.maxDurationMs = query.maxDurationMs;
            this.minCostUsd = query.minCostUsd;
            this.maxCostUsd = query.maxCostUsd;
            this.status = query.status;
            this.text = query.text;
            this.limit = query.limit;
            this.cursor = query.cursor;
            this.offset = query.offset;
            this.order = query.order;
        }

        public Builder startTime(@Nullable Instant value) {
            this.startTime = value;
            return this;
        }

        public Builder endTime(@Nullable Instant value) {
            this.endTime = value;
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

        public Builder operationName(@Nullable String value) {
            this.operationName = value;
            return this;
        }

        public Builder kind(@Nullable SpanKind value) {
            this.kind = value;
            return this;
        }

        public Builder traceId(@Nullable UUID value) {
            this.traceId = value;
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

        public Builder tags(Map<String, String> value) {
            this.tags = Objects.requireNonNull(value, "tags");
            return this;
        }

        /** Adds one tag to those that must be on the span. */
        public Builder tag(String key, String value) {
            Map<String, String> all = new LinkedHashMap<>(tags);
            all.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
            this.tags = all;
            return this;
        }

        public Builder minSecurityScore(@Nullable Integer value) {
            this.minSecurityScore = value;
            return this;
        }

        public Builder maxSecurityScore(@Nullable Integer value) {
            this.maxSecurityScore = value;
            return this;
        }

        public Builder findingType(@Nullable String value) {
            this.findingType = value;
            return this;
        }

        public Builder findingSeverity(@Nullable Severity value) {
            this.findingSeverity = value;
            return this;
        }

        public Builder actionName(@Nullable String value) {
            this.actionName = value;
            return this;
        }

        public Builder minDurationMs(@Nullable Long value) {
            this.minDurationMs = value;
            return this;
        }

        public Builder maxDurationMs(@Nullable Long value) {
            this.maxDurationMs = value;
            return this;
        }

        public Builder minCostUsd(@Nullable Double value) {
            this.minCostUsd = value;
            return this;
        }

        public Builder maxCostUsd(@Nullable Double value) {
            this.maxCostUsd = value;
            return this;
        }

        public Builder status(@Nullable SpanStatus value) {
            this.status = value;
            return this;
        }

        public Builder text(@Nullable String value) {
            this.text = value;
            return this;
        }

        public Builder limit(int value) {
            this.limit = value;
            return this;
        }

        public Builder cursor(@Nullable String value) {
            this.cursor = value;
            return this;
        }

        public Builder offset(int value) {
            this.offset = value;
            return this;
        }

        public Builder order(Order value) {
            this.order = Objects.requireNonNull(value, "order");
            return this;
        }

        public TraceQuery build() {
            return new TraceQuery(
                    tenantId,
                    startTime,
                    endTime,
                    provider,
                    modelName,
                    operationName,
                    kind,
                    traceId,
                    sessionId,
                    userId,
                    serviceName,
                    tags,
                    minSecurityScore,
                    maxSecurityScore,
                    findingType,
                    findingSeverity,
                    actionName,
                    minDurationMs,
                    maxDurationMs,
                    minCostUsd,
                    maxCostUsd,
                    status,
                    text,
                    limit,
                    cursor,
                    offset,
                    order);
        }
    }
}
