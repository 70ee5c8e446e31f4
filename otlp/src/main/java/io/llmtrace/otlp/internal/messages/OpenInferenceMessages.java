package io.llmtrace.otlp.internal.messages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.llmtrace.otlp.internal.wire.AttributeLookup;
import io.llmtrace.otlp.internal.wire.Decode;
import io.llmtrace.otlp.internal.wire.FlattenedLists;
import io.opentelemetry.proto.common.v1.AnyValue;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A reader of OpenInference's chat messages, which have one attribute for each leaf: {@code llm.input_messages.0.message.content}. */
public final class OpenInferenceMessages {

    private static final String CONTENT = "message_content.";

    private OpenInferenceMessages() {}

    /**
     * Returns the messages of a prompt as a JSON array. Returns null if there is none, and for a chain that also has its input as a
     * value: LangChain's instrumentation lists only the first message of a graph's state.
     *
     * @param items the attributes of each message
     * @param span the other attributes of the span
     */
    public static @Nullable String read(List<Map<String, AnyValue>> items, AttributeLookup span) {
        if (isChain(span) && Decode.content(span.attribute("input.value")) != null) {
            return null;
        }
        return Messages.write(messages(items, "user"));
    }

    private static boolean isChain(AttributeLookup span) {
        return "chain".equalsIgnoreCase(Decode.identifier(span.attribute("openinference.span.kind")));
    }

    /**
     * Returns the messages of a response as a JSON array; null if there is none. A single message without a finish reason takes
     * that of the span.
     *
     * @param items the attributes of each message
     * @param span the other attributes of the span
     */
    public static @Nullable String readAnswer(List<Map<String, AnyValue>> items, AttributeLookup span) {
        ArrayNode messages = messages(items, "assistant");
        for (int i = messages.size() - 1; i >= 0; i--) {
            JsonNode parts = messages.get(i).path("parts");
            if (parts.isArray() && parts.isEmpty() && !messages.get(i).has("tool_calls")) {
                messages.remove(i); // a failed call has a message that consists of a role only
            }
        }
        String reason = Decode.identifier(span.attribute("llm.finish_reason"));
        if (messages.size() == 1
                && reason != null
                && messages.get(0) instanceof ObjectNode only
                && !only.has("finish_reason")) {
            only.put("finish_reason", Messages.finishReason(reason));
        }
        return Messages.write(messages);
    }

    private static ArrayNode messages(List<Map<String, AnyValue>> items, String defaultRole) {
        ArrayNode messages = Messages.list();
        for (Map<String, AnyValue> item : items) {
            boolean named = item.keySet().stream().anyMatch(key -> key.startsWith("message."));
            messages.add(named ? message(item, defaultRole) : FlatMessages.read(item, defaultRole));
        }
        return messages;
    }

    private static ObjectNode message(Map<String, AnyValue> item, String defaultRole) {
        String role = text(item, "message.role");
        ObjectNode message = Messages.message(role == null ? defaultRole : role);
        Messages.putIfPresent(message, "name", text(item, "message.name"));
        Set<String> toolCalls = new HashSet<>();
        List<Map<String, AnyValue>> contents = FlattenedLists.items(item, "message.contents");
        String toolCallId = text(item, "message.tool_call_id");
        if (toolCallId != null) {
            addToolResponse(message, toolCallId, item);
        } else if (contents.isEmpty()) {
            addPlainContent(message, item);
        }
        contents.forEach(content -> addContent(message, content, toolCalls));
        listIn(item, "message.contents")
                .forEach(content -> Messages.partsOf(message).add(content));
        for (Map<String, AnyValue> call : FlattenedLists.items(item, "message.tool_calls")) {
            addToolCall(message, call, "tool_call.", toolCalls);
        }
        JsonNode listed = listIn(item, "message.tool_calls");
        if (!listed.isEmpty()) {
            message.set("tool_calls", listed);
        }
        addFunctionCall(message, item);
        String finishReason = text(item, "message.finish_reason");
        if (finishReason != null) {
            message.put("finish_reason", Messages.finishReason(finishReason));
        }
        return message;
    }

    /** Returns the list that an attribute holds whole, as JSON; empty if it holds none. */
    private static JsonNode listIn(Map<String, AnyValue> item, String key) {
        JsonNode tree = Decode.tree(item.get(key));
        return tree != null && tree.isArray() ? tree : Messages.list();
    }

    private static void addPlainContent(ObjectNode message, Map<String, AnyValue> item) {
        String content = Decode.content(item.get("message.content"));
        if (content != null) {
            Messages.addText(message, content);
        }
    }

    private static void addToolResponse(ObjectNode message, String id, Map<String, AnyValue> item) {
        String content = Decode.content(item.get("message.content"));
        String name = message.path("name").textValue();
        Messages.addToolResponse(message, id, name, TextNode.valueOf(content == null ? "" : content));
    }

    private static void addContent(ObjectNode message, Map<String, AnyValue> content, Set<String> toolCalls) {
        String text = Decode.content(content.get(CONTENT + "text"));
        String image = text(content, CONTENT + "image.image.url");
        String audio = text(content, CONTENT + "audio.audio.url");
        String type = text(content, CONTENT + "type");
        if (image != null) {
            Messages.addMedia(message, "image", image);
        } else if (audio != null) {
            Messages.addMedia(message, "audio", audio);
        } else if (content.keySet().stream().anyMatch(key -> key.startsWith(CONTENT + "tool_call."))) {
            addToolCall(message, content, CONTENT + "tool_call.", toolCalls);
        } else if (content.keySet().stream().anyMatch(key -> key.startsWith("tool_call."))) {
            addToolCall(message, content, "tool_call.", toolCalls);
        } else if (text != null && (type == null || type.equals("text"))) {
            Messages.addText(message, text);
        } else {
            addOther(message, content, type);
        }
    }

    private static void addOther(ObjectNode message, Map<String, AnyValue> content, @Nullable String type) {
        if (content.size() == 1 && type != null) {
            return; // a tool call, which is listed among the tool calls as well
        }
        ObjectNode part = Messages.partsOf(message).addObject();
        boolean reasoning = "thinking".equals(type) || "reasoning".equals(type);
        Messages.putIfPresent(part, "type", reasoning ? "reasoning" : type);
        content.forEach((key, value) -> {
            String field = key.startsWith(CONTENT) ? key.substring(CONTENT.length()) : key;
            String text = Decode.content(value);
            if (text != null && !field.equals("type")) {
                part.put(reasoning && (field.equals("text") || field.equals("thinking")) ? "content" : field, text);
            }
        });
    }

    private static void addToolCall(
            ObjectNode message, Map<String, AnyValue> call, String prefix, Set<String> alreadyAdded) {
        String id = text(call, prefix + "id");
        if (id != null && !alreadyAdded.add(id)) {
            return; // already added: the contents list the call as well
        }
        String arguments = Decode.content(call.get(prefix + "function.arguments"));
        Messages.addToolCall(
                message,
                id,
                text(call, prefix + "function.name"),
                arguments == null ? null : TextNode.valueOf(arguments));
    }

    private static void addFunctionCall(ObjectNode message, Map<String, AnyValue> item) {
        String name = text(item, "message.function_call_name");
        String arguments = Decode.content(item.get("message.function_call_arguments_json"));
        if (name != null) {
            Messages.addToolCall(message, null, name, arguments == null ? null : TextNode.valueOf(arguments));
        }
    }

    private static @Nullable String text(Map<String, AnyValue> item, String key) {
        return Decode.text(item.get(key));
    }
}
