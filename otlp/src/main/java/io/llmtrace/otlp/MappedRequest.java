package io.llmtrace.otlp;

import io.llmtrace.model.TraceSpan;
import java.util.List;

/** A request after mapping: the spans that can be stored, and those that cannot, both in the order of the request. */
public sealed interface MappedRequest permits MappedRequestValues {

    /** Returns the spans that can be stored. */
    List<TraceSpan> spans();

    /** Returns the others, each with the reason. */
    List<RejectedSpan> rejected();

    /** A span or log record that cannot be stored. */
    sealed interface RejectedSpan permits MappedRequestValues.RejectedSpanValues {

        /** Returns its position among all spans or log records of the request, from 0. */
        int index();

        /** Returns its trace id and span id in hex, as they were sent, separated by a slash. */
        String id();

        /** Returns one sentence, which quotes no content. */
        String reason();
    }
}
