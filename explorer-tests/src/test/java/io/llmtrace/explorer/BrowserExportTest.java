package io.llmtrace.explorer;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.sun.net.httpserver.HttpServer;
import io.llmtrace.server.LlmTraceServer;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.server.TenantResolver;
import io.llmtrace.server.WebConfig;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A page of another site exports its spans from the browser. */
@NeedsBrowser
final class BrowserExportTest {

    private static final UUID TENANT = TenantResolver.DEFAULT_TENANT;

    /** The ways in which exporters send. */
    private static final String SEND = """
            async ([way, url, trace]) => {
              const body = JSON.stringify({resourceSpans: [{scopeSpans: [{spans: [{traceId: trace, spanId: 'eee19b7ec3c1b174',
                name: way, startTimeUnixNano: '1769851800000000000', endTimeUnixNano: '1769851801000000000'}]}]}]});
              if (way === 'beacon') {
                return navigator.sendBeacon(url, new Blob([body], {type: 'application/json'})) ? 200 : 0;
              }
              const headers = {'content-type': 'application/json', authorization: 'Bearer x', 'x-api-key': 'y'};
              let sent = body;
              if (way === 'gzip') {
                headers['content-encoding'] = 'gzip';
                const stream = new Blob([body]).stream().pipeThrough(new CompressionStream('gzip'));
                sent = new Uint8Array(await new Response(stream).arrayBuffer());
              }
              const credentials = way === 'cookies' ? 'include' : 'same-origin';
              try {
                const answer = await fetch(url, {method: 'POST', headers, body: sent, credentials, keepalive: way === 'keepalive'});
                return answer.status;
              } catch {
                return 0;
              }
            }""";

    private final TraceRepository repository = TraceRepositories.open("memory:");
    private HttpServer site;
    private BrowserContext context;
    private Page page;

    @BeforeEach
    void openPageOfAnotherSite() throws IOException {
        site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        site.createContext("/", exchange -> {
            byte[] body = "<!doctype html><title>app</title>".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/html");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        site.start();
        context = Chromium.browser().newContext();
        page = context.newPage();
        page.navigate(origin());
    }

    @AfterEach
    void close() {
        context.close();
        site.stop(0);
        repository.close();
    }

    @Test
    void allowedPage_exportsInEveryWay_butCannotReadTraces() {
        try (LlmTraceServer server = serverFor(origin())) {
            for (String way : List.of("fetch", "gzip", "keepalive", "cookies", "beacon")) {
                UUID trace = UUID.randomUUID();

                assertThat(send(way, server, trace)).as(way).isEqualTo(200);
                Awaitility.await()
                        .untilAsserted(() -> assertThat(repository.getTrace(TENANT, trace))
                                .as(way)
                                .isPresent());
            }
            assertThat(read(server)).isEqualTo(0);
        }
    }

    @Test
    void anyPage_exportsWithoutCookies() {
        try (LlmTraceServer server = serverFor("*")) {
            assertThat(send("gzip", server, UUID.randomUUID())).isEqualTo(200);
            assertThat(send("cookies", server, UUID.randomUUID())).isEqualTo(0);
            assertThat(read(server)).isEqualTo(0);
        }
    }

    @Test
    void otherPage_cannotExport() {
        try (LlmTraceServer server = serverFor("https://app.example.com")) {
            for (String way : List.of("fetch", "gzip", "keepalive", "cookies", "beacon")) {
                UUID trace = UUID.randomUUID();
                send(way, server, trace);

                assertThat(repository.getTrace(TENANT, trace)).as(way).isEmpty();
            }
        }
    }

    private String origin() {
        return "http://localhost:" + site.getAddress().getPort();
    }

    private LlmTraceServer serverFor(String origin) {
        WebConfig web = WebConfig.builder().allowedOrigins(List.of(origin)).build();
        return LlmTraceServer.start(
                ServerConfig.builder().port(0).otlpPorts(List.of()).web(web).build(), repository);
    }

    private int send(String way, LlmTraceServer server, UUID trace) {
        return (int) page.evaluate(
                SEND, List.of(way, server.uri() + "/v1/traces", trace.toString().replace("-", "")));
    }

    private int read(LlmTraceServer server) {
        return (int) page.evaluate(
                "url => fetch(url).then(answer => answer.status, () => 0)", server.uri() + "/api/v1/traces");
    }
}
