package io.llmtrace.server.internal.otlp;

import io.llmtrace.ingest.EventContent;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.AgentCalls;
import io.llmtrace.otlp.LogEvents;
import org.jspecify.annotations.Nullable;

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

    @Override
    public @Nullable String callOf(TraceSpan span) {
        return AgentCalls.idOf(span);
    }

    @Override
    public boolean isFromEvent(TraceSpan span) {
        return AgentCalls.isFromLog(span);
    }

    @Override
    public TraceSpan withoutCall(TraceSpan fromEvent) {
        return AgentCalls.withoutCall(fromEvent);
    }

    @Override
    public TraceSpan withReport(TraceSpan span, TraceSpan fromEvent) {
        return AgentCalls.withReport(span, fromEvent);
    }
}
