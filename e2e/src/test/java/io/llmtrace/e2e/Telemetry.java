package io.llmtrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The OpenTelemetry SDK of an application. It sends spans and log records only when a test flushes it. */
final class Telemetry implements AutoCloseable {

    static final String SERVICE_NAME = "assistant";

    private static final Duration NOT_BY_ITSELF = Duration.ofHours(1);

    private final OpenTelemetrySdk sdk;

    Telemetry(Transport transport, URI server) {
        Resource resource = Resource.create(
                Attributes.builder().put("service.name", SERVICE_NAME).build());
        sdk = OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .setResource(resource)
                        .addSpanProcessor(BatchSpanProcessor.builder(transport.spanExporter(server, "gzip"))
                                .setScheduleDelay(NOT_BY_ITSELF)
                                .build())
                        .build())
                .setLoggerProvider(SdkLoggerProvider.builder()
                        .setResource(resource)
                        .addLogRecordProcessor(BatchLogRecordProcessor.builder(transport.logExporter(server, "gzip"))
                                .setScheduleDelay(NOT_BY_ITSELF)
                                .build())
                        .build())
                .build();
    }

    OpenTelemetry sdk() {
        return sdk;
    }

    /**
     * Runs the work within a span of the application.
     *
     * @return the id of its trace
     */
    String trace(String name, Runnable work) {
        Span span = sdk.getTracer("application").spanBuilder(name).setNoParent().startSpan();
        try (Scope scope = span.makeCurrent()) {
            work.run();
        } finally {
            span.end();
        }
        return span.getSpanContext().getTraceId();
    }

    void sendLogs() {
        join(sdk.getSdkLoggerProvider().forceFlush());
    }

    void sendSpans() {
        join(sdk.getSdkTracerProvider().forceFlush());
    }

    @Override
    public void close() {
        sdk.close();
    }

    private static void join(CompletableResultCode sending) {
        assertThat(sending.join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
    }
}
