package io.llmtrace.storage.analytics;

import io.llmtrace.model.AgentActionType;
import org.jspecify.annotations.Nullable;

/** The implementation of counts of actions. It is not public, so that a new component breaks no caller. */
record ActionCountValues(
        AgentActionType actionType,
        String name,
        long actions,
        long requested,
        long failures,
        double failureRate,
        long spans,
        @Nullable Percentiles durationMs)
        implements ActionCount {}
