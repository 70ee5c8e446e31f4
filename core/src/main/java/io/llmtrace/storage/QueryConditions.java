package io.llmtrace.storage;

import io.llmtrace.model.SpanField;
import io.llmtrace.storage.filter.Criterion;
import io.llmtrace.storage.filter.FilterExpression;
import io.llmtrace.storage.filter.QueryFilter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of a query: one criterion for each filter that is set, and what an expression asks for beyond that.
 *
 * <pre>
 *   kind=llm   where  model:a cost:&gt;1 (status:error OR tokens:&gt;9)
 *        │              │      │        │
 *        └── criteria ──┴──────┘        └── further
 * </pre>
 *
 * Stores have indexes for some criteria, so criteria that the expression requires are found among the others. Queries that say the
 * same by a filter and by an expression are equal.
 */
final class QueryConditions {

    /** The criteria in the order of {@link QueryFilter#all()}, then others by their names: the same order for equal queries. */
    private final Map<QueryFilter<?>, Criterion<?>> criteria;

    /** The conditions that are no criteria, or of which there are several for one filter. */
    private final List<FilterExpression> further;

    private final FilterExpression whole;

    /**
     * Joins filters and an expression.
     *
     * @throws IllegalArgumentException if a value is out of range, or a lower bound above its upper bound
     */
    QueryConditions(Map<QueryFilter<?>, Criterion<?>> filters, @Nullable FilterExpression where) {
        Map<QueryFilter<?>, Criterion<?>> merged = new HashMap<>(filters);
        this.further = where == null ? List.of() : merge(where, merged);
        this.criteria = inOrder(merged);
        List<FilterExpression> all = new ArrayList<>(criteria.values());
        all.addAll(further);
        this.whole = FilterExpression.all(all);
        whole.check();
        for (SpanField<?> field : SpanField.all()) {
            if (field.isFilteredByRange()) {
                checkRange(field);
            }
        }
    }

    /**
     * Moves the criteria that an expression requires into {@code criteria}, where there is room for one of each filter.
     *
     * @return the conditions that stay
     */
    private static List<FilterExpression> merge(FilterExpression where, Map<QueryFilter<?>, Criterion<?>> criteria) {
        List<FilterExpression> required = where instanceof FilterExpression.All all ? all.operands() : List.of(where);
        List<FilterExpression> staying = new ArrayList<>();
        for (FilterExpression condition : required) {
            if (condition instanceof Criterion<?> criterion && !contradicts(criterion, criteria)) {
                Criterion<?> present = criteria.putIfAbsent(criterion.filter(), criterion);
                if (present == null || present.equals(criterion)) {
                    continue;
                }
            }
            staying.add(condition);
        }
        return List.copyOf(staying);
    }

    /** Returns whether a bound leaves no value to the other bound of its field. Such a condition selects nothing, without an error. */
    private static <T> boolean contradicts(Criterion<T> criterion, Map<QueryFilter<?>, Criterion<?>> criteria) {
        boolean isLower = criterion.filter().comparison() == QueryFilter.Comparison.AT_LEAST;
        if (!isLower && criterion.filter().comparison() != QueryFilter.Comparison.AT_MOST) {
            return false;
        }
        SpanField<?> field = criterion.filter().field();
        Criterion<?> other = criteria.get(isLower ? QueryFilter.atMost(field) : QueryFilter.atLeast(field));
        return other != null
                && !(isLower
                        ? QueryFilter.isAtMost(criterion.value(), other.value())
                        : QueryFilter.isAtMost(other.value(), criterion.value()));
    }

    private static Map<QueryFilter<?>, Criterion<?>> inOrder(Map<QueryFilter<?>, Criterion<?>> criteria) {
        Map<QueryFilter<?>, Criterion<?>> ordered = new LinkedHashMap<>();
        for (QueryFilter<?> filter : QueryFilter.all()) {
            Criterion<?> criterion = criteria.get(filter);
            if (criterion != null) {
                ordered.put(filter, criterion);
            }
        }
        criteria.values().stream()
                .filter(criterion -> !ordered.containsKey(criterion.filter()))
                .sorted(Comparator.comparing(criterion -> criterion.filter().name()))
                .forEach(criterion -> ordered.put(criterion.filter(), criterion));
        return Collections.unmodifiableMap(ordered);
    }

    private <T> void checkRange(SpanField<T> field) {
        QueryFilter<T> lower = QueryFilter.atLeast(field);
        QueryFilter<T> upper = QueryFilter.atMost(field);
        T minimum = value(lower);
        T maximum = value(upper);
        if (minimum != null && maximum != null && !QueryFilter.isAtMost(minimum, maximum)) {
            throw new IllegalArgumentException(upper.name() + " < " + lower.name() + ": " + maximum + " < " + minimum);
        }
    }

    Map<QueryFilter<?>, Criterion<?>> criteria() {
        return criteria;
    }

    List<FilterExpression> further() {
        return further;
    }

    /** Returns all conditions together. */
    FilterExpression whole() {
        return whole;
    }

    /** Returns the conditions that one finding of a span must fulfill together. */
    List<FilterExpression> ofFinding() {
        List<FilterExpression> all =
                whole instanceof FilterExpression.All several ? several.operands() : List.of(whole);
        return all.stream().filter(FilterExpression::isAboutFinding).toList();
    }

    @SuppressWarnings("unchecked") // a criterion is found by its own filter
    <T> @Nullable T value(QueryFilter<T> filter) {
        Criterion<T> criterion = (Criterion<T>) criteria.get(filter);
        return criterion == null ? null : criterion.value();
    }

    Map<String, String> tags() {
        Map<String, String> tags = new LinkedHashMap<>();
        criteria.forEach((filter, criterion) -> {
            String key = filter.field().tagKey();
            if (key != null && filter.comparison() == QueryFilter.Comparison.EQUAL) {
                tags.put(key, criterion.valueText());
            }
        });
        return Collections.unmodifiableMap(tags);
    }

    /** Returns the conditions as parameters of a request, see {@link TraceQuery#filterParameters()}. */
    Map<String, String> asParameters() {
        // Conditions on findings stay together, since one finding must fulfill them all.
        boolean findingsAreFurther = further.stream().anyMatch(FilterExpression::isAboutFinding);
        Map<String, String> parameters = new LinkedHashMap<>();
        List<FilterExpression> others = new ArrayList<>();
        for (Criterion<?> criterion : criteria.values()) {
            String name = criterion.filter().name();
            if (QueryFilter.named(name).isPresent() && !(criterion.isAboutFinding() && findingsAreFurther)) {
                parameters.put(name, criterion.valueText());
            } else {
                others.add(criterion);
            }
        }
        others.addAll(further);
        if (!others.isEmpty()) {
            parameters.put("q", FilterExpression.all(others).text());
        }
        return parameters;
    }

    /** Returns the conditions for logs, without the search text and the values of tags. */
    List<String> forLogs() {
        List<String> parts = new ArrayList<>();
        for (Criterion<?> criterion : criteria.values()) {
            QueryFilter<?> filter = criterion.filter();
            if (filter.comparison() == QueryFilter.Comparison.WORDS) {
                parts.add(filter.name() + "=" + criterion.terms().size() + " words");
            } else if (filter.field().tagKey() == null || filter.comparison() == QueryFilter.Comparison.PRESENT) {
                parts.add(filter.name() + "=" + criterion.valueText());
            }
        }
        if (!tags().isEmpty()) {
            parts.add("tags=" + tags().keySet());
        }
        if (!further.isEmpty()) {
            List<String> names = further.stream()
                    .flatMap(condition -> Stream.concat(
                            condition.criteria().stream()
                                    .map(criterion -> criterion.filter().name()),
                            condition.attributes().stream().map(attribute -> "@" + attribute.path())))
                    .distinct()
                    .toList();
            parts.add("where=" + names);
        }
        return parts;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof QueryConditions conditions
                && criteria.equals(conditions.criteria)
                && further.equals(conditions.further);
    }

    @Override
    public int hashCode() {
        return Objects.hash(criteria, further);
    }
}
