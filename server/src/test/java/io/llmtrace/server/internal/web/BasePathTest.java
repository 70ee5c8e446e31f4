package io.llmtrace.server.internal.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.server.RunningServer;
import io.llmtrace.server.RunningServer.Answer;
import io.llmtrace.server.WebConfig;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import java.net.URI;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server below the path of a proxy. */
class BasePathTest {

    private static final Pattern ADDRESS = Pattern.compile("(?:href|src)=\"([^\"]+)\"|: \"([^\"]*/ui/[^\"]+)\"");

    /** The path that the browser sees, the one that the server sees, and the prefix that a trusted proxy reports. */
    @ParameterizedTest
    @CsvSource({
        "/, /, ",
        "/sessions, /sessions, ",
        "/llmtrace/, /, ",
        "/llmtrace/traces/0af7651916cd43dd8448eb211c80319c, /traces/0af7651916cd43dd8448eb211c80319c, ",
        "/llmtrace/dashboard, /dashboard, ",
        "/llmtrace/docs, /docs, ",
        "/llmtrace, /, /llmtrace",
        "/llmtrace/, /, /llmtrace",
        "/llmtrace/security, /security, /llmtrace",
        "/a/b/traces/x, /traces/x, /a/b",
    })
    void page_addressesAllBelowItsOwnRoot(String seen, String requested, String prefix) {
        WebConfig web = WebConfig.builder().trustedProxies(List.of("127.0.0.1")).build();
        try (RunningServer server = RunningServer.over(
                new InMemoryTraceRepository(), RunningServer.config().web(web))) {
            var request = server.request(requested);
            if (prefix != null) {
                request.header("X-Forwarded-Prefix", prefix);
            }
            String root = seen.replaceFirst("^((?:/llmtrace|/a/b)?).*", "$1") + "/";

            Set<String> addresses = addresses(server.send(request), seen);

            assertThat(addresses).isNotEmpty().allMatch(address -> address.startsWith(root));
            for (String address : addresses) {
                String own = "/" + address.substring(root.length());
                assertThat(own.endsWith("/") ? 200 : server.get(own).status())
                        .as(own)
                        .isEqualTo(200);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/llmtrace", "/a/b", "/a/traces", "/a/ui"})
    void everything_isServedBelowThePathOfThePublicUrl(String path) {
        try (RunningServer server = at("https://example.com" + path)) {
            for (String page : List.of("", "/", "/sessions", "/dashboard", "/security", "/docs", "/traces/0a")) {
                Answer answer = server.get(path + page);

                assertThat(answer.status()).as(path + page).isEqualTo(200);
                assertThat(addresses(answer, path + page))
                        .as(path + page)
                        .isNotEmpty()
                        .allMatch(address -> address.startsWith(path + "/"));
            }
            for (String file :
                    List.of("/ui/main.js", "/style.css", "/api/v1/openapi.json", "/api/v1/traces", "/health")) {
                assertThat(server.get(path + file).status()).as(path + file).isEqualTo(200);
                assertThat(server.get(file).status()).as(file).isEqualTo(200);
            }
            assertThat(server.post(path + "/v1/traces", RunningServer.JSON, "{}")
                            .status())
                    .isEqualTo(200);
            assertThat(server.get(path + "/nowhere/at/all").status()).isEqualTo(404);
            assertThat(server.send(server.request(path + "/v1/logs").DELETE()).status())
                    .isEqualTo(405);
            assertThat(server.post(path + "/v1/traces", RunningServer.JSON, "{").text())
                    .startsWith("{\"code\":3,");
        }
    }

    /** As with Traefik's StripPrefix without trust: only the host tells the address. */
    @Test
    void root_ofThePublicHost_isAtThePathOfThePublicUrl() {
        try (RunningServer server = at("http://localhost:1/llmtrace")) {
            Answer other = server.get("/");
            assertThat(addresses(other, "/")).allMatch(address -> !address.startsWith("/llmtrace"));
        }
        try (RunningServer server = at("http://127.0.0.1/llmtrace")) {
            assertThat(addresses(server.get("/"), "/llmtrace"))
                    .isNotEmpty()
                    .allMatch(address -> address.startsWith("/llmtrace/"));
        }
    }

    @Test
    void untrustedPrefix_isIgnored() {
        try (RunningServer server = RunningServer.inMemory()) {
            Answer page = server.send(server.request("/").header("X-Forwarded-Prefix", "/evil"));

            assertThat(page.text()).doesNotContain("/evil");
        }
    }

    @Test
    void importMap_isAllowedByItsHash_whateverItsAddresses() throws Exception {
        WebConfig web = WebConfig.builder().trustedProxies(List.of("127.0.0.1")).build();
        try (RunningServer server = RunningServer.over(
                new InMemoryTraceRepository(), RunningServer.config().web(web))) {
            Set<String> tags = new LinkedHashSet<>();
            Set<String> policies = new LinkedHashSet<>();
            for (String prefix : List.of("", "/a", "/b")) {
                Answer page = server.send(server.request("/").header("X-Forwarded-Prefix", prefix));
                tags.add(page.header("etag"));
                policies.add(page.header("content-security-policy"));
            }
            assertThat(tags).hasSize(3);
            assertThat(policies).hasSize(3);
        }
    }

    @Test
    void openApi_namesTheServer() {
        try (RunningServer server = RunningServer.inMemory()) {
            assertThat(server.get("/api/v1/openapi.json")
                            .json()
                            .at("/servers/0/url")
                            .asText())
                    .isEqualTo("../..");
        }
        try (RunningServer server = at("https://example.com/llmtrace/")) {
            assertThat(server.get("/api/v1/openapi.json")
                            .json()
                            .at("/servers/0/url")
                            .asText())
                    .isEqualTo("https://example.com/llmtrace");
        }
    }

    @Test
    void pathOfAProxy_withoutThePublicUrl_saysWhatToSet() {
        try (RunningServer server = RunningServer.inMemory()) {
            for (String path : List.of("/llmtrace/", "/llmtrace/api/v1/traces", "/a/b/docs")) {
                assertThat(server.get(path).text()).as(path).contains("set public-url to the address with that path");
            }
            assertThat(server.get("/llmtrace").text()).contains("see /docs\"").doesNotContain("public-url");
        }
    }

    @Test
    void metrics_countTheSameRoute() {
        try (RunningServer server = at("https://example.com/llmtrace")) {
            server.get("/llmtrace/api/v1/stats");

            assertThat(server.get("/metrics").text())
                    .contains("route=\"/api/v1/stats\"")
                    .doesNotContain("route=\"/llmtrace");
        }
    }

    @Test
    void basePath_isStrippedAtSlashesOnly() {
        BasePath path = new BasePath("/llmtrace");

        assertThat(path.strip("/llmtrace")).isEqualTo("/");
        assertThat(path.strip("/llmtrace/")).isEqualTo("/");
        assertThat(path.strip("/llmtrace/docs")).isEqualTo("/docs");
        assertThat(path.strip("/llmtraces/docs")).isEqualTo("/llmtraces/docs");
        assertThat(path.strip("/docs")).isEqualTo("/docs");
        assertThat(new BasePath("").strip("/docs")).isEqualTo("/docs");
    }

    private static RunningServer at(String url) {
        WebConfig web =
                WebConfig.builder().publicUrl(WebConfig.parsePublicUrl(url)).build();
        return RunningServer.over(
                new InMemoryTraceRepository(), RunningServer.config().web(web));
    }

    /** Returns the paths of all addresses in a page, as a browser resolves them. */
    private static Set<String> addresses(Answer page, String seen) {
        assertThat(page.status()).isEqualTo(200);
        Set<String> found = new LinkedHashSet<>();
        Matcher matcher = ADDRESS.matcher(page.text());
        while (matcher.find()) {
            String address = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
            found.add(URI.create("http://host" + seen).resolve(address).getPath());
        }
        return found;
    }
}
