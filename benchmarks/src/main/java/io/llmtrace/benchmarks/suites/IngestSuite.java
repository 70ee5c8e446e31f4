package io.llmtrace.benchmarks.suites;

import static io.llmtrace.benchmarks.report.Comparison.Wanted.atLeast;

import io.llmtrace.benchmarks.contenders.Contenders;
import io.llmtrace.benchmarks.contenders.Metric;
import io.llmtrace.benchmarks.environment.ClickHouseDatabase;
import io.llmtrace.benchmarks.environment.ClickHouseHttp;
import io.llmtrace.benchmarks.environment.Folders;
import io.llmtrace.benchmarks.load.Load;
import io.llmtrace.benchmarks.report.Comparison;
import io.llmtrace.benchmarks.report.Measurements;
import io.llmtrace.benchmarks.report.Report;
import io.llmtrace.benchmarks.tasks.RequestTask;
import io.llmtrace.benchmarks.tasks.Scale;
import io.llmtrace.benchmarks.tasks.Task;
import io.llmtrace.benchmarks.tasks.WriteTask;
import io.llmtrace.dev.clickhouse.ClickHouseServer;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Compares ingest through the server with direct calls of {@code storeSpans}, on both stores. */
final class IngestSuite implements Suite {

    private static final int CLIENTS = 4;
    private static final Load LOAD = Load.OTLP_CHAT;
    private static final List<Integer> PERCENT_OF_FULL = List.of(10, 50, 100);
    private static final int WARM_UP_REQUESTS = 2_000;
    /** The warm-up is long: after as many spans as are measured, compilation still takes a fifth of the server's processor time. */
    private static final int WARM_UPS = 3;

    private static final int PACED_BATCH = 100;
    private static final int PACED_SECONDS = 10;

    /** A pattern of requests. */
    private record Pattern(String text, int clients, int spans, int partOfAll) {}

    private static final List<Pattern> PATTERNS = List.of(
            new Pattern("1 client, 1 span at a time", 1, 1, 50),
            new Pattern("64 clients, 10 spans at a time", 64, 10, 2),
            new Pattern("1 client, 5,000 spans at once", 1, 5_000, 1));

    private enum Kind {
        SQLITE("SQLite", Contenders.REPOSITORY, Contenders.SERVED, 0.7),
        CLICKHOUSE("ClickHouse", Contenders.CLICKHOUSE, Contenders.CLICKHOUSE_SERVED, 0.6);

        private final String text;
        private final Contenders direct;
        private final Contenders served;
        private final double wanted;

        Kind(String text, Contenders direct, Contenders served, double wanted) {
            this.text = text;
            this.direct = direct;
            this.served = served;
            this.wanted = wanted;
        }
    }

    private final Scale scale;
    private final List<Kind> kinds;
    private final Path folder;
    private final PrintStream progress;

    IngestSuite(Scale scale, Set<Part> parts, Path folder, PrintStream progress) {
        this.scale = scale;
        this.kinds = new ArrayList<>();
        if (parts.contains(Part.SQLITE)) {
            kinds.add(Kind.SQLITE);
        }
        if (parts.contains(Part.CLICKHOUSE)) {
            kinds.add(Kind.CLICKHOUSE);
        }
        this.folder = folder;
        this.progress = progress;
    }

    @Override
    public Report run() {
        if (!kinds.contains(Kind.CLICKHOUSE)) {
            try (Runner runner = new Runner(scale, Map.of(), progress)) {
                return run(runner, store -> {});
            }
        }
        return ClickHouseSuite.withServer(folder, progress, this::run);
    }

    private Report run(ClickHouseServer server) {
        ClickHouseHttp http = new ClickHouseHttp(server);
        try (Runner runner = new Runner(scale, ClickHouseSuite.variables(server), progress)) {
            return run(runner, store -> ClickHouseDatabase.of(http, store).drop());
        }
    }

    /** @param drop removes the database of a folder, if there is one */
    private Report run(Runner runner, Consumer<Path> drop) {
        for (int round = 1; round <= scale.rounds(); round++) {
            for (Kind kind : kinds) {
                runner.say("writes to " + kind.text + ", round " + round + " of " + scale.rounds());
                Task write = new RequestTask(
                        LOAD, scale.chatSpans(), scale.batchSize(), WARM_UPS * scale.chatSpans(), CLIENTS, 0);
                measure(runner, drop, full(kind), write, kind.direct);
                measure(runner, drop, full(kind), write, kind.served);
            }
        }
        for (Kind kind : kinds) {
            for (Pattern pattern : PATTERNS) {
                int batch = Math.min(pattern.spans, scale.chatSpans());
                int count = Math.max(batch, scale.chatSpans() / pattern.partOfAll);
                Task task = new RequestTask(LOAD, count, batch, warmUp(batch), pattern.clients, 0);
                measure(runner, drop, subject(kind, pattern), task, kind.served);
            }
            double full = Measurements.median(runner.values(full(kind), kind.served, Metric.SPANS_PER_SECOND));
            for (int percent : PERCENT_OF_FULL) {
                int rate = (int) Math.max(1, full * percent / 100);
                int count = Math.min(scale.chatSpans(), rate * PACED_SECONDS);
                Task task = new RequestTask(LOAD, count, PACED_BATCH, warmUp(PACED_BATCH), 2 * CLIENTS, rate);
                measure(runner, drop, subject(kind, percent), task, kind.served);
            }
        }
        return new Report(comparisons(runner), extras(runner), List.of(), runner.parameters());
    }

    /** Returns the number of spans after which the server's code is compiled. */
    private int warmUp(int batch) {
        return Math.max(batch, Math.min(scale.chatSpans() / 5, batch * WARM_UP_REQUESTS));
    }

    private void measure(Runner runner, Consumer<Path> drop, String subject, Task task, Contenders contender) {
        Path fresh = Folders.createEmpty(folder.resolve("ingest-" + contender.name()));
        Path store = WriteTask.measuredOf(fresh);
        drop.accept(store); // an interrupted run may have left it
        runner.measure(subject, task, contender, fresh);
        drop.accept(store);
        Folders.delete(fresh);
    }

    private List<Comparison> comparisons(Runner runner) {
        List<Comparison> comparisons = new ArrayList<>();
        for (Kind kind : kinds) {
            comparisons.add(runner.compare(
                    kind.text + ": chat spans through the server, " + CLIENTS + " clients",
                    full(kind),
                    Metric.SPANS_PER_SECOND,
                    kind.served,
                    kind.direct,
                    atLeast(kind.wanted)));
        }
        return comparisons;
    }

    private List<Report.Extra> extras(Runner runner) {
        List<Report.Extra> extras = new ArrayList<>();
        for (Kind kind : kinds) {
            for (Pattern pattern : PATTERNS) {
                add(extras, runner, kind, subject(kind, pattern));
            }
            for (int percent : PERCENT_OF_FULL) {
                add(extras, runner, kind, subject(kind, percent));
            }
        }
        return extras;
    }

    private static void add(List<Report.Extra> extras, Runner runner, Kind kind, String subject) {
        extras.add(runner.extra(subject, subject, Metric.SPANS_PER_SECOND, kind.served));
        extras.add(
                runner.extra(subject + ": p50 until acknowledged", subject, Metric.MEDIAN_MICROSECONDS, kind.served));
        extras.add(runner.extra(subject + ": p99 until acknowledged", subject, Metric.P99_MICROSECONDS, kind.served));
        extras.add(runner.extra(
                subject + ": processor time of the server, a span",
                subject,
                Metric.SERVER_CPU_MICROSECONDS,
                kind.served));
        extras.add(runner.extra(subject + ": memory of the server", subject, Metric.SERVER_MEMORY_BYTES, kind.served));
    }

    private static String full(Kind kind) {
        return "write to " + kind.text;
    }

    private static String subject(Kind kind, Pattern pattern) {
        return kind.text + ": " + pattern.text;
    }

    private static String subject(Kind kind, int percent) {
        return kind.text + ": " + PACED_BATCH + " spans a request at " + percent + " % of the full rate";
    }
}
