package io.llmtrace.otlp;

import io.llmtrace.model.TraceSpan;
import java.util.List;

/** A request with log records after mapping. */
public sealed interface MappedLogs permits MappedLogsValues {

    /** Returns the spans that records of agents became, in the order of the request. */
    List<TraceSpan> spans();

    /**
     * Returns a partial span for each span that records with content name. It holds their events, the resource and the scope, and
     * starts with its first event. It can be stored until the span itself arrives.
     */
    List<TraceSpan> partialSpans();

    /** Returns the records that cannot be stored, each with the reason, in the order of the request. */
    List<MappedRequest.RejectedSpan> rejected();
}
