package io.llmtrace.otlp.chat;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * A tool that a model may call.
 *
 * @param type such as {@code function}, where it is said
 * @param parameters a JSON schema
 */
public record ToolDefinition(
        @Nullable String type,
        String name,
        @Nullable String description,
        @Nullable JsonNode parameters) {}
