package io.llmtrace.server;

import io.llmtrace.ingest.IngestConfig;
import io.llmtrace.otlp.Prices;
import java.time.Duration;
import java.util.List;

/**
 * The addresses on which the server listens, and the limits of what it accepts. Messages name a setting as the command line does:
 * {@code max-body-bytes} for {@code maxBodyBytes}.
 */
public sealed interface ServerConfig permits ServerConfigValues {

    /** Loopback: only this machine reaches the server. */
    String DEFAULT_HOST = "127.0.0.1";

    /** The port of everything, unless configured otherwise. */
    int DEFAULT_PORT = 8080;

    /** OTLP's own ports, for HTTP and for gRPC. Here, each serves both. */
    List<Integer> OTLP_PORTS = List.of(4318, 4317);

    /** The default of {@code max-body-bytes}: 64 MiB. */
    long DEFAULT_MAX_BODY_BYTES = 64L << 20;

    /** The default of {@code max-decompressed-bytes}: 128 MiB. */
    long DEFAULT_MAX_DECOMPRESSED_BYTES = 128L << 20;

    /** The default of {@code max-request-memory}: a quarter of this process's heap, but at least 32 MiB. */
    long DEFAULT_MAX_REQUEST_MEMORY = Math.max(32L << 20, Runtime.getRuntime().maxMemory() / 4);

    /** The default of {@code max-read-memory}: a quarter of this process's heap, but at least 32 MiB. */
    long DEFAULT_MAX_READ_MEMORY = DEFAULT_MAX_REQUEST_MEMORY;

    /** The default of {@code request-timeout}: 30 s. */
    Duration DEFAULT_REQUEST_TIMEOUT = Duration.ofSeconds(30);

    /**
     * Returns the address to bind; one that is not loopback needs {@code insecure}. An IPv6 address has no brackets here, though
     * it may be configured with them, as in URLs.
     */
    String host();

    /** Returns the port of OTLP, REST and pages; 0 for any free port. */
    int port();

    /**
     * Returns further ports that serve the same; {@link #OTLP_PORTS} are those to which SDKs send unless configured otherwise.
     */
    List<Integer> otlpPorts();

    /** Returns whether other machines may reach the server although it does not authenticate clients. */
    boolean insecure();

    /** Returns the size that one request body may have as it comes over the wire. */
    long maxBodyBytes();

    /**
     * Returns the size that one request body may have after decompression; a sixth of {@link #maxRequestMemory()} if that is less.
     */
    long maxDecompressedBytes();

    /** Returns the bytes that the bodies of all requests being served may take together: compressed, decompressed and decoded. */
    long maxRequestMemory();

    /** Returns the bytes that what is read to answer all requests being served may take together. */
    long maxReadMemory();

    /** Returns how long serving one request may take; an export may take longer. */
    Duration requestTimeout();

    /** Returns how browsers and proxies reach the server. */
    WebConfig web();

    /** Returns how spans go into the repository. */
    IngestConfig ingest();

    /** Returns the prices for the cost of calls that arrive without one. */
    Prices prices();

    /** Returns whether only this machine reaches the server. */
    boolean loopbackOnly();

    /** Returns the defaults: port 8080 and the ports of OTLP, on loopback. */
    static ServerConfig defaults() {
        return builder().build();
    }

    /** Returns a builder that begins with the defaults. */
    static Builder builder() {
        return new Builder();
    }

    /** Builds a configuration; what is not set keeps its default. */
    final class Builder {
        private String host = DEFAULT_HOST;
        private int port = DEFAULT_PORT;
        private List<Integer> otlpPorts = OTLP_PORTS;
        private boolean insecure;
        private long maxBodyBytes = DEFAULT_MAX_BODY_BYTES;
        private long maxDecompressedBytes = DEFAULT_MAX_DECOMPRESSED_BYTES;
        private long maxRequestMemory = DEFAULT_MAX_REQUEST_MEMORY;
        private long maxReadMemory = DEFAULT_MAX_READ_MEMORY;
        private Duration requestTimeout = DEFAULT_REQUEST_TIMEOUT;
        private WebConfig web = WebConfig.defaults();
        private IngestConfig ingest = IngestConfig.defaults();
        private Prices prices = Prices.builtIn();

        private Builder() {}

        /** Sets the address to bind. */
        public Builder host(String value) {
            this.host = value;
            return this;
        }

        /** Sets the port of everything; 0 for any free port. */
        public Builder port(int value) {
            this.port = value;
            return this;
        }

        /** Sets further ports that serve the same; none if the list is empty. */
        public Builder otlpPorts(List<Integer> value) {
            this.otlpPorts = value;
            return this;
        }

        /** Sets whether other machines may reach the server although it does not authenticate clients. */
        public Builder insecure(boolean value) {
            this.insecure = value;
            return this;
        }

        /** Sets the size that one request body may have as it comes over the wire. */
        public Builder maxBodyBytes(long value) {
            this.maxBodyBytes = value;
            return this;
        }

        /** Sets the size that one request body may have after decompression. */
        public Builder maxDecompressedBytes(long value) {
            this.maxDecompressedBytes = value;
            return this;
        }

        /** Sets the bytes that the bodies of all requests being served may take together. */
        public Builder maxRequestMemory(long value) {
            this.maxRequestMemory = value;
            return this;
        }

        /** Sets how browsers and proxies reach the server. */
        public Builder web(WebConfig value) {
            this.web = value;
            return this;
        }

        /** Sets the bytes that what is read to answer all requests being served may take together. */
        public Builder maxReadMemory(long value) {
            this.maxReadMemory = value;
            return this;
        }

        /** Sets how spans go into the repository. */
        public Builder ingest(IngestConfig value) {
            this.ingest = value;
            return this;
        }

        /** Sets the prices for the cost of calls that arrive without one. */
        public Builder prices(Prices value) {
            this.prices = value;
            return this;
        }

        /** Sets how long serving one request may take; an export may take longer. */
        public Builder requestTimeout(Duration value) {
            this.requestTimeout = value;
            return this;
        }

        /**
         * Returns the configuration.
         *
         * @throws IllegalArgumentException naming the setting that is out of range, or the host that needs {@code insecure}
         */
        public ServerConfig build() {
            return new ServerConfigValues(
                    host,
                    port,
                    otlpPorts,
                    insecure,
                    maxBodyBytes,
                    maxDecompressedBytes,
                    maxRequestMemory,
                    maxReadMemory,
                    requestTimeout,
                    web,
                    ingest,
                    prices);
        }
    }
}
