package io.llmtrace.otlp;

import io.llmtrace.model.SpanKind;
import org.jspecify.annotations.Nullable;

/**
 * Tokens and cost of a span. Tokens of the input include those read from and written to a cache, tokens of the output
 * include reasoning; emitters that count them apart are recognised by their sums.
 */
record Usage(
        @Nullable Long prompt,
        @Nullable Long completion,
        @Nullable Long total,
        @Nullable Long cacheRead,
        @Nullable Long cacheWrite,
        @Nullable Long reasoning,
        @Nullable Double cost) {

    /** The Python instrumentation of the same name counts cached tokens as part of the input, this one does not. */
    private static final String COUNTS_CACHE_APART = "@arizeai/openinference-instrumentation-anthropic";

    static Usage of(SpanView view, SpanKind kind) {
        Long input = GenAiFields.PROMPT_TOKENS.of(view);
        Long output = GenAiFields.COMPLETION_TOKENS.of(view);
        Long total = GenAiFields.TOTAL_TOKENS.of(view);
        Long cacheRead = GenAiFields.CACHE_READ_TOKENS.of(view);
        Long cacheWrite = GenAiFields.CACHE_WRITE_TOKENS.of(view);
        Long reasoning = GenAiFields.REASONING_TOKENS.of(view);

        long cache = add(orZero(cacheRead), orZero(cacheWrite));
        Long prompt = input;
        if (input != null && cache > 0) {
            boolean apart = cache > input
                    || view.scope.getName().equals(COUNTS_CACHE_APART)
                    || (total != null && total == add(add(input, cache), orZero(output)));
            prompt = apart ? add(input, cache) : input;
        } else if (input == null && output == null && kind == SpanKind.EMBEDDING) {
            prompt = total;
        }
        Long completion = output;
        if (output != null && reasoning != null) {
            boolean apart = reasoning > output
                    || (reasoning > 0 && total != null && input != null && total == add(add(input, output), reasoning));
            completion = apart ? add(output, reasoning) : output;
        }
        boolean changed = (input != null && !input.equals(prompt)) || (output != null && !output.equals(completion));
        return new Usage(prompt, completion, changed ? null : total, cacheRead, cacheWrite, reasoning, cost(view));
    }

    private static @Nullable Double cost(SpanView view) {
        Double cost = GenAiFields.COST.of(view);
        if (cost != null) {
            return cost;
        }
        Double input = GenAiFields.INPUT_COST.of(view);
        Double output = GenAiFields.OUTPUT_COST.of(view);
        return input == null || output == null || !Double.isFinite(input + output) ? null : input + output;
    }

    private static long orZero(@Nullable Long count) {
        return count == null ? 0 : count;
    }

    private static long add(long a, long b) {
        return a + b < 0 ? Long.MAX_VALUE : a + b;
    }
}
