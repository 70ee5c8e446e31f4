package io.llmtrace.otlp;

import io.llmtrace.model.TraceSpan;
import java.util.List;

/** The implementation of a request after mapping. It is not public, so that a new component breaks no caller. */
record MappedRequestValues(List<TraceSpan> spans, List<RejectedSpan> rejected) implements MappedRequest {

    /** Copies the lists. */
    MappedRequestValues {
        spans = List.copyOf(spans);
        rejected = List.copyOf(rejected);
    }

    /** The implementation of a rejected span. */
    record RejectedSpanValues(int index, String id, String reason) implements RejectedSpan {}
}
