package io.llmtrace.dev.clickhouse;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a server shall be started. Whoever sets anything but {@code variables} and {@code progress} gets a process of its own,
 * also where {@code LLMTRACE_CLICKHOUSE_URL} names a server: that one cannot be changed.
 *
 * @param folder where configuration, data and logs go, and stay; null for a temporary one that {@code close} removes
 * @param httpPort 0 for any free one
 * @param nativePort of the native protocol; 0 for any free one
 * @param password of the user {@code llmtrace}; null for the one that the folder has from an earlier run, else a random one
 * @param configXml documents {@code <clickhouse>…</clickhouse>} that are merged into the configuration of the server
 * @param usersXml such documents for users, profiles, quotas and grants
 * @param memoryLimitBytes all memory of the server; queries beyond it fail
 * @param logLevel of {@code server.log}: none, fatal, error, warning, information, debug or trace
 * @param ownProcess whether a server that is not ours will not do: for tests that kill or pause it
 * @param variables of the environment, which say where a ClickHouse is
 * @param progress is told, in a few words, what takes time
 */
public record ClickHouseServerOptions(
        @Nullable Path folder,
        int httpPort,
        int nativePort,
        @Nullable String password,
        List<String> configXml,
        List<String> usersXml,
        long memoryLimitBytes,
        String logLevel,
        boolean ownProcess,
        Map<String, String> variables,
        Consumer<String> progress) {

    private static final Set<String> LOG_LEVELS =
            Set.of("none", "fatal", "error", "warning", "information", "debug", "trace");

    public ClickHouseServerOptions {
        checkPort("httpPort", httpPort);
        checkPort("nativePort", nativePort);
        if (password != null && password.isEmpty()) {
            throw new IllegalArgumentException("password is empty");
        }
        if (memoryLimitBytes <= 0) {
            throw new IllegalArgumentException("memoryLimitBytes <= 0: " + memoryLimitBytes);
        }
        if (!LOG_LEVELS.contains(logLevel)) {
            throw new IllegalArgumentException("logLevel not in " + LOG_LEVELS + ": " + logLevel);
        }
        configXml = List.copyOf(configXml);
        usersXml = List.copyOf(usersXml);
        variables = Map.copyOf(variables);
        Objects.requireNonNull(progress, "progress");
    }

    private static void checkPort(String name, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(name + " not in [0, 65535]: " + port);
        }
    }

    public static ClickHouseServerOptions defaults() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.folder = folder;
        builder.httpPort = httpPort;
        builder.nativePort = nativePort;
        builder.password = password;
        builder.configXml = configXml;
        builder.usersXml = usersXml;
        builder.memoryLimitBytes = memoryLimitBytes;
        builder.logLevel = logLevel;
        builder.ownProcess = ownProcess;
        builder.variables = variables;
        builder.progress = progress;
        return builder;
    }

    boolean allowExternal() {
        return equals(builder().variables(variables).progress(progress).build());
    }

    /** Neither the password nor what the documents hold. */
    @Override
    public String toString() {
        return "ClickHouseServerOptions[folder=" + folder + ", httpPort=" + httpPort + ", nativePort=" + nativePort
                + ", memoryLimitBytes=" + memoryLimitBytes + ", logLevel=" + logLevel + "]";
    }

    /** Starts from the defaults: temporary folder, free ports, random password, 1.5 GB of memory. */
    public static final class Builder {

        private @Nullable Path folder;
        private int httpPort;
        private int nativePort;
        private @Nullable String password;
        private List<String> configXml = List.of();
        private List<String> usersXml = List.of();
        private long memoryLimitBytes = 1_500_000_000;
        private String logLevel = "warning";
        private boolean ownProcess;
        private Map<String, String> variables = System.getenv();
        private Consumer<String> progress = text -> {};

        private Builder() {}

        public Builder folder(@Nullable Path folder) {
            this.folder = folder;
            return this;
        }

        public Builder httpPort(int httpPort) {
            this.httpPort = httpPort;
            return this;
        }

        public Builder nativePort(int nativePort) {
            this.nativePort = nativePort;
            return this;
        }

        public Builder password(@Nullable String password) {
            this.password = password;
            return this;
        }

        public Builder configXml(String... documents) {
            this.configXml = List.of(documents);
            return this;
        }

        public Builder usersXml(String... documents) {
            this.usersXml = List.of(documents);
            return this;
        }

        public Builder memoryLimitBytes(long memoryLimitBytes) {
            this.memoryLimitBytes = memoryLimitBytes;
            return this;
        }

        public Builder logLevel(String logLevel) {
            this.logLevel = logLevel;
            return this;
        }

        public Builder ownProcess() {
            this.ownProcess = true;
            return this;
        }

        public Builder variables(Map<String, String> variables) {
            this.variables = variables;
            return this;
        }

        public Builder progress(Consumer<String> progress) {
            this.progress = progress;
            return this;
        }

        public ClickHouseServerOptions build() {
            return new ClickHouseServerOptions(
                    folder,
                    httpPort,
                    nativePort,
                    password,
                    configXml,
                    usersXml,
                    memoryLimitBytes,
                    logLevel,
                    ownProcess,
                    variables,
                    progress);
        }
    }
}
