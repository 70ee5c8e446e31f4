package io.llmtrace.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A fake of OpenAI's API on a free loopback port. {@link FakeModel} creates the responses.
 *
 * <p>With {@code "stream": true}, the answer is sent as server-sent events. It refuses keys other than {@link #API_KEY} with 401,
 * and questions that contain {@link #RATE_LIMIT_TRIGGER} with 429.
 */
final class FakeModelServer implements AutoCloseable {

    static final String API_KEY = "sk-fake";
    static final String RATE_LIMIT_TRIGGER = "rate limit";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final HttpServer server;

    private FakeModelServer(HttpServer server) {
        this.server = server;
        server.setExecutor(executor);
        server.createContext("/v1/chat/completions", exchange -> handle(exchange, FakeModelServer::chat));
        server.createContext("/v1/embeddings", exchange -> handle(exchange, FakeModelServer::embed));
        server.start();
    }

    static FakeModelServer start() throws IOException {
        return new FakeModelServer(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    }

    /** Returns the base URL for clients, which ends in {@code /v1}. */
    URI baseUrl() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }

    private interface Handler {
        void answer(HttpExchange exchange, JsonNode request) throws IOException;
    }

    private static void handle(HttpExchange exchange, Handler handler) throws IOException {
        try (exchange) {
            JsonNode request = JSON.readTree(exchange.getRequestBody().readAllBytes());
            String key = exchange.getRequestHeaders().getFirst("Authorization");
            if (!("Bearer " + API_KEY).equals(key)) {
                sendError(exchange, 401, "invalid_api_key", "Incorrect API key provided");
                return;
            }
            handler.answer(exchange, request);
        }
    }

    private static void chat(HttpExchange exchange, JsonNode request) throws IOException {
        FakeModel model = new FakeModel(request);
        if (model.question().contains(RATE_LIMIT_TRIGGER)) {
            sendError(exchange, 429, "rate_limit_exceeded", "Rate limit reached");
        } else if (request.path("stream").asBoolean()) {
            sendStream(exchange, model);
        } else {
            sendJson(exchange, 200, model.completion());
        }
    }

    private static void embed(HttpExchange exchange, JsonNode request) throws IOException {
        sendJson(exchange, 200, FakeModel.embeddings(request));
    }

    private static void sendStream(HttpExchange exchange, FakeModel model) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            for (ObjectNode chunk : model.chunks()) {
                sendEvent(out, chunk.toString());
            }
            sendEvent(out, "[DONE]");
        }
    }

    private static void sendEvent(OutputStream out, String data) throws IOException {
        out.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static void sendError(HttpExchange exchange, int status, String code, String message) throws IOException {
        ObjectNode body = JSON.createObjectNode();
        body.putObject("error")
                .put("message", message)
                .put("type", "invalid_request_error")
                .putNull("param")
                .put("code", code);
        sendJson(exchange, status, body);
    }

    private static void sendJson(HttpExchange exchange, int status, JsonNode body) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(body);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }
}
