package io.llmtrace.otlp.chat;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** A tool that a model may call. */
public sealed interface ToolDefinition permits ToolDefinitionValues {

    /** Returns the type, such as {@code function}; null if it is not known. */
    @Nullable
    String type();

    /** Returns the name that the model calls it by. */
    String name();

    /** Returns what the model is told about it; null if there is nothing. */
    @Nullable
    String description();

    /** Returns a JSON schema; null if there is none. */
    @Nullable
    JsonNode parameters();
}
