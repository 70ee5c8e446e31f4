package io.llmtrace.dev.clickhouse;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The options of a server. If any of them but {@code variables} and {@code progress} is set, a process is started even if
 * {@code LLMTRACE_CLICKHOUSE_URL} names a server, since the options of that one cannot be changed.
 */
public sealed interface ClickHouseServerOptions permits ClickHouseServerOptionsValues {

    /**
     * Returns the folder for configuration, data and logs, which is kept; null for a temporary one that {@code close} deletes.
     */
    @Nullable
    Path folder();

    /** Returns the port for HTTP; 0 for any free one. */
    int httpPort();

    /** Returns the port for the native protocol; 0 for any free one. */
    int nativePort();

    /** Returns the password of the user {@code llmtrace}; null for that of an earlier run in the folder, or else a random one. */
    @Nullable
    String password();

    /** Returns documents {@code <clickhouse>…</clickhouse>} that are merged into the server's configuration. */
    List<String> configXml();

    /** Returns such documents for users, profiles, quotas and grants. */
    List<String> usersXml();

    /** Returns the memory limit of the whole server; queries beyond it fail. */
    long memoryLimitBytes();

    /** Returns the level of {@code server.log}: none, fatal, error, warning, information, debug or trace. */
    String logLevel();

    /** Returns whether to start a process in any case, for tests that kill or pause it. */
    boolean ownProcess();

    /** Returns environment variables, which may name a ClickHouse. */
    Map<String, String> variables();

    /** Returns what receives short messages about steps that take time. */
    Consumer<String> progress();

    /** Returns the default options, see {@link Builder}. */
    static ClickHouseServerOptions defaults() {
        return builder().build();
    }

    /** Returns a builder that begins with the defaults. */
    static Builder builder() {
        return new Builder();
    }

    /** Returns a builder with all values of these options. */
    default Builder toBuilder() {
        Builder builder = new Builder();
        builder.folder = folder();
        builder.httpPort = httpPort();
        builder.nativePort = nativePort();
        builder.password = password();
        builder.configXml = configXml();
        builder.usersXml = usersXml();
        builder.memoryLimitBytes = memoryLimitBytes();
        builder.logLevel = logLevel();
        builder.ownProcess = ownProcess();
        builder.variables = variables();
        builder.progress = progress();
        return builder;
    }

    /** Builds options. The defaults are a temporary folder, free ports, a random password and 1.5 GB of memory. */
    final class Builder {

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

        /**
         * Builds the options.
         *
         * @throws IllegalArgumentException naming the option that is out of range
         */
        public ClickHouseServerOptions build() {
            return new ClickHouseServerOptionsValues(
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
