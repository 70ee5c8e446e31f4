package io.llmtrace.otlp.internal.usage;

import io.llmtrace.otlp.internal.mapping.Leaves;
import io.llmtrace.otlp.internal.wire.Decode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the parts of a reported cost, whatever they are called.
 *
 * <pre>
 *   {"input": 0.001, "output": 0.002, "cache_read_input_tokens": 0.0005}                      →  0.0035
 *   llm.cost.prompt 0.002, llm.cost.prompt_details.audio 0.001, llm.cost.completion 0.001     →  0.003, since details are in their whole
 *   {"input": 0.001, "output": 0.002, "total_cost": 0.004}                                    →  0.004
 * </pre>
 */
final class CostParts {

    private static final MathContext SIGNIFICANT_DIGITS = new MathContext(12);

    /** Words in the names of numbers that are no part of what was paid. */
    private static final Set<String> NOT_PAID =
            Set.of("original", "discount", "margin", "percent", "saved", "savings", "budget", "limit", "rate", "per");

    private static final Set<String> TOTAL = Set.of("total", "cost", "usd");

    private CostParts() {}

    /** Returns the sum in US dollars; null if there are no parts. */
    static @Nullable Double sum(Leaves leaves) {
        Map<String, Double> parts = new HashMap<>();
        leaves.values().forEach((path, value) -> {
            Double amount = Decode.amount(value);
            if (amount != null && UsageKey.words(path).stream().noneMatch(NOT_PAID::contains)) {
                parts.put(path, amount);
            }
        });
        for (Map.Entry<String, Double> part : parts.entrySet()) {
            if (TOTAL.containsAll(UsageKey.words(part.getKey()))) {
                return part.getValue();
            }
        }
        BigDecimal sum = BigDecimal.ZERO;
        for (Map.Entry<String, Double> part : parts.entrySet()) {
            boolean detail = isDetail(part.getKey(), parts.keySet());
            sum = detail ? sum : sum.add(BigDecimal.valueOf(part.getValue()));
        }
        double rounded = sum.round(SIGNIFICANT_DIGITS).doubleValue();
        return parts.isEmpty() || !Double.isFinite(rounded) ? null : rounded;
    }

    /** Returns whether the path is {@code NAME_details.x}, and another one is NAME. */
    private static boolean isDetail(String path, Set<String> others) {
        List<String> levels = List.of(path.split("\\.", 2));
        String parent = levels.get(0);
        return levels.size() > 1
                && parent.endsWith("_details")
                && others.contains(parent.substring(0, parent.length() - "_details".length()));
    }
}
