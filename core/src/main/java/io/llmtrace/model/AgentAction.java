package io.llmtrace.model;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An action of an agent: a tool call, a command, a web request or a file access. It was either executed, or only requested by
 * a model, see {@link #onlyRequested}. Texts are at most 16 MiB of UTF-8.
 */
public sealed interface AgentAction permits AgentActionValues {

    /** The key of the metadata that says how an action is known. It was executed unless the value is {@link #REQUESTED}. */
    String ORIGIN = "origin";

    /** The value of {@link #ORIGIN} for an action that is the span itself, such as a tool span. */
    String EXECUTED = "executed";

    /**
     * The value of {@link #ORIGIN} for an action that a model's response requests. Another span reports its execution, if
     * any.
     */
    String REQUESTED = "requested";

    /** Returns the id, unique among the actions of a span. */
    UUID id();

    /** Returns the kind of action. */
    AgentActionType actionType();

    /** Returns the name of the action, such as that of the tool. */
    String name();

    /** Returns the arguments of the call, usually JSON text; null if unknown. */
    @Nullable
    String arguments();

    /** Returns the result of the call; null if unknown. */
    @Nullable
    String result();

    /** Returns the duration in milliseconds, not negative; null if unknown. */
    @Nullable
    Long durationMs();

    /** Returns false if the action failed, even if the agent handled the error. */
    boolean success();

    /** Returns the exit code of a command; null if unknown. */
    @Nullable
    Integer exitCode();

    /** Returns the method of a web request; null if unknown. */
    @Nullable
    String httpMethod();

    /** Returns the HTTP status of a web request, in [0, 65535]; null if unknown. */
    @Nullable
    Integer httpStatus();

    /** Returns the kind of file access, such as {@code read} or {@code write}; null if unknown. */
    @Nullable
    String fileOperation();

    /** Returns the start of the action, or the moment of the request. */
    Instant timestamp();

    /** Returns further values, possibly none; see {@link #ORIGIN}. */
    Map<String, String> metadata();

    /**
     * Returns whether a model requested the action and nothing is known of its execution. Such an action has no outcome and no
     * duration, so analytics count it separately.
     */
    default boolean onlyRequested() {
        return REQUESTED.equals(metadata().get(ORIGIN));
    }

    /** Returns a builder with a random id and a successful outcome. */
    static Builder builder(AgentActionType actionType, String name, Instant timestamp) {
        return new Builder(actionType, name, timestamp);
    }

    /** Returns a builder with all values of this action, including its id. */
    default Builder toBuilder() {
        return new Builder(actionType(), name(), timestamp())
                .id(id())
                .arguments(arguments())
                .result(result())
                .durationMs(durationMs())
                .success(success())
                .exitCode(exitCode())
                .httpMethod(httpMethod())
                .httpStatus(httpStatus())
                .fileOperation(fileOperation())
                .metadata(metadata());
    }

    /** Builds an action. Each method sets the value of its name; see {@link AgentAction} for units and ranges. */
    final class Builder {
        private final AgentActionType actionType;
        private final String name;
        private final Instant timestamp;
        private @Nullable UUID id;
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
            this.id = Objects.requireNonNull(value, "id");
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

        /**
         * Builds the action.
         *
         * @throws IllegalArgumentException if a value is out of range or a text is too long; the message begins with its name
         */
        public AgentAction build() {
            return new AgentActionValues(
                    id == null ? UUID.randomUUID() : id,
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
