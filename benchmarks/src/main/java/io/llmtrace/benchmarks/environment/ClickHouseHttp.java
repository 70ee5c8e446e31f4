package io.llmtrace.benchmarks.environment;

import io.llmtrace.dev.clickhouse.ClickHouseServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** A minimal HTTP client for statements, used by the baselines. Thread-safe. */
public final class ClickHouseHttp {

    /** The environment variable from which {@link ClickHouseServer} takes the URL of a running server. */
    public static final String URL_VARIABLE = "LLMTRACE_CLICKHOUSE_URL";

    private static final Duration LONGEST_STATEMENT = Duration.ofMinutes(30);

    private final ClickHouseServer server;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    public ClickHouseHttp(ClickHouseServer server) {
        this.server = server;
    }

    /** Returns the server that the suite has named in the environment of this process. */
    static ClickHouseHttp ofEnvironment() {
        return OfEnvironment.HTTP;
    }

    private static final class OfEnvironment {
        private static final ClickHouseHttp HTTP = new ClickHouseHttp(ClickHouseServer.start());
    }

    String url(String database) {
        return server.url(database);
    }

    /**
     * Runs a statement and returns its output.
     *
     * @param name names the statement in the query log
     */
    public byte[] query(String database, String name, String sql) {
        return send(parameters(database, name), sql.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Inserts rows.
     *
     * @param sql an {@code INSERT} that ends with the format of the rows
     */
    public void insert(String database, String name, String sql, byte[] rows) {
        Map<String, String> parameters = parameters(database, name);
        parameters.put("query", sql);
        send(parameters, rows);
    }

    private static Map<String, String> parameters(String database, String name) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("database", database);
        parameters.put("log_comment", name);
        // As llmtrace does: otherwise a late error would look like a result.
        parameters.put("wait_end_of_query", "1");
        return parameters;
    }

    private byte[] send(Map<String, String> parameters, byte[] body) {
        String query = parameters.entrySet().stream()
                .map(each -> each.getKey() + "=" + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://" + server.host() + ":" + server.httpPort() + "/?" + query))
                .timeout(LONGEST_STATEMENT)
                .header("X-ClickHouse-User", server.user())
                .header("X-ClickHouse-Key", server.password())
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        try {
            HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() != 200) {
                throw new IllegalStateException("'" + parameters.get("log_comment") + "' failed: "
                        + new String(response.body(), StandardCharsets.UTF_8).strip());
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted during '" + parameters.get("log_comment") + "'", e);
        }
    }
}
