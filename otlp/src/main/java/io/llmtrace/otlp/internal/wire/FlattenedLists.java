package io.llmtrace.otlp.internal.wire;

import io.opentelemetry.proto.common.v1.AnyValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Lists that an emitter flattened into one attribute for each leaf:
 *
 * <pre>
 *   llm.input_messages.0.message.role     "system"          prefix "llm.input_messages"
 *   llm.input_messages.10.message.role    "user"            two items, ordered by number
 * </pre>
 */
public final class FlattenedLists {

    private static final int MAX_INDEX = 10_000;

    private FlattenedLists() {}

    /**
     * Returns the items of the list at {@code prefix}, ordered by number. Each is a map from what follows {@code prefix.<n>.} in
     * the key to the value; an item that is a single value has it under the empty name. Numbers that are missing are skipped.
     */
    public static List<Map<String, AnyValue>> items(Map<String, AnyValue> attributes, String prefix) {
        TreeMap<Integer, Map<String, AnyValue>> items = new TreeMap<>();
        String start = prefix + ".";
        attributes.forEach((key, value) -> {
            if (!key.startsWith(start)) {
                return;
            }
            int dot = key.indexOf('.', start.length());
            Integer index = indexOf(key.substring(start.length(), dot < 0 ? key.length() : dot));
            if (index != null) {
                String name = dot < 0 ? "" : key.substring(dot + 1);
                items.computeIfAbsent(index, i -> new LinkedHashMap<>()).put(name, value);
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
