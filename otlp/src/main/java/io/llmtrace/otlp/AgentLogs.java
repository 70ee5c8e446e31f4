package io.llmtrace.otlp;

import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.MappedRequest.RejectedSpan;
import io.llmtrace.otlp.internal.logs.AgentEvent;
import io.llmtrace.otlp.internal.logs.AgentSpans;
import io.llmtrace.otlp.internal.mapping.Envelope;
import io.llmtrace.storage.InvalidRequestException;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Maps log records of agents that report what they do in no other form, such as Claude Code, Codex and Gemini CLI. Each record
 * becomes a span: {@code agents.yaml} says which records, and where in a session each span belongs; {@code mapping.yaml} fills the
 * fields. A record that is sent again becomes the same span, and the order of records does not matter.
 *
 * <p>Other records are passed over. Those with the content of spans are mapped by {@link LogEvents}.
 */
public final class AgentLogs {

    private AgentLogs() {}

    /**
     * Maps a request. Never throws because of its content: records that cannot be stored are returned as rejected.
     *
     * @param now the time of records that have none
     * @param prices the prices for estimating the cost of calls that do not report it
     */
    public static MappedRequest map(ExportLogsServiceRequest request, UUID tenantId, Instant now, Prices prices) {
        List<TraceSpan> spans = new ArrayList<>();
        List<RejectedSpan> rejected = new ArrayList<>();
        int index = 0;
        for (ResourceLogs ofResource : request.getResourceLogsList()) {
            Envelope resource = Envelope.of(ofResource.getResource(), ofResource.getSchemaUrl());
            for (ScopeLogs ofScope : ofResource.getScopeLogsList()) {
                Envelope envelope = resource.withScope(ofScope.getScope(), ofScope.getSchemaUrl());
                for (LogRecord record : ofScope.getLogRecordsList()) {
                    AgentEvent event = AgentEvent.of(record, ofScope.getScope().getName());
                    if (event != null) {
                        try {
                            spans.add(SpanMapper.map(AgentSpans.of(event, record, envelope, now), tenantId, prices));
                        } catch (IllegalArgumentException | InvalidRequestException e) {
                            rejected.add(new MappedRequestValues.RejectedSpanValues(
                                    index, LogEvents.idOf(record), String.valueOf(e.getMessage())));
                        }
                    }
                    index++;
                }
            }
        }
        return new MappedRequestValues(spans, rejected);
    }

    /**
     * Returns whether a record becomes a span of its own.
     *
     * @param scope the name of the instrumentation scope
     */
    static boolean isEvent(LogRecord record, String scope) {
        return AgentEvent.of(record, scope) != null;
    }
}
