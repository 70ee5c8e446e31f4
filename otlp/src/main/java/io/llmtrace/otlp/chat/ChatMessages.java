package io.llmtrace.otlp.chat;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.otlp.internal.wire.Json;
import io.llmtrace.otlp.internal.wire.PythonLiteral;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parses prompts and responses in the shapes that applications and instrumentations send: arrays of messages, objects that hold
 * such an array, a single message, parts without a message around them; as JSON, or messages as Python writes a dict. In a list of these, an element of an unknown shape becomes a
 * part of type {@code json}. Anything else becomes one message: text as a part of type {@code text}, JSON as a part of type
 * {@code json}.
 */
public final class ChatMessages {

    private ChatMessages() {}

    /** What a prompt or a response holds. */
    public sealed interface Content {

        /** Returns the messages; never empty. */
        List<ChatMessage> messages();

        /** Returns the definitions of tools beside the messages. */
        List<ToolDefinition> tools();
    }

    private record ContentValues(List<ChatMessage> messages, List<ToolDefinition> tools) implements Content {

        ContentValues {
            messages = List.copyOf(messages);
            tools = List.copyOf(tools);
        }
    }

    /**
     * Parses a prompt or a response; the result is never empty.
     *
     * @param role the role of messages that have none
     */
    public static List<ChatMessage> parse(String text, String role) {
        return parseContent(text, role).messages();
    }

    /**
     * Parses a prompt or a response with the definitions of tools in it.
     *
     * @param role the role of messages that have none
     */
    public static Content parseContent(String text, String role) {
        JsonNode tree = Json.tree(text);
        boolean isJson = tree != null;
        tree = isJson ? tree : PythonLiteral.content(text);
        tree = tree == null ? null : KeySpelling.common(tree);
        MessageCollector collector = new MessageCollector(role);
        MessageCollector.Shape shape = tree == null ? MessageCollector.Shape.UNKNOWN : collector.collect(tree);
        if (!isJson
                && (shape.compareTo(MessageCollector.Shape.PARTS) < 0
                        || collector.messages().isEmpty())) {
            return new ContentValues(List.of(ChatMessage.of(role, List.of(ChatPart.text(text)))), List.of());
        }
        boolean known = shape != MessageCollector.Shape.UNKNOWN;
        if (known && !collector.messages().isEmpty()) {
            return new ContentValues(collector.messages(), collector.tools());
        }
        return new ContentValues(
                List.of(ChatMessage.of(role, List.of(ChatPart.json(text)))), known ? collector.tools() : List.of());
    }

    /** Returns the tool calls that a message asks the application to execute, without those of the provider. */
    public static List<ChatPart> toolCalls(ChatMessage message) {
        return message.parts().stream()
                .filter(part -> part.type().equals(ChatPart.TOOL_CALL) && part.providerExecuted() == null)
                .toList();
    }

    /** Returns the text parts of a message, joined by line breaks; null if there is none. */
    public static @Nullable String textOf(ChatMessage message) {
        List<String> texts = new ArrayList<>();
        for (ChatPart part : message.parts()) {
            String text = part.text();
            if (part.type().equals(ChatPart.TEXT) && text != null && !text.isBlank()) {
                texts.add(text);
            }
        }
        return texts.isEmpty() ? null : String.join("\n", texts);
    }
}
