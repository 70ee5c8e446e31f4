package io.llmtrace.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.json.TraceJson;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.StorageException;
import io.llmtrace.storage.UnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;

/** Calls a server over HTTP. Retries if the server is overloaded, and turns its problem documents into exceptions. */
final class RestClient {

    /** The most attempts for one call. */
    static final int MAX_ATTEMPTS = 6;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final Duration FIRST_WAIT = Duration.ofMillis(200);

    private final URI server;
    private final Duration timeout;
    private final int maxAttempts;
    private final HttpClient http;

    /** @param timeout the timeout of each attempt */
    RestClient(URI server, Duration timeout, int maxAttempts) {
        this.server = server;
        this.timeout = timeout;
        this.maxAttempts = maxAttempts;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
    }

    URI server() {
        return server;
    }

    /** Gets a resource; empty for 404. */
    Optional<byte[]> get(String pathAndQuery) {
        HttpResponse<byte[]> response = call(request(pathAndQuery).GET().build());
        return response.statusCode() == 404 ? Optional.empty() : Optional.of(response.body());
    }

    /** Gets a resource with a single attempt, and returns the answer whatever its status. */
    HttpResponse<byte[]> getOnce(String pathAndQuery) {
        return send(request(pathAndQuery).GET().build(), BodyHandlers.ofByteArray());
    }

    /** Gets a response that may be larger than memory, as a stream. The caller must close it. */
    InputStream stream(String pathAndQuery) {
        HttpResponse<InputStream> response = send(request(pathAndQuery).GET().build(), BodyHandlers.ofInputStream());
        if (response.statusCode() == 200) {
            return response.body();
        }
        try (InputStream body = response.body()) {
            throw Problem.of(server, response.statusCode(), body.readAllBytes());
        } catch (IOException e) {
            throw new UnavailableException("connection to " + server + " failed: " + e, e);
        }
    }

    /** Deletes a resource, and returns the answer; empty for 404. */
    Optional<JsonNode> delete(String pathAndQuery) {
        HttpResponse<byte[]> response = call(request(pathAndQuery).DELETE().build());
        return response.statusCode() == 404 || response.body().length == 0
                ? Optional.empty()
                : Optional.of(json(response.body()));
    }

    /** Puts JSON, and returns the answer; empty for 404. */
    Optional<byte[]> put(String path, byte[] json) {
        HttpResponse<byte[]> response = call(request(path)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofByteArray(json))
                .build());
        return response.statusCode() == 404 ? Optional.empty() : Optional.of(response.body());
    }

    /** Posts a body, and returns the answer, whose status is a success or 404. */
    HttpResponse<byte[]> post(String path, String contentType, byte[] body) {
        return post(path, contentType, body, "identity");
    }

    /** Posts a body, and returns the answer, whose status is a success or 404. */
    HttpResponse<byte[]> post(String path, String contentType, byte[] body, String contentEncoding) {
        return call(request(path)
                .header("Content-Type", contentType)
                .header("Content-Encoding", contentEncoding)
                .POST(BodyPublishers.ofByteArray(body))
                .build());
    }

    /** Parses an answer. */
    JsonNode json(byte[] body) {
        try {
            return TraceJson.readTree(body);
        } catch (InvalidRequestException e) {
            throw new UnavailableException(
                    server + " does not answer as llmtrace does: check the URL, another program may be there", e);
        }
    }

    private HttpRequest.Builder request(String pathAndQuery) {
        return HttpRequest.newBuilder(URI.create(server + pathAndQuery))
                .timeout(timeout)
                .header("Accept", "application/json, application/x-ndjson");
    }

    /**
     * Sends a request, several times if necessary.
     *
     * @throws StorageException for any answer other than a success and 404
     */
    private HttpResponse<byte[]> call(HttpRequest request) {
        for (int attempt = 1; ; attempt++) {
            HttpResponse<byte[]> response = send(request, BodyHandlers.ofByteArray());
            int status = response.statusCode();
            if (status / 100 == 2 || status == 404) {
                return response;
            }
            boolean again = status == 429 || status == 503;
            if (!again || attempt >= maxAttempts) {
                throw Problem.of(server, status, response.body());
            }
            pause(waitBefore(response, attempt));
        }
    }

    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> bodyHandler) {
        try {
            return http.send(request, bodyHandler);
        } catch (HttpTimeoutException e) {
            throw new UnavailableException(server + " did not answer within " + timeout.toSeconds() + " s", e);
        } catch (ConnectException e) {
            throw new UnavailableException(
                    "cannot reach " + server + ": is 'llmtrace serve' running there? Check --server", e);
        } catch (IOException e) {
            throw new UnavailableException("connection to " + server + " failed: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted while waiting for " + server, e);
        }
    }

    /** Returns the time that the server asks to wait, or else twice the time before the previous attempt. */
    private static Duration waitBefore(HttpResponse<?> response, int attempt) {
        Duration wait = response.headers()
                .firstValue("Retry-After")
                .filter(seconds -> seconds.matches("[0-9]{1,6}"))
                .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
                .orElse(FIRST_WAIT.multipliedBy(1L << (attempt - 1)));
        return wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted while the server was overloaded", e);
        }
    }
}
