package io.llmtrace.server;

import com.linecorp.armeria.common.QueryParams;
import io.llmtrace.model.Ids;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.Ranking;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Query parameters. They are named as the fields of {@link TraceQuery}; a tag is {@code tag.<key>=<value>}, so that keys and
 * values may hold any character. Each may be given once.
 */
final class Parameters {

    /** How a tag is documented; the key stands after the dot. */
    static final String TAG = "tag.{key}";

    private static final String TAG_PREFIX = "tag.";

    private static final Map<String, Setter> FILTERS = new LinkedHashMap<>();
    private static final Map<String, Setter> PAGING = new LinkedHashMap<>();
    private static final Map<String, Ranking> RANKINGS = new LinkedHashMap<>();

    static {
        for (Ranking ranking : Ranking.values()) {
            RANKINGS.put(ranking.text(), ranking);
        }
        FILTERS.put("start_time", (q, v) -> q.startTime(time(v)));
        FILTERS.put("end_time", (q, v) -> q.endTime(time(v)));
        FILTERS.put("provider", (q, v) -> q.provider(new LlmProvider(v)));
        FILTERS.put("model_name", TraceQuery.Builder::modelName);
        FILTERS.put("operation_name", TraceQuery.Builder::operationName);
        FILTERS.put("kind", (q, v) -> q.kind(SpanKind.ofText(v)));
        FILTERS.put("trace_id", (q, v) -> q.traceId(Ids.parseTraceId(v)));
        FILTERS.put("session_id", TraceQuery.Builder::sessionId);
        FILTERS.put("user_id", TraceQuery.Builder::userId);
        FILTERS.put("service_name", TraceQuery.Builder::serviceName);
        FILTERS.put("min_security_score", (q, v) -> q.minSecurityScore(wholeNumber(v)));
        FILTERS.put("max_security_score", (q, v) -> q.maxSecurityScore(wholeNumber(v)));
        FILTERS.put("finding_type", TraceQuery.Builder::findingType);
        FILTERS.put("finding_severity", (q, v) -> q.findingSeverity(Severity.ofText(v)));
        FILTERS.put("action_name", TraceQuery.Builder::actionName);
        FILTERS.put("min_duration_ms", (q, v) -> q.minDurationMs(number(v, Long::valueOf)));
        FILTERS.put("max_duration_ms", (q, v) -> q.maxDurationMs(number(v, Long::valueOf)));
        FILTERS.put("min_cost_usd", (q, v) -> q.minCostUsd(number(v, Double::valueOf)));
        FILTERS.put("max_cost_usd", (q, v) -> q.maxCostUsd(number(v, Double::valueOf)));
        FILTERS.put("status", (q, v) -> q.status(SpanStatus.ofText(v)));
        FILTERS.put("text", TraceQuery.Builder::text);
        PAGING.put("limit", (q, v) -> q.limit(wholeNumber(v)));
        PAGING.put("order", Parameters::setOrderOrRanking);
        PAGING.put("cursor", TraceQuery.Builder::cursor);
        PAGING.put("offset", (q, v) -> q.offset(wholeNumber(v)));
    }

    /** What {@link #query} understands. */
    static final List<String> OF_QUERY = join(FILTERS.keySet(), List.of(TAG), PAGING.keySet());

    private static final Set<String> OF_ANALYTICS = Set.of("buckets", "groups", "group_by", "field", "prefix");

    /** What {@link #export} understands: all filters, and the limit of all pages together. */
    static final List<String> OF_EXPORT = join(FILTERS.keySet(), List.of(TAG, "limit", "order"));

    private final QueryParams params;

    /** What {@link #analytics} understands: all filters, and what one of its routes takes beside them. */
    static List<String> ofAnalytics(String... more) {
        return join(FILTERS.keySet(), List.of(TAG), List.of(more));
    }

    /**
     * @param known all that the route understands
     * @throws Failure.FailureException for any other, and for one that is given twice
     */
    Parameters(QueryParams params, List<String> known) {
        this.params = params;
        for (String name : params.names()) {
            if (!known.contains(name) && !(known.contains(TAG) && isTag(name))) {
                throw Failure.badParameter(
                        name,
                        "unknown parameter '" + name + "'; known are "
                                + (known.isEmpty() ? "none" : String.join(", ", known)));
            }
            if (params.getAll(name).size() > 1) {
                throw Failure.badParameter(name, "parameter '" + name + "' is given more than once");
            }
        }
    }

    /** A page of traces or spans. */
    TraceQuery query(UUID tenantId) {
        TraceQuery.Builder query = filters(tenantId);
        PAGING.forEach((name, setter) -> set(name, setter, query));
        return build(query);
    }

    /** The figure that a page of traces or spans is ordered by; null for an order of time. */
    @Nullable
    Ranking ranking() {
        String order = params.get("order");
        return order == null ? null : RANKINGS.get(order);
    }

    /** What the figures are about. Limit and offset count where the route knows them; what its order is, it knows itself. */
    TraceQuery analytics(UUID tenantId) {
        TraceQuery.Builder query = filters(tenantId);
        for (String name : List.of("limit", "offset")) {
            set(name, Objects.requireNonNull(PAGING.get(name)), query);
        }
        return build(query);
    }

    /**
     * Everything from the first to the last page.
     *
     * @param pageSize how many to read at once
     */
    TraceQuery export(UUID tenantId, int pageSize) {
        TraceQuery.Builder query = filters(tenantId);
        set("order", Parameters::setOrder, query);
        return build(query.limit(pageSize));
    }

    /** How many an export gives at most; null for all. */
    @Nullable
    Long exportLimit() {
        Long limit = optional("limit", text -> number(text, Long::valueOf));
        if (limit != null && limit <= 0) {
            throw Failure.badParameter("limit", "limit <= 0: " + limit);
        }
        return limit;
    }

    @Nullable
    UUID traceId() {
        return optional("trace_id", Ids::parseTraceId);
    }

    Instant requiredTime(String name) {
        return required(name, "an RFC 3339 time", Parameters::time);
    }

    /** @param what the value must be, for the message when there is none */
    <T> T required(String name, String what, Function<String, T> parser) {
        T value = optional(name, parser);
        if (value == null) {
            throw Failure.badParameter(name, "parameter '" + name + "' is missing; give " + what);
        }
        return value;
    }

    <T> T optional(String name, T otherwise, Function<String, T> parser) {
        T value = optional(name, parser);
        return value == null ? otherwise : value;
    }

    int number(String name, int otherwise) {
        return optional(name, otherwise, Parameters::wholeNumber);
    }

    /** @throws Failure.FailureException naming {@code name} if the text is no value of its type */
    static <T> T parse(String name, String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw Failure.badParameter(name, name + ": " + e.getMessage());
        }
    }

    <T> @Nullable T optional(String name, Function<String, T> parser) {
        String text = params.get(name);
        return text == null ? null : parse(name, text, parser);
    }

    private TraceQuery.Builder filters(UUID tenantId) {
        TraceQuery.Builder query = TraceQuery.builder(tenantId);
        FILTERS.forEach((name, setter) -> set(name, setter, query));
        for (String name : params.names()) {
            if (isTag(name)) {
                query.tag(name.substring(TAG_PREFIX.length()), params.get(name, ""));
            }
        }
        return query;
    }

    private void set(String name, Setter setter, TraceQuery.Builder query) {
        String value = params.get(name);
        if (value != null) {
            parse(name, value, text -> {
                setter.set(query, text);
                return text;
            });
        }
    }

    private static void setOrder(TraceQuery.Builder query, String value) {
        query.order(Order.ofText(value));
    }

    /** A ranking is no order of the query: {@link #ranking()}. */
    private static void setOrderOrRanking(TraceQuery.Builder query, String value) {
        if (RANKINGS.containsKey(value)) {
            return;
        }
        for (Order order : Order.values()) {
            if (order.text().equals(value)) {
                query.order(order);
                return;
            }
        }
        throw new IllegalArgumentException("not an order [newest_first, oldest_first, "
                + String.join(", ", RANKINGS.keySet()) + "]: '" + value + "'");
    }

    /**
     * What a query or a store refuses about a whole query names the parameter first: {@code limit <= 0: -5},
     * {@code cursor is damaged: …}.
     */
    static RuntimeException refused(RuntimeException refusal) {
        String message = String.valueOf(refusal.getMessage());
        String first = message.split(" ", 2)[0];
        return OF_QUERY.contains(first) || OF_ANALYTICS.contains(first)
                ? Failure.badParameter(first, message)
                : refusal;
    }

    private static TraceQuery build(TraceQuery.Builder query) {
        try {
            return query.build();
        } catch (IllegalArgumentException e) {
            throw refused(e);
        }
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "not an RFC 3339 time such as 2026-01-31T09:30:00Z (a + in a URL is %2B): '" + text + "'", e);
        }
    }

    private static int wholeNumber(String text) {
        return number(text, Integer::valueOf);
    }

    private static <N extends Number> N number(String text, Function<String, N> parser) {
        try {
            return parser.apply(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a number, or out of range: '" + text + "'", e);
        }
    }

    private static boolean isTag(String name) {
        return name.startsWith(TAG_PREFIX) && name.length() > TAG_PREFIX.length();
    }

    @SafeVarargs
    private static List<String> join(Collection<String>... parts) {
        List<String> all = new ArrayList<>();
        for (Collection<String> part : parts) {
            all.addAll(part);
        }
        return List.copyOf(all);
    }

    @FunctionalInterface
    private interface Setter {
        void set(TraceQuery.Builder query, String value);
    }
}
