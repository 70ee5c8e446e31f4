package io.llmtrace.storage.analytics;

import io.llmtrace.model.ReservedAttributes;
import io.llmtrace.model.SpanAttribute;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.filter.FilterExpression;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/**
 * Names of attributes and their values, the most frequent first, as suggestions for a filter. Unlike the values of fields, they are
 * counted in the newest {@value #SPANS} spans that pass the filters, so that a suggestion costs the same in a store of any size.
 */
public final class AttributeSuggestions {

    /** The spans that are looked at. */
    public static final int SPANS = 200;

    /** Read together; the memory of whole spans is limited. */
    private static final int SPANS_PER_PAGE = 100;

    private static final Comparator<ValueCount> MOST_FREQUENT_FIRST =
            Comparator.comparingLong(ValueCount::count).reversed().thenComparing(ValueCount::value);

    private final TraceRepository repository;

    /** Creates suggestions from the spans of a repository. */
    public AttributeSuggestions(TraceRepository repository) {
        this.repository = Objects.requireNonNull(repository, "repository");
    }

    /**
     * Returns the names of attributes with the number of spans that have each; those of llmtrace itself only if they are asked for.
     *
     * @param query its limit is that of the names
     * @param prefix the beginning of the names, in any case; empty for all
     */
    public List<ValueCount> names(TraceQuery query, String prefix) {
        String beginning = lower(prefix);
        return counts(query, prefix, attribute -> {
            String path = lower(attribute.path());
            boolean isOwn =
                    path.startsWith(ReservedAttributes.PREFIX) && !beginning.startsWith(ReservedAttributes.PREFIX);
            return path.startsWith(beginning) && !isOwn ? attribute.path() : "";
        });
    }

    /**
     * Returns the values of an attribute with the number of spans that have each, in the form in which filters compare them.
     *
     * @param query its limit is that of the values
     * @param path the name of the attribute
     * @param prefix the beginning of the values, in any case; empty for all
     */
    public List<ValueCount> values(TraceQuery query, String path, String prefix) {
        FilterExpression isPresent = FilterExpression.attribute(path).isPresent();
        isPresent.check();
        String beginning = lower(prefix);
        return counts(query.toBuilder().andWhere(isPresent).build(), prefix, attribute -> {
            String text = attribute.path().equals(path) ? text(attribute) : "";
            return lower(text).startsWith(beginning) ? text : "";
        });
    }

    private static String text(SpanAttribute attribute) {
        Object value = attribute.value();
        return value instanceof BigDecimal number
                ? number.scale() > 0 || number.precision() - number.scale() > 20
                        ? number.toString()
                        : number.toPlainString()
                : value == null ? "" : value.toString();
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /** @param suggested returns what an attribute counts as; empty for nothing */
    private List<ValueCount> counts(TraceQuery query, String prefix, Function<SpanAttribute, String> suggested) {
        if (query.cursor() != null || query.offset() > 0) {
            throw new IllegalArgumentException("suggestions have no pages: " + query);
        }
        Objects.requireNonNull(prefix, "prefix");
        Map<String, Long> counts = new HashMap<>();
        TraceQuery page = query.toBuilder()
                .order(Order.NEWEST_FIRST)
                .limit(SPANS_PER_PAGE)
                .build();
        for (int read = 0; page != null && read < SPANS; read += SPANS_PER_PAGE) {
            var spans = repository.querySpans(page);
            spans.items().forEach(span -> of(span, suggested).forEach(each -> counts.merge(each, 1L, Long::sum)));
            page = page.next(spans).orElse(null);
        }
        return counts.entrySet().stream()
                .map(entry -> new ValueCount(entry.getKey(), entry.getValue()))
                .sorted(MOST_FREQUENT_FIRST)
                .limit(query.limit())
                .toList();
    }

    private static Set<String> of(TraceSpan span, Function<SpanAttribute, String> suggested) {
        Set<String> all = new HashSet<>();
        for (SpanAttribute attribute : SpanAttribute.of(span)) {
            String text = suggested.apply(attribute);
            if (!text.isEmpty()) {
                all.add(text);
            }
        }
        return all;
    }
}
