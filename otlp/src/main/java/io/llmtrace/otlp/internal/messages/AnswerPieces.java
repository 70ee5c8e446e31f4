package io.llmtrace.otlp.internal.messages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.otlp.internal.wire.AttributeLookup;
import io.llmtrace.otlp.internal.wire.Decode;
import io.llmtrace.otlp.internal.wire.Json;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A reader of responses that are split over attributes: {@code ai.response.text}, {@code ai.response.toolCalls} of the Vercel AI
 * SDK, {@code lk.response.function_calls} of LiveKit.
 */
public final class AnswerPieces {

    private static final Set<String> CALLS = Set.of("toolCalls", "tool_calls", "function_calls");

    private AnswerPieces() {}

    /**
     * Returns a JSON array of one message; null if the span has none of the attributes.
     *
     * @param prefix the common prefix of the attributes
     * @param names what follows the prefix in their keys
     */
    public static @Nullable String read(String prefix, List<String> names, AttributeLookup span) {
        ObjectNode message = Messages.message("assistant");
        for (String name : names) {
            addPiece(message, name, Decode.content(span.attribute(prefix + "." + name)));
        }
        if (Messages.partsOf(message).isEmpty()) {
            return null;
        }
        String reason = Decode.identifier(span.attribute(prefix + ".finishReason"));
        if (reason != null) {
            message.put("finish_reason", Messages.finishReason(reason));
        }
        ArrayNode messages = Messages.list();
        return Messages.write(messages.add(message));
    }

    private static void addPiece(ObjectNode message, String name, @Nullable String content) {
        if (content == null) {
            return;
        }
        JsonNode tree = Json.tree(content);
        switch (name) {
            case "reasoning" ->
                Messages.partsOf(message).addObject().put("type", "reasoning").put("content", content);
            case "toolCalls", "tool_calls", "function_calls", "files" -> {
                if (tree != null && tree.isArray()) {
                    tree.forEach(part -> addListed(message, Json.unwrapped(part), CALLS.contains(name)));
                }
            }
            default -> Messages.addText(message, content);
        }
    }

    private static void addListed(ObjectNode message, JsonNode part, boolean toolCall) {
        if (toolCall) {
            Messages.addToolCallIn(message, part);
        } else {
            Messages.partsOf(message).add(part);
        }
    }
}
