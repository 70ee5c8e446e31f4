package io.llmtrace.otlp.chat;

import static io.llmtrace.otlp.chat.Fields.first;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.otlp.internal.wire.Json;
import io.llmtrace.otlp.internal.wire.PythonLiteral;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses single parts of messages, under the names that OpenTelemetry, OpenAI, Anthropic, Google, Bedrock, Vercel and others use. */
final class Parts {

    /** What may stand beside the text of a part that has no type. */
    private static final Set<String> BESIDE_TEXT =
            Set.of("text", "thought", "thoughtSignature", "thought_signature", "metadata");

    private Parts() {}

    /** Returns whether an object has the shape of a known part. */
    static boolean isKnown(JsonNode part) {
        return PartKind.ofType(part) != null || (PartKind.typeOf(part).isEmpty() && PartKind.keyOf(part) != null);
    }

    /** Returns whether an object is certainly a part: other JSON, too, has a field named text. */
    static boolean isCertain(JsonNode part) {
        if (PartKind.ofType(part) != null) {
            return true;
        }
        String key = PartKind.typeOf(part).isEmpty() ? PartKind.keyOf(part) : null;
        return key != null
                && (!key.equals("text")
                        || part.properties().stream().allMatch(field -> BESIDE_TEXT.contains(field.getKey())));
    }

    /** Parses the content of a message: text, one part, or an array of parts. */
    static List<ChatPart> ofContent(JsonNode content) {
        List<ChatPart> parts = new ArrayList<>();
        if (content.isArray()) {
            content.forEach(part -> add(part, parts));
        } else if (!content.isMissingNode() && !content.isNull()) {
            add(content, parts);
        }
        return parts;
    }

    /**
     * Adds a part to a list. Text that holds an array of parts is replaced by them, a call that has its result by two parts. Notes are
     * left out.
     */
    static void add(JsonNode part, List<ChatPart> to) {
        PartKind kind = PartKind.ofType(part);
        if (kind == PartKind.SERVER_TOOL_CALL) {
            to.addAll(ToolParts.serverCall(part));
            return;
        }
        if (kind == PartKind.NOTE || PartKind.isNote(part)) {
            return;
        }
        ChatPart read = readOne(part);
        JsonNode inText = read.type().equals(ChatPart.TEXT) ? inText(read.text()) : null;
        if (inText == null) {
            to.add(read);
        } else {
            inText.forEach(inner -> to.add(readOne(inner)));
        }
    }

    /** Returns the parts of the pieces of a message. Text that continues text, or reasoning that continues reasoning, is one part. */
    static List<ChatPart> joined(List<ChatMessage> pieces) {
        List<ChatPart> parts = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        String type = "";
        for (ChatMessage piece : pieces) {
            for (ChatPart part : piece.parts()) {
                boolean continued = part.text() != null && part.type().equals(type);
                if (!continued) {
                    addText(type, text, parts);
                    type = "";
                }
                if (part.text() != null
                        && (part.type().equals(ChatPart.TEXT) || part.type().equals(ChatPart.REASONING))) {
                    type = part.type();
                    text.append(part.text());
                } else {
                    parts.add(part);
                }
            }
        }
        addText(type, text, parts);
        return parts;
    }

    private static void addText(String type, StringBuilder text, List<ChatPart> to) {
        if (!type.isEmpty()) {
            to.add(type.equals(ChatPart.TEXT) ? ChatPart.text(text.toString()) : ChatPart.reasoning(text.toString()));
            text.setLength(0);
        }
    }

    /** Returns the array of parts that a text holds; null if it holds anything else. */
    static @Nullable JsonNode inText(@Nullable String text) {
        if (text == null || !text.startsWith("[") || !(text.contains("\"type\"") || text.contains("'type'"))) {
            return null;
        }
        JsonNode tree = Json.tree(text);
        tree = tree == null ? PythonLiteral.content(text) : tree;
        if (tree == null || !tree.isArray() || tree.isEmpty()) {
            return null;
        }
        for (JsonNode part : tree) {
            if (PartKind.ofType(part) == null) {
                return null;
            }
        }
        return tree;
    }

    /** Parses a part; one of an unknown shape becomes a part of type {@code json}. */
    static ChatPart readOne(JsonNode part) {
        if (part.isTextual()) {
            return ChatPart.text(part.asText());
        }
        PartKind kind = PartKind.ofType(part);
        if (kind != null) {
            return read(kind, part, part, PartKind.typeOf(part));
        }
        String key = PartKind.typeOf(part).isEmpty() ? PartKind.keyInMessage(part) : null;
        if (key == null) {
            return ChatPart.json(part.toString());
        }
        JsonNode content = part.path(key);
        if (!content.isObject()) {
            return content.isTextual() ? ofText(part, key) : ChatPart.json(part.toString());
        }
        return read(PartKind.ofKey(key), part, content, key);
    }

    /** @param content the part itself, or what it holds under its key */
    private static ChatPart read(PartKind kind, JsonNode part, JsonNode content, String name) {
        return switch (kind) {
            case TEXT -> ChatPart.text(textOf(content));
            case REASONING -> ChatPart.reasoning(textOf(content));
            case TOOL_CALL -> ToolParts.call(content);
            case TOOL_RESULT -> ToolParts.result(content, false);
            case SERVER_TOOL_CALL ->
                PartKind.ofType(part) == kind
                        ? ToolParts.serverCall(part).get(0)
                        : ToolParts.executableCode(content, name);
            case SERVER_TOOL_RESULT -> ToolParts.result(content, true);
            case MEDIA -> MediaParts.read(part, content);
            case NOTE -> ChatPart.json(part.toString());
        };
    }

    private static ChatPart ofText(JsonNode part, String key) {
        String text = part.path(key).asText();
        return switch (PartKind.ofKey(key)) {
            case TEXT -> part.path("thought").asBoolean() ? ChatPart.reasoning(text) : ChatPart.text(text);
            case REASONING -> ChatPart.reasoning(text);
            case TOOL_CALL, TOOL_RESULT, SERVER_TOOL_CALL, SERVER_TOOL_RESULT, MEDIA, NOTE ->
                ChatPart.json(part.toString());
        };
    }

    /** Returns the text of a part; empty if it has none, as reasoning that the provider encrypted. */
    private static String textOf(JsonNode part) {
        for (String name : List.of("content", "text", "thinking", "reasoning", "reasoningText", "refusal", "summary")) {
            JsonNode value = first(part, name);
            if (value.isTextual()) {
                return value.asText();
            }
            JsonNode plain = value.isObject() && value.path("text").isTextual()
                    ? value.path("text")
                    : ToolParts.plainResult(value);
            if (plain != null && !(plain.isContainerNode() && plain.isEmpty())) {
                return plain.isTextual() ? plain.asText() : plain.toString();
            }
        }
        return "";
    }
}
