package io.llmtrace.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** What a model answered, which the Vercel AI SDK writes in pieces: {@code ai.response.text}, {@code ai.response.toolCalls}. */
final class VercelAnswer {

    private VercelAnswer() {}

    /** @return an array of one message; null if none of the pieces is there */
    static @Nullable String read(SpanView view, Place place) {
        if (!(place instanceof Place.Several pieces)) {
            throw new IllegalArgumentException("vercel-answer is for several keys, not for " + place.text());
        }
        ObjectNode message = Messages.message("assistant");
        for (String name : pieces.names()) {
            addPiece(message, name, Decode.content(view.attribute(pieces.prefix() + "." + name)));
        }
        if (Messages.partsOf(message).isEmpty()) {
            return null;
        }
        String reason = Decode.identifier(view.attribute(pieces.prefix() + ".finishReason"));
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
            case "toolCalls", "files" -> {
                if (tree != null && tree.isArray()) {
                    tree.forEach(part -> addListed(message, part, name.equals("toolCalls")));
                }
            }
            default -> Messages.addText(message, content);
        }
    }

    private static void addListed(ObjectNode message, JsonNode part, boolean toolCall) {
        if (!toolCall) {
            Messages.partsOf(message).add(part);
            return;
        }
        JsonNode arguments = part.has("input") ? part.get("input") : part.get("args");
        Messages.addToolCall(
                message, part.path("toolCallId").textValue(), part.path("toolName").textValue(), arguments);
    }
}
