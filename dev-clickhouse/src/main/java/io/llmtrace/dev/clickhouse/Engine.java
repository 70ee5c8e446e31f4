package io.llmtrace.dev.clickhouse;

import java.nio.file.Path;
import java.util.List;

/** What runs in the process of a server. */
sealed interface Engine {

    /** Arguments of the launcher, without the process that it belongs to. */
    List<String> launcherArguments(ServerFiles files, String logLevel);

    /** The ordinary ClickHouse. */
    record Binary(Path file) implements Engine {
        @Override
        public List<String> launcherArguments(ServerFiles files, String logLevel) {
            return List.of("exec", file.toString(), "server", "--config-file=" + files.config());
        }
    }

    /** {@code libchdb.so}, the same engine as a shared library. */
    record Library(Path file) implements Engine {
        @Override
        public List<String> launcherArguments(ServerFiles files, String logLevel) {
            return List.of(
                    "library",
                    file.toString(),
                    files.config().toString(),
                    files.data().toString(),
                    logLevel);
        }
    }
}
