package io.llmtrace.storage.clickhouse;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The address of a ClickHouse store, and the limits of its statements. */
public sealed interface ClickHouseSettings permits ClickHouseSettingsValues {

    /** Returns {@code host:port} of the HTTP interface of one server, or of several nodes of a cluster. */
    List<String> endpoints();

    /** Returns the name of the user. */
    String user();

    /** Returns the password, which {@link #toString()}, messages and logs never show. */
    String password();

    /** Returns the name of the database, which is created if it is missing. */
    String database();

    /** Returns whether to speak HTTPS. */
    boolean tls();

    /** Returns the file of certificates to trust, in PEM; null for those of the JDK. */
    @Nullable
    String tlsCaFile();

    /** Returns the name of the cluster in the servers' configuration; null for a single server. */
    @Nullable
    String cluster();

    /** Returns the time limit for opening a connection. */
    Duration connectTimeout();

    /** Returns the time after which the server ends a query, with {@link io.llmtrace.storage.OverloadedException}. */
    Duration queryTimeout();

    /** Returns the time after which a write is given up, with {@link io.llmtrace.storage.UnavailableException}. */
    Duration writeTimeout();

    /** Returns the memory of one statement on the server, in MiB. */
    int maxQueryMemoryMb();

    /** Returns the size of one insert, in MiB before compression; a call with more is refused. */
    int maxBatchMb();

    /**
     * Returns the memory of this process that the result of one call may take, in MiB; by default half of its heap. A larger one is
     * refused with {@link io.llmtrace.storage.ResultTooLargeException}.
     */
    int maxReadMb();

    /** Returns whether rows are sent compressed (LZ4), which pays off on a slow network. */
    boolean compress();

    /**
     * Returns a builder that begins with the defaults: the database {@code llmtrace}, the user {@code default} without a password,
     * no TLS.
     *
     * @param endpoints {@code host:port} of one server, or of several nodes of a cluster, which then needs a name
     */
    static Builder builder(List<String> endpoints) {
        return new Builder(endpoints);
    }

    /** Returns a builder with all values of these settings. */
    default Builder toBuilder() {
        return builder(endpoints())
                .user(user())
                .password(password())
                .database(database())
                .tls(tls())
                .tlsCaFile(tlsCaFile())
                .cluster(cluster())
                .connectTimeout(connectTimeout())
                .queryTimeout(queryTimeout())
                .writeTimeout(writeTimeout())
                .maxQueryMemoryMb(maxQueryMemoryMb())
                .maxBatchMb(maxBatchMb())
                .maxReadMb(maxReadMb())
                .compress(compress());
    }

    /**
     * Parses a storage URL.
     *
     * @param url {@code clickhouse://user:password@host:port,host:port/database?tls=true&cluster=name&…}; user and password
     *     percent-encoded where they hold {@code : / @ ? %}, parameters where they hold {@code @ & %}
     * @throws IllegalArgumentException naming the part that is wrong, without its secrets
     */
    static ClickHouseSettings parse(String url) {
        return ClickHouseSettingsValues.parse(url);
    }

    /** Returns the URL as messages and logs show it: without user, password and parameters. */
    String displayUrl();

    /** Returns the same settings for one of the servers. */
    default ClickHouseSettings withEndpoint(String endpoint) {
        return toBuilder().endpoints(List.of(endpoint)).build();
    }

    /** Builds settings; what is not set keeps its default. */
    final class Builder {
        private List<String> endpoints;
        private String user = ClickHouseSettingsValues.USER;
        private String password = "";
        private String database = ClickHouseSettingsValues.DATABASE;
        private boolean tls;
        private @Nullable String tlsCaFile;
        private @Nullable String cluster;
        private Duration connectTimeout = Duration.ofMillis(ClickHouseSettingsValues.CONNECT_TIMEOUT_MS);
        private Duration queryTimeout = Duration.ofMillis(ClickHouseSettingsValues.QUERY_TIMEOUT_MS);
        private Duration writeTimeout = Duration.ofMillis(ClickHouseSettingsValues.WRITE_TIMEOUT_MS);
        private int maxQueryMemoryMb = ClickHouseSettingsValues.MAX_QUERY_MEMORY_MB;
        private int maxBatchMb = ClickHouseSettingsValues.MAX_BATCH_MB;
        private int maxReadMb = ClickHouseSettingsValues.MAX_READ_MB;
        private boolean compress;

        private Builder(List<String> endpoints) {
            this.endpoints = endpoints;
        }

        public Builder endpoints(List<String> value) {
            this.endpoints = value;
            return this;
        }

        public Builder user(String value) {
            this.user = value;
            return this;
        }

        public Builder password(String value) {
            this.password = value;
            return this;
        }

        public Builder database(String value) {
            this.database = value;
            return this;
        }

        public Builder tls(boolean value) {
            this.tls = value;
            return this;
        }

        public Builder tlsCaFile(@Nullable String value) {
            this.tlsCaFile = value;
            return this;
        }

        public Builder cluster(@Nullable String value) {
            this.cluster = value;
            return this;
        }

        public Builder connectTimeout(Duration value) {
            this.connectTimeout = value;
            return this;
        }

        public Builder queryTimeout(Duration value) {
            this.queryTimeout = value;
            return this;
        }

        public Builder writeTimeout(Duration value) {
            this.writeTimeout = value;
            return this;
        }

        public Builder maxQueryMemoryMb(int value) {
            this.maxQueryMemoryMb = value;
            return this;
        }

        public Builder maxBatchMb(int value) {
            this.maxBatchMb = value;
            return this;
        }

        public Builder maxReadMb(int value) {
            this.maxReadMb = value;
            return this;
        }

        public Builder compress(boolean value) {
            this.compress = value;
            return this;
        }

        /**
         * Builds the settings.
         *
         * @throws IllegalArgumentException naming the setting that is wrong, without its secrets
         */
        public ClickHouseSettings build() {
            return new ClickHouseSettingsValues(
                    endpoints,
                    user,
                    password,
                    database,
                    tls,
                    tlsCaFile,
                    cluster,
                    connectTimeout,
                    queryTimeout,
                    writeTimeout,
                    maxQueryMemoryMb,
                    maxBatchMb,
                    maxReadMb,
                    compress);
        }
    }
}
