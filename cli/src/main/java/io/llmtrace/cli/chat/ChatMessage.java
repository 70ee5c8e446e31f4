package io.llmtrace.cli.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One message of a prompt or a response.
 *
 * @param role such as {@code user}, as it was sent
 */
public record ChatMessage(String role, List<Part> parts) {

    public ChatMessage {
        parts = List.copyOf(parts);
    }

    /** One piece of a message. */
    public sealed interface Part permits Text, Reasoning, ToolCall, ToolResult, Other {}

    /** What a person or a model wrote. */
    public record Text(String text) implements Part {}

    /** What a model wrote to itself. */
    public record Reasoning(String text) implements Part {}

    /** @param arguments as JSON text, or as they were given */
    public record ToolCall(@Nullable String id, String name, String arguments) implements Part {}

    /** @param name of the tool, where the message says it */
    public record ToolResult(@Nullable String id, @Nullable String name, String content) implements Part {}

    /** An image, a file, or a part of a kind not known here. */
    public record Other(String type, String json) implements Part {}
}
