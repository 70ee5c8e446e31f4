package io.llmtrace.otlp.chat;

import java.util.List;

/** The conversation of one call of a model. {@code Chats.of(span)} reads it from a stored span. */
public sealed interface Chat permits ChatValues {

    /**
     * Returns the parts of the system instructions: those that the span has apart from its prompt, else those of the system
     * messages in {@link #input()}, which are then present in both.
     */
    List<ChatPart> system();

    /** Returns the messages of the prompt. */
    List<ChatMessage> input();

    /** Returns the messages of the response. */
    List<ChatMessage> output();

    /** Returns the tools that the model could call. */
    List<ToolDefinition> tools();

    /** Returns a conversation of these parts, messages and tools. */
    static Chat of(
            List<ChatPart> system, List<ChatMessage> input, List<ChatMessage> output, List<ToolDefinition> tools) {
        return new ChatValues(system, input, output, tools);
    }
}
