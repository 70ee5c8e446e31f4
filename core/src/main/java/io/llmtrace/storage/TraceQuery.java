package io.llmtrace.storage;

import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SearchPhrase;
import io.llmtrace.model.SearchTerm;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.filter.Criterion;
import io.llmtrace.storage.filter.FilterExpression;
import io.llmtrace.storage.filter.QueryFilter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A query for spans of one tenant, or for traces by their spans. A filter that is not set lets every span pass; all filters that
 * are set must hold on the same span. {@link QueryFilter} lists the filters, {@link #matches(TraceSpan, Collection)} defines them.
 * Further conditions, such as one of several filters, are {@linkplain Builder#where expressions}.
 *
 * <p>Queries are immutable. Two queries are equal if their filters, paging and order are.
 */
public final class TraceQuery {

    /** The limit of a query that sets none. */
    public static final int DEFAULT_LIMIT = 50;
    /** The most items of one page. */
    public static final int MAX_LIMIT = 10_000;

    private static final QueryFilter<Instant> EARLIEST_START = QueryFilter.atLeast(SpanField.START_TIME);
    private static final QueryFilter<Instant> LATEST_START = QueryFilter.atMost(SpanField.START_TIME);
    private static final QueryFilter<UUID> TRACE_ID = QueryFilter.equalTo(SpanField.TRACE_ID);
    private static final QueryFilter<SpanKind> KIND = QueryFilter.equalTo(SpanField.KIND);
    private static final QueryFilter<String> FINDING_TYPE = QueryFilter.equalTo(SpanField.FINDING_TYPE);
    private static final QueryFilter<Severity> FINDING_SEVERITY = QueryFilter.equalTo(SpanField.FINDING_SEVERITY);

    private final UUID tenantId;

    /** What the builder was given, for {@link #toBuilder()}. */
    private final Map<QueryFilter<?>, Criterion<?>> givenCriteria;

    private final @Nullable FilterExpression where;
    private final QueryConditions conditions;
    private final int limit;
    private final @Nullable String cursor;
    private final int offset;
    private final Order order;

    private TraceQuery(Builder builder) {
        this.tenantId = builder.tenantId;
        this.givenCriteria = Map.copyOf(builder.criteria);
        this.where = builder.where;
        this.limit = builder.limit;
        this.cursor = builder.cursor;
        this.offset = builder.offset;
        this.order = builder.order;
        argument(limit > 0, "limit <= 0: " + limit);
        argument(limit <= MAX_LIMIT, "limit > " + MAX_LIMIT + ": " + limit);
        argument(offset >= 0, "offset < 0: " + offset);
        argument(cursor == null || offset == 0, "offset with a cursor: " + offset);
        this.conditions = new QueryConditions(builder.criteria, where);
    }

    /** Returns a builder of a query that selects everything of a tenant. */
    public static Builder builder(UUID tenantId) {
        return new Builder(tenantId);
    }

    /** Returns a builder with the values of this query. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Returns this query for the page after {@code page}; empty if that was the last. */
    public Optional<TraceQuery> next(Page<?> page) {
        String next = page.nextCursor();
        return next == null
                ? Optional.empty()
                : Optional.of(toBuilder().offset(0).cursor(next).build());
    }

    /** Returns whether the span, alone in its trace, passes every filter. Paging and order do not matter. */
    public boolean matches(TraceSpan span) {
        return matches(span, List.of(span));
    }

    /**
     * Returns whether the span passes every filter.
     *
     * @param trace all spans of its trace, for {@linkplain FilterExpression#someSpan conditions that another span may meet}
     */
    public boolean matches(TraceSpan span, Collection<TraceSpan> trace) {
        return tenantId.equals(span.tenantId()) && conditions.whole().passes(span, trace);
    }

    /**
     * Returns whether the query selects a trace: one of its spans passes every filter. A trace without spans passes if the query
     * filters by the tenant or by a trace id only.
     */
    public boolean matches(TraceEvent trace) {
        UUID traceId = traceId();
        if (!tenantId.equals(trace.tenantId()) || (traceId != null && !traceId.equals(trace.traceId()))) {
            return false;
        }
        return !filtersSpans() || trace.spans().stream().anyMatch(span -> matches(span, trace.spans()));
    }

    /** Returns whether a filter other than the trace id is set, so that only a trace with spans can pass. */
    public boolean filtersSpans() {
        return !conditions.further().isEmpty()
                || conditions.criteria().keySet().stream().anyMatch(filter -> !filter.equals(TRACE_ID));
    }

    /** Returns the tenant whose spans the query selects. */
    public UUID tenantId() {
        return tenantId;
    }

    /**
     * Returns the filters that are set, with their values, in the order of {@link QueryFilter#all()}, then others by name. The
     * criteria that {@link Builder#where} requires are among them, unless they are {@link #furtherConditions()}.
     */
    public Collection<Criterion<?>> criteria() {
        return conditions.criteria().values();
    }

    /** Returns the conditions of {@link Builder#where} that a span must pass in addition to the {@link #criteria()}. */
    public List<FilterExpression> furtherConditions() {
        return conditions.further();
    }

    /**
     * Returns the conditions that one finding of a span must fulfill together, out of {@link #criteria()} and
     * {@link #furtherConditions()}.
     */
    public List<FilterExpression> findingConditions() {
        return conditions.ofFinding();
    }

    /**
     * Returns the filters as parameters of a request: the {@link #criteria()} that have a parameter of their own by the names of their
     * filters, and everything else as {@code q}, an expression in the filter language.
     */
    public Map<String, String> filterParameters() {
        return conditions.asParameters();
    }

    /** Returns the value of a filter; null if it is not set. */
    public <T> @Nullable T value(QueryFilter<T> filter) {
        return conditions.value(filter);
    }

    /** Returns the value that a field must have; null if the query does not filter by it. */
    public <T> @Nullable T value(SpanField<T> field) {
        return value(QueryFilter.equalTo(field));
    }

    /** Returns the earliest span start, inclusive; null if open. */
    public @Nullable Instant startTime() {
        return value(EARLIEST_START);
    }

    /** Returns the latest span start, inclusive; null if open. */
    public @Nullable Instant endTime() {
        return value(LATEST_START);
    }

    /** Returns the trace whose spans the query selects; null if open. */
    public @Nullable UUID traceId() {
        return value(TRACE_ID);
    }

    /** Returns the kind of the spans; null if open. */
    public @Nullable SpanKind kind() {
        return value(KIND);
    }

    /** Returns the tags that a span must have, with these values; possibly empty. */
    public Map<String, String> tags() {
        return conditions.tags();
    }

    /**
     * Returns the text whose words a span must all contain, those in quotes one after the other: see {@link SearchTerm} and
     * {@link SearchPhrase}; null if open.
     */
    public @Nullable String text() {
        return value(QueryFilter.TEXT);
    }

    /** Returns the distinct terms of {@link #text()}; empty without a text. */
    public Set<SearchTerm> terms() {
        String text = text();
        return text == null ? Set.of() : SearchTerm.of(text);
    }

    /** Returns the distinct phrases of {@link #text()}, whose words are among the {@link #terms()}; empty without a text. */
    public Set<SearchPhrase> phrases() {
        String text = text();
        return text == null ? Set.of() : SearchPhrase.of(text);
    }

    /** Returns the most items of one page, in [1, {@value #MAX_LIMIT}]. */
    public int limit() {
        return limit;
    }

    /** Returns the {@link Page#nextCursor()} of the page before; null for the first page. It excludes an offset. */
    public @Nullable String cursor() {
        return cursor;
    }

    /** Returns the number of items to skip from the first; 0 with a cursor. */
    public int offset() {
        return offset;
    }

    /** Returns the order of the items. */
    public Order order() {
        return order;
    }

    /**
     * Returns the tenant, the filters and the order as one unambiguous text, which is the same for equal filters and orders. A
     * cursor is valid only for queries with the same text, so the form must not change from release to release.
     */
    public String canonicalForm() {
        StringBuilder form = new StringBuilder();
        append(form, "tenant_id", tenantId.toString());
        for (Criterion<?> criterion : criteria()) {
            append(form, criterion.filter().name(), criterion.valueText());
        }
        conditions.further().forEach(condition -> append(form, "where", condition.text()));
        append(form, "order", order.text());
        return form.toString();
    }

    /** Appends a name and a value with their lengths, so that no value can look like another filter. */
    private static void append(StringBuilder form, String name, String value) {
        form.append(name.length()).append(':').append(name).append('=');
        form.append(value.length()).append(':').append(value).append(';');
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TraceQuery query
                && tenantId.equals(query.tenantId)
                && conditions.equals(query.conditions)
                && limit == query.limit
                && Objects.equals(cursor, query.cursor)
                && offset == query.offset
                && order == query.order;
    }

    @Override
    public int hashCode() {
        return Objects.hash(tenantId, conditions, limit, cursor, offset);
    }

    /** Returns the filters and the paging for logs, without the search text and the values of tags. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        parts.add("tenant_id=" + tenantId);
        parts.addAll(conditions.forLogs());
        parts.add("limit=" + limit);
        if (offset != 0) {
            parts.add("offset=" + offset);
        }
        if (cursor != null) {
            parts.add("cursor=yes");
        }
        parts.add("order=" + order.text());
        return "TraceQuery[" + String.join(" ", parts) + "]";
    }

    private static void argument(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /** Builds a query; a filter that is not set, or set to null, lets every span pass. */
    public static final class Builder {
        private final UUID tenantId;
        private final Map<QueryFilter<?>, Criterion<?>> criteria;
        private @Nullable FilterExpression where;
        private int limit = DEFAULT_LIMIT;
        private @Nullable String cursor;
        private int offset;
        private Order order = Order.NEWEST_FIRST;

        private Builder(UUID tenantId) {
            this.tenantId = Objects.requireNonNull(tenantId, "tenantId");
            this.criteria = new HashMap<>();
        }

        private Builder(TraceQuery query) {
            this.tenantId = query.tenantId;
            this.criteria = new HashMap<>(query.givenCriteria);
            this.where = query.where;
            this.limit = query.limit;
            this.cursor = query.cursor;
            this.offset = query.offset;
            this.order = query.order;
        }

        /** Sets any filter. */
        public <T> Builder filter(QueryFilter<T> filter, @Nullable T value) {
            if (value == null) {
                criteria.remove(filter);
            } else {
                criteria.put(filter, new Criterion<>(filter, value));
            }
            return this;
        }

        /**
         * Sets a condition that spans must pass in addition to all filters; null for none. To set several, combine them with
         * {@link FilterExpression#and}.
         */
        public Builder where(@Nullable FilterExpression value) {
            this.where = value;
            return this;
        }

        /** Adds a condition that spans must pass in addition to what was set by {@link #where}. */
        public Builder andWhere(FilterExpression condition) {
            this.where = where == null ? condition : where.and(condition);
            return this;
        }

        /**
         * Sets any filter to the value with a text form.
         *
         * @throws IllegalArgumentException if the text is not a value of the filter's type
         */
        public <T> Builder parseFilter(QueryFilter<T> filter, String text) {
            return filter(filter, filter.type().parse(text));
        }

        /** Selects spans that have the value, or have it among several; for any field with such a filter. */
        public <T> Builder equalTo(SpanField<T> field, @Nullable T value) {
            return filter(QueryFilter.equalTo(field), value);
        }

        /** Selects spans with any value of the field, see {@link SpanField#isPresent}; for any field with such a filter. */
        public Builder has(SpanField<?> field) {
            return filter(QueryFilter.present(field), true);
        }

        /** Selects spans without a value of the field, see {@link SpanField#isPresent}; for any field with such a filter. */
        public Builder lacks(SpanField<?> field) {
            return filter(QueryFilter.present(field), false);
        }

        private <T> Builder atLeast(SpanField<T> field, @Nullable T value) {
            return filter(QueryFilter.atLeast(field), value);
        }

        private <T> Builder atMost(SpanField<T> field, @Nullable T value) {
            return filter(QueryFilter.atMost(field), value);
        }

        /** Sets the earliest span start, inclusive. */
        public Builder startTime(@Nullable Instant value) {
            return filter(EARLIEST_START, value);
        }

        /** Sets the latest span start, inclusive. */
        public Builder endTime(@Nullable Instant value) {
            return filter(LATEST_START, value);
        }

        /** Asks for spans with this {@link TraceSpan#provider()}. */
        public Builder provider(@Nullable LlmProvider value) {
            return equalTo(SpanField.PROVIDER, value);
        }

        /** Asks for spans with this {@link TraceSpan#modelName()}. */
        public Builder modelName(@Nullable String value) {
            return equalTo(SpanField.MODEL_NAME, value);
        }

        /** Asks for spans with this {@link TraceSpan#operationName()}. */
        public Builder operationName(@Nullable String value) {
            return equalTo(SpanField.OPERATION_NAME, value);
        }

        /** Asks for spans with this {@link TraceSpan#kind()}. */
        public Builder kind(@Nullable SpanKind value) {
            return filter(KIND, value);
        }

        /** Asks for spans of this trace. */
        public Builder traceId(@Nullable UUID value) {
            return filter(TRACE_ID, value);
        }

        /** Asks for spans with this {@link TraceSpan#sessionId()}. */
        public Builder sessionId(@Nullable String value) {
            return equalTo(SpanField.SESSION_ID, value);
        }

        /** Asks for spans with this {@link TraceSpan#userId()}. */
        public Builder userId(@Nullable String value) {
            return equalTo(SpanField.USER_ID, value);
        }

        /** Asks for spans with this {@link TraceSpan#serviceName()}. */
        public Builder serviceName(@Nullable String value) {
            return equalTo(SpanField.SERVICE_NAME, value);
        }

        /** Sets the tags that must all be on the span, with these values, in place of those set before. */
        public Builder tags(Map<String, String> value) {
            Objects.requireNonNull(value, "tags");
            criteria.keySet()
                    .removeIf(filter ->
                            filter.field().tagKey() != null && filter.comparison() == QueryFilter.Comparison.EQUAL);
            value.forEach((key, tag) -> {
                Objects.requireNonNull(key, "tags key");
                tag(key, Objects.requireNonNull(tag, "tags." + key));
            });
            return this;
        }

        /** Adds one tag to those that must be on the span. */
        public Builder tag(String key, String value) {
            return equalTo(SpanField.tag(key), Objects.requireNonNull(value, "value"));
        }

        /** Sets the lowest security score, inclusive, in [0, 100]; a span without a score does not pass. */
        public Builder minSecurityScore(@Nullable Integer value) {
            return atLeast(SpanField.SECURITY_SCORE, value);
        }

        /** Sets the highest security score, inclusive, in [0, 100]; a span without a score does not pass. */
        public Builder maxSecurityScore(@Nullable Integer value) {
            return atMost(SpanField.SECURITY_SCORE, value);
        }

        /** Asks for spans that have a finding of this type. */
        public Builder findingType(@Nullable String value) {
            return filter(FINDING_TYPE, value);
        }

        /** Asks for spans that have a finding of this severity; with a type, one finding has both. */
        public Builder findingSeverity(@Nullable Severity value) {
            return filter(FINDING_SEVERITY, value);
        }

        /** Asks for spans with an agent action of this name, such as that of a tool, whether done or only requested. */
        public Builder actionName(@Nullable String value) {
            return equalTo(SpanField.ACTION_NAME, value);
        }

        /** Sets the shortest duration in milliseconds, inclusive; a span without a duration does not pass. */
        public Builder minDurationMs(@Nullable Long value) {
            return atLeast(SpanField.DURATION_MS, value);
        }

        /** Sets the longest duration in milliseconds, inclusive; a span without a duration does not pass. */
        public Builder maxDurationMs(@Nullable Long value) {
            return atMost(SpanField.DURATION_MS, value);
        }

        /** Sets the lowest cost in US dollars, inclusive; a span without a cost does not pass. */
        public Builder minCostUsd(@Nullable Double value) {
            return atLeast(SpanField.ESTIMATED_COST_USD, value);
        }

        /** Sets the highest cost in US dollars, inclusive; a span without a cost does not pass. */
        public Builder maxCostUsd(@Nullable Double value) {
            return atMost(SpanField.ESTIMATED_COST_USD, value);
        }

        /** Asks for spans with this {@link TraceSpan#status()}. */
        public Builder status(@Nullable SpanStatus value) {
            return equalTo(SpanField.STATUS, value);
        }

        /** Sets the text whose words, or beginnings of words such as {@code refun*}, the span must all have; see {@link SearchTerm}. */
        public Builder text(@Nullable String value) {
            return filter(QueryFilter.TEXT, value);
        }

        /** Sets how many items one page has at most, in [1, {@value #MAX_LIMIT}]. */
        public Builder limit(int value) {
            this.limit = value;
            return this;
        }

        /** Sets where the page before ended, see {@link Page#nextCursor()}; not together with an offset. */
        public Builder cursor(@Nullable String value) {
            this.cursor = value;
            return this;
        }

        /** Sets how many items to leave out, counted from the start. */
        public Builder offset(int value) {
            this.offset = value;
            return this;
        }

        /** Sets the order of the items; newest first unless set. */
        public Builder order(Order value) {
            this.order = Objects.requireNonNull(value, "order");
            return this;
        }

        /**
         * Builds the query.
         *
         * @throws IllegalArgumentException if a value is out of range, or a lower bound above its upper bound; the message begins
         *     with the name of the filter
         */
        public TraceQuery build() {
            return new TraceQuery(this);
        }
    }
}
