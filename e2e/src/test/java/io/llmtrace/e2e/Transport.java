package io.llmtrace.e2e;

import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.URI;

/** The transports of an OpenTelemetry SDK. The compression is {@code gzip} or {@code none}. */
enum Transport {
    HTTP_PROTOBUF,
    HTTP_JSON,
    GRPC;

    SpanExporter spanExporter(URI server, String compression) {
        return switch (this) {
            case HTTP_PROTOBUF ->
                OtlpHttpSpanExporter.builder()
                        .setEndpoint(server + "/v1/traces")
                        .setCompression(compression)
                        .build();
            case HTTP_JSON -> OtlpJson.spanExporter(server + "/v1/traces", compression);
            case GRPC ->
                OtlpGrpcSpanExporter.builder()
                        .setEndpoint(server.toString())
                        .setCompression(compression)
                        .build();
        };
    }

    LogRecordExporter logExporter(URI server, String compression) {
        return switch (this) {
            case HTTP_PROTOBUF ->
                OtlpHttpLogRecordExporter.builder()
                        .setEndpoint(server + "/v1/logs")
                        .setCompression(compression)
                        .build();
            case HTTP_JSON -> OtlpJson.logExporter(server + "/v1/logs", compression);
            case GRPC ->
                OtlpGrpcLogRecordExporter.builder()
                        .setEndpoint(server.toString())
                        .setCompression(compression)
                        .build();
        };
    }
}
