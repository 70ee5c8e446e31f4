package io.llmtrace.explorer;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.options.ColorScheme;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.samples.SampleTraces;
import io.llmtrace.server.LlmTraceServer;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.server.TenantResolver;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Runs a server for the tests of a class, and opens a page for each test. In every test, the page must send requests to the server
 * only, and the browser must report no error, whether of a script or of the content security policy.
 */
@NeedsBrowser
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ExplorerTest {

    static final UUID TENANT = TenantResolver.DEFAULT_TENANT;
    static final int WIDTH = 1440;
    static final int HEIGHT = 900;

    TraceRepository repository;
    private LlmTraceServer server;
    private BrowserContext context;
    private final List<String> complaints = new ArrayList<>();
    private final List<String> expected = new ArrayList<>();
    Page page;

    @BeforeAll
    final void startServer(@TempDir Path folder) {
        repository = TraceRepositories.open("sqlite:" + folder.resolve("traces.db"));
        server = LlmTraceServer.start(
                ServerConfig.builder().port(0).otlpPorts(List.of()).build(), repository);
        fill();
    }

    /** Stores the data for the tests of the class. */
    abstract void fill();

    @AfterAll
    final void stopServer() {
        server.close();
        repository.close();
    }

    @BeforeEach
    final void openPage() {
        page = newPage(WIDTH, HEIGHT, ColorScheme.LIGHT);
    }

    /** Opens a page in a new browser context, and closes the previous one. */
    final Page newPage(int width, int height, ColorScheme scheme) {
        if (context != null) {
            context.close();
        }
        context = Chromium.browser()
                .newContext(new NewContextOptions()
                        .setViewportSize(width, height)
                        .setColorScheme(scheme)
                        .setTimezoneId("UTC")
                        .setPermissions(List.of("clipboard-read", "clipboard-write")));
        context.setDefaultTimeout(15_000);
        page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
        page.onDialog(dialog -> {
            complaints.add("dialog: " + dialog.message());
            dialog.dismiss();
        });
        context.onRequest(request -> {
            if (!request.url().startsWith(server.uri() + "/") && !request.url().startsWith("data:")) {
                complaints.add("asked " + request.url());
            }
        });
        return page;
    }

    @AfterEach
    final void noComplaints() {
        context.close();
        context = null;
        List<String> unexpected = complaints.stream()
                .filter(complaint -> expected.stream().noneMatch(complaint::contains))
                .toList();
        complaints.clear();
        expected.clear();
        assertThat(unexpected).isEmpty();
    }

    /** Expects the browser to log an error that contains {@code part}, for example about a request that the test makes fail. */
    final void expectComplaint(String part) {
        expected.add(part);
    }

    final void open(String path) {
        page.navigate(server.uri() + path);
    }

    /** Stores generated traces of the last 20 hours, always the same ones relative to now, and returns them. */
    final List<TraceEvent> storeSamples(int count) {
        Instant end = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        List<TraceEvent> traces = SampleTraces.generate(42, count, TENANT, end, Duration.ofHours(20))
                .toList();
        repository.storeSpans(
                traces.stream().flatMap(trace -> trace.spans().stream()).toList());
        return traces;
    }

    /** Waits for the rows of the list, and returns them. */
    final Locator rows() {
        Locator rows = page.locator("table.list tr.row");
        rows.first().waitFor();
        return rows;
    }

    /** Returns the links of all rendered rows, in order, without the filters that they carry. */
    final List<String> hrefs() {
        rows();
        return page.locator("table.list tr.row .c-name a").all().stream()
                .map(link ->
                        link.getAttribute("href").replaceFirst("\\?(?!span=).*|(?<=\\?span=[0-9a-f-]{16,36})&.*", ""))
                .toList();
    }

    final void waitForAddress(String part) {
        page.waitForFunction("part => decodeURIComponent(location.href).includes(part)", part);
    }

    final String address() {
        return (String) page.evaluate("() => decodeURIComponent(location.pathname + location.search)");
    }

    /** Saves a screenshot of the page as a build artefact. */
    final void screenshot(String name) {
        Path folder = Path.of(System.getProperty("llmtrace.screenshots", "target/screenshots"));
        page.screenshot(new ScreenshotOptions().setPath(folder.resolve(name + ".png")));
    }
}
