package io.llmtrace.otlp;

import com.google.protobuf.ByteString;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.internal.logs.AgentEvent;
import io.llmtrace.otlp.internal.logs.AgentSpans;
import io.llmtrace.otlp.internal.logs.ContentEvents;
import io.llmtrace.otlp.internal.mapping.Envelope;
import io.llmtrace.storage.InvalidRequestException;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * Maps OTLP log records. Each record takes one of three ways:
 *
 * <pre>
 *   an agent of agents.yaml sent it      becomes a span of its own, since such agents report what they do in no other form
 *   its event's name starts with gen_ai. becomes an event of the span that it names, which may arrive later ({@link LogEvents})
 *   any other                            is rejected, since llmtrace does not store logs
 * </pre>
 *
 * A record that is sent again becomes the same span or event, and the order of records does not matter.
 */
public final class LogMapper {

    private static final HexFormat HEX = HexFormat.of();

    private static final String NO_CONTENT = "not an event with content of a GenAI span; other logs are not stored";

    private LogMapper() {}

    /**
     * Maps a request. Never throws because of its content: records that cannot be stored are returned as rejected.
     *
     * @param now the time of records that have none
     * @param prices the prices for estimating the cost of calls that do not report it
     */
    public static MappedLogs map(ExportLogsServiceRequest request, UUID tenantId, Instant now, Prices prices) {
        List<TraceSpan> spans = new ArrayList<>();
        ContentEvents content = new ContentEvents(now);
        List<MappedRequest.RejectedSpan> rejected = new ArrayList<>();
        int index = 0;
        for (ResourceLogs ofResource : request.getResourceLogsList()) {
            Envelope resource = Envelope.of(ofResource.getResource(), ofResource.getSchemaUrl());
            for (ScopeLogs ofScope : ofResource.getScopeLogsList()) {
                Envelope envelope = resource.withScope(ofScope.getScope(), ofScope.getSchemaUrl());
                for (LogRecord record : ofScope.getLogRecordsList()) {
                    try {
                        AgentEvent event =
                                AgentEvent.of(record, ofScope.getScope().getName());
                        if (event != null) {
                            spans.add(SpanMapper.map(AgentSpans.of(event, record, envelope, now), tenantId, prices));
                        } else if (!content.add(record, ofResource, ofScope)) {
                            throw new IllegalArgumentException(NO_CONTENT);
                        }
                    } catch (IllegalArgumentException | InvalidRequestException e) {
                        rejected.add(new MappedRequestValues.RejectedSpanValues(
                                index, idOf(record), String.valueOf(e.getMessage())));
                    }
                    index++;
                }
            }
        }
        return new MappedLogsValues(spans, content.partialSpans(tenantId), rejected);
    }

    /** Returns the ids of trace and span that a record names, as they are shown. */
    private static String idOf(LogRecord record) {
        return hex(record.getTraceId()) + "/" + hex(record.getSpanId());
    }

    private static String hex(ByteString id) {
        return HEX.formatHex(id.toByteArray());
    }
}
