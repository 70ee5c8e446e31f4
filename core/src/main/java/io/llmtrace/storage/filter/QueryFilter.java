package io.llmtrace.storage.filter;

import io.llmtrace.model.FieldType;
import io.llmtrace.model.SearchPhrase;
import io.llmtrace.model.SearchTerm;
import io.llmtrace.model.SearchText;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceSpan;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A filter of a query, such as {@code model_name} or {@code min_cost_usd}: a field of a span, and the comparison of its value with that
 * of the query. The filters are derived from {@link SpanField}; parameters of requests and options of commands have their names.
 *
 * @param <T> the type of the query's value
 */
public final class QueryFilter<T> {

    /** The comparison of the value of a span with that of the query. A span without a value passes none but {@link #PRESENT}. */
    public enum Comparison {
        /** The span has the value, alone or among several. */
        EQUAL,
        /** The value of the span is equal to the query's or greater. */
        AT_LEAST,
        /** The value of the span is equal to the query's or less. */
        AT_MOST,
        /** The value of the span, or one of several, matches the query's pattern, see {@link Wildcards}. */
        MATCHES,
        /** The span has a value, if the query's is true, or has none. */
        PRESENT,
        /** The span has all words of the query's text. */
        WORDS
    }

    /** The filter for spans that have all words of a text. */
    public static final QueryFilter<String> TEXT = words(SpanField.TEXT);

    private static final String PRESENT_PREFIX = "has.";
    private static final String PATTERN_PREFIX = "pattern.";

    private static final List<QueryFilter<?>> ALL = declared();

    private final String name;
    private final SpanField<?> field;
    private final FieldType<T> type;
    private final Comparison comparison;
    private final BiPredicate<TraceSpan, T> passes;

    private QueryFilter(
            String name,
            SpanField<?> field,
            FieldType<T> type,
            Comparison comparison,
            BiPredicate<TraceSpan, T> passes) {
        this.name = name;
        this.field = field;
        this.type = type;
        this.comparison = comparison;
        this.passes = passes;
    }

    private static List<QueryFilter<?>> declared() {
        List<QueryFilter<?>> all = new ArrayList<>();
        for (SpanField<?> field : SpanField.all()) {
            if (field.isFilteredByEquality()) {
                all.add(equalTo(field));
            }
            if (field.isFilteredByRange()) {
                all.add(atLeast(field));
                all.add(atMost(field));
            }
            if (field.isFilteredByWords()) {
                all.add(words(field));
            }
        }
        return List.copyOf(all);
    }

    /**
     * Returns all filters by the value of a declared field, in the order of their fields. In addition, there are those of
     * tags, and those of {@linkplain #present presence}.
     */
    public static List<QueryFilter<?>> all() {
        return ALL;
    }

    /**
     * Returns the filter with a name, which may be {@code tag.KEY} for the value of a tag, or {@code has.FIELD} for the
     * presence of a field; empty if there is none.
     */
    public static Optional<QueryFilter<?>> named(String name) {
        if (name.startsWith(PRESENT_PREFIX)) {
            return SpanField.named(name.substring(PRESENT_PREFIX.length()))
                    .filter(SpanField::isFilteredByPresence)
                    .map(QueryFilter::present);
        }
        Optional<QueryFilter<?>> declared =
                ALL.stream().filter(filter -> filter.name.equals(name)).findFirst();
        return declared.isPresent()
                ? declared
                : SpanField.named(name).filter(field -> field.tagKey() != null).map(QueryFilter::equalTo);
    }

    /**
     * Returns the filter for spans with one value of a field.
     *
     * @throws IllegalArgumentException if the field is not {@linkplain SpanField#isComparable() comparable}, or is ordered: its
     *     value lies between two bounds
     */
    public static <T> QueryFilter<T> equalTo(SpanField<T> field) {
        require(field.isComparable() && !field.isOrdered(), field, "value");
        return new QueryFilter<>(field.name(), field, field.type(), Comparison.EQUAL, field::hasValue);
    }

    /**
     * Returns the filter for spans with a value of a field that matches a pattern, see {@link Wildcards}; of an id, the pattern is
     * the beginning, see {@link IdPrefix}.
     *
     * @throws IllegalArgumentException if the field is not {@linkplain SpanField#isComparable() comparable}, or its values are
     *     neither free texts nor ids
     */
    public static QueryFilter<String> matching(SpanField<?> field) {
        require(
                field.isComparable()
                        && (field.type().isFreeText() || field.type().isId()),
                field,
                "pattern");
        if (field.type().isId()) {
            return new QueryFilter<>(
                    PATTERN_PREFIX + field.name(), field, FieldType.TEXT, Comparison.MATCHES, (span, pattern) -> {
                        IdPrefix prefix = IdPrefix.ofPattern(pattern, field);
                        return field.valueOf(span) instanceof UUID id && prefix.matches(id, field);
                    });
        }
        return new QueryFilter<>(
                PATTERN_PREFIX + field.name(), field, FieldType.TEXT, Comparison.MATCHES, (span, pattern) -> {
                    Wildcards wildcards = Wildcards.of(pattern);
                    return field.textsOf(span).stream().anyMatch(wildcards::matches);
                });
    }

    /**
     * Returns the filter for spans with any value of a field, or, if its value is false, for those without one. Its name is
     * {@code has.FIELD}.
     *
     * @throws IllegalArgumentException if the field is not {@link SpanField#isFilteredByPresence() filtered by presence}
     */
    public static QueryFilter<Boolean> present(SpanField<?> field) {
        require(field.isFilteredByPresence(), field, "presence");
        return new QueryFilter<>(
                PRESENT_PREFIX + field.name(),
                field,
                FieldType.BOOLEAN,
                Comparison.PRESENT,
                (span, wanted) -> field.isPresent(span) == wanted);
    }

    private static <T> QueryFilter<T> words(SpanField<T> field) {
        return new QueryFilter<>(field.name(), field, field.type(), Comparison.WORDS, (span, text) -> {
            Set<String> words = SearchText.wordsOf(span);
            String query = field.type().format(text);
            return SearchTerm.of(query).stream().allMatch(term -> term.matches(words))
                    && SearchPhrase.of(query).stream().allMatch(phrase -> phrase.matches(span));
        });
    }

    /**
     * Returns the filter for spans with at least a value of a field.
     *
     * @throws IllegalArgumentException if the field is not {@linkplain SpanField#isOrdered() comparable by order}
     */
    public static <T> QueryFilter<T> atLeast(SpanField<T> field) {
        require(field.isOrdered(), field, "range");
        String name = field.equals(SpanField.START_TIME) ? "start_time" : "min_" + rangeName(field);
        return new QueryFilter<>(
                name, field, field.type(), Comparison.AT_LEAST, (span, bound) -> isAtMost(bound, field.valueOf(span)));
    }

    /**
     * Returns the filter for spans with at most a value of a field.
     *
     * @throws IllegalArgumentException if the field is not {@linkplain SpanField#isOrdered() comparable by order}
     */
    public static <T> QueryFilter<T> atMost(SpanField<T> field) {
        require(field.isOrdered(), field, "range");
        // Both bounds of a query's time apply to the start of a span.
        String name = field.equals(SpanField.START_TIME) ? "end_time" : "max_" + rangeName(field);
        return new QueryFilter<>(
                name, field, field.type(), Comparison.AT_MOST, (span, bound) -> isAtMost(field.valueOf(span), bound));
    }

    private static String rangeName(SpanField<?> field) {
        return field.equals(SpanField.ESTIMATED_COST_USD) ? "cost_usd" : field.name();
    }

    private static void require(boolean holds, SpanField<?> field, String by) {
        if (!holds) {
            throw new IllegalArgumentException("no filter by " + by + " of " + field.name());
        }
    }

    /** Returns the name in requests and messages, such as {@code min_cost_usd}. */
    public String name() {
        return name;
    }

    /** Returns the field whose value is compared. */
    public SpanField<?> field() {
        return field;
    }

    /** Returns how the value is compared. */
    public Comparison comparison() {
        return comparison;
    }

    /** Returns the type of the query's value: that of the field, or a boolean for its presence. */
    public FieldType<T> type() {
        return type;
    }

    /** Returns the meaning of the filter, in one or two sentences for people. */
    public String description() {
        return switch (comparison) {
            case EQUAL, MATCHES, WORDS -> field.description();
            case PRESENT -> "Whether a span has a value of this field: " + field.description();
            case AT_LEAST ->
                field.equals(SpanField.START_TIME) ? "Earliest start of a span, inclusive." : bound("At least this ");
            case AT_MOST ->
                field.equals(SpanField.START_TIME) ? "Latest start of a span, inclusive." : bound("At most this ");
        };
    }

    private String bound(String which) {
        String unit = switch (type.unit()) {
            case NONE -> "";
            case MILLISECONDS -> " in milliseconds";
            case US_DOLLARS -> " in US dollars";
        };
        return which + field.label().toLowerCase(Locale.ROOT) + unit + ".";
    }

    /** Returns whether a span passes the filter with a value. */
    boolean passes(TraceSpan span, T value) {
        return passes.test(span, value);
    }

    /** Returns the canonical form of a value of the query. */
    public T normalize(T value) {
        return type.normalize(value);
    }

    /**
     * Checks the value of a query.
     *
     * @throws IllegalArgumentException if the value is out of range; the message begins with the filter's name
     */
    void check(T value) {
        switch (comparison) {
            case EQUAL, PRESENT -> {}
            case MATCHES -> {
                if (field.type().isId()) {
                    IdPrefix.ofPattern(type.format(value), field);
                } else {
                    Wildcards.check(type.format(value), field.name());
                }
            }
            case AT_LEAST, AT_MOST -> {
                if (!field.equals(SpanField.START_TIME)) {
                    type.check(value, name);
                }
            }
            case WORDS -> {
                String text = type.format(value);
                if (SearchTerm.of(text).isEmpty()) {
                    throw new IllegalArgumentException(name + " has no word to search for, only signs: '" + text + "'");
                }
            }
        }
    }

    /** Returns whether both are values and the first is not greater; for values of fields that are ordered. */
    @SuppressWarnings("unchecked") // values of such fields are comparable
    public static <T> boolean isAtMost(@Nullable T smaller, @Nullable T larger) {
        return smaller != null && larger != null && ((Comparable<T>) smaller).compareTo(larger) <= 0;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof QueryFilter<?> filter && name.equals(filter.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
