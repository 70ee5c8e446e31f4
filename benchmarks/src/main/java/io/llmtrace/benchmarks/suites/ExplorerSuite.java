package io.llmtrace.benchmarks.suites;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import io.llmtrace.benchmarks.contenders.Contenders;
import io.llmtrace.benchmarks.contenders.Metric;
import io.llmtrace.benchmarks.environment.ClickHouseDatabase;
import io.llmtrace.benchmarks.environment.ClickHouseHttp;
import io.llmtrace.benchmarks.environment.Folders;
import io.llmtrace.benchmarks.environment.ServerProcess;
import io.llmtrace.benchmarks.load.Load;
import io.llmtrace.benchmarks.load.NotedSpans;
import io.llmtrace.benchmarks.report.Comparison;
import io.llmtrace.benchmarks.report.Measurements;
import io.llmtrace.benchmarks.report.Report;
import io.llmtrace.benchmarks.tasks.FillTask;
import io.llmtrace.benchmarks.tasks.Scale;
import io.llmtrace.dev.clickhouse.ClickHouseServer;
import io.llmtrace.explorer.Chromium;
import io.llmtrace.model.TraceSpan;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Measures how long a user waits for a page of the trace explorer in Chromium, with small and large stores. */
final class ExplorerSuite implements Suite {

    private static final int LOADS = 11;
    private static final double LONGEST_LOAD_MS = 120_000;

    /** Resolves to the milliseconds from the start of the navigation until the awaited element has been painted. */
    private static final String WATCH = """
            window.shown = new Promise(done => {
              const look = () => {
                if (document.querySelector('%s')) {
                  observer.disconnect();
                  requestAnimationFrame(() => setTimeout(() => done(performance.now())));
                }
              };
              const observer = new MutationObserver(look);
              observer.observe(document, { childList: true, subtree: true });
            });
            """;

    /**
     * @param path the page's path, with {@code %s} for the id of a trace
     * @param selector selects the element that the user waits for
     */
    private record View(String text, String path, String selector) {}

    private static final List<View> VIEWS = List.of(
            new View("newest traces", "/?time=all", "table.list tr.row"),
            new View("newest spans with errors", "/?time=all&show=spans&status=error", "table.list tr.row"),
            new View("most expensive traces", "/?time=all&sort=cost", "table.list tr.row"),
            new View("a trace", "/traces/%s", "[role=treeitem]"),
            new View("dashboard of all times", "/dashboard?time=all", ".figures dd"));

    private enum Size {
        SMALL,
        LARGE
    }

    private enum Kind {
        SQLITE("SQLite", Part.SQLITE, Contenders.REPOSITORY),
        CLICKHOUSE("ClickHouse", Part.CLICKHOUSE, Contenders.CLICKHOUSE);

        private final String text;
        private final Part part;
        private final Contenders contender;

        Kind(String text, Part part, Contenders contender) {
            this.text = text;
            this.part = part;
            this.contender = contender;
        }
    }

    private final Scale scale;
    private final List<Kind> kinds;
    private final Path folder;
    private final PrintStream progress;

    ExplorerSuite(Scale scale, Set<Part> parts, Path folder, PrintStream progress) {
        this.scale = scale;
        this.kinds = List.of(Kind.values()).stream()
                .filter(kind -> parts.contains(kind.part))
                .toList();
        this.folder = folder;
        this.progress = progress;
    }

    @Override
    public Report run() {
        if (!kinds.contains(Kind.CLICKHOUSE)) {
            try (Runner runner = new Runner(scale, Map.of(), progress)) {
                return run(runner, null);
            }
        }
        return ClickHouseSuite.withServer(folder, progress, this::run);
    }

    private Report run(ClickHouseServer server) {
        try (Runner runner = new Runner(scale, ClickHouseSuite.variables(server), progress)) {
            return run(runner, new ClickHouseHttp(server));
        }
    }

    /** @param clickHouse null if ClickHouse is not measured */
    private Report run(Runner runner, @Nullable ClickHouseHttp clickHouse) {
        for (Kind kind : kinds) {
            for (Size size : Size.values()) {
                Path filled = folder(kind, size);
                Folders.createEmpty(filled);
                drop(kind, filled, clickHouse);
                runner.measure(
                        fill(kind, size),
                        new FillTask(Load.NARROW, spansOf(size), scale.batchSize()),
                        kind.contender,
                        filled);
                if (clickHouse != null && kind == Kind.CLICKHOUSE) {
                    ClickHouseDatabase.of(clickHouse, FillTask.storeOf(filled)).awaitMerges();
                }
            }
        }
        for (int round = 1; round <= scale.rounds(); round++) {
            for (Kind kind : kinds) {
                for (Size size : Size.values()) {
                    runner.say(kind.text + ", " + Report.count(spansOf(size)) + " spans, round " + round + " of "
                            + scale.rounds());
                    visit(runner, kind, size, clickHouse);
                }
            }
        }
        for (Kind kind : kinds) {
            for (Size size : Size.values()) {
                drop(kind, folder(kind, size), clickHouse);
                Folders.delete(folder(kind, size));
            }
        }
        return new Report(comparisons(runner), extras(runner), List.of(), runner.parameters());
    }

    private void visit(Runner runner, Kind kind, Size size, @Nullable ClickHouseHttp clickHouse) {
        Path filled = folder(kind, size);
        String url = clickHouse == null || kind == Kind.SQLITE
                ? "sqlite:" + FillTask.storeOf(filled).resolve("traces.db")
                : ClickHouseDatabase.of(clickHouse, FillTask.storeOf(filled)).url();
        List<TraceSpan> spans = new ArrayList<>(NotedSpans.read(filled));
        Collections.shuffle(spans, new Random(7));
        try (ServerProcess server = ServerProcess.start(filled.resolve("server"), url)) {
            for (View view : VIEWS) {
                runner.add(subject(kind, view, size), kind.contender, load(server, view, spans.iterator()));
            }
        }
    }

    /** Measures the loads of a view. The first one fills the browser's cache, and is reported separately. */
    private static Map<Metric, Double> load(ServerProcess server, View view, Iterator<TraceSpan> spans) {
        try (BrowserContext context = Chromium.browser().newContext()) {
            context.addInitScript(WATCH.formatted(view.selector));
            Page page = context.newPage();
            page.setDefaultTimeout(LONGEST_LOAD_MS);
            double first = milliseconds(page, server, view, spans.next());
            List<Double> again = new ArrayList<>();
            for (int i = 1; i < LOADS; i++) {
                again.add(milliseconds(page, server, view, spans.next()));
            }
            return Map.of(
                    Metric.FIRST_CALL_MICROSECONDS,
                    first * 1e3,
                    Metric.MEDIAN_MICROSECONDS,
                    Measurements.median(again) * 1e3);
        }
    }

    private static double milliseconds(Page page, ServerProcess server, View view, TraceSpan span) {
        page.navigate(server.uri().resolve(view.path.formatted(span.traceId())).toString());
        return ((Number) page.evaluate("() => window.shown")).doubleValue();
    }

    private List<Comparison> comparisons(Runner runner) {
        List<Comparison> comparisons = new ArrayList<>();
        for (Kind kind : kinds) {
            for (View view : VIEWS.subList(0, 4)) {
                comparisons.add(runner.growth(
                        kind.text + ": " + view.text + ", growth to " + Report.count(scale.largeStore()) + " spans",
                        subject(kind, view, Size.LARGE),
                        subject(kind, view, Size.SMALL),
                        scale.smallStore(),
                        kind.contender,
                        1.5));
            }
        }
        return comparisons;
    }

    private List<Report.Extra> extras(Runner runner) {
        List<Report.Extra> extras = new ArrayList<>();
        for (Kind kind : kinds) {
            for (Size size : Size.values()) {
                for (View view : VIEWS) {
                    String measure = kind.text + ", " + Report.count(spansOf(size)) + " spans: " + view.text;
                    String subject = subject(kind, view, size);
                    extras.add(runner.extra(measure, subject, Metric.MEDIAN_MICROSECONDS, kind.contender));
                    extras.add(runner.extra(
                            measure + ", first load", subject, Metric.FIRST_CALL_MICROSECONDS, kind.contender));
                }
            }
        }
        return extras;
    }

    private static void drop(Kind kind, Path filled, @Nullable ClickHouseHttp clickHouse) {
        if (kind == Kind.CLICKHOUSE && clickHouse != null) {
            ClickHouseDatabase.of(clickHouse, FillTask.storeOf(filled)).drop();
        }
    }

    private int spansOf(Size size) {
        return size == Size.SMALL ? scale.smallStore() : scale.largeStore();
    }

    private Path folder(Kind kind, Size size) {
        return folder.resolve("explorer-" + kind.part.text() + "-" + size.name().toLowerCase(Locale.ROOT));
    }

    private static String fill(Kind kind, Size size) {
        return "fill " + kind.text + " " + size;
    }

    private static String subject(Kind kind, View view, Size size) {
        return kind.text + " " + size + ": " + view.text;
    }
}
