package io.llmtrace.otlp;

import io.llmtrace.model.ReservedAttributes;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.internal.mapping.Decisions;
import io.llmtrace.otlp.internal.usage.Cost;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Estimates the cost of calls that did not arrive over OTLP, such as those posted as JSON. {@link SpanMapper} does the same for OTLP, with
 * the same prices. A span with an estimate records it under {@link ReservedAttributes#MAPPING}:
 *
 * <pre>
 *   6 cost=prices:2026-11-23
 * </pre>
 *
 * Thread-safe.
 */
public final class CostEstimator {

    private final Prices prices;

    /** Creates an estimator with these prices. */
    public CostEstimator(Prices prices) {
        this.prices = prices;
    }

    /** Returns the trace with a cost for each of its spans that {@link #estimate(TraceSpan)} gives one. */
    public TraceEvent estimate(TraceEvent trace) {
        return trace.toBuilder()
                .spans(trace.spans().stream().map(this::estimate).toList())
                .build();
    }

    /**
     * Returns the span with an estimated cost if it has none, but a model and tokens, and the model has a price. A cost that it has, also
     * 0, stays. So does a span that arrived over OTLP: it was estimated then, and {@link Remapper} does it again.
     */
    public TraceSpan estimate(TraceSpan span) {
        return span.estimatedCostUsd() == null && !span.attributes().containsKey(ReservedAttributes.PLACEHOLDER)
                ? estimated(span)
                : span;
    }

    /** Returns the span with an estimate by these prices in the place of an earlier one. A cost that the span came with stays. */
    TraceSpan estimateAgain(TraceSpan span) {
        if (!isEstimate(span.attributes().get(ReservedAttributes.MAPPING))) {
            return estimate(span);
        }
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>(span.attributes());
        attributes.remove(ReservedAttributes.MAPPING);
        return estimate(
                span.toBuilder().estimatedCostUsd(null).attributes(attributes).build());
    }

    /** Returns whether the value of {@link ReservedAttributes#MAPPING} records an estimate of this class. */
    static boolean isEstimate(@Nullable Object mapping) {
        return mapping instanceof String text && Decisions.isOfEstimate(text);
    }

    private TraceSpan estimated(TraceSpan span) {
        if (Remapper.cameByOtlp(span) || !Cost.mayBeEstimatedFromFields(span)) {
            return span;
        }
        Decisions decisions = new Decisions();
        Double cost = Cost.estimate(span, SpanEncoder.attributesOf(span), prices.list(), decisions);
        if (cost == null) {
            return span;
        }
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>(span.attributes());
        attributes.put(ReservedAttributes.MAPPING, decisions.toString());
        return span.toBuilder().estimatedCostUsd(cost).attributes(attributes).build();
    }
}
