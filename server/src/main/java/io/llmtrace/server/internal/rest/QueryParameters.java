package io.llmtrace.server.internal.rest;

import io.llmtrace.model.FieldType;
import io.llmtrace.server.internal.failures.Failure;
import io.llmtrace.server.internal.http.Parameters;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.Ranking;
import io.llmtrace.storage.filter.FilterExpression;
import io.llmtrace.storage.filter.QueryFilter;
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
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link TraceQuery} of query parameters, which are named as its fields. A tag is {@code tag.<key>=<value>}, so that keys and
 * values may hold any character.
 */
final class QueryParameters {

    /** The name by which routes know all tags. */
    static final String TAG = "tag.{key}";

    /** The name by which routes know the presence of all fields. */
    static final String HAS = "has.{field}";

    /** The name of an expression in the filter language. */
    static final String EXPRESSION = "q";

    private static final Map<String, Setter> PAGING = new LinkedHashMap<>();
    private static final Map<String, Ranking> RANKINGS = new LinkedHashMap<>();

    static {
        for (Ranking ranking : Ranking.values()) {
            RANKINGS.put(ranking.text(), ranking);
        }
        PAGING.put("limit", (q, v) -> q.limit(Parameters.wholeNumber(v)));
        PAGING.put("order", QueryParameters::setOrderOrRanking);
        PAGING.put("cursor", TraceQuery.Builder::cursor);
        PAGING.put("offset", (q, v) -> q.offset(Parameters.wholeNumber(v)));
    }

    /** Names of all filters, in the order in which they are documented; the last stand for many. */
    static final List<String> FILTER_NAMES = join(
            List.of(EXPRESSION),
            QueryFilter.all().stream().map(QueryFilter::name).toList(),
            List.of(TAG, HAS));

    /** Names that {@link #query} understands. */
    static final List<String> OF_QUERY = join(FILTER_NAMES, PAGING.keySet());

    /** Names that {@link #export} and {@link #exportLimit} understand. */
    static final List<String> OF_EXPORT = join(FILTER_NAMES, List.of("what", "format", "limit", "order"));

    /** Names that a delete of traces understands: filters, or the time before which traces were created. */
    static final List<String> OF_DELETE = join(FILTER_NAMES, List.of("before"));

    private static final Set<String> OF_ANALYTICS = Set.of("buckets", "groups", "group_by", "field", "prefix", "up_to");

    private QueryParameters() {}

    /** Returns the names that {@link #analytics} understands, and those that one of its routes takes besides. */
    static List<String> ofAnalytics(String... more) {
        return join(FILTER_NAMES, List.of(more));
    }

    /** Returns the query for a page of traces or spans. */
    static TraceQuery query(Parameters parameters, UUID tenantId) {
        TraceQuery.Builder query = filters(parameters, tenantId);
        PAGING.forEach((name, setter) -> set(parameters, name, setter, query));
        return build(query);
    }

    /** Returns the measure by which a page of traces or spans is ordered; null for an order of time. */
    static @Nullable Ranking ranking(Parameters parameters) {
        String order = parameters.text("order");
        return order == null ? null : RANKINGS.get(order);
    }

    /**
     * Returns the query that selects the spans of an aggregate. Limit and offset are part of it where the route knows them; its
     * order is the route's own.
     */
    static TraceQuery analytics(Parameters parameters, UUID tenantId) {
        TraceQuery.Builder query = filters(parameters, tenantId);
        for (String name : List.of("limit", "offset")) {
            set(parameters, name, Objects.requireNonNull(PAGING.get(name)), query);
        }
        return build(query);
    }

    /** Returns the query of an export, without its limit. */
    static TraceQuery export(Parameters parameters, UUID tenantId) {
        TraceQuery.Builder query = filters(parameters, tenantId);
        set(parameters, "order", (q, v) -> q.order(Order.ofText(v)), query);
        return build(query);
    }

    /** Returns how many items all pages of an export give together at most; null for all. */
    static @Nullable Long exportLimit(Parameters parameters) {
        Long limit = parameters.optional("limit", FieldType.COUNT::parse);
        if (limit != null && limit <= 0) {
            throw Failure.badParameter("limit", "limit <= 0: " + limit);
        }
        return limit;
    }

    /** Parses a time, and throws an IllegalArgumentException with a message for people if it is none. */
    static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "not an RFC 3339 time such as 2026-01-31T09:30:00Z (a + in a URL is %2B): '" + text + "'", e);
        }
    }

    /**
     * Returns the exception to throw when a query or a store refuses a query as a whole. Such messages begin with the parameter
     * that is wrong: {@code limit <= 0: -5}, {@code cursor is damaged: …}.
     */
    static RuntimeException refused(RuntimeException refusal) {
        String message = String.valueOf(refusal.getMessage());
        String first = message.split(" ", 2)[0];
        return OF_QUERY.contains(first) || OF_ANALYTICS.contains(first)
                ? Failure.badParameter(first, message)
                : refusal;
    }

    private static TraceQuery.Builder filters(Parameters parameters, UUID tenantId) {
        TraceQuery.Builder query = TraceQuery.builder(tenantId);
        query.where(parameters.optional(EXPRESSION, FilterExpression::parse));
        QueryFilter.all().forEach(filter -> setFilter(parameters, filter, query));
        for (String name : parameters.names()) {
            if (name.startsWith(prefix(TAG)) || name.startsWith(prefix(HAS))) {
                QueryFilter<?> filter = QueryFilter.named(name)
                        .orElseThrow(() -> Failure.badParameter(name, "no field for the parameter '" + name + "'"));
                setFilter(parameters, filter, query);
            }
        }
        return query;
    }

    private static String prefix(String pattern) {
        return pattern.substring(0, pattern.indexOf('{'));
    }

    private static <T> void setFilter(Parameters parameters, QueryFilter<T> filter, TraceQuery.Builder query) {
        T value = parameters.optional(
                filter.name(),
                text -> filter.type() == FieldType.TIME
                        ? cast(time(text))
                        : filter.type().parse(text));
        query.filter(filter, value);
    }

    @SuppressWarnings("unchecked") // values of times are instants
    private static <T> T cast(Instant time) {
        return (T) time;
    }

    private static void set(Parameters parameters, String name, Setter setter, TraceQuery.Builder query) {
        parameters.optional(name, text -> {
            setter.set(query, text);
            return text;
        });
    }

    /** Sets an order of time. A ranking is no order of the query: see {@link #ranking}. */
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

    private static TraceQuery build(TraceQuery.Builder query) {
        try {
            return query.build();
        } catch (IllegalArgumentException e) {
            throw refused(e);
        }
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
