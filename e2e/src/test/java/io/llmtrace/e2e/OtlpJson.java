package io.llmtrace.e2e;

import io.opentelemetry.exporter.internal.otlp.logs.LogsRequestMarshaler;
import io.opentelemetry.exporter.internal.otlp.traces.TraceRequestMarshaler;
import io.opentelemetry.exporter.otlp.internal.HttpExporter;
import io.opentelemetry.exporter.otlp.internal.HttpExporterBuilder;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.internal.StandardComponentId.ExporterType;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;

/**
 * Sends OTLP/HTTP as JSON, with the writer and sender of the OpenTelemetry SDK. The SDK's public builders offer protobuf
 * only, so this uses its internal packages.
 */
final class OtlpJson {

    private OtlpJson() {}

    static SpanExporter spanExporter(String endpoint, String compression) {
        HttpExporter http = http(ExporterType.OTLP_HTTP_SPAN_EXPORTER, endpoint, compression);
        return new SpanExporter() {
            @Override
            public CompletableResultCode export(Collection<SpanData> spans) {
                return http.export(TraceRequestMarshaler.create(spans), spans.size());
            }

            @Override
            public CompletableResultCode flush() {
                return CompletableResultCode.ofSuccess();
            }

            @Override
            public CompletableResultCode shutdown() {
                return http.shutdown();
            }
        };
    }

    static LogRecordExporter logExporter(String endpoint, String compression) {
        HttpExporter http = http(ExporterType.OTLP_HTTP_LOG_EXPORTER, endpoint, compression);
        return new LogRecordExporter() {
            @Override
            public CompletableResultCode export(Collection<LogRecordData> logs) {
                return http.export(LogsRequestMarshaler.create(logs), logs.size());
            }

            @Override
            public CompletableResultCode flush() {
                return CompletableResultCode.ofSuccess();
            }

            @Override
            public CompletableResultCode shutdown() {
                return http.shutdown();
            }
        };
    }

    private static HttpExporter http(ExporterType type, String endpoint, String compression) {
        return new HttpExporterBuilder(type, endpoint)
                .exportAsJson()
                .setCompression(compression)
                .build();
    }
}
