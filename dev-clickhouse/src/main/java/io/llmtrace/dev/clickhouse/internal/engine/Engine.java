package io.llmtrace.dev.clickhouse.internal.engine;

import java.nio.file.Path;
import java.util.List;

/** The form of ClickHouse that a server runs. */
public sealed interface Engine {

    /** Returns the arguments of the launcher that follow the id of the parent process. */
    List<String> launcherArguments(Path config, Path data, String logLevel);

    /** The ordinary executable {@code clickhouse}. */
    record Binary(Path file) implements Engine {
        @Override
        public List<String> launcherArguments(Path config, Path data, String logLevel) {
            return List.of("exec", file.toString(), "server", "--config-file=" + config);
        }
    }

    /** The same engine as a shared library, {@code libchdb.so}. */
    record Library(Path file) implements Engine {
        @Override
        public List<String> launcherArguments(Path config, Path data, String logLevel) {
            return List.of("library", file.toString(), config.toString(), data.toString(), logLevel);
        }
    }
}
