package io.llmtrace.otlp;

import io.llmtrace.model.TraceSpan;
import java.util.List;

/** The implementation of a request with log records after mapping. It is not public, so that a new component breaks no caller. */
record MappedLogsValues(List<TraceSpan> spans, List<TraceSpan> partialSpans, List<MappedRequest.RejectedSpan> rejected)
        implements MappedLogs {

    /** Copies the lists. */
    MappedLogsValues {
        spans = List.copyOf(spans);
        partialSpans = List.copyOf(partialSpans);
        rejected = List.copyOf(rejected);
    }
}
