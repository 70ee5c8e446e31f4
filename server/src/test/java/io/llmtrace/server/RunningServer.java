package io.llmtrace.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.json.TraceJson;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;

/** A server on free ports over a repository of the test, and an HTTP client for it. Closing it closes the repository. */
public final class RunningServer implements AutoCloseable {

    public static final UUID TENANT = TenantResolver.DEFAULT_TENANT;
    public static final String JSON = "application/json";
    public static final String NDJSON = "application/x-ndjson";
    public static final String PROTOBUF = "application/x-protobuf";

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final TraceRepository repository;
    private final LlmTraceServer server;

    private RunningServer(TraceRepository repository, LlmTraceServer server) {
        this.repository = repository;
        this.server = server;
    }

    public static RunningServer inMemory() {
        return over(new InMemoryTraceRepository());
    }

    public static RunningServer over(TraceRepository repository) {
        return over(repository, config());
    }

    public static RunningServer over(TraceRepository repository, ServerConfig.Builder config) {
        return over(repository, config, TenantResolver.single());
    }

    public static RunningServer over(TraceRepository repository, ServerConfig.Builder config, TenantResolver tenants) {
        return new RunningServer(repository, LlmTraceServer.start(config.build(), repository, tenants));
    }

    /** Returns a configuration with any free port, and without the ports of OTLP. */
    public static ServerConfig.Builder config() {
        return ServerConfig.builder().port(0).otlpPorts(List.of());
    }

    public LlmTraceServer server() {
        return server;
    }

    public TraceRepository repository() {
        return repository;
    }

    /** Returns the address, such as {@code http://127.0.0.1:43210}, without a slash at the end. */
    public String baseUrl() {
        return server.uri().toString();
    }

    public Answer get(String path) {
        return send(request(path).GET());
    }

    public Answer delete(String path) {
        return send(request(path).DELETE());
    }

    public Answer post(String path, String contentType, String body) {
        return post(path, contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    public Answer post(String path, String contentType, byte[] body) {
        return send(request(path).header("Content-Type", contentType).POST(BodyPublishers.ofByteArray(body)));
    }

    public Answer put(String path, String json) {
        return send(request(path).header("Content-Type", JSON).PUT(BodyPublishers.ofString(json)));
    }

    public Answer postGzip(String path, String contentType, byte[] body) {
        return send(request(path)
                .header("Content-Type", contentType)
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(gzip(body))));
    }

    /** Begins a request that needs other headers. */
    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(baseUrl() + path));
    }

    public Answer send(HttpRequest.Builder request) {
        try {
            return new Answer(client.send(request.build(), BodyHandlers.ofByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public static byte[] gzip(byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    @Override
    public void close() {
        server.close();
        repository.close();
    }

    /** A response with its complete body. */
    public record Answer(HttpResponse<byte[]> response) {

        public int status() {
            return response.statusCode();
        }

        public byte[] bytes() {
            return response.body();
        }

        public String text() {
            return new String(bytes(), StandardCharsets.UTF_8);
        }

        public JsonNode json() {
            return TraceJson.readTree(bytes());
        }

        public String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        @Override
        public String toString() {
            return status() + " " + text();
        }
    }
}
