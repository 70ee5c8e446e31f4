package io.llmtrace.dev.clickhouse.internal.server;

import io.llmtrace.dev.clickhouse.ClickHouseQueryException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The HTTP address of a server, and the credentials for it. */
public record Endpoint(String host, int httpPort, String user, String password) {

    private static final Duration QUERY_TIMEOUT = Duration.ofMinutes(2);
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    public String authority() {
        return host + ":" + httpPort;
    }

    public String credentials() {
        return encoded(user) + ":" + encoded(password);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    public String execute(String sql) {
        return execute(sql, QUERY_TIMEOUT);
    }

    String execute(String sql, Duration timeout) {
        // Without wait_end_of_query a late error would look like a part of the answer.
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + authority() + "/?wait_end_of_query=1"))
                .timeout(timeout)
                .header("X-ClickHouse-User", user)
                .header("X-ClickHouse-Key", password)
                .POST(HttpRequest.BodyPublishers.ofString(sql))
                .build();
        try {
            HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new ClickHouseQueryException(
                        response.headers()
                                .firstValue("X-ClickHouse-Exception-Code")
                                .map(Integer::parseInt)
                                .orElse(0),
                        response.body().strip());
            }
            return response.body();
        } catch (IOException e) {
            throw new ClickHouseQueryException("no answer from " + authority() + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClickHouseQueryException("interrupted while waiting for " + authority(), e);
        }
    }

    @Override
    public String toString() {
        return "clickhouse://" + user + "@" + authority();
    }
}
