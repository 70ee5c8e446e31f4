package io.llmtrace.cli;

import io.llmtrace.cli.settings.Setting;
import io.llmtrace.cli.settings.Settings;
import io.llmtrace.server.ServerConfig;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a server listens. */
final class ServeOptions {

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = "Address to listen on (LLMTRACE_HOST; default: 127.0.0.1, this machine only).")
    @Nullable
    String host;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Port of REST, its pages and OTLP; 0 for any free one (LLMTRACE_PORT; default: 8080).")
    @Nullable
    String port;

    @Option(
            names = "--otlp-ports",
            paramLabel = "BOOLEAN",
            description = "Listen on 4317 and 4318 as well, where OpenTelemetry SDKs send by default"
                    + " (LLMTRACE_OTLP_PORTS; default: true).")
    @Nullable
    String otlpPorts;

    @Option(
            names = "--insecure",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "BOOLEAN",
            description = "Allow a host that other machines reach, although everyone may read and delete"
                    + " (LLMTRACE_INSECURE; default: false).")
    @Nullable
    String insecure;

    void addTo(Map<Setting, String> flags) {
        StoreOptions.put(flags, Setting.HOST, host);
        StoreOptions.put(flags, Setting.PORT, port);
        StoreOptions.put(flags, Setting.OTLP_PORTS, otlpPorts);
        StoreOptions.put(flags, Setting.INSECURE, insecure);
    }

    /** @throws UsageException if the server refuses these settings */
    static ServerConfig configOf(Settings settings) {
        try {
            return ServerConfig.builder()
                    .host(settings.host())
                    .port(settings.port())
                    .otlpPorts(settings.otlpPorts() ? ServerConfig.OTLP_PORTS : List.of())
                    .insecure(settings.insecure())
                    .ingest(IngestOptions.configOf(settings))
                    .prices(settings.prices())
                    .build();
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }
}
