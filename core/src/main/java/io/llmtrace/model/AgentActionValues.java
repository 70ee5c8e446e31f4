package io.llmtrace.model;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The implementation of an action. It is not public, so that a new component breaks no caller. */
record AgentActionValues(
        UUID id,
        AgentActionType actionType,
        String name,
        @Nullable String arguments,
        @Nullable String result,
        @Nullable Long durationMs,
        boolean success,
        @Nullable Integer exitCode,
        @Nullable String httpMethod,
        @Nullable Integer httpStatus,
        @Nullable String fileOperation,
        Instant timestamp,
        Map<String, String> metadata)
        implements AgentAction {

    AgentActionValues {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(actionType, "actionType");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(timestamp, "timestamp");
        Texts.requireStorable(name, "agent_actions.name");
        Texts.requireStorable(arguments, "agent_actions.arguments");
        Texts.requireStorable(result, "agent_actions.result");
        Texts.requireStorable(httpMethod, "agent_actions.http_method");
        Texts.requireStorable(fileOperation, "agent_actions.file_operation");
        Checks.notNegative(durationMs, "agent_actions.duration_ms");
        Checks.within(httpStatus, 0, 65_535, "agent_actions.http_status");
        Times.requireStorable(timestamp, "agent_actions.timestamp");
        metadata = StringMaps.copyOf(metadata, "agent_actions.metadata");
    }
}
