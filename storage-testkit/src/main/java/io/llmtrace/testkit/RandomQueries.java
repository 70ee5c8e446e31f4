package io.llmtrace.testkit;

import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.QueryFilter;
import io.llmtrace.storage.TraceQuery;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Generates random queries for the spans of {@link RandomTraces}, mostly with one or two filters, so that few results are
 * empty.
 */
final class RandomQueries {

    private static final List<SpanField<?>> FIELDS = SpanField.all().stream()
            .filter(field -> field.isFilteredByEquality() || field.isFilteredByRange() || field.isFilteredByWords())
            .toList();

    private static final List<SpanField<?>> PRESENT = Stream.concat(
                    SpanField.all().stream().filter(SpanField::isFilteredByPresence),
                    RandomTraces.NAMES.stream().map(SpanField::tag))
            .toList();

    /** Search texts: words of the spans, the beginning of a word, and a word that no span has. */
    private static final List<String> TEXTS =
            List.of("red", "GREEN", "blue red", "京", "42", "t don", "y", "ünï", "bl*", "r* 4*", "nred", "nr*");

    private final RandomTraces traces;

    RandomQueries(RandomTraces traces) {
        this.traces = traces;
    }

    /** Returns a query without a cursor. */
    TraceQuery query(UUID tenant) {
        TraceQuery.Builder query = TraceQuery.builder(tenant)
                .order(traces.oneOf(List.of(Order.values())))
                .limit(traces.oneOf(List.of(1, 2, 3, 7, 50, TraceQuery.MAX_LIMIT)))
                .offset(traces.oneOf(List.of(0, 0, 0, 1, 5, 100)));
        int filters = traces.oneOf(List.of(0, 1, 1, 1, 2, 2, 3));
        for (int i = 0; i < filters; i++) {
            if (traces.below(FIELDS.size() + 1) == 0) {
                query.tags(traces.tags());
            } else if (traces.below(5) == 0) {
                query.filter(QueryFilter.present(traces.oneOf(PRESENT)), traces.oneOf(List.of(true, false)));
            } else {
                addFilter(query, traces.oneOf(FIELDS));
            }
        }
        return query.build();
    }

    /** Adds a filter with values of a random span, so that stored spans are likely to have them, too. */
    private <T> void addFilter(TraceQuery.Builder query, SpanField<T> field) {
        if (field.isFilteredByWords()) {
            query.text(traces.oneOf(TEXTS));
            return;
        }
        T one = anyValue(field);
        if (field.isFilteredByEquality()) {
            query.filter(QueryFilter.equalTo(field), one);
            return;
        }
        T other = anyValue(field);
        List<T> bounds = new ArrayList<>(List.of(one, other));
        bounds.sort(RandomQueries::compare);
        int ends = traces.below(3);
        query.filter(QueryFilter.atLeast(field), ends == 0 ? null : bounds.get(0));
        query.filter(QueryFilter.atMost(field), ends == 1 ? null : bounds.get(1));
    }

    @SuppressWarnings("unchecked") // fields with a range have comparable values
    private static <T> int compare(T a, T b) {
        return ((Comparator<T>) Comparator.naturalOrder()).compare(a, b);
    }

    private <T> T anyValue(SpanField<T> field) {
        while (true) {
            TraceSpan span = traces.span();
            List<String> values = List.copyOf(field.textsOf(span));
            if (!values.isEmpty()) {
                return field.type().parse(traces.oneOf(values));
            }
        }
    }
}
