package io.llmtrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.json.TraceJson;
import io.llmtrace.server.LlmTraceServer;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A running server on a free port with a SQLite file, read over REST and with the command line. */
final class RunningLlmTrace implements AutoCloseable {

    private final HttpClient client = HttpClient.newHttpClient();
    private final String storageUrl;
    private final TraceRepository repository;
    private final LlmTraceServer server;

    private RunningLlmTrace(String storageUrl) {
        this.storageUrl = storageUrl;
        repository = TraceRepositories.open(storageUrl);
        ServerConfig config =
                ServerConfig.builder().port(0).otlpPorts(List.of()).build();
        server = LlmTraceServer.start(config, repository);
    }

    /** Starts a server, which creates {@code traces.db} in the folder. */
    static RunningLlmTrace startIn(Path folder) {
        return new RunningLlmTrace("sqlite:" + folder.resolve("traces.db"));
    }

    URI uri() {
        return server.uri();
    }

    /** Returns the answer to {@code GET} of a path below {@code /api/v1/}. */
    JsonNode get(String path) {
        HttpRequest request =
                HttpRequest.newBuilder(uri().resolve("/api/v1/" + path)).build();
        try {
            HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
            assertThat(response.statusCode()).as("%s", request).isEqualTo(200);
            return TraceJson.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Returns the output of {@code show}, after checking that it is the same from the file and through the server. */
    String show(String traceId, String... options) {
        String local = Cli.run(show(traceId, options, "--storage", storageUrl + "?mode=ro"));
        String remote = Cli.run(show(traceId, options, "--server", uri().toString()));
        assertThat(remote).isEqualTo(local);
        return local;
    }

    private static String[] show(String traceId, String[] options, String... store) {
        return Stream.of(new String[] {"show", traceId}, options, store)
                .flatMap(Stream::of)
                .toArray(String[]::new);
    }

    @Override
    public void close() {
        server.close();
        repository.close();
    }
}
