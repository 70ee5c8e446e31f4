package io.llmtrace.server;

import io.llmtrace.ingest.IngestConfig;
import io.llmtrace.otlp.Prices;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Where the server listens, and what it takes at most.
 *
 * @param host address to bind; one that is not loopback needs {@code insecure}
 * @param port of everything: OTLP, REST and pages; 0 for any free one
 * @param otlpPorts further ports that serve the same; {@link #OTLP_PORTS} is where SDKs send unless told otherwise
 * @param insecure whether it may be reached from other machines although nobody is asked who they are
 * @param maxBodyBytes of one request, as it comes over the wire
 * @param maxDecompressedBytes of one request after decompression
 * @param maxRequestMemory of the bodies of all requests under way, compressed, decompressed and decoded, in bytes
 * @param requestTimeout of one request; an export may take longer
 * @param ingest how spans go into the repository
 * @param prices for the cost of calls that come by OTLP and do not say what they cost
 */
public record ServerConfig(
        String host,
        int port,
        List<Integer> otlpPorts,
        boolean insecure,
        long maxBodyBytes,
        long maxDecompressedBytes,
        long maxRequestMemory,
        Duration requestTimeout,
        IngestConfig ingest,
        Prices prices) {

    public static final String DEFAULT_HOST = "127.0.0.1";
    public static final int DEFAULT_PORT = 8080;

    /** OTLP's own: HTTP and gRPC. Each serves both. */
    public static final List<Integer> OTLP_PORTS = List.of(4318, 4317);

    private static final int MIB = 1 << 20;

    public ServerConfig {
        Objects.requireNonNull(host, "host");
        otlpPorts = List.copyOf(otlpPorts);
        Objects.requireNonNull(requestTimeout, "requestTimeout");
        requirePort(port, "port");
        otlpPorts.forEach(otlpPort -> requirePort(otlpPort, "otlp-ports"));
        requirePositive(maxBodyBytes, "max-body-bytes");
        requirePositive(maxDecompressedBytes, "max-decompressed-bytes");
        requirePositive(maxRequestMemory, "max-request-memory");
        requirePositive(requestTimeout.toMillis(), "request-timeout in ms");
        Objects.requireNonNull(ingest, "ingest");
        Objects.requireNonNull(prices, "prices");
        if (!insecure && !addressOf(host).isLoopbackAddress()) {
            throw new IllegalArgumentException("host is not loopback: '" + host
                    + "'; everyone who reaches it could read and delete all traces."
                    + " Set host to 127.0.0.1, or insecure if that is meant");
        }
    }

    /** Port 8080 and the ports of OTLP, on loopback. */
    public static ServerConfig defaults() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Whether only this machine reaches the server. */
    boolean loopbackOnly() {
        return addressOf(host).isLoopbackAddress();
    }

    /** Of one request after decompression: it must fit into the memory, with the copies that are made of it. */
    long maxDecompressed() {
        return Math.min(maxDecompressedBytes, maxRequestMemory / 6);
    }

    InetAddress address() {
        return addressOf(host);
    }

    private static InetAddress addressOf(String host) {
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

    /** Builds a configuration from the defaults. */
    public static final class Builder {
        private String host = DEFAULT_HOST;
        private int port = DEFAULT_PORT;
        private List<Integer> otlpPorts = OTLP_PORTS;
        private boolean insecure;
        private long maxBodyBytes = 64L * MIB;
        private long maxDecompressedBytes = 128L * MIB;
        private long maxRequestMemory = Math.max(32L * MIB, Runtime.getRuntime().maxMemory() / 4);
        private Duration requestTimeout = Duration.ofSeconds(30);
        private IngestConfig ingest = IngestConfig.defaults();
        private Prices prices = Prices.builtIn();

        private Builder() {}

        public Builder host(String value) {
            this.host = value;
            return this;
        }

        public Builder port(int value) {
            this.port = value;
            return this;
        }

        /** An empty list opens none. */
        public Builder otlpPorts(List<Integer> value) {
            this.otlpPorts = value;
            return this;
        }

        public Builder insecure(boolean value) {
            this.insecure = value;
            return this;
        }

        public Builder maxBodyBytes(long value) {
            this.maxBodyBytes = value;
            return this;
        }

        public Builder maxDecompressedBytes(long value) {
            this.maxDecompressedBytes = value;
            return this;
        }

        public Builder maxRequestMemory(long value) {
            this.maxRequestMemory = value;
            return this;
        }

        public Builder ingest(IngestConfig value) {
            this.ingest = value;
            return this;
        }

        public Builder prices(Prices value) {
            this.prices = value;
            return this;
        }

        public Builder requestTimeout(Duration value) {
            this.requestTimeout = value;
            return this;
        }

        public ServerConfig build() {
            return new ServerConfig(
                    host,
                    port,
                    otlpPorts,
                    insecure,
                    maxBodyBytes,
                    maxDecompressedBytes,
                    maxRequestMemory,
                    requestTimeout,
                    ingest,
                    prices);
        }
    }
}
