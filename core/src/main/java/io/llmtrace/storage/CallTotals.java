package io.llmtrace.storage;

import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceSpan;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sums the tokens and the cost of a trace's calls, each call once. If no call reports a value, the total is the largest value
 * that an agent or chain span reports for its children.
 */
final class CallTotals {
    private final List<TraceSpan> spans = new ArrayList<>();
    private final Map<UUID, Integer> indexOfSpan = new HashMap<>();

    void add(TraceSpan span) {
        indexOfSpan.put(span.spanId(), spans.size());
        spans.add(span);
    }

    /** Returns the number of calls of models. */
    long llmCalls() {
        BitSet repeating = repeating(span -> span.kind() == SpanKind.LLM ? span.kind() : null);
        long calls = 0;
        for (int i = 0; i < spans.size(); i++) {
            calls += spans.get(i).kind() == SpanKind.LLM && !repeating.get(i) ? 1 : 0;
        }
        return calls;
    }

    /** Returns the saturated sum of a value; null if no span reports it. */
    @Nullable
    Long sum(Function<TraceSpan, @Nullable Long> reported) {
        Long ofCalls = null;
        Long ofParents = null;
        BitSet repeating = repeating(reported);
        for (int i = 0; i < spans.size(); i++) {
            Long value = reported.apply(spans.get(i));
            if (value == null || repeating.get(i)) {
                continue;
            }
            if (spans.get(i).kind().repeatsUsageOfChildren()) {
                ofParents = ofParents == null ? value : Long.valueOf(Math.max(ofParents, value));
            } else {
                ofCalls = ofCalls == null ? value : saturatedSum(ofCalls, value);
            }
        }
        return ofCalls != null ? ofCalls : ofParents;
    }

    /** Returns the total cost in US dollars; null if no span reports one. */
    @Nullable
    Double cost() {
        Double ofCalls = null;
        Double ofParents = null;
        BitSet repeating = repeating(TraceSpan::estimatedCostUsd);
        for (int i = 0; i < spans.size(); i++) {
            Double value = spans.get(i).estimatedCostUsd();
            if (value == null || repeating.get(i)) {
                continue;
            }
            if (spans.get(i).kind().repeatsUsageOfChildren()) {
                ofParents = ofParents == null ? value : Double.valueOf(Math.max(ofParents, value));
            } else {
                ofCalls = ofCalls == null ? value : Double.valueOf(ofCalls + value);
            }
        }
        return ofCalls != null ? ofCalls : ofParents;
    }

    /**
     * Finds the spans that repeat a value because a descendant of the same kind reports it, too, such as a proxy around an SDK.
     *
     * <p>From each span that reports the value, follows the parents until one was visited for the same kind already. Each span is
     * thus visited once for each kind, and a cycle of parents ends.
     */
    private BitSet repeating(Function<TraceSpan, ? extends @Nullable Object> reported) {
        BitSet repeating = new BitSet();
        EnumMap<SpanKind, BitSet> visited = new EnumMap<>(SpanKind.class);
        for (TraceSpan span : spans) {
            if (span.kind().repeatsUsageOfChildren() || reported.apply(span) == null) {
                continue;
            }
            BitSet visitedOfKind = visited.computeIfAbsent(span.kind(), kind -> new BitSet());
            Integer parent = parentOf(span);
            while (parent != null && !visitedOfKind.get(parent) && !isBoundary(spans.get(parent))) {
                visitedOfKind.set(parent);
                if (spans.get(parent).kind() == span.kind()) {
                    repeating.set(parent);
                }
                parent = parentOf(spans.get(parent));
            }
        }
        return repeating;
    }

    private @Nullable Integer parentOf(TraceSpan span) {
        return span.parentSpanId() == null ? null : indexOfSpan.get(span.parentSpanId());
    }

    private static boolean isBoundary(TraceSpan span) {
        return span.kind() == SpanKind.TOOL || span.kind() == SpanKind.AGENT;
    }

    private static Long saturatedSum(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }
}
