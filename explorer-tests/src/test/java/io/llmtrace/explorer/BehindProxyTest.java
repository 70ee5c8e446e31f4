package io.llmtrace.explorer;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.options.AriaRole;
import io.llmtrace.samples.SampleTraces;
import io.llmtrace.server.LlmTraceServer;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.server.TenantResolver;
import io.llmtrace.server.WebConfig;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.testkit.LongTest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Uses the explorer through a real nginx, with the configurations of docs/reverse-proxy.md. Every page is opened by a link and by its
 * address. No request may leave the path below which the proxy serves llmtrace, and the browser must report no error.
 */
@NeedsBrowser
@NeedsNginx
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BehindProxyTest {

    private static final UUID TENANT = TenantResolver.DEFAULT_TENANT;
    private static final Path GUIDE = Path.of("../docs/reverse-proxy.md");
    private static final Pattern NGINX_BLOCK = Pattern.compile("```nginx\n(.*?)```", Pattern.DOTALL);
    private static final String SPAN = """
            [{"trace_id":"%s","span_id":"b7ad6b7169203331","operation_name":"from the page","kind":"llm",
              "start_time":"2026-01-31T09:30:00Z"}]""";

    private Path folder;
    private TraceRepository repository;
    private Certificate certificate;
    private int port;
    private LlmTraceServer server;
    private Nginx nginx;
    private BrowserContext context;
    private Page page;
    private final List<String> complaints = new ArrayList<>();

    @BeforeAll
    void fill(@TempDir Path temporary) throws IOException {
        folder = temporary;
        certificate = Certificate.create(folder);
        // ann, secret
        Files.writeString(folder.resolve("htpasswd"), "ann:{PLAIN}secret\n");
        repository = TraceRepositories.open("sqlite:" + folder.resolve("traces.db"));
        Instant end = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        repository.storeSpans(SampleTraces.generate(42, 60, TENANT, end, Duration.ofHours(20))
                .flatMap(trace -> trace.spans().stream())
                .toList());
    }

    @AfterAll
    void closeRepository() {
        repository.close();
    }

    @AfterEach
    void stop() {
        if (context != null) {
            context.close();
        }
        if (nginx != null) {
            nginx.close();
        }
        server.close();
        complaints.clear();
    }

    @LongTest
    @Test
    void guide_hostOfItsOwn() throws IOException {
        port = Nginx.freePort();
        URI url = URI.create("https://traces.example.com:" + port);
        start(WebConfig.builder().publicUrl(url), guideBlock(0));

        walk(url.toString());
        assertThat(post(url.toString())).isEqualTo(200);
    }

    @Test
    void guide_pathOfAnotherSite() throws IOException {
        port = Nginx.freePort();
        URI url = URI.create("https://example.com:" + port + "/llmtrace");
        start(WebConfig.builder().publicUrl(url), guideBlock(1));

        walk(url.toString());
        assertThat(post(url.toString())).isEqualTo(200);
    }

    @LongTest
    @Test
    void guide_pathThatTheProxyLeavesInPlace() throws IOException {
        port = Nginx.freePort();
        URI url = URI.create("https://example.com:" + port + "/llmtrace");
        start(
                WebConfig.builder().publicUrl(url),
                guideBlock(1)
                        .replaceFirst("(proxy_pass http://[0-9.:]+)/;", "$1;")
                        .replaceFirst("location /llmtrace/", "location /llmtrace"));

        walk(url.toString());
        assertThat(post(url.toString())).isEqualTo(200);
    }

    @Test
    void pathWithoutAnySetting() {
        port = Nginx.freePort();
        String url = "http://localhost:" + port + "/a/b-c";
        start(WebConfig.builder(), """
                server {
                    listen 127.0.0.1:%d;
                    location /a/b-c/ { proxy_pass http://127.0.0.1:8080/; }
                }""".formatted(port));

        walk(url);
        // nginx replaces Host, so that nothing tells that the page is the server's own: refused, and the answer names
        // the setting.
        assertThat(post(url)).isEqualTo(403);
        assertThat(complaints).singleElement().asString().contains("403");
        complaints.clear();
    }

    /** The proxy passes on the address without a slash at its end, and only its headers tell which it was. */
    @Test
    void guide_forwardedHeaders() throws IOException {
        port = Nginx.freePort();
        String url = "https://example.com:" + port + "/llmtrace";
        start(
                WebConfig.builder().allowedHosts(List.of("example.com")).trustedProxies(List.of("127.0.0.1")),
                guideBlock(1)
                        .replace("proxy_set_header Host $http_host;", headersOfTheGuide())
                        .replaceFirst("location /llmtrace/", "location ~ ^/llmtrace(/.*)?\\$")
                        .replaceFirst(
                                "proxy_pass http://([0-9.:]+)/;",
                                "rewrite ^/llmtrace/?(.*) /\\$1 break; proxy_pass http://$1;"));

        walk(url);
        assertThat(post(url)).isEqualTo(200);
    }

    @Test
    void emptyStore_namesTheAddressForExporters() {
        port = Nginx.freePort();
        String url = "http://localhost:" + port + "/llmtrace";
        TraceRepository full = repository;
        try (TraceRepository empty = TraceRepositories.open("memory:")) {
            repository = empty;
            start(WebConfig.builder(), """
                    server {
                        listen 127.0.0.1:%d;
                        location /llmtrace/ { proxy_pass http://127.0.0.1:8080/; }
                    }""".formatted(port));
            page.navigate(url + "/");

            assertThat(page.locator(".state pre")).containsText("OTEL_EXPORTER_OTLP_ENDPOINT=" + url + " ");
            assertThat(complaints).isEmpty();
        } finally {
            repository = full;
        }
    }

    /** The session of a proxy that asks users to sign in ends while the page is open. */
    @Test
    void answersOfTheProxyItself_areToldApart() {
        port = Nginx.freePort();
        String url = "http://localhost:" + port + "/llmtrace";
        start(WebConfig.builder(), """
                server {
                    listen 127.0.0.1:%d;
                    location /llmtrace/ { proxy_pass http://127.0.0.1:8080/; }
                    location /llmtrace/api/v1/traces { return 302 https://login.example.com/; }
                    location /llmtrace/api/v1/analytics/sessions {
                        default_type text/html;
                        return 200 "<html>Sign in</html>";
                    }
                }""".formatted(port));

        page.navigate(url + "/");
        assertThat(page.locator(".state")).containsText("you may have to sign in again");
        page.navigate(url + "/sessions");
        assertThat(page.locator(".state").first()).containsText("you may have to sign in again");
        screenshot("proxy-signed-out");
        assertThat(complaints).isEmpty();
    }

    private void walk(String url) {
        String origin = url.replaceFirst("^(https?://[^/]+).*", "$1");
        String path = url.substring(origin.length());
        context.onRequest(request -> {
            if (!request.url().startsWith(url)) {
                complaints.add("asked " + request.url());
            }
        });
        // As a user types it: without the slash at the end.
        page.navigate(url);
        Locator rows = page.locator("table.list tr.row");
        rows.first().waitFor();
        screenshot("proxy" + path.replace('/', '-'));

        rows.first().locator("a").first().click();
        page.locator("lt-waterfall [role=treeitem]").first().waitFor();
        assertThat(page.url()).startsWith(url + "/traces/");
        page.reload();
        page.locator("lt-waterfall [role=treeitem]").first().waitFor();
        screenshot("proxy" + path.replace('/', '-') + "-trace");
        page.keyboard().press("Escape");
        rows.first().waitFor();

        for (String name : List.of("Sessions", "Dashboard", "Security")) {
            page.getByRole(AriaRole.NAVIGATION, new GetByRoleOptions().setName("Pages"))
                    .getByRole(AriaRole.LINK, new Locator.GetByRoleOptions().setName(name))
                    .click();
            page.waitForURL(address -> address.startsWith(url + "/" + name.toLowerCase(Locale.ROOT)));
            page.locator("main table, main .panel table").first().waitFor();
            page.reload();
            page.locator("main table, main .panel table").first().waitFor();
        }
        page.goBack();
        page.waitForURL(address -> address.startsWith(url + "/dashboard"));
        page.locator(".panel table a").first().click();
        page.waitForURL(address -> !address.contains("/dashboard"));
        assertThat(page.url()).startsWith(url + "/");
        page.keyboard().press("g");
        rows.first().waitFor();

        String export = page.locator("a[download]").first().getAttribute("href");
        assertThat(export).startsWith(path + "/api/v1/export");
        assertThat((String) page.evaluate("href => fetch(href).then(answer => answer.text())", export))
                .startsWith("{\"trace_id\"");

        page.keyboard().press("?");
        page.getByRole(AriaRole.LINK, new GetByRoleOptions().setName("API reference"))
                .click();
        page.waitForURL(url + "/docs");
        assertThat((String) page.evaluate("() => getComputedStyle(document.body).maxWidth"))
                .isNotEqualTo("none");
        screenshot("proxy" + path.replace('/', '-') + "-docs");
        Response openApi = page.waitForResponse(
                "**/openapi.json",
                () -> page.getByRole(AriaRole.LINK, new GetByRoleOptions().setName("openapi.json"))
                        .click());
        assertThat(openApi.status()).isEqualTo(200);
        assertThat(complaints).isEmpty();
        page.navigate(url + "/");
        rows.first().waitFor();
    }

    /** Writes from the page, and returns the status. */
    private int post(String url) {
        String body = SPAN.formatted(UUID.randomUUID().toString().replace("-", ""));
        return (int) page.evaluate(
                "([url, body]) => fetch(url, {method: 'POST', headers: {'content-type': 'application/json'}, body})"
                        + ".then(answer => answer.status)",
                List.of(url + "/api/v1/spans", body));
    }

    private void start(WebConfig.Builder web, String servers) {
        server = LlmTraceServer.start(
                ServerConfig.builder()
                        .port(0)
                        .otlpPorts(List.of())
                        .web(web.build())
                        .build(),
                repository);
        String configured = servers.replace("127.0.0.1:8080", "127.0.0.1:" + server.port())
                .replace("listen 443 ssl", "listen 127.0.0.1:" + port + " ssl")
                .replaceAll("ssl_certificate +[^;]+", "ssl_certificate " + certificate.certificate())
                .replaceAll("ssl_certificate_key +[^;]+", "ssl_certificate_key " + certificate.key())
                .replaceAll("auth_basic_user_file [^;]+", "auth_basic_user_file " + folder.resolve("htpasswd"));
        nginx = Nginx.start(folder, configured, port);
        context = Chromium.browser()
                .newContext(new NewContextOptions()
                        .setViewportSize(ExplorerTest.WIDTH, ExplorerTest.HEIGHT)
                        .setIgnoreHTTPSErrors(true)
                        .setHttpCredentials("ann", "secret"));
        context.setDefaultTimeout(15_000);
        page = context.newPage();
        page.onConsoleMessage(message -> {
            // For a document without an icon, such as openapi.json, browsers ask the site.
            boolean icon = message.location().contains("/favicon.ico");
            if (!icon && (message.type().equals("error") || message.type().equals("warning"))) {
                complaints.add(message.text() + " at " + message.location());
            }
        });
        page.onPageError(complaints::add);
        context.onResponse(response -> {
            if (response.status() == 404) {
                complaints.add("404 for " + response.url());
            }
        });
    }

    /** Returns a server of nginx as the guide has it. */
    private static String guideBlock(int index) throws IOException {
        Matcher matcher = NGINX_BLOCK.matcher(Files.readString(GUIDE));
        for (int i = 0; i <= index; i++) {
            assertThat(matcher.find())
                    .as("block " + i + " of nginx in the guide")
                    .isTrue();
        }
        return matcher.group(1);
    }

    private static String headersOfTheGuide() throws IOException {
        Matcher matcher = Pattern.compile("(?:^ *proxy_set_header [^\n]+\n)+", Pattern.MULTILINE)
                .matcher(Files.readString(GUIDE));
        String longest = "";
        while (matcher.find()) {
            longest = matcher.group().length() > longest.length() ? matcher.group() : longest;
        }
        assertThat(longest).contains("X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix");
        return longest;
    }

    private void screenshot(String name) {
        Path screenshots = Path.of(System.getProperty("llmtrace.screenshots", "target/screenshots"));
        page.screenshot(new ScreenshotOptions().setPath(screenshots.resolve(name + ".png")));
    }
}
