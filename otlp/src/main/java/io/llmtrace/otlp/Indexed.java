package io.llmtrace.otlp;

import io.opentelemetry.proto.common.v1.AnyValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Lists that were flattened into attributes:
 *
 * <pre>
 *   llm.input_messages.0.message.role     "system"          prefix "llm.input_messages"
 *   llm.input_messages.10.message.role    "user"            two items, in the order of the numbers
 * </pre>
 */
final class Indexed {

    private static final int MAX_INDEX = 10_000;

    private Indexed() {}

    /** Each item as a map from what follows {@code prefix.<n>.} to the value; gaps are left out. */
    static List<Map<String, AnyValue>> items(Map<String, AnyValue> attributes, String prefix) {
        TreeMap<Integer, Map<String, AnyValue>> items = new TreeMap<>();
        String start = prefix + ".";
        attributes.forEach((key, value) -> {
            if (!key.startsWith(start)) {
                return;
            }
            int dot = key.indexOf('.', start.length());
            Integer index = dot < 0 ? null : indexOf(key.substring(start.length(), dot));
            if (index != null) {
                items.computeIfAbsent(index, i -> new LinkedHashMap<>()).put(key.substring(dot + 1), value);
            }
        });
        return new ArrayList<>(items.values());
    }

    private static @Nullable Integer indexOf(String digits) {
        if (digits.isEmpty() || digits.length() > 5 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return null;
        }
        int index = Integer.parseInt(digits);
        return index <= MAX_INDEX ? index : null;
    }
}
