package io.llmtrace.server;

import io.llmtrace.ingest.IngestConfig;
import io.llmtrace.otlp.Prices;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** The implementation of a configuration. It is not public, so that a new component breaks no caller. */
record ServerConfigValues(
        String host,
        int port,
        List<Integer> otlpPorts,
        boolean insecure,
        long maxBodyBytes,
        long maxDecompressedBytes,
        long maxRequestMemory,
        long maxReadMemory,
        Duration requestTimeout,
        WebConfig web,
        IngestConfig ingest,
        Prices prices)
        implements ServerConfig {

    ServerConfigValues {
        host = withoutBrackets(Objects.requireNonNull(host, "host"));
        otlpPorts = List.copyOf(otlpPorts);
        Objects.requireNonNull(requestTimeout, "requestTimeout");
        requirePort(port, "port");
        otlpPorts.forEach(otlpPort -> requirePort(otlpPort, "otlp-ports"));
        requirePositive(maxBodyBytes, "max-body-bytes");
        requirePositive(maxDecompressedBytes, "max-decompressed-bytes");
        requirePositive(maxRequestMemory, "max-request-memory");
        requirePositive(maxReadMemory, "max-read-memory");
        requirePositive(requestTimeout.toMillis(), "request-timeout in ms");
        Objects.requireNonNull(web, "web");
        Objects.requireNonNull(ingest, "ingest");
        Objects.requireNonNull(prices, "prices");
        if (!insecure && !addressOf(host).isLoopbackAddress()) {
            throw new IllegalArgumentException("host is not loopback: '" + host
                    + "'; everyone who reaches it could read and delete all traces."
                    + " Set host to 127.0.0.1, with public-url if a proxy on this machine passes requests on,"
                    + " or set insecure if that is intended");
        }
    }

    @Override
    public boolean loopbackOnly() {
        return addressOf(host).isLoopbackAddress();
    }

    /** Returns the address of {@link ServerConfig#host()}. */
    static InetAddress addressOf(ServerConfig config) {
        return addressOf(config.host());
    }

    private static String withoutBrackets(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private static InetAddress addressOf(String host) {
        if (host.isBlank()) {
            throw new IllegalArgumentException("host is empty; give an address of this machine");
        }
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("host is unknown: '" + host + "'; give an address of this machine", e);
        }
    }

    private static void requirePort(int port, String setting) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(setting + " not in [0, 65535]: " + port);
        }
    }

    private static void requirePositive(long value, String setting) {
        if (value <= 0) {
            throw new IllegalArgumentException(setting + " <= 0: " + value);
        }
    }
}
