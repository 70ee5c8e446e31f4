package io.llmtrace.otlp.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The implementation of a part. It is not public, so that a new component breaks no caller. */
record ChatPartValues(
        String type,
        @Nullable String text,
        @Nullable String id,
        @Nullable String name,
        @Nullable JsonNode arguments,
        @Nullable JsonNode result,
        @Nullable String url,
        @Nullable String mimeType,
        @Nullable Boolean providerExecuted)
        implements ChatPart {

    /** Refuses null for the type. */
    ChatPartValues {
        Objects.requireNonNull(type, "type");
    }
}
