package io.llmtrace.storage.analytics;

import io.llmtrace.model.AgentActionType;
import org.jspecify.annotations.Nullable;

/**
 * Actions of one type and name.
 *
 * @param failures how many did not succeed
 * @param failureRate {@code failures / actions}, in [0, 1]
 * @param spans in which they are
 * @param durationMs null where none has a duration
 */
public record ActionCount(
        AgentActionType actionType,
        String name,
        long actions,
        long failures,
        double failureRate,
        long spans,
        @Nullable Percentiles durationMs) {

    public ActionCount(
            AgentActionType actionType,
            String name,
            long actions,
            long failures,
            long spans,
            @Nullable Percentiles durationMs) {
        this(actionType, name, actions, failures, (double) failures / actions, spans, durationMs);
    }
}
