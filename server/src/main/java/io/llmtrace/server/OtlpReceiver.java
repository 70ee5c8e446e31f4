package io.llmtrace.server;

import io.llmtrace.ingest.SpanIngest;
import io.llmtrace.otlp.LogEvents;
import io.llmtrace.otlp.MappedRequest;
import io.llmtrace.otlp.Prices;
import io.llmtrace.otlp.SpanMapper;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsPartialSuccess;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/** OTLP apart from its transports: maps, stores, and says what could not be stored. */
final class OtlpReceiver {

    /** Reasons in one answer; a client logs them whole. */
    private static final int MAX_REASONS = 5;

    private final SpanIngest ingest;
    private final ServerMetrics metrics;
    private final Prices prices;

    OtlpReceiver(SpanIngest ingest, ServerMetrics metrics, Prices prices) {
        this.ingest = ingest;
        this.metrics = metrics;
        this.prices = prices;
    }

    ExportTraceServiceResponse traces(ExportTraceServiceRequest request, UUID tenant) {
        MappedRequest mapped = SpanMapper.map(request, tenant, prices);
        metrics.rejected(ServerMetrics.OTLP, mapped.rejected().size());
        ingest.store(mapped.spans());
        metrics.stored(ServerMetrics.OTLP, mapped.spans().size());
        ExportTraceServiceResponse.Builder response = ExportTraceServiceResponse.newBuilder();
        if (!mapped.rejected().isEmpty()) {
            response.setPartialSuccess(ExportTracePartialSuccess.newBuilder()
                    .setRejectedSpans(mapped.rejected().size())
                    .setErrorMessage(reasons("span", mapped.rejected())));
        }
        return response.build();
    }

    ExportLogsServiceResponse logs(ExportLogsServiceRequest request, UUID tenant) {
        MappedRequest mapped = LogEvents.map(request, tenant, Instant.now());
        ingest.storeEvents(mapped.spans());
        ExportLogsServiceResponse.Builder response = ExportLogsServiceResponse.newBuilder();
        if (!mapped.rejected().isEmpty()) {
            response.setPartialSuccess(ExportLogsPartialSuccess.newBuilder()
                    .setRejectedLogRecords(mapped.rejected().size())
                    .setErrorMessage(reasons("log record", mapped.rejected())));
        }
        return response.build();
    }

    private static String reasons(String what, List<MappedRequest.RejectedSpan> rejected) {
        String reasons = rejected.stream()
                .limit(MAX_REASONS)
                .map(item -> what + " " + item.index() + " (" + item.id() + "): " + item.reason())
                .collect(Collectors.joining("; "));
        int more = rejected.size() - MAX_REASONS;
        return more > 0 ? reasons + "; and " + more + " more" : reasons;
    }
}
