package io.llmtrace.otlp.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.otlp.internal.wire.Json;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites messages whose keys are spelled in another way, so that the other readers know them:
 *
 * <pre>
 *   OpenInference   {"message.role": "user", "message.contents": [{"message_content.type": "text", …}]}
 *   .NET            {"Role": "user", "Contents": [{"$type": "text", "Text": "Hi"}]}
 *   Haystack        {"_role": "user", "_content": [{"text": "Hi"}]}      until 2.14
 * </pre>
 */
final class KeySpelling {

    /** OpenInference's names of what holds the fields of a message, of a part and of a call. */
    private static final List<String> HOLDERS = List.of("message", "message_content", "tool_call");

    /** Keys of .NET's messages. Other JSON in PascalCase is left alone. */
    private static final Set<String> OF_DOTNET =
            Set.of("Role", "Contents", "Messages", "Items", "Parts", "ToolCalls", "Choices");

    /** What the application or a tool wrote, whose keys are its own. */
    private static final Set<String> FOREIGN =
            Set.of("arguments", "result", "metadata", "additionalProperties", "innerContent", "rawRepresentation");

    /** No known shape nests deeper. */
    private static final int MAX_DEPTH = 12;

    private KeySpelling() {}

    /** Returns a tree with the common keys; the same tree if it has no others. */
    static JsonNode common(JsonNode tree) {
        return common(tree, false, 0);
    }

    private static JsonNode common(JsonNode node, boolean dotNet, int depth) {
        if (depth > MAX_DEPTH || !node.isContainerNode()) {
            return node;
        }
        if (node instanceof ArrayNode array) {
            return ofArray(array, dotNet, depth);
        }
        ObjectNode object = (ObjectNode) node;
        boolean pascal = dotNet || isDotNet(object);
        ObjectNode respelled = null;
        if (pascal) {
            respelled = camelCase(object);
        } else if (object.has("_role") && object.has("_content")) {
            respelled = renamed(object, key -> key.startsWith("_") ? key.substring(1) : key);
        } else if (object.properties().stream().anyMatch(field -> holderOf(field.getKey()) != null)) {
            respelled = unflattened(object);
        }
        ObjectNode current = respelled == null ? object : respelled;
        for (Map.Entry<String, JsonNode> field : List.copyOf(current.properties())) {
            JsonNode value = field.getValue();
            JsonNode changed = FOREIGN.contains(field.getKey()) ? value : common(value, pascal, depth + 1);
            if (changed != value) {
                if (current == object) {
                    current = object.deepCopy();
                }
                current.set(field.getKey(), changed);
            }
        }
        return withoutHolder(current);
    }

    private static JsonNode ofArray(ArrayNode array, boolean dotNet, int depth) {
        ArrayNode changed = null;
        for (int i = 0; i < array.size(); i++) {
            JsonNode element = common(array.get(i), dotNet, depth + 1);
            if (element != array.get(i)) {
                changed = changed == null ? array.deepCopy() : changed;
                changed.set(i, element);
            }
        }
        return changed == null ? array : changed;
    }

    private static boolean isDotNet(ObjectNode object) {
        return object.properties().stream()
                .anyMatch(field -> OF_DOTNET.contains(field.getKey())
                        && (field.getValue().isContainerNode() || field.getKey().equals("Role")));
    }

    /** Lowers the first letter of each key. The role may be an object with a label. */
    private static ObjectNode camelCase(ObjectNode object) {
        ObjectNode camel = renamed(
                object, key -> key.isEmpty() ? key : key.substring(0, 1).toLowerCase(Locale.ROOT) + key.substring(1));
        JsonNode label = camel.path("role").path("Label");
        return label.isTextual() ? camel.set("role", label) : camel;
    }

    /** Renames keys, except to one that the object has as well. */
    private static ObjectNode renamed(ObjectNode object, UnaryOperator<String> newName) {
        ObjectNode renamed = Json.MAPPER.createObjectNode();
        object.properties().forEach(field -> {
            String name = newName.apply(field.getKey());
            renamed.set(object.has(name) ? field.getKey() : name, field.getValue());
        });
        return renamed;
    }

    /** Returns the holder that a key names before its first dot; null if there is none. */
    private static @Nullable String holderOf(String key) {
        for (String holder : HOLDERS) {
            if (key.length() > holder.length() && key.charAt(holder.length()) == '.' && key.startsWith(holder)) {
                return holder;
            }
        }
        return null;
    }

    private static ObjectNode unflattened(ObjectNode object) {
        ObjectNode nested = Json.MAPPER.createObjectNode();
        object.properties().forEach(field -> {
            ObjectNode holder = nested;
            String[] path = holderOf(field.getKey()) == null
                    ? new String[] {field.getKey()}
                    : field.getKey().split("\\.", MAX_DEPTH);
            for (int i = 0; i < path.length - 1; i++) {
                // image.image.url says no more than image.url
                if (i == 0 || !path[i].equals(path[i - 1])) {
                    JsonNode inner = holder.get(path[i]);
                    holder = inner instanceof ObjectNode present ? present : holder.putObject(path[i]);
                }
            }
            holder.set(path[path.length - 1], field.getValue());
        });
        return nested;
    }

    /** Unwraps a part or a call of OpenInference, which stands alone in an object around it. */
    private static JsonNode withoutHolder(ObjectNode object) {
        if (object.size() != 1) {
            return object;
        }
        JsonNode held = object.has("message_content") ? object.get("message_content") : object.path("tool_call");
        return held.isObject() ? held : object;
    }
}
