package io.llmtrace.dev.clickhouse.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.llmtrace.dev.clickhouse.ClickHouseNotFoundException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fetches a small package from a registry on loopback. */
class EngineCacheTest {

    @TempDir
    Path folder;

    private final List<String> progress = Collections.synchronizedList(new ArrayList<>());
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private HttpServer registry;
    private Path archive;
    private EnginePackage enginePackage;

    @BeforeEach
    void publish() throws Exception {
        Path content = Files.createDirectories(folder.resolve("content/package"));
        Files.writeString(content.resolve("libchdb.so"), "an engine");
        Files.writeString(content.resolve("README.md"), "not needed");
        archive = folder.resolve("published.tgz");
        Commands.run(folder, List.of("tar", "-czf", archive.toString(), "-C", folder + "/content", "package"));
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(archive)));
        enginePackage = new EnginePackage("@scope", "engine", "1.0", sha256, 1);
        registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.createContext("/", exchange -> {
            requests.add(exchange.getRequestURI().toString());
            boolean known = exchange.getRequestURI().getPath().equals("/npm/@scope/engine/-/engine-1.0.tgz");
            byte[] body = known ? Files.readAllBytes(archive) : new byte[0];
            exchange.sendResponseHeaders(known ? 200 : 404, known ? body.length : -1);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        registry.start();
    }

    @AfterEach
    void unpublish() {
        registry.stop(0);
    }

    private String registryUrl() {
        return "http://127.0.0.1:" + registry.getAddress().getPort() + "/npm/";
    }

    private Path library(Machine machine) {
        return new EngineCache(machine.environment()).library(enginePackage, progress::add);
    }

    private Path cache() {
        return new Machine(folder).environment().cacheFolder();
    }

    @Test
    void library_isFetchedFromTheRegistryOfTheVariable() throws IOException {
        Path library = library(new Machine(folder).with("npm_config_registry", registryUrl()));

        assertThat(library).isEqualTo(cache().resolve("1.0/libchdb.so")).hasContent("an engine");
        assertThat(progress)
                .containsExactly(
                        "fetching ClickHouse, once: @scope/engine@1.0, 1 MB, from " + registryUrl() + " …",
                        "unpacking the engine …");
        try (Stream<Path> left = Files.list(cache())) {
            assertThat(left).containsExactlyInAnyOrder(cache().resolve("1.0"), cache().resolve("1.0.lock"));
        }
        try (Stream<Path> unpacked = Files.list(cache().resolve("1.0"))) {
            assertThat(unpacked).containsExactly(library);
        }
    }

    @Test
    void library_isFetchedFromTheRegistryOfNpmrc() throws IOException {
        Machine machine = new Machine(folder);
        Files.writeString(
                Files.createDirectories(machine.home()).resolve(".npmrc"), "fund=false\nregistry = " + registryUrl());

        assertThat(library(machine)).hasContent("an engine");
    }

    @Test
    void library_isFetchedWithNpmWhereThereIsOne() throws IOException {
        Machine machine = new Machine(folder)
                .with("npm_config_registry", registryUrl())
                .withProgram(
                        "npm", "[ \"$1 $2\" = 'pack @scope/engine@1.0' ] && /bin/cp " + archive + " engine-1.0.tgz");

        assertThat(library(machine)).hasContent("an engine");
        assertThat(requests).isEmpty();
    }

    @Test
    void library_isFetchedOnce() {
        Machine machine = new Machine(folder).with("npm_config_registry", registryUrl());

        List<CompletableFuture<Path>> fetches = Stream.generate(
                        () -> CompletableFuture.supplyAsync(() -> library(machine), task -> new Thread(task).start()))
                .limit(4)
                .toList();

        assertThat(fetches).allSatisfy(fetch -> assertThat(fetch.join()).hasContent("an engine"));
        assertThat(requests).hasSize(1);
    }

    @Test
    void library_anotherArchiveThanThePinnedOneIsRefused() throws IOException {
        Files.writeString(archive, "something else");

        assertThatThrownBy(() -> library(new Machine(folder).with("npm_config_registry", registryUrl())))
                .isInstanceOf(ClickHouseNotFoundException.class)
                .hasMessageStartingWith("the archive of @scope/engine@1.0 is not the expected one: its sha256 is ")
                .hasMessageContaining(", not " + enginePackage.sha256());
        assertThat(cache().resolve("1.0")).doesNotExist();
        assertThat(cache().resolve("1.0.partial")).doesNotExist();
    }

    @Test
    void library_registryWithoutThePackageIsNamed() {
        String wrong = registryUrl() + "elsewhere";

        assertThatThrownBy(() -> library(new Machine(folder).with("npm_config_registry", wrong)))
                .isInstanceOf(ClickHouseNotFoundException.class)
                .hasMessageContaining(wrong + "/@scope/engine/-/engine-1.0.tgz answers with status 404");
    }

    @Test
    void library_npmThatFailsIsQuoted() throws IOException {
        Machine machine = new Machine(folder).withProgram("npm", "echo 'E404 no such package'; exit 3");

        assertThatThrownBy(() -> library(machine))
                .isInstanceOf(ClickHouseNotFoundException.class)
                .hasMessageContaining("exited with 3: E404 no such package");
    }

    @Test
    void library_whatABrokenFetchLeftIsReplaced() throws IOException {
        Files.writeString(
                Files.createDirectories(cache().resolve("1.0.partial")).resolve("half.tgz"), "half");

        assertThat(library(new Machine(folder).with("npm_config_registry", registryUrl())))
                .hasContent("an engine");
        assertThat(cache().resolve("1.0.partial")).doesNotExist();
    }
}
