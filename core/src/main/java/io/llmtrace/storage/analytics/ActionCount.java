package io.llmtrace.storage.analytics;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The counts of agent actions with one type and name. */
public sealed interface ActionCount permits ActionCountValues {

    /** Returns the type of the actions. */
    AgentActionType actionType();

    /** Returns the name of the actions. */
    String name();

    /** Returns the number of executed actions. */
    long actions();

    /**
     * Returns the number of requests by a model ({@link AgentAction#onlyRequested}). A request that was executed counts here,
     * and its execution in {@link #actions()}.
     */
    long requested();

    /** Returns the number of executed actions that failed. */
    long failures();

    /** Returns {@code failures / actions}, in [0, 1]; 0 if no action was executed. */
    double failureRate();

    /** Returns the number of spans with such an action, executed or requested. */
    long spans();

    /** Returns the percentiles of the durations of executed actions, in milliseconds; null if none has a duration. */
    @Nullable
    Percentiles durationMs();

    /** Returns a builder whose counts are zero. */
    static Builder builder(AgentActionType actionType, String name) {
        return new Builder(actionType, name);
    }

    /** Returns a builder with all values of these counts but the failure rate, which follows from them. */
    default Builder toBuilder() {
        return builder(actionType(), name())
                .actions(actions())
                .requested(requested())
                .failures(failures())
                .spans(spans())
                .durationMs(durationMs());
    }

    /** Builds the counts. A value that is not set is null or zero. */
    final class Builder {
        private final AgentActionType actionType;
        private final String name;
        private long actions;
        private long requested;
        private long failures;
        private long spans;
        private @Nullable Percentiles durationMs;

        private Builder(AgentActionType actionType, String name) {
            this.actionType = Objects.requireNonNull(actionType, "actionType");
            this.name = Objects.requireNonNull(name, "name");
        }

        public Builder actions(long value) {
            this.actions = value;
            return this;
        }

        public Builder requested(long value) {
            this.requested = value;
            return this;
        }

        public Builder failures(long value) {
            this.failures = value;
            return this;
        }

        public Builder spans(long value) {
            this.spans = value;
            return this;
        }

        public Builder durationMs(@Nullable Percentiles value) {
            this.durationMs = value;
            return this;
        }

        /** Builds the counts, and computes the failure rate from them. */
        public ActionCount build() {
            return new ActionCountValues(
                    actionType,
                    name,
                    actions,
                    requested,
                    failures,
                    actions == 0 ? 0 : (double) failures / actions,
                    spans,
                    durationMs);
        }
    }
}
