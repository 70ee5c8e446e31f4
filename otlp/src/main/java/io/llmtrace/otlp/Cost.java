package io.llmtrace.otlp;

import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceSpan;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a call cost: as the span says, else by its tokens and the prices. */
final class Cost {

    private static final String FIELD = "cost";

    /** What an agent or a chain reports are the tokens of its children, which have costs of their own. */
    private static final Set<SpanKind> CALLS = EnumSet.of(SpanKind.LLM, SpanKind.EMBEDDING, SpanKind.RERANKER);

    private Cost() {}

    /** What the price depends on. */
    record Call(
            @Nullable LlmProvider provider,
            @Nullable String responseModel,
            @Nullable String requestModel,
            Instant time) {}

    /** In US dollars; null if neither the span nor the prices tell. */
    static @Nullable Double of(SpanView view, SpanKind kind, Call call, Usage usage, Prices prices) {
        Double reported = reported(view);
        if (reported != null || !CALLS.contains(kind)) {
            return reported;
        }
        Double estimated = prices.estimate(call, usage);
        if (estimated != null) {
            view.decisions.note(FIELD, "prices:" + prices.version());
        }
        return estimated;
    }

    /** Whether a reader that has prices might find a cost. */
    static boolean mayBeEstimated(TraceSpan span) {
        return CALLS.contains(span.kind())
                && span.modelName() != null
                && (span.promptTokens() != null || span.completionTokens() != null);
    }

    private static @Nullable Double reported(SpanView view) {
        Double cost = view.first(Target.COST);
        if (cost != null) {
            return cost;
        }
        Double input = view.first(MappingTable.get().field(Target.INPUT_COST), null);
        Double output = view.first(MappingTable.get().field(Target.OUTPUT_COST), null);
        if (input == null || output == null || !Double.isFinite(input + output)) {
            return null;
        }
        view.decisions.note(FIELD, "input_cost+output_cost");
        return input + output;
    }
}
