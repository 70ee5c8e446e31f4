package io.llmtrace.otlp.chat;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * One piece of a message.
 *
 * <pre>
 *   text         text
 *   reasoning    text
 *   image        url (a data: URL if the image itself was sent), mime_type if it is known
 *   tool_call    id, name, arguments; provider_executed if the provider of the model executes it, such as a web search
 *   tool_result  id, name if it is known, result; provider_executed as above
 *   json         text: a part of any other kind, as JSON; url and mime_type if it is audio, video or a file
 * </pre>
 *
 * Values that the type does not list are null.
 */
public sealed interface ChatPart permits ChatPartValues {

    String TEXT = "text";
    String REASONING = "reasoning";
    String IMAGE = "image";
    String TOOL_CALL = "tool_call";
    String TOOL_RESULT = "tool_result";
    String JSON = "json";

    /** Returns one of the types above. */
    String type();

    /** Returns the text, or the JSON of a part of another kind. */
    @Nullable
    String text();

    /** Returns the model's id of the tool call. */
    @Nullable
    String id();

    /** Returns the name of the tool. */
    @Nullable
    String name();

    /** Returns any JSON: usually an object, text if the arguments are not JSON. */
    @Nullable
    JsonNode arguments();

    /** Returns any JSON. */
    @Nullable
    JsonNode result();

    /** Returns where the content is. */
    @Nullable
    String url();

    /** Returns the type of the content. */
    @Nullable
    String mimeType();

    /** Returns true for a call that the provider of the model executes, and for its result; null for any other part. */
    @Nullable
    Boolean providerExecuted();

    /** Returns the same part as one of a call that the provider executes, or unchanged if it is not. */
    default ChatPart byProvider(boolean executed) {
        return executed
                ? new ChatPartValues(type(), text(), id(), name(), arguments(), result(), url(), mimeType(), true)
                : this;
    }

    /** Returns a part of type {@link #TEXT}. */
    static ChatPart text(String text) {
        return new ChatPartValues(TEXT, text, null, null, null, null, null, null, null);
    }

    /** Returns a part of type {@link #REASONING}. */
    static ChatPart reasoning(String text) {
        return new ChatPartValues(REASONING, text, null, null, null, null, null, null, null);
    }

    /** Returns a part of type {@link #JSON}. */
    static ChatPart json(String json) {
        return json(json, null, null);
    }

    /** Returns a part of type {@link #JSON} whose content, such as a file, is at a URL; null if that is unknown. */
    static ChatPart json(String json, @Nullable String url, @Nullable String mimeType) {
        return new ChatPartValues(JSON, json, null, null, null, null, url, mimeType, null);
    }

    /** Returns a part of type {@link #IMAGE}. */
    static ChatPart image(String url, @Nullable String mimeType) {
        return new ChatPartValues(IMAGE, null, null, null, null, null, url, mimeType, null);
    }

    /** Returns a part of type {@link #TOOL_CALL}. */
    static ChatPart toolCall(@Nullable String id, @Nullable String name, @Nullable JsonNode arguments) {
        return new ChatPartValues(TOOL_CALL, null, id, name, arguments, null, null, null, null);
    }

    /** Returns a part of type {@link #TOOL_RESULT}. */
    static ChatPart toolResult(@Nullable String id, @Nullable String name, @Nullable JsonNode result) {
        return new ChatPartValues(TOOL_RESULT, null, id, name, null, result, null, null, null);
    }
}
