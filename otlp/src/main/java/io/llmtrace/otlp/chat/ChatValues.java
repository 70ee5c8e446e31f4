package io.llmtrace.otlp.chat;

import java.util.List;

/** The implementation of a conversation. It is not public, so that a new component breaks no caller. */
record ChatValues(List<ChatPart> system, List<ChatMessage> input, List<ChatMessage> output, List<ToolDefinition> tools)
        implements Chat {

    /** Copies the lists. */
    ChatValues {
        system = List.copyOf(system);
        input = List.copyOf(input);
        output = List.copyOf(output);
        tools = List.copyOf(tools);
    }
}
