package io.llmtrace.model;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something an agent did: a tool call, a command, a request to the web, a file. Or what a model asked for and the span says
 * nothing more of: {@link #onlyRequested}.
 *
 * @param arguments as given to the tool, usually JSON text
 * @param success false as well when the outcome is an error that the agent handled
 * @param httpStatus in [0, 65535]
 * @param fileOperation such as {@code read} or {@code write}
 */
public record AgentAction(
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
        Map<String, String> metadata) {

    /** Key of the metadata that says where an action is known from. Without it, or with another value, the action was done. */
    public static final String ORIGIN = "origin";

    /** Value of {@link #ORIGIN}: the span is the action, as that of a tool. */
    public static final String EXECUTED = "executed";

    /** Value of {@link #ORIGIN}: the model's response asks for it. Whether it was done is for another span to say. */
    public static final String REQUESTED = "requested";

    public AgentAction {
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

    /** Whether the action is only asked for: it has not succeeded, failed or taken time yet, so figures count it apart. */
    public boolean onlyRequested() {
        return REQUESTED.equals(metadata.get(ORIGIN));
    }

    public static Builder builder(AgentActionType actionType, String name, Instant timestamp) {
        return new Builder(actionType, name, timestamp);
    }

    /** A builder with everything of this action, also its id. */
    public Builder toBuilder() {
        return new Builder(actionType, name, timestamp)
                .id(id)
                .arguments(arguments)
                .result(result)
                .durationMs(durationMs)
                .success(success)
                .exitCode(exitCode)
                .httpMethod(httpMethod)
                .httpStatus(httpStatus)
                .fileOperation(fileOperation)
                .metadata(metadata);
    }

    /** Builds an action; it succeeded unless told otherwise. */
    public static final class Builder {
        private final AgentActionType actionType;
        private final String name;
        private final Instant timestamp;
        private UUID id = UUID.randomUUID();
        private @Nullable String arguments;
        private @Nullable String result;
        private @Nullable Long durationMs;
        private boolean success = true;
        private @Nullable Integer exitCode;
        private @Nullable String httpMethod;
        private @Nullable Integer httpStatus;
        private @Nullable String fileOperation;
        private Map<String, String> metadata = Map.of();

        private Builder(AgentActionType actionType, String name, Instant timestamp) {
            this.actionType = actionType;
            this.name = name;
            this.timestamp = timestamp;
        }

        public Builder id(UUID value) {
            this.id = value;
            return this;
        }

        public Builder arguments(@Nullable String value) {
            this.arguments = value;
            return this;
        }

        public Builder result(@Nullable String value) {
            this.result = value;
            return this;
        }

        public Builder durationMs(@Nullable Long value) {
            this.durationMs = value;
            return this;
        }

        public Builder success(boolean value) {
            this.success = value;
            return this;
        }

        public Builder exitCode(@Nullable Integer value) {
            this.exitCode = value;
            return this;
        }

        public Builder httpMethod(@Nullable String value) {
            this.httpMethod = value;
            return this;
        }

        public Builder httpStatus(@Nullable Integer value) {
            this.httpStatus = value;
            return this;
        }

        public Builder fileOperation(@Nullable String value) {
            this.fileOperation = value;
            return this;
        }

        public Builder metadata(Map<String, String> value) {
            this.metadata = value;
            return this;
        }

        public AgentAction build() {
            return new AgentAction(
                    id,
                    actionType,
                    name,
                    arguments,
                    result,
                    durationMs,
                    success,
                    exitCode,
                    httpMethod,
                    httpStatus,
                    fileOperation,
                    timestamp,
                    metadata);
        }
    }
}
