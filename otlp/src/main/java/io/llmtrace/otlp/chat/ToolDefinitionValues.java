package io.llmtrace.otlp.chat;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** The implementation of a tool. It is not public, so that a new component breaks no caller. */
record ToolDefinitionValues(
        @Nullable String type,
        String name,
        @Nullable String description,
        @Nullable JsonNode parameters) implements ToolDefinition {}
