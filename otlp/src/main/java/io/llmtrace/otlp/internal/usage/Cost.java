package io.llmtrace.otlp.internal.usage;

import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.internal.mapping.Decisions;
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
        return estimate(call, usage, prices, span.decisions());
    }

    /**
     * Returns an estimate from the fields of a span, and records its source; null without a price.
     *
     * @param attributes the attributes of the span, one of which may name the tier of service
     */
    public static @Nullable Double estimate(
            TraceSpan span, OtlpSpan attributes, PriceList prices, Decisions decisions) {
        Usage usage = Usage.ofFields(span, attributes, decisions);
        return estimate(
                new ModelCall(span.provider(), span.modelName(), null, span.startTime()), usage, prices, decisions);
    }

    private static @Nullable Double estimate(ModelCall call, Usage usage, PriceList prices, Decisions decisions) {
        Double estimated = prices.estimate(call, usage);
        if (estimated != null) {
            decisions.record(FIELD, "prices:" + prices.version());
        }
        return estimated;
    }

    /** Returns whether a cost could be estimated for the span, given prices. */
    public static boolean mayBeEstimated(TraceSpan span) {
        return CALLS.contains(span.kind()) && hasModelAndTokens(span);
    }

    /**
     * Returns whether a cost could be estimated from the fields of a span, given prices. A span of no kind counts as a call: whoever
     * writes fields by hand may leave out the kind, which the mapping of OTLP finds by itself.
     */
    public static boolean mayBeEstimatedFromFields(TraceSpan span) {
        return (CALLS.contains(span.kind()) || span.kind() == SpanKind.OTHER) && hasModelAndTokens(span);
    }

    private static boolean hasModelAndTokens(TraceSpan span) {
        return span.modelName() != null && (span.promptTokens() != null || span.completionTokens() != null);
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
