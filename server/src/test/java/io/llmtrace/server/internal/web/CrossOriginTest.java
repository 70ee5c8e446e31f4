package io.llmtrace.server.internal.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.server.RunningServer;
import io.llmtrace.server.RunningServer.Answer;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.server.WebConfig;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What browsers ask before and while a page of another site exports. */
class CrossOriginTest {

    private static final String APP = "https://app.example.com";
    private static final String EMPTY = "{\"resourceSpans\":[]}";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/traces",
                "/v1/traces/",
                "/v1/logs",
                "/v1/metrics",
                "/api/public/otel/v1/traces",
                "/llmtrace/v1/traces"
            })
    void preflight_ofAnAllowedOrigin_permitsWhatItAsksFor(String path) {
        try (RunningServer server = serverFor(APP)) {
            Answer answer = server.send(preflight(server, path, APP)
                    .header("Access-Control-Request-Headers", "authorization,content-encoding,content-type,x-api-key"));

            assertThat(answer.status()).isEqualTo(204);
            assertThat(answer.header("access-control-allow-origin")).isEqualTo(APP);
            assertThat(answer.header("access-control-allow-methods")).isEqualTo("POST");
            assertThat(answer.header("access-control-allow-headers"))
                    .isEqualTo("authorization,content-encoding,content-type,x-api-key");
            assertThat(answer.header("access-control-allow-credentials")).isEqualTo("true");
            assertThat(answer.header("access-control-max-age")).isEqualTo("7200");
            assertThat(answer.header("vary")).isEqualTo("origin");
            assertThat(answer.header("access-control-allow-private-network")).isEmpty();
        }
    }

    @Test
    void preflight_ofAnyOrigin_allowsNoCookies() {
        try (RunningServer server = serverFor("*")) {
            Answer answer = server.send(preflight(server, "/v1/traces", "https://whoever.example")
                    .header("Access-Control-Request-Headers", "content-type")
                    .header("Access-Control-Request-Private-Network", "true"));

            assertThat(answer.status()).isEqualTo(204);
            assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
            assertThat(answer.header("access-control-allow-credentials")).isEmpty();
            assertThat(answer.header("access-control-allow-headers")).isEqualTo("content-type");
            assertThat(answer.header("access-control-allow-private-network")).isEqualTo("true");
        }
    }

    @Test
    void preflight_ofAnotherOrigin_isRefusedByName() {
        try (RunningServer server = serverFor(APP)) {
            for (String origin : List.of("https://evil.example", "http://app.example.com", APP + ":8443", "null")) {
                Answer answer = server.send(preflight(server, "/v1/traces", origin));

                assertThat(answer.status()).as(origin).isEqualTo(403);
                assertThat(answer.text()).contains("add it to allowed-origins");
                assertThat(answer.header("access-control-allow-origin")).isEmpty();
            }
        }
    }

    @Test
    void preflight_byDefault_isRefused() {
        try (RunningServer server = RunningServer.inMemory()) {
            Answer answer = server.send(preflight(server, "/v1/traces", APP));

            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.text()).contains("add it to allowed-origins");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {APP, "*"})
    void restApi_staysClosed(String allowed) {
        try (RunningServer server = serverFor(allowed)) {
            for (String path : List.of("/api/v1/traces", "/api/v1/retention", "/", "/health", "/nowhere")) {
                Answer preflight = server.send(preflight(server, path, APP));
                Answer read = server.send(server.request(path).header("Origin", APP));

                assertThat(preflight.status()).as(path).isEqualTo(403);
                assertThat(preflight.header("access-control-allow-origin")).isEmpty();
                assertThat(read.header("access-control-allow-origin")).isEmpty();
            }
            Answer write = server.send(post(server, "/api/v1/spans", "[]", APP));
            assertThat(write.status()).isEqualTo(403);
            assertThat(write.header("access-control-allow-origin")).isEmpty();
        }
    }

    @Test
    void export_ofAnAllowedOrigin_isStored_andErrorsCanBeRead() {
        try (RunningServer server = serverFor(APP)) {
            assertReadable(server.send(post(server, "/v1/traces", EMPTY, APP)), 200);
            assertReadable(
                    server.send(
                            post(server, "/v1/traces", RunningServer.gzip(EMPTY.getBytes(StandardCharsets.UTF_8)), APP)
                                    .header("Content-Encoding", "gzip")),
                    200);
            assertReadable(server.send(post(server, "/v1/traces", "{", APP)), 400);
            assertReadable(server.send(post(server, "/v1/metrics", "{}", APP)), 200);
            assertReadable(server.send(post(server, "/v1/traces", new byte[2 << 20], APP)), 413);
            assertThat(server.send(post(server, "/v1/traces", EMPTY, "https://evil.example"))
                            .status())
                    .isEqualTo(403);
        }
    }

    @Test
    void answers_varyByOrigin_whereOriginsMatter() {
        try (RunningServer server = serverFor(APP)) {
            Answer plain = server.post("/v1/traces", RunningServer.JSON, EMPTY);

            assertThat(plain.header("vary")).isEqualTo("origin");
            assertThat(plain.header("access-control-allow-origin")).isEmpty();
        }
        try (RunningServer server = RunningServer.inMemory()) {
            assertThat(server.post("/v1/traces", RunningServer.JSON, EMPTY).header("vary"))
                    .isEmpty();
        }
    }

    private static void assertReadable(Answer answer, int status) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.response().headers().allValues("access-control-allow-origin"))
                .containsExactly(APP);
        assertThat(answer.response().headers().allValues("access-control-allow-credentials"))
                .containsExactly("true");
        assertThat(answer.header("access-control-expose-headers")).isEqualTo("retry-after");
    }

    private static RunningServer serverFor(String origin) {
        WebConfig web = WebConfig.builder()
                .allowedOrigins(List.of(origin))
                .publicUrl(URI.create("https://example.com/llmtrace"))
                .build();
        ServerConfig.Builder config = RunningServer.config().web(web).maxBodyBytes(1 << 20);
        return RunningServer.over(new InMemoryTraceRepository(), config);
    }

    private static HttpRequest.Builder preflight(RunningServer server, String path, String origin) {
        return server.request(path)
                .method("OPTIONS", BodyPublishers.noBody())
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "POST");
    }

    private static HttpRequest.Builder post(RunningServer server, String path, String body, String origin) {
        return post(server, path, body.getBytes(StandardCharsets.UTF_8), origin);
    }

    private static HttpRequest.Builder post(RunningServer server, String path, byte[] body, String origin) {
        return server.request(path)
                .header("Content-Type", RunningServer.JSON)
                .header("Origin", origin)
                .POST(BodyPublishers.ofByteArray(body));
    }
}
