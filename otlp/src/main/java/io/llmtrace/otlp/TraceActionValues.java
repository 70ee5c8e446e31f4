package io.llmtrace.otlp;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.llmtrace.model.AgentAction;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The implementation of an action. It is not public, so that a new component breaks no caller. */
record TraceActionValues(
        State state,
        @JsonUnwrapped AgentAction action,
        @Nullable String requestedBy,
        @Nullable String executedBy,
        @Nullable String answeredBy)
        implements TraceAction {

    /** Refuses null for state and action. */
    TraceActionValues {
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(action, "action");
    }
}
