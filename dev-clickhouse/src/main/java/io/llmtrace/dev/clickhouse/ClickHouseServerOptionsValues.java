package io.llmtrace.dev.clickhouse;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The implementation of the options of a server. It is not public, so that a new component breaks no caller. */
record ClickHouseServerOptionsValues(
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
        Consumer<String> progress)
        implements ClickHouseServerOptions {

    private static final Set<String> LOG_LEVELS =
            Set.of("none", "fatal", "error", "warning", "information", "debug", "trace");

    ClickHouseServerOptionsValues {
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

    /** Returns whether the server at {@code LLMTRACE_CLICKHOUSE_URL} will do for these options. */
    static boolean allowExternal(ClickHouseServerOptions options) {
        return options.equals(ClickHouseServerOptions.builder()
                .variables(options.variables())
                .progress(options.progress())
                .build());
    }

    /** Returns the options without the password and the documents, which may contain secrets. */
    @Override
    public String toString() {
        return "ClickHouseServerOptions[folder=" + folder + ", httpPort=" + httpPort + ", nativePort=" + nativePort
                + ", memoryLimitBytes=" + memoryLimitBytes + ", logLevel=" + logLevel + "]";
    }
}
