package io.llmtrace.otlp.internal.usage;

import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.internal.mapping.Leaves;
import io.llmtrace.otlp.internal.mapping.MappedField;
import io.llmtrace.otlp.internal.mapping.OtlpSpan;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Determines the cost of a call: the cost that the span reports, or else an estimate from its tokens and the prices. */
public final class Cost {

    private static final String FIELD = "cost";

    /** The kinds that get an estimate. Agents and chains report the tokens of their children, which have costs of their own. */
    private static final Set<SpanKind> CALLS = EnumSet.of(SpanKind.LLM, SpanKind.EMBEDDING, SpanKind.RERANKER);

    private Cost() {}

    /** The properties of a model call on which its price depends. */
    public record ModelCall(
            @Nullable LlmProvider provider,
            @Nullable String responseModel,
            @Nullable String requestModel,
            Instant time) {}

    /** Returns the cost in US dollars, and records its source; null if the span reports none and there is no price. */
    public static @Nullable Double of(OtlpSpan span, SpanKind kind, ModelCall call, Usage usage, PriceList prices) {
        Double reported = reported(span);
        if (reported != null || !CALLS.contains(kind)) {
            return reported;
        }
        Double estimated = prices.estimate(call, usage);
        if (estimated != null) {
            span.decisions().record(FIELD, "prices:" + prices.version());
        }
        return estimated;
    }

    /** Returns whether a cost could be estimated for the span, given prices. */
    public static boolean mayBeEstimated(TraceSpan span) {
        return CALLS.contains(span.kind())
                && span.modelName() != null
                && (span.promptTokens() != null || span.completionTokens() != null);
    }

    private static @Nullable Double reported(OtlpSpan span) {
        Double cost = span.first(MappedField.COST);
        if (cost != null) {
            return cost;
        }
        for (OtlpSpan.SourcedValue<Leaves> source : span.all(MappedField.COST_PARTS)) {
            Double sum = CostParts.sum(source.value());
            if (sum != null) {
                span.decisions().record(FIELD, source.label());
                return sum;
            }
        }
        return null;
    }
}
