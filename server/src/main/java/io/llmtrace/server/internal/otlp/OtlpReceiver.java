package io.llmtrace.server.internal.otlp;

import io.llmtrace.ingest.SpanIngest;
import io.llmtrace.otlp.DecodedRequest;
import io.llmtrace.otlp.LogMapper;
import io.llmtrace.otlp.MappedLogs;
import io.llmtrace.otlp.MappedRequest;
import io.llmtrace.otlp.Prices;
import io.llmtrace.otlp.SpanMapper;
import io.llmtrace.server.internal.operations.ServerMetrics;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsPartialSuccess;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The part of OTLP that HTTP and gRPC share: maps a request, stores it, and reports what could not be stored. */
public final class OtlpReceiver {

    /** The most reasons in one response. Clients log the whole response, so it must not grow with the request. */
    private static final int MAX_REASONS = 5;

    private static final Logger LOG = LoggerFactory.getLogger(OtlpReceiver.class);

    private final SpanIngest ingest;
    private final ServerMetrics metrics;
    private final Prices prices;
    private final AtomicBoolean saidThatMetricsAreDropped = new AtomicBoolean();

    /**
     * Creates a receiver that stores spans through the ingest and counts them in the metrics.
     *
     * @param prices the prices for estimating the cost of calls that do not report it
     */
    public OtlpReceiver(SpanIngest ingest, ServerMetrics metrics, Prices prices) {
        this.ingest = ingest;
        this.metrics = metrics;
        this.prices = prices;
    }

    /** Stores the spans that can be stored; the response counts the others and gives the first reasons. */
    ExportTraceServiceResponse traces(DecodedRequest<ExportTraceServiceRequest> decoded, UUID tenant) {
        countText(decoded);
        MappedRequest mapped = SpanMapper.map(decoded.request(), tenant, prices);
        metrics.rejected(ServerMetrics.OTLP, mapped.rejected().size());
        ingest.store(mapped.spans());
        metrics.stored(ServerMetrics.OTLP, mapped.spans().size());
        ExportTraceServiceResponse.Builder response = ExportTraceServiceResponse.newBuilder();
        if (!mapped.rejected().isEmpty()) {
            response.setPartialSuccess(ExportTracePartialSuccess.newBuilder()
                    .setRejectedSpans(mapped.rejected().size())
                    .setErrorMessage(reasons("span", decoded, mapped.rejected())));
        }
        return response.build();
    }

    /**
     * Adds the content in log records to their spans, and stores the spans that records of agents become; the response counts
     * the records that are rejected and gives the first reasons.
     */
    ExportLogsServiceResponse logs(DecodedRequest<ExportLogsServiceRequest> decoded, UUID tenant) {
        countText(decoded);
        MappedLogs mapped = LogMapper.map(decoded.request(), tenant, Instant.now(), prices);
        ingest.store(mapped.spans());
        metrics.stored(ServerMetrics.OTLP, mapped.spans().size());
        ingest.storeEvents(mapped.partialSpans());
        ExportLogsServiceResponse.Builder response = ExportLogsServiceResponse.newBuilder();
        if (!mapped.rejected().isEmpty()) {
            response.setPartialSuccess(ExportLogsPartialSuccess.newBuilder()
                    .setRejectedLogRecords(mapped.rejected().size())
                    .setErrorMessage(reasons("log record", decoded, mapped.rejected())));
        }
        return response.build();
    }

    /**
     * Drops a request with metrics. It is answered with success: SDKs send metrics unless they are told not to, and would log a failure
     * every minute.
     */
    ExportMetricsServiceResponse metrics() {
        metrics.droppedMetrics();
        if (!saidThatMetricsAreDropped.getAndSet(true)) {
            LOG.info(
                    "a client sends metrics, which are not stored; OTEL_METRICS_EXPORTER=none stops it from sending them");
        }
        return ExportMetricsServiceResponse.getDefaultInstance();
    }

    private void countText(DecodedRequest<?> decoded) {
        if (decoded.textReplaced()) {
            metrics.textReplaced(ServerMetrics.OTLP);
        }
    }

    private static String reasons(String what, DecodedRequest<?> decoded, List<MappedRequest.RejectedSpan> rejected) {
        String reasons = rejected.stream()
                .limit(MAX_REASONS)
                .map(item -> what + " " + item.index() + " (" + item.id() + ") " + decoded.reasonOf(item))
                .collect(Collectors.joining("; "));
        int more = rejected.size() - MAX_REASONS;
        return more > 0 ? reasons + "; and " + more + " more" : reasons;
    }
}
