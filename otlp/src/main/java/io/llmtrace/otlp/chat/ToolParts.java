package io.llmtrace.otlp.chat;

import static io.llmtrace.otlp.chat.Fields.first;
import static io.llmtrace.otlp.chat.Fields.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.llmtrace.otlp.internal.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses calls of tools and their results, under the names that providers and instrumentations use. */
final class ToolParts {

    private static final String[] IDS = {
        "call_id", "id", "tool_call_id", "toolCallId", "toolUseId", "tool_use_id", "callId", "ref"
    };
    private static final String[] ID_OF_RESULT = {
        "call_id", "tool_call_id", "tool_use_id", "toolCallId", "toolUseId", "callId", "ref", "id"
    };
    static final String[] NAMES = {"name", "toolName", "tool_name", "functionName"};

    /** Llama's models say {@code parameters}. */
    static final String[] ARGUMENTS = {"arguments", "input", "args", "parameters"};

    /** Fields of an item that say nothing about the arguments of the call. */
    private static final Set<String> NO_ARGUMENTS = Set.of(
            "type",
            "id",
            "call_id",
            "callId",
            "$type",
            "status",
            "name",
            "role",
            "result",
            "results",
            "output",
            "outputs",
            "error",
            "signature",
            "metadata",
            "caller",
            "created_by");

    private ToolParts() {}

    /** Parses a call that the application executes, unless it says that the provider does. */
    static ChatPart call(JsonNode call) {
        JsonNode toBeApproved = first(call, "toolCall", "functionCall");
        if (toBeApproved.isObject()) {
            return call(toBeApproved);
        }
        boolean byProvider = call.path("providerExecuted").asBoolean()
                || call.path("builtin").asBoolean();
        JsonNode function = call.path("function").isObject() ? call.path("function") : call;
        JsonNode arguments = first(function, ARGUMENTS);
        if (arguments.isMissingNode()) {
            arguments = first(call, "action", "actions", "operation");
        }
        String name = text(function, NAMES);
        String type = PartKind.typeOf(call);
        if (name == null && PartKind.roleOfItem(call) != null && !type.equals("function_call")) {
            name = type; // such as local_shell_call, of which there is only one tool
        }
        return callOf(text(call, IDS), name, arguments, byProvider);
    }

    /** Parses a call that the provider executes, with its result if that is in the same part. */
    static List<ChatPart> serverCall(JsonNode part) {
        JsonNode details = part.path("server_tool_call");
        JsonNode holder = details.isObject() ? details : part;
        JsonNode arguments = first(holder, "arguments", "input", "args", "action");
        if (arguments.isMissingNode()) {
            arguments = otherFields(holder);
        }
        String type = PartKind.typeOf(part);
        String name = text(part, NAMES);
        name = name != null ? name : text(details, "type");
        String shown = name != null ? name : type;
        String id = text(part, IDS);
        List<ChatPart> parts = new ArrayList<>();
        parts.add(callOf(id, shown, arguments, true));
        JsonNode result = first(part, "output", "error", "results", "outputs", "result");
        if (type.equals("image_generation_call") && result.isTextual()) {
            parts.add(MediaParts.generated(result.textValue(), text(part, "output_format")));
        } else if (!result.isMissingNode()) {
            parts.add(resultOf(id, shown, result, true));
        }
        return parts;
    }

    /** Parses what Gemini's own interpreter executes: {@code {"language": "PYTHON", "code": "1+1"}}. */
    static ChatPart executableCode(JsonNode code, String key) {
        return callOf(text(code, "id"), key, code, true);
    }

    /** Parses the result of a call. */
    static ChatPart result(JsonNode part, boolean byProvider) {
        JsonNode details = part.path("server_tool_call_response");
        JsonNode content = details.isMissingNode()
                ? first(part, "response", "result", "content", "output", "error", "exception", "code_execution_result")
                : first(details, "output", "response", "result");
        if (content.isMissingNode() && details.isObject()) {
            content = details;
        }
        // {"type": "text", "value": "4"}
        JsonNode value =
                content.isObject() && content.has("value") && content.has("type") ? content.path("value") : content;
        JsonNode origin = part.path("origin"); // the call, in Haystack
        String id = text(part, ID_OF_RESULT);
        String name = text(part, NAMES);
        return resultOf(
                id == null ? text(origin, "id") : id,
                name == null ? text(origin, NAMES) : name,
                value,
                byProvider
                        || part.path("builtin").asBoolean()
                        || part.path("providerExecuted").asBoolean());
    }

    /** Joins an array of text parts, which may be written as text, into one text. Returns any other value unchanged, and null if there is none. */
    static @Nullable JsonNode plainResult(JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        JsonNode list = value.isTextual() ? Parts.inText(value.textValue()) : value;
        if (list == null || !list.isArray() || list.isEmpty()) {
            return value;
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode element : list) {
            ChatPart part = element.isTextual() || Parts.isKnown(element) ? Parts.readOne(element) : null;
            if (part == null || !part.type().equals(ChatPart.TEXT) || part.text() == null) {
                return value;
            }
            texts.add(part.text());
        }
        return TextNode.valueOf(String.join("\n", texts));
    }

    private static ChatPart callOf(@Nullable String id, @Nullable String name, JsonNode arguments, boolean byProvider) {
        boolean none = arguments.isMissingNode() || arguments.isNull();
        return ChatPart.toolCall(id, name, none ? null : Json.unwrapped(arguments))
                .byProvider(byProvider);
    }

    private static ChatPart resultOf(@Nullable String id, @Nullable String name, JsonNode value, boolean byProvider) {
        return ChatPart.toolResult(id, name, plainResult(value)).byProvider(byProvider);
    }

    private static JsonNode otherFields(JsonNode part) {
        ObjectNode others = Json.MAPPER.createObjectNode();
        part.properties().forEach(field -> {
            if (!NO_ARGUMENTS.contains(field.getKey()) && !field.getValue().isNull()) {
                others.set(field.getKey(), field.getValue());
            }
        });
        return others.isEmpty() ? MissingNode.getInstance() : others;
    }
}
