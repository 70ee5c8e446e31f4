package io.llmtrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.testkit.Effort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tests a server with a small heap, whose clients send more than fits into it. */
@Timeout(300)
@Isolated
class ServerMemoryTest {

    private static final Logger LOG = LoggerFactory.getLogger(ServerMemoryTest.class);

    private static final int CONNECTIONS = Effort.of(60, 200);
    private static final int SLOW_SENDERS = Effort.of(20, 50);
    /** The largest number of parts by the smallest. */
    private static final int FRACTION = 500;

    private static final int AT_THE_SAME_TIME = 3;

    private static final int INFLATED_MB = 200;
    private static final byte[] BOMB = bomb();

    @TempDir
    Path folder;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpClient client = HttpClient.newHttpClient();
    private ServerProcess server;

    @BeforeEach
    void startServer() throws IOException {
        Path data = Files.createDirectories(folder.resolve("data"));
        server = ServerProcess.start(
                data,
                List.of("-Xmx256m", "-XX:+ExitOnOutOfMemoryError"),
                "--storage",
                "sqlite:" + data.resolve("t.db"));
    }

    @AfterEach
    void stopServer() {
        threads.shutdownNow();
        server.close();
    }

    /** Returns a zip bomb: about 10 MiB that inflate to 200 MiB. */
    private static byte[] bomb() {
        Random random = new Random(1);
        byte[] megabyte = new byte[1 << 20];
        byte[] noise = new byte[megabyte.length / 20];
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            for (int i = 0; i < INFLATED_MB; i++) {
                random.nextBytes(noise);
                System.arraycopy(noise, 0, megabyte, 0, noise.length);
                gzip.write(megabyte);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    @Test
    void manyLargeBodies_ofKnownLength_areRefused() throws Exception {
        assertThat(statusesOf(false).keySet()).isSubsetOf(413, 429);
        assertServes();
    }

    @Test
    void manyLargeBodies_ofUnknownLength_areRefused() throws Exception {
        assertThat(statusesOf(true).keySet()).isSubsetOf(413, 429);
        assertServes();
    }

    @Test
    void slowSenders_andThoseThatVanish_takeNothingFromOthers() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < SLOW_SENDERS; i++) {
                Socket socket = connect();
                slow.add(socket);
                socket.getOutputStream().write(head("Content-Length: " + (1 << 20)));
                socket.getOutputStream().write(BOMB, 0, 1_000);
                socket.getOutputStream().flush();
            }
            for (int i = 0; i < CONNECTIONS; i++) {
                try (Socket vanishing = connect()) {
                    vanishing.getOutputStream().write(head("Content-Length: " + BOMB.length));
                    vanishing.getOutputStream().write(BOMB, 0, 200_000);
                } catch (SocketException e) {
                    // refused while sending
                }
            }
            assertServes();
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    @Timeout(600)
    void smallBodies_ofManyObjects_areRefusedOrServed() throws Exception {
        for (ManyParts.Kind kind : ManyParts.kinds()) {
            Map<Integer, Integer> statuses = new TreeMap<>();
            for (int parts = kind.largest(); parts >= kind.largest() / FRACTION; parts /= 2) {
                send(kind, parts).forEach((status, count) -> statuses.merge(status, count, Integer::sum));
                assertThat(server.health().path("status").asText())
                        .as("%s", kind)
                        .isEqualTo("ok");
            }
            LOG.info("{}: {}", kind, statuses);
            assertThat(statuses.keySet()).as("%s", kind).isSubsetOf(200, 400, 413, 429);
        }
        assertServes();
    }

    /** Sends some such bodies at the same time, and counts the answers by status. */
    private Map<Integer, Integer> send(ManyParts.Kind kind, int parts) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(server.uri().resolve(kind.path()))
                .header("Content-Type", kind.type())
                .POST(HttpRequest.BodyPublishers.ofByteArray(kind.body().apply(parts)))
                .build();
        List<CompletableFuture<HttpResponse<Void>>> answers = new ArrayList<>();
        for (int i = 0; i < AT_THE_SAME_TIME; i++) {
            answers.add(client.sendAsync(request, HttpResponse.BodyHandlers.discarding()));
        }
        Map<Integer, Integer> statuses = new TreeMap<>();
        for (CompletableFuture<HttpResponse<Void>> answer : answers) {
            try {
                statuses.merge(answer.get(120, TimeUnit.SECONDS).statusCode(), 1, Integer::sum);
            } catch (ExecutionException e) {
                throw new AssertionError(parts + " parts of " + kind, e);
            }
        }
        return statuses;
    }

    /** Sends the bodies and counts the answers by status. The server must answer {@code /health} meanwhile. */
    private Map<Integer, Integer> statusesOf(boolean chunked) throws Exception {
        List<Future<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            answers.add(threads.submit(() -> send(chunked)));
        }
        Map<Integer, Integer> statuses = new TreeMap<>();
        for (Future<Integer> answer : answers) {
            JsonNode health = server.health();
            assertThat(health.path("status").asText()).isEqualTo("ok");
            statuses.merge(answer.get(120, TimeUnit.SECONDS), 1, Integer::sum);
        }
        LOG.info("{} connections, {}: {}", CONNECTIONS, chunked ? "chunked" : "of known length", statuses);
        return statuses;
    }

    private int send(boolean chunked) throws IOException {
        try (Socket socket = connect()) {
            try {
                OutputStream out = socket.getOutputStream();
                out.write(head(chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + BOMB.length));
                if (chunked) {
                    out.write((Integer.toHexString(BOMB.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
                }
                out.write(BOMB);
                if (chunked) {
                    out.write("\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                }
                out.flush();
            } catch (SocketException e) {
                // the server may close the connection without reading a body that it refuses
            }
            return statusOf(socket.getInputStream());
        }
    }

    private static int statusOf(InputStream in) throws IOException {
        String line = new String(in.readNBytes("HTTP/1.1 200".length()), StandardCharsets.US_ASCII);
        assertThat(line).startsWith("HTTP/1.1 ");
        return Integer.parseInt(line.substring("HTTP/1.1 ".length()));
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(server.uri().getHost(), server.uri().getPort());
        socket.setSoTimeout(120_000);
        return socket;
    }

    private static byte[] head(String length) {
        return ("POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\n"
                        + "Content-Encoding: gzip\r\n" + length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private void assertServes() throws Exception {
        try (Senders senders = new Senders(4)) {
            senders.start(server);
            Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> senders.acknowledgedCount() >= 100);
            senders.stop();
        }
        assertThat(server.isRunning()).isTrue();
    }
}
