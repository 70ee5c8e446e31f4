package io.llmtrace.storage.analytics;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import org.jspecify.annotations.Nullable;

/**
 * Actions of one type and name.
 *
 * @param actions how many were done
 * @param requested how many a model asked for ({@link AgentAction#onlyRequested}); those that were then done are in both figures
 * @param failures how many of those done did not succeed
 * @param failureRate {@code failures / actions}, in [0, 1]; 0 where nothing was done
 * @param spans in which they are, done or asked for
 * @param durationMs of those done; null where none has a duration
 */
public record ActionCount(
        AgentActionType actionType,
        String name,
        long actions,
        long requested,
        long failures,
        double failureRate,
        long spans,
        @Nullable Percentiles durationMs) {

    public ActionCount(
            AgentActionType actionType,
            String name,
            long actions,
            long requested,
            long failures,
            long spans,
            @Nullable Percentiles durationMs) {
        this(
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
