package io.llmtrace.testkit;

import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanAttribute;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.filter.AttributeCriterion;
import io.llmtrace.storage.filter.Criterion;
import io.llmtrace.storage.filter.FilterExpression;
import io.llmtrace.storage.filter.QueryFilter;
import java.math.BigDecimal;
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

    /** The fields that expressions compare with a value. */
    private static final List<SpanField<?>> COMPARED = Stream.concat(
                    SpanField.all().stream().filter(field -> field.isComparable() || field.isFilteredByWords()),
                    RandomTraces.NAMES.stream().map(SpanField::tag))
            .toList();

    /** Search texts: words of the spans, the beginning of a word, and a word that no span has. */
    private static final List<String> TEXTS = List.of(
            "red",
            "GREEN",
            "blue red",
            "京",
            "42",
            "t don",
            "y",
            "ünï",
            "bl*",
            "r* 4*",
            "nred",
            "nr*",
            "\"red green\"",
            "red \"x y\"",
            "\"blue r*\"");

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
        if (traces.below(2) == 0) {
            FilterExpression expression = expression(traces.below(4));
            if (traces.below(3) == 0) {
                FilterExpression ofTrace = FilterExpression.someSpan(expression(traces.below(3)));
                expression = traces.oneOf(List.of(
                        ofTrace,
                        expression.and(ofTrace),
                        expression.or(FilterExpression.not(ofTrace)),
                        FilterExpression.someSpan(expression).and(ofTrace)));
            }
            // Through its text, so that what people write is compared, too.
            query.where(FilterExpression.parse(expression.text()));
        }
        return query.build();
    }

    private FilterExpression expression(int depth) {
        if (depth == 0) {
            return traces.below(4) == 0 ? attribute() : criterion(traces.oneOf(COMPARED));
        }
        return switch (traces.below(4)) {
            case 0 -> FilterExpression.not(expression(depth - 1));
            case 1 -> FilterExpression.any(List.of(expression(depth - 1), expression(0), expression(0)));
            case 2 -> FilterExpression.any(List.of(expression(depth - 1), expression(depth - 1)));
            default -> FilterExpression.all(List.of(expression(depth - 1), expression(depth - 1)));
        };
    }

    /** Returns a condition on an attribute of a random span, so that stored spans are likely to have it, too. */
    private FilterExpression attribute() {
        List<SpanAttribute> attributes = List.of();
        while (attributes.isEmpty()) {
            attributes = SpanAttribute.of(traces.span());
        }
        SpanAttribute one = traces.oneOf(attributes);
        AttributeCriterion.Attribute attribute = FilterExpression.attribute(one.path());
        if (one.value() == null || traces.below(5) == 0) {
            return attribute.isPresent();
        }
        if (one.value() instanceof BigDecimal number && traces.below(2) == 0) {
            Number other = traces.oneOf(RandomTraces.NUMBERS);
            BigDecimal bound = new BigDecimal(other.toString());
            return switch (traces.below(6)) {
                case 0 -> attribute.greaterThan(number);
                case 1 -> attribute.lessThan(number);
                case 2 -> attribute.atLeast(other);
                case 3 -> attribute.atMost(number);
                case 4 -> attribute.greaterThan(other);
                default -> attribute.between(number.min(bound), number.max(bound));
            };
        }
        String text = one.value() instanceof BigDecimal number
                ? number.toPlainString()
                : one.value().toString();
        return text.length() <= SpanAttribute.MAX_CHARACTERS && traces.below(3) > 0
                ? attribute.equalTo(text)
                : attribute.matching(patternFor(text));
    }

    private <T> FilterExpression criterion(SpanField<T> field) {
        if (field.isFilteredByPresence() && traces.below(4) == 0) {
            return new Criterion<>(QueryFilter.present(field), traces.oneOf(List.of(true, false)));
        }
        if (field.isFilteredByWords()) {
            return new Criterion<>(QueryFilter.TEXT, traces.oneOf(TEXTS));
        }
        T value = anyValue(field);
        if (field.isOrdered()) {
            return new Criterion<>(
                    traces.below(2) == 0 ? QueryFilter.atLeast(field) : QueryFilter.atMost(field), value);
        }
        if (field.type().isFreeText() && traces.below(3) == 0) {
            return new Criterion<>(
                    QueryFilter.matching(field), patternFor(field.type().format(value)));
        }
        if (field.type().isId() && traces.below(2) == 0) {
            String id = field.equals(SpanField.TRACE_ID)
                    ? field.type().format(value).replace("-", "")
                    : Ids.formatSpanId((UUID) value);
            return FilterExpression.matching(field, id.substring(0, 8 + traces.below(id.length() - 7)) + "*");
        }
        return new Criterion<>(QueryFilter.equalTo(field), value);
    }

    /** Returns a pattern that a text matches: a part of the text becomes a wildcard. */
    private String patternFor(String text) {
        String cut = text.length() > 100 ? text.substring(0, text.offsetByCodePoints(0, 50)) : text;
        int from = cut.offsetByCodePoints(0, traces.below(cut.codePointCount(0, cut.length()) + 1));
        int to = cut.offsetByCodePoints(from, traces.below(cut.codePointCount(from, cut.length()) + 1));
        String end = cut.length() < text.length() ? "*" : "";
        return literal(cut.substring(0, from)) + "*" + literal(cut.substring(to)) + end;
    }

    private static String literal(String text) {
        return text.replace("\\", "\\\\").replace("*", "\\*");
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
