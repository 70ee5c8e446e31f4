package io.llmtrace.otlp.internal.messages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.otlp.internal.wire.Json;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Restores what an emitter flattened into the attributes of one event:
 *
 * <pre>
 *   {"message.content": "Hi", "tool_calls.0.id": "c1"}  becomes  {"message": {"content": "Hi"}, "tool_calls": [{"id": "c1"}]}
 * </pre>
 */
final class Unflattened {

    /** The keys below which attributes are restored; others keep their names, which may contain dots. */
    private static final List<String> ROOTS = List.of("message.", "tool_calls.", "function_call.");

    /** No message nests deeper. */
    private static final int MAX_SEGMENTS = 8;

    private Unflattened() {}

    /** Returns the object with its flattened attributes restored; the same if it has none. */
    static JsonNode of(JsonNode object) {
        if (!(object instanceof ObjectNode flat) || flat.properties().stream().noneMatch(Unflattened::isFlattened)) {
            return object;
        }
        ObjectNode restored = Json.MAPPER.createObjectNode();
        for (Map.Entry<String, JsonNode> field : flat.properties()) {
            if (isFlattened(field)) {
                put(restored, field.getKey().split("\\.", MAX_SEGMENTS), field.getValue());
            } else {
                restored.set(field.getKey(), field.getValue());
            }
        }
        ROOTS.forEach(root -> {
            String key = root.substring(0, root.length() - 1);
            if (restored.has(key)) {
                restored.set(key, withArrays(restored.get(key)));
            }
        });
        return restored;
    }

    private static boolean isFlattened(Map.Entry<String, JsonNode> field) {
        return ROOTS.stream().anyMatch(field.getKey()::startsWith);
    }

    private static void put(ObjectNode into, String[] path, JsonNode value) {
        ObjectNode holder = into;
        for (int i = 0; i < path.length - 1; i++) {
            JsonNode next = holder.get(path[i]);
            if (!(next instanceof ObjectNode)) {
                next = holder.putObject(path[i]);
            }
            holder = (ObjectNode) next;
        }
        holder.set(path[path.length - 1], value);
    }

    /** Converts objects whose keys are numbers to arrays, ordered by number. */
    private static JsonNode withArrays(JsonNode node) {
        if (!(node instanceof ObjectNode object)) {
            return node;
        }
        object.properties().forEach(field -> field.setValue(withArrays(field.getValue())));
        TreeMap<Integer, JsonNode> items = new TreeMap<>();
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            if (!field.getKey().matches("\\d{1,5}")) {
                return object;
            }
            items.put(Integer.valueOf(field.getKey()), field.getValue());
        }
        ArrayNode array = Json.MAPPER.createArrayNode();
        items.values().forEach(array::add);
        return items.isEmpty() ? object : array;
    }
}
