package io.llmtrace.model;

import java.util.Arrays;
import java.util.Locale;

/** The type of an agent's action. */
public enum AgentActionType {
    TOOL_CALL,
    SKILL_INVOCATION,
    COMMAND_EXECUTION,
    WEB_ACCESS,
    FILE_ACCESS;

    /** Returns the name in JSON, such as {@code tool_call}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the type with a name.
     *
     * @throws IllegalArgumentException if no type has that name
     */
    public static AgentActionType ofText(String text) {
        for (AgentActionType type : values()) {
            if (type.text().equals(text)) {
                return type;
            }
        }
        throw new IllegalArgumentException("not an action type "
                + Arrays.stream(values()).map(AgentActionType::text).toList() + ": '" + text + "'");
    }
}
