package io.llmtrace.cli.commands;

import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanKind;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.Measure;
import io.llmtrace.storage.analytics.Measures;
import io.llmtrace.storage.analytics.TraceAnalytics;
import io.llmtrace.storage.analytics.ValueMeasures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the models whose calls have tokens but no cost. Agents and chains repeat the tokens of their children and do not count. */
final class UnpricedModels {

    private static final List<SpanKind> CALLS = List.of(SpanKind.LLM, SpanKind.EMBEDDING, SpanKind.RERANKER);

    private UnpricedModels() {}

    /**
     * A model without a price.
     *
     * @param model its name; null for calls that tell none
     * @param spans the number of calls
     * @param tokens the tokens of all these calls
     */
    record Model(@Nullable String model, long spans, long tokens) {
        private Model plus(Model other) {
            return new Model(model, spans + other.spans, tokens + other.tokens);
        }
    }

    /** Returns the models of the calls that the query selects, those with the most tokens first. */
    static List<Model> of(TraceAnalytics analytics, TraceQuery query) {
        Map<Optional<String>, Model> models = new HashMap<>();
        for (SpanKind kind : CALLS) {
            if (query.kind() != null && query.kind() != kind) {
                continue;
            }
            TraceQuery calls = query.toBuilder()
                    .kind(kind)
                    .lacks(SpanField.ESTIMATED_COST_USD)
                    .build();
            TraceQuery withInput =
                    calls.toBuilder().has(SpanField.PROMPT_TOKENS).build();
            TraceQuery withOutputOnly = calls.toBuilder()
                    .lacks(SpanField.PROMPT_TOKENS)
                    .has(SpanField.COMPLETION_TOKENS)
                    .build();
            for (TraceQuery part : List.of(withInput, withOutputOnly)) {
                analytics.top(part, SpanField.MODEL_NAME, Measure.TOTAL_TOKENS).forEach(value -> add(value, models));
            }
        }
        List<Model> sorted = new ArrayList<>(models.values());
        sorted.sort(Comparator.comparingLong(Model::tokens)
                .thenComparingLong(Model::spans)
                .reversed()
                .thenComparing(model -> model.model == null ? "" : model.model));
        return sorted;
    }

    private static void add(ValueMeasures value, Map<Optional<String>, Model> to) {
        Measures measures = value.measures();
        long sum = orZero(measures.promptTokens()) + orZero(measures.completionTokens());
        Model model = new Model(value.value(), measures.spans(), Math.max(sum, orZero(measures.totalTokens())));
        to.merge(Optional.ofNullable(value.value()), model, Model::plus);
    }

    private static long orZero(@Nullable Long count) {
        return count == null ? 0 : count;
    }
}
