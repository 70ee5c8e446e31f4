package io.llmtrace.storage.analytics;

import io.llmtrace.model.Severity;
import java.time.Instant;

/** The implementation of counts of findings. It is not public, so that a new component breaks no caller. */
record FindingCountValues(String findingType, Severity severity, long findings, long spans, Instant lastTime)
        implements FindingCount {}
