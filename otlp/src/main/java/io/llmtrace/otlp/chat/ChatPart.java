package io.llmtrace.otlp.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One piece of a message.
 *
 * <pre>
 *   text         text
 *   reasoning    text
 *   image        url (a data: URL if the image was sent along), mime_type where it is known
 *   tool_call    id, name, arguments
 *   tool_result  id, name where it is known, result
 *   json         text: a part of another kind as JSON; url and mime_type if it is audio, video or a file
 * </pre>
 *
 * @param id the model's of a tool call
 * @param arguments any JSON: an object as a rule, text where it is none
 * @param result any JSON
 */
public record ChatPart(
        String type,
        @Nullable String text,
        @Nullable String id,
        @Nullable String name,
        @Nullable JsonNode arguments,
        @Nullable JsonNode result,
        @Nullable String url,
        @Nullable String mimeType) {

    public static final String TEXT = "text";
    public static final String REASONING = "reasoning";
    public static final String IMAGE = "image";
    public static final String TOOL_CALL = "tool_call";
    public static final String TOOL_RESULT = "tool_result";
    public static final String JSON = "json";

    public ChatPart {
        Objects.requireNonNull(type, "type");
    }

    public static ChatPart text(String text) {
        return new ChatPart(TEXT, text, null, null, null, null, null, null);
    }

    public static ChatPart reasoning(String text) {
        return new ChatPart(REASONING, text, null, null, null, null, null, null);
    }

    public static ChatPart json(String json) {
        return new ChatPart(JSON, json, null, null, null, null, null, null);
    }

    public static ChatPart toolCall(@Nullable String id, @Nullable String name, @Nullable JsonNode arguments) {
        return new ChatPart(TOOL_CALL, null, id, name, arguments, null, null, null);
    }

    public static ChatPart toolResult(@Nullable String id, @Nullable String name, @Nullable JsonNode result) {
        return new ChatPart(TOOL_RESULT, null, id, name, null, result, null, null);
    }
}
