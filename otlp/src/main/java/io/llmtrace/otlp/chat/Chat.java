package io.llmtrace.otlp.chat;

import java.util.List;

/**
 * What was said in one call of a model: {@code Chats.of(span)} reads it from a stored span.
 *
 * @param system parts of the instructions: as the span says them, else those of the messages of the system in {@code input},
 *     which then stand in both
 * @param input the messages of the prompt
 * @param output the messages of the response
 * @param tools that the model could call
 */
public record Chat(List<ChatPart> system, List<ChatMessage> input, List<ChatMessage> output, List<ToolDefinition> tools) {

    public Chat {
        system = List.copyOf(system);
        input = List.copyOf(input);
        output = List.copyOf(output);
        tools = List.copyOf(tools);
    }
}
