package io.llmtrace.cli.options;

import io.llmtrace.cli.context.UsageException;
import io.llmtrace.cli.settings.Setting;
import io.llmtrace.cli.settings.Settings;
import io.llmtrace.server.ServerConfig;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for where a server listens and how it is reached, and for the limits of what it accepts. */
public final class ServeOptions {

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = "Address to listen on, such as 0.0.0.0 or ::1; only this machine can reach a loopback address"
                    + " ${bundle:setting.host}.")
    @Nullable
    String host;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Port of REST, the pages and OTLP; 0 for any free port ${bundle:setting.port}.")
    @Nullable
    String port;

    @Option(
            names = "--otlp-ports",
            paramLabel = "BOOLEAN",
            description = "Also listen on 4317 and 4318, to which OpenTelemetry SDKs send by default"
                    + " ${bundle:setting.otlp-ports}.")
    @Nullable
    String otlpPorts;

    @Option(
            names = "--insecure",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "BOOLEAN",
            description = "Allow a host that other machines can reach, although anyone may then read and delete traces"
                    + " ${bundle:setting.insecure}.")
    @Nullable
    String insecure;

    @Option(
            names = "--public-url",
            paramLabel = "URL",
            description = "Address at which users reach the server through a reverse proxy, such as"
                    + " https://traces.example.com or https://example.com/llmtrace ${bundle:setting.public-url}.")
    @Nullable
    String publicUrl;

    @Option(
            names = "--allowed-hosts",
            paramLabel = "NAMES",
            description = "Further host names to which a server on loopback answers, such as"
                    + " traces.example.com,traces.internal ${bundle:setting.allowed-hosts}.")
    @Nullable
    String allowedHosts;

    @Option(
            names = "--trusted-proxies",
            paramLabel = "ADDRESSES",
            description =
                    "Reverse proxies whose Forwarded and X-Forwarded-… headers count, such as 127.0.0.1,10.0.0.0/8"
                            + " ${bundle:setting.trusted-proxies}.")
    @Nullable
    String trustedProxies;

    @Option(
            names = "--allowed-origins",
            paramLabel = "ORIGINS",
            description = "Web pages that may export over OTLP/HTTP from a browser (CORS), such as"
                    + " https://app.example.com,http://localhost:3000; * for all ${bundle:setting.allowed-origins}.")
    @Nullable
    String allowedOrigins;

    @Option(
            names = "--max-body-bytes",
            paramLabel = "SIZE",
            description = "Largest body of one request, as it comes over the wire, such as 64MiB"
                    + " ${bundle:setting.max-body-bytes}.")
    @Nullable
    String maxBodyBytes;

    @Option(
            names = "--max-decompressed-bytes",
            paramLabel = "SIZE",
            description = "Largest body of one request after decompression ${bundle:setting.max-decompressed-bytes}.")
    @Nullable
    String maxDecompressedBytes;

    @Option(
            names = "--max-request-memory",
            paramLabel = "SIZE",
            description =
                    "Memory that the bodies of all requests may take together; one decompressed body may take a sixth of it"
                            + " ${bundle:setting.max-request-memory}.")
    @Nullable
    String maxRequestMemory;

    @Option(
            names = "--max-read-memory",
            paramLabel = "SIZE",
            description = "Memory that what is read to answer requests may take together; a larger answer is refused"
                    + " ${bundle:setting.max-read-memory}.")
    @Nullable
    String maxReadMemory;

    @Option(
            names = "--request-timeout",
            paramLabel = "TIME",
            description = "How long serving one request may take, such as 30s; an export may take longer"
                    + " ${bundle:setting.request-timeout}.")
    @Nullable
    String requestTimeout;

    /** Adds the settings that these options set. */
    public void addTo(Map<Setting, String> flags) {
        StoreOptions.put(flags, Setting.HOST, host);
        StoreOptions.put(flags, Setting.PORT, port);
        StoreOptions.put(flags, Setting.OTLP_PORTS, otlpPorts);
        StoreOptions.put(flags, Setting.INSECURE, insecure);
        StoreOptions.put(flags, Setting.PUBLIC_URL, publicUrl);
        StoreOptions.put(flags, Setting.ALLOWED_HOSTS, allowedHosts);
        StoreOptions.put(flags, Setting.TRUSTED_PROXIES, trustedProxies);
        StoreOptions.put(flags, Setting.ALLOWED_ORIGINS, allowedOrigins);
        StoreOptions.put(flags, Setting.MAX_BODY_BYTES, maxBodyBytes);
        StoreOptions.put(flags, Setting.MAX_DECOMPRESSED_BYTES, maxDecompressedBytes);
        StoreOptions.put(flags, Setting.MAX_REQUEST_MEMORY, maxRequestMemory);
        StoreOptions.put(flags, Setting.MAX_READ_MEMORY, maxReadMemory);
        StoreOptions.put(flags, Setting.REQUEST_TIMEOUT, requestTimeout);
    }

    /**
     * Returns the configuration of a server with these settings.
     *
     * @throws UsageException if the server refuses them
     */
    public static ServerConfig configOf(Settings settings) {
        try {
            return ServerConfig.builder()
                    .host(settings.host())
                    .port(settings.port())
                    .otlpPorts(settings.otlpPorts() ? ServerConfig.OTLP_PORTS : List.of())
                    .insecure(settings.insecure())
                    .web(settings.web())
                    .maxBodyBytes(settings.maxBodyBytes())
                    .maxDecompressedBytes(settings.maxDecompressedBytes())
                    .maxRequestMemory(settings.maxRequestMemory())
                    .maxReadMemory(settings.maxReadMemory())
                    .requestTimeout(settings.requestTimeout())
                    .ingest(IngestOptions.configOf(settings))
                    .prices(settings.prices())
                    .build();
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }
}
