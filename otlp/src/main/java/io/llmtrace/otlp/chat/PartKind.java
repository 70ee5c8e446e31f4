package io.llmtrace.otlp.chat;

import static io.llmtrace.otlp.chat.Fields.first;
import static io.llmtrace.otlp.chat.Fields.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.otlp.internal.wire.Json;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a part of a message stands for, told by its type or by its keys ({@code synonyms.yaml}). */
enum PartKind {
    TEXT,
    REASONING,
    TOOL_CALL,
    TOOL_RESULT,
    SERVER_TOOL_CALL,
    SERVER_TOOL_RESULT,
    MEDIA,
    /** A note of a framework to itself, which is not part of the conversation. */
    NOTE;

    private static final Map<String, PartKind> BY_TYPE = kinds(ChatSynonyms.partTypes());
    private static final Map<String, PartKind> BY_KEY = kinds(ChatSynonyms.partKeys());
    private static final Map<String, PartKind> BY_KEY_IN_MESSAGES = kinds(ChatSynonyms.partKeysInMessages());

    /** Fields of a call without a type. With any other field, an object that has a name and arguments may be anything. */
    private static final Set<String> OF_BARE_CALL = Set.of(
            "id",
            "call_id",
            "tool_call_id",
            "toolCallId",
            "index",
            "function",
            "name",
            "toolName",
            "tool_name",
            "arguments",
            "args",
            "input",
            "parameters",
            "extra");

    private static Map<String, PartKind> kinds(Map<String, String> names) {
        Map<String, PartKind> kinds = new LinkedHashMap<>();
        names.forEach((name, kind) -> kinds.put(name, valueOf(kind.toUpperCase(Locale.ROOT))));
        return kinds;
    }

    /** Returns the type of a part, in the form of the table; empty if it has none. .NET writes it as {@code $type}. */
    static String typeOf(JsonNode part) {
        String type = part.path("type").asText(part.path("$type").asText(""));
        return type.toLowerCase(Locale.ROOT).replace('-', '_');
    }

    /** Returns the kind of a part that has a type, or of a {@link #isBareCall call} or a result without one; null for any other. */
    static @Nullable PartKind ofType(JsonNode part) {
        String type = typeOf(part);
        if (type.isEmpty()) {
            return isBareCall(part) ? TOOL_CALL : isBareResult(part) ? TOOL_RESULT : null;
        }
        PartKind kind = BY_TYPE.get(type);
        if (kind != null) {
            return kind;
        }
        int end = type.lastIndexOf('_', type.lastIndexOf('_') - 1);
        return end <= 0 ? null : BY_TYPE.get("*" + type.substring(end));
    }

    /**
     * Returns whether an object is a call without a type: a name and an object of arguments, which may be written as text, and nothing
     * else but ids. {@code {"name": "get_weather", "arguments": {"city": "Paris"}}}
     */
    static boolean isBareCall(JsonNode part) {
        JsonNode function = part.path("function").isObject() ? part.path("function") : part;
        return part.isObject()
                && text(function, ToolParts.NAMES) != null
                && Json.unwrapped(first(function, ToolParts.ARGUMENTS)).isObject()
                && part.properties().stream().allMatch(field -> OF_BARE_CALL.contains(field.getKey()))
                && !ToolDefinitions.isDefinition(part);
    }

    /** Returns whether an object is a result without a type: {@code {"call_id": "c1", "content": "Noon"}}. */
    private static boolean isBareResult(JsonNode part) {
        return text(part, "call_id", "tool_call_id", "toolCallId") != null
                && !part.has("role")
                && !first(part, "content", "result", "output").isMissingNode()
                && first(part, ToolParts.ARGUMENTS).isMissingNode();
    }

    /** Returns whether a part of a message is a note without a type. */
    static boolean isNote(JsonNode part) {
        String key = typeOf(part).isEmpty() ? keyInMessage(part) : null;
        return key != null && ofKey(key) == NOTE;
    }

    /** Returns the key by which a part without a type is known; null if it has none. */
    static @Nullable String keyOf(JsonNode part) {
        for (String key : BY_KEY.keySet()) {
            if (part.hasNonNull(key)) {
                return key;
            }
        }
        return null;
    }

    /** Returns the key by which a part of a message, if it has no type, is known; null if it has none. */
    static @Nullable String keyInMessage(JsonNode part) {
        String key = keyOf(part);
        for (String other : BY_KEY_IN_MESSAGES.keySet()) {
            if (key == null && part.hasNonNull(other)) {
                key = other;
            }
        }
        return key;
    }

    /** Returns the kind of a part that is known by this key. */
    static PartKind ofKey(String key) {
        return BY_KEY.getOrDefault(key, BY_KEY_IN_MESSAGES.getOrDefault(key, TEXT));
    }

    /**
     * Returns the role of an item of OpenAI's Responses API, which stands beside messages rather than inside one; null for
     * anything else.
     */
    static @Nullable String roleOfItem(JsonNode item) {
        String type = typeOf(item);
        if (type.equals("reasoning") || (type.endsWith("_call") && !type.endsWith("tool_call"))) {
            return "assistant";
        }
        if (type.equals("custom_tool_call")) {
            return "assistant";
        }
        return type.endsWith("_output") ? "tool" : null;
    }
}
