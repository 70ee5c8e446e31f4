package io.llmtrace.cli.transfer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceSpan;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Counts which fields of spans have changed, and adds up tokens and cost before and after. */
public final class FieldChanges {

    private static final ObjectMapper JSON = TraceJson.mapper();
    private static final BigDecimal LARGEST = BigDecimal.valueOf(Long.MAX_VALUE);

    private static final List<SpanField<Long>> TOKENS = List.of(
            SpanField.PROMPT_TOKENS,
            SpanField.COMPLETION_TOKENS,
            SpanField.TOTAL_TOKENS,
            SpanField.CACHE_READ_TOKENS,
            SpanField.CACHE_WRITE_TOKENS,
            SpanField.REASONING_TOKENS);

    private final Map<String, Long> spans = new TreeMap<>();
    private final Sums before = new Sums();
    private final Sums after = new Sums();

    FieldChanges() {}

    /** The sum of a field over the spans before and after: a number of tokens, or US dollars. */
    public record Sum(Number before, Number after) {}

    /** Adds a span, which may be the same as before. */
    void add(TraceSpan was, TraceSpan is) {
        before.add(was);
        after.add(is);
        if (!was.equals(is)) {
            count(JSON.valueToTree(was), JSON.valueToTree(is));
        }
    }

    private void count(ObjectNode was, ObjectNode is) {
        Set<String> names = new TreeSet<>();
        was.fieldNames().forEachRemaining(names::add);
        is.fieldNames().forEachRemaining(names::add);
        for (String name : names) {
            if (!Objects.equals(was.get(name), is.get(name))) {
                spans.merge(name, 1L, Long::sum);
            }
        }
    }

    /** Returns the number of spans with a changed value, by field. */
    public Map<String, Long> spans() {
        return new TreeMap<>(spans);
    }

    /**
     * Returns the sums of tokens and cost over all spans, whether changed or not, by field. As in analytics, agents and chains are left
     * out, since they repeat the values of the calls inside.
     */
    public Map<String, Sum> sums() {
        Map<String, Sum> sums = new LinkedHashMap<>();
        TOKENS.forEach(field -> sums.put(field.name(), new Sum(before.tokens(field), after.tokens(field))));
        sums.put(SpanField.ESTIMATED_COST_USD.name(), new Sum(before.cost.doubleValue(), after.cost.doubleValue()));
        return sums;
    }

    /** Decimal numbers, so that the cost is the same whatever the order of the spans. */
    private static final class Sums {
        private final Map<SpanField<Long>, BigDecimal> tokens = new LinkedHashMap<>();
        private BigDecimal cost = BigDecimal.ZERO;

        void add(TraceSpan span) {
            if (span.kind().repeatsUsageOfChildren()) {
                return;
            }
            for (SpanField<Long> field : TOKENS) {
                Long count = field.valueOf(span);
                if (count != null) {
                    tokens.merge(field, BigDecimal.valueOf(count), BigDecimal::add);
                }
            }
            @Nullable Double dollars = span.estimatedCostUsd();
            cost = dollars == null ? cost : cost.add(BigDecimal.valueOf(dollars));
        }

        long tokens(SpanField<Long> field) {
            return tokens.getOrDefault(field, BigDecimal.ZERO).min(LARGEST).longValueExact();
        }
    }
}
