package io.llmtrace.cli.remote;

import com.google.protobuf.InvalidProtocolBufferException;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.SpanEncoder;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.UnavailableException;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collection;
import java.util.zip.GZIPOutputStream;

/** Sends spans as an OpenTelemetry exporter does: OTLP over HTTP, protobuf, gzipped, with retries if the server is overloaded. */
public final class OtlpSender {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final RestClient rest;

    public OtlpSender(URI server) {
        this.rest = new RestClient(server, TIMEOUT, RestClient.MAX_ATTEMPTS);
    }

    /**
     * Sends spans, and returns once the server has acknowledged all of them.
     *
     * @throws InvalidRequestException if it rejected some, with their number and its reason
     * @throws io.llmtrace.storage.StorageException if it did not accept them, even after retries
     */
    public void send(Collection<TraceSpan> spans) {
        HttpResponse<byte[]> response = rest.post(
                "/v1/traces",
                "application/x-protobuf",
                gzip(SpanEncoder.encode(spans).toByteArray()),
                "gzip");
        if (response.statusCode() == 404) {
            throw new UnavailableException(rest.server() + " does not accept OTLP at /v1/traces: check the URL");
        }
        ExportTracePartialSuccess partial = parse(response.body()).getPartialSuccess();
        if (partial.getRejectedSpans() > 0) {
            throw new InvalidRequestException(rest.server() + " rejected " + partial.getRejectedSpans() + " of "
                    + spans.size() + " spans: " + partial.getErrorMessage());
        }
    }

    private ExportTraceServiceResponse parse(byte[] body) {
        try {
            return ExportTraceServiceResponse.parseFrom(body);
        } catch (InvalidProtocolBufferException e) {
            throw new UnavailableException(rest.server() + " does not answer as OTLP requires: " + e.getMessage(), e);
        }
    }

    private static byte[] gzip(byte[] body) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream(body.length / 4 + 64);
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return compressed.toByteArray();
    }
}
