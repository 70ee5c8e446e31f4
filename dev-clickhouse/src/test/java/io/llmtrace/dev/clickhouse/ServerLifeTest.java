package io.llmtrace.dev.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.testkit.NeedsClickHouse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Start, stop, crash and restart of a server. */
@NeedsClickHouse
@Timeout(180)
class ServerLifeTest {

    /** Long enough for a busy machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private static ClickHouseServer start() {
        return ClickHouseServer.start(
                ClickHouseServerOptions.builder().ownProcess().build());
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).isPresent();
    }

    @Test
    void kill_restartKeepsEveryAcknowledgedInsert() throws Exception {
        try (ClickHouseServer server = start()) {
            server.execute("CREATE TABLE t (x Int32) ORDER BY x");
            AtomicInteger acknowledged = new AtomicInteger();
            AtomicBoolean ended = new AtomicBoolean();
            CompletableFuture<Void> writer =
                    CompletableFuture.runAsync(() -> insertUntilItFails(server, acknowledged, ended));
            Awaitility.await().atMost(PATIENCE).until(() -> acknowledged.get() >= 50);
            long pid = server.pid();

            server.kill();

            writer.join();
            assertThat(ended).isTrue();
            assertThat(isAlive(pid)).isFalse();
            assertThat(server.isRunning()).isFalse();
            assertThat(server.endedByItself()).isFalse();
            server.restart();
            assertThat(Integer.parseInt(server.execute("SELECT countDistinct(x) FROM t WHERE x < " + acknowledged.get())
                            .strip()))
                    .isEqualTo(acknowledged.get());
        }
    }

    @Test
    void start_portTakenInTheMeantime_takesAnother() throws Exception {
        CompletableFuture<ServerSocket> taken =
                CompletableFuture.supplyAsync(() -> takePortOf(folder.resolve("config.xml")));
        try (ClickHouseServer server = ClickHouseServer.start(
                        ClickHouseServerOptions.builder().folder(folder).build());
                ServerSocket socket = taken.get()) {
            assertThat(server.execute("SELECT 1").strip()).isEqualTo("1");
            assertThat(server.httpPort()).isNotEqualTo(socket.getLocalPort());
        }
    }

    /** Listens on the port of a server as soon as its configuration names it, and before the server does. */
    private static ServerSocket takePortOf(Path config) {
        Pattern port = Pattern.compile("<http_port>(\\d+)</http_port>");
        while (true) {
            try {
                Matcher chosen = port.matcher(Files.exists(config) ? Files.readString(config) : "");
                if (chosen.find()) {
                    return new ServerSocket(Integer.parseInt(chosen.group(1)), 1, InetAddress.getByName("127.0.0.1"));
                }
                Thread.onSpinWait();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void insertUntilItFails(ClickHouseServer server, AtomicInteger acknowledged, AtomicBoolean ended) {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                server.execute("INSERT INTO t VALUES (" + acknowledged.get() + ")");
                acknowledged.incrementAndGet();
            }
        } catch (ClickHouseQueryException e) {
            ended.set(true);
        }
    }

    @Test
    void stop_takesLessThanThreeSecondsWithAnIdleConnectionAndRestartKeepsData() {
        try (ClickHouseServer server = start()) {
            server.execute("CREATE TABLE t (x Int32) ORDER BY x");
            server.execute("INSERT INTO t VALUES (1)");
            int port = server.httpPort();
            long begin = System.nanoTime();

            server.stop();

            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
            assertThat(server.isRunning()).isFalse();
            assertThat(server.log()).contains("launcher: stopped");
            server.restart();
            assertThat(server.execute("SELECT x FROM t")).isEqualTo("1\n");
            assertThat(server.httpPort()).isEqualTo(port);
        }
    }

    @Test
    void restart_ofARunningServerEndsItFirst() {
        try (ClickHouseServer server = start()) {
            long pid = server.pid();

            server.restart();

            assertThat(isAlive(pid)).isFalse();
            assertThat(server.execute("SELECT 1")).isEqualTo("1\n");
        }
    }

    @Test
    void pause_answersNothingUntilResume() {
        try (ClickHouseServer server = start()) {
            server.pause();
            CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> server.execute("SELECT 1"));

            Awaitility.await().during(Duration.ofMillis(500)).atMost(PATIENCE).until(() -> !answer.isDone());
            server.resume();

            assertThat(answer.join()).isEqualTo("1\n");
        }
    }

    @Test
    void stop_ofAPausedServerEndsIt() {
        try (ClickHouseServer server = start()) {
            server.pause();

            server.stop();

            assertThat(server.isRunning()).isFalse();
        }
    }

    @Test
    void close_leavesNeitherProcessNorFolder() {
        ClickHouseServer server = start();
        long pid = server.pid();
        Path used = server.folder();
        assertThat(used).isDirectory();

        server.close();
        server.close();

        assertThat(isAlive(pid)).isFalse();
        assertThat(used).doesNotExist();
        assertThatThrownBy(server::restart)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the server is closed");
    }

    @Test
    void endedByItself_tellsACrashFromAnEndThatWasWanted() {
        try (ClickHouseServer server = start()) {
            assertThat(server.endedByItself()).isFalse();

            ProcessHandle.of(server.pid()).orElseThrow().destroyForcibly();

            Awaitility.await().atMost(PATIENCE).until(server::endedByItself);
            server.restart();
            assertThat(server.endedByItself()).isFalse();
        }
    }

    @Test
    void twoServers_shareNothing() {
        try (ClickHouseServer one = start();
                ClickHouseServer other = start()) {
            one.execute("CREATE DATABASE only_here");

            assertThat(one.execute("EXISTS DATABASE only_here")).isEqualTo("1\n");
            assertThat(other.execute("EXISTS DATABASE only_here")).isEqualTo("0\n");
            assertThat(one.password()).isNotEqualTo(other.password());
            assertThat(one.httpPort()).isNotEqualTo(other.httpPort());
        }
    }

    @Test
    void givenFolder_isKeptWithDataAndPassword() {
        ClickHouseServerOptions options =
                ClickHouseServerOptions.builder().folder(folder).build();
        String password;
        try (ClickHouseServer server = ClickHouseServer.start(options)) {
            password = server.password();
            server.execute("CREATE TABLE kept (x Int32) ORDER BY x");
            server.execute("INSERT INTO kept VALUES (7)");
        }
        try (ClickHouseServer server = ClickHouseServer.start(options)) {
            assertThat(server.password()).isEqualTo(password);
            assertThat(server.execute("SELECT x FROM kept")).isEqualTo("7\n");
        }
        assertThat(folder.resolve("data")).isDirectory();
    }

    @Test
    void givenFolder_thatAServerRunsInIsRefused() {
        ClickHouseServerOptions options =
                ClickHouseServerOptions.builder().folder(folder).build();
        try (ClickHouseServer server = ClickHouseServer.start(options)) {
            assertThatExceptionOfType(ClickHouseStartException.class)
                    .isThrownBy(() -> ClickHouseServer.start(options))
                    .withMessage("a server started by another process already runs in " + folder
                            + ": end that one, or choose another folder");
            assertThat(server.execute("SELECT 1")).isEqualTo("1\n");
        }
    }

    @Test
    void busyPort_isNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int port = taken.getLocalPort();

            assertThatExceptionOfType(ClickHouseStartException.class)
                    .isThrownBy(() -> ClickHouseServer.start(
                            ClickHouseServerOptions.builder().nativePort(port).build()))
                    .withMessage("nativePort " + port + " is in use by another program on 127.0.0.1: end that program,"
                            + " or choose another port (0 for any free one)");
        }
    }

    @Test
    void busyPort_onRestartEndsWithTheReasonOfTheEngine() throws IOException {
        try (ClickHouseServer server = start()) {
            server.stop();
            try (ServerSocket taken = new ServerSocket(server.httpPort(), 1, InetAddress.getByName("127.0.0.1"))) {
                assertThat(taken.isBound()).isTrue();

                assertThatThrownBy(server::restart)
                        .isInstanceOf(ClickHouseStartException.class)
                        .hasMessageContaining("before it answered")
                        .hasMessageContaining("Address already in use");
            }
            server.restart();
            assertThat(server.execute("SELECT 1")).isEqualTo("1\n");
        }
    }

    @Test
    void missingConfiguration_isAnErrorAndNotAServerWithoutPasswords() throws IOException {
        try (ClickHouseServer server = start()) {
            Path config = server.folder().resolve("config.xml");
            Files.delete(config);

            assertThatThrownBy(server::restart)
                    .isInstanceOf(ClickHouseStartException.class)
                    .hasMessageContaining("cannot read the configuration: " + config);
        }
    }

    @Test
    void wrongConfiguration_isQuotedAndNothingIsLeftOver() {
        assertThatThrownBy(() -> ClickHouseServer.start(ClickHouseServerOptions.builder()
                        .folder(folder)
                        .configXml("<clickhouse><http_port>")
                        .build()))
                .isInstanceOf(ClickHouseStartException.class)
                .hasMessageContaining("the server ended with")
                .hasMessageContaining("config.d/0.xml");
        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                .noneMatch(child -> child.info().toString().contains(folder.toString()));
    }
}
