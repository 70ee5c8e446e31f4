package io.llmtrace.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.opentelemetry.proto.common.v1.AnyValue;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * OpenLLMetry's chat messages, one attribute for each leaf: {@code gen_ai.prompt.0.content},
 * {@code gen_ai.completion.0.tool_calls.0.name}.
 */
final class FlatMessages {

    private FlatMessages() {}

    /** @return a JSON array of messages; null if there is none */
    static @Nullable String read(SpanView view, Place place, String defaultRole) {
        if (!(place instanceof Place.Flattened list)) {
            throw new IllegalArgumentException("flat-messages is for lists, not for " + place.text());
        }
        ArrayNode messages = Messages.list();
        for (Map<String, AnyValue> item : list.items(view)) {
            messages.add(message(item, defaultRole));
        }
        return Messages.write(messages);
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
        for (Map<String, AnyValue> call : Indexed.items(item, "tool_calls")) {
            addToolCall(message, call, "");
        }
        addToolCall(message, item, "function_call.");
        String reason = Decode.identifier(item.get("finish_reason"));
        if (reason != null) {
            message.put("finish_reason", Messages.finishReason(reason));
        }
        return message;
    }

    private static void addContent(ObjectNode message, Map<String, AnyValue> item) {
        // Some write the prompt under its role: gen_ai.prompt.0.user
        String content = Decode.content(item.getOrDefault("content", item.get("user")));
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

    /** An array of parts, not one that the user wrote. */
    private static boolean isParts(JsonNode array) {
        for (JsonNode part : array) {
            if (!part.path("type").isTextual()) {
                return false;
            }
        }
        return !array.isEmpty();
    }

    private static void addToolCall(ObjectNode message, Map<String, AnyValue> call, String prefix) {
        String name = Decode.text(call.get(prefix + "name"));
        String arguments = Decode.content(call.get(prefix + "arguments"));
        if (name != null) {
            Messages.addToolCall(
                    message,
                    Decode.identifier(call.get(prefix + "id")),
                    name,
                    arguments == null ? null : TextNode.valueOf(arguments));
        }
    }
}
