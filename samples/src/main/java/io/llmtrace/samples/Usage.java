package io.llmtrace.samples;

import io.llmtrace.model.TraceSpan;

/** The tokens and cost of a span with all its descendants. */
final class Usage {

    private long promptTokens;
    private long completionTokens;
    private double costUsd;
    private boolean any;

    void add(long prompt, long completion, double cost) {
        promptTokens += prompt;
        completionTokens += completion;
        costUsd += cost;
        any = true;
    }

    void add(Usage other) {
        if (other.any) {
            add(other.promptTokens, other.completionTokens, other.costUsd);
        }
    }

    void reportOn(TraceSpan.Builder span) {
        if (any) {
            span.promptTokens(promptTokens).completionTokens(completionTokens).estimatedCostUsd(costUsd);
        }
    }
}
