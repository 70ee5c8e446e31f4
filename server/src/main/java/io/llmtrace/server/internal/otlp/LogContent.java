package io.llmtrace.server.internal.otlp;

import io.llmtrace.ingest.EventContent;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.LogEvents;

/** Lets ingest add the content of OTLP log records to their spans without knowing OTLP. */
public final class LogContent implements EventContent {

    @Override
    public boolean isSeparate(SpanEvent event) {
        return LogEvents.isFromLog(event);
    }

    @Override
    public TraceSpan complete(TraceSpan span) {
        return LogEvents.complete(span);
    }
}
