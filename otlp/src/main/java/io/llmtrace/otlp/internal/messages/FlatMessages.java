package io.llmtrace.otlp.internal.messages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.llmtrace.otlp.internal.wire.Decode;
import io.llmtrace.otlp.internal.wire.FlattenedLists;
import io.llmtrace.otlp.internal.wire.Json;
import io.opentelemetry.proto.common.v1.AnyValue;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A reader of OpenLLMetry's chat messages, which have one attribute for each leaf: {@code gen_ai.prompt.0.content},
 * {@code gen_ai.completion.0.tool_calls.0.name}.
 */
public final class FlatMessages {

    private FlatMessages() {}

    /**
     * Returns a JSON array of messages; null if there is none.
     *
     * @param items the attributes of each message
     * @param defaultRole the role of messages without one
     */
    public static @Nullable String read(List<Map<String, AnyValue>> items, String defaultRole) {
        ArrayNode messages = Messages.list();
        for (Map<String, AnyValue> item : items) {
            messages.add(read(item, defaultRole));
        }
        return Messages.write(messages);
    }

    /** Returns one message; one that arrives as JSON is kept as it is. */
    static JsonNode read(Map<String, AnyValue> item, String defaultRole) {
        JsonNode whole = item.size() == 1 ? Json.tree(Decode.content(item.get(""))) : null;
        return whole != null && (whole.has("role") || whole.has("message.role")) ? whole : message(item, defaultRole);
    }

    private static ObjectNode message(Map<String, AnyValue> item, String defaultRole) {
        String role = Decode.text(item.get("role"));
        ObjectNode message = Messages.message(role == null ? defaultRole : role);
        String reasoning = Decode.content(item.get("reasoning"));
        if (reasoning != null) {
            Messages.partsOf(message).addObject().put("type", "reasoning").put("content", reasoning);
        }
        addContent(message, item);
        String refusal = Decode.content(item.get("refusal"));
        if (refusal != null) {
            Messages.addText(message, refusal);
        }
        for (Map<String, AnyValue> call : FlattenedLists.items(item, "tool_calls")) {
            addToolCall(message, call, "");
        }
        addToolCall(message, item, "function_call.");
        Messages.addToolCallsIn(message, Json.tree(Decode.content(item.get("tool_calls"))));
        Messages.addToolCallsIn(message, Json.tree(Decode.content(item.get("function_call"))));
        String reason = Decode.identifier(item.get("finish_reason"));
        if (reason != null) {
            message.put("finish_reason", Messages.finishReason(reason));
        }
        return message;
    }

    private static void addContent(ObjectNode message, Map<String, AnyValue> item) {
        // Some emitters write the prompt under its role, or without any name: gen_ai.prompt.0.user, gen_ai.prompt.0
        String content = Decode.content(item.getOrDefault("content", item.getOrDefault("user", item.get(""))));
        String toolCallId = Decode.identifier(item.get("tool_call_id"));
        if (toolCallId != null) {
            Messages.addToolResponse(
                    message,
                    toolCallId,
                    Decode.text(item.get("name")),
                    TextNode.valueOf(content == null ? "" : content));
            return;
        }
        if (content == null) {
            return;
        }
        JsonNode tree = Json.tree(content);
        if (tree != null && tree.isArray() && isParts(tree)) {
            tree.forEach(part -> Messages.partsOf(message).add(part));
        } else {
            Messages.addText(message, content);
        }
    }

    /** Returns whether an array holds message parts, rather than being JSON that the user wrote. */
    private static boolean isParts(JsonNode array) {
        for (JsonNode part : array) {
            if (!part.path("type").isTextual()) {
                return false;
            }
        }
        return !array.isEmpty();
    }

    private static void addToolCall(ObjectNode message, Map<String, AnyValue> call, String prefix) {
        String name = Decode.text(call.getOrDefault(prefix + "name", call.get(prefix + "function.name")));
        String arguments =
                Decode.content(call.getOrDefault(prefix + "arguments", call.get(prefix + "function.arguments")));
        if (name != null) {
            Messages.addToolCall(
                    message,
                    Decode.identifier(call.get(prefix + "id")),
                    name,
                    arguments == null ? null : TextNode.valueOf(arguments));
        }
    }
}
