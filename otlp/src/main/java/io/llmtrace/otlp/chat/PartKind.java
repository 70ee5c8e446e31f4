package io.llmtrace.otlp.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
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

    /** Returns the kind of a part that has a type; null if there is no type or it is unknown. */
    static @Nullable PartKind ofType(JsonNode part) {
        String type = typeOf(part);
        PartKind kind = BY_TYPE.get(type);
        if (kind != null || type.isEmpty()) {
            return kind;
        }
        int end = type.lastIndexOf('_', type.lastIndexOf('_') - 1);
        return end <= 0 ? null : BY_TYPE.get("*" + type.substring(end));
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
