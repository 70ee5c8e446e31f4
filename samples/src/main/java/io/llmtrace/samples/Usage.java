package io.llmtrace.samples;

import io.llmtrace.model.TraceSpan;

/** Tokens and cost of a span and of all below it. */
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
