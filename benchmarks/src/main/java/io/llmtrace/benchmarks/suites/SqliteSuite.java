package io.llmtrace.benchmarks.suites;

import static io.llmtrace.benchmarks.report.Comparison.Wanted.atLeast;
import static io.llmtrace.benchmarks.report.Comparison.Wanted.atMost;

import io.llmtrace.benchmarks.contenders.Contenders;
import io.llmtrace.benchmarks.contenders.Metric;
import io.llmtrace.benchmarks.environment.Folders;
import io.llmtrace.benchmarks.environment.SqliteFile;
import io.llmtrace.benchmarks.load.Load;
import io.llmtrace.benchmarks.report.Comparison;
import io.llmtrace.benchmarks.report.Comparison.Wanted;
import io.llmtrace.benchmarks.report.Report;
import io.llmtrace.benchmarks.tasks.FillTask;
import io.llmtrace.benchmarks.tasks.ReadTask;
import io.llmtrace.benchmarks.tasks.ReadTask.Read;
import io.llmtrace.benchmarks.tasks.Scale;
import io.llmtrace.benchmarks.tasks.Task;
import io.llmtrace.benchmarks.tasks.WriteTask;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares the SQLite store with (a) one plain table and (b) the original design. */
final class SqliteSuite implements Suite {

    private static final String SMALL = "small";
    private static final String LARGE = "large";

    private static final List<Contenders> WRITERS =
            List.of(Contenders.REPOSITORY, Contenders.ONE_TABLE, Contenders.ORIGINAL);
    private static final List<Contenders> STORES_READ = List.of(Contenders.REPOSITORY, Contenders.ORIGINAL);
    private static final List<Contenders> READERS =
            List.of(Contenders.REPOSITORY, Contenders.ORIGINAL, Contenders.ORIGINAL_AS_SPANS);

    private static final List<Read> READS = List.of(Read.PAGE, Read.TRACE, Read.STATS);

    private final Scale scale;
    private final Set<Part> parts;
    private final Path folder;
    private final Runner runner;

    SqliteSuite(Scale scale, Set<Part> parts, Path folder, PrintStream progress) {
        this.scale = scale;
        this.parts = parts;
        this.folder = folder;
        this.runner = new Runner(scale, Map.of(), progress);
    }

    @Override
    public Report run() {
        try (runner) {
            return measured();
        }
    }

    private Report measured() {
        for (int round = 1; round <= scale.rounds(); round++) {
            for (Load load : loads()) {
                runner.say("writes of " + load.text() + " spans, round " + round + " of " + scale.rounds());
                write(load);
            }
        }
        if (parts.contains(Part.READS)) {
            fill(SMALL, scale.smallStore());
            fill(LARGE, scale.largeStore());
            for (int round = 1; round <= scale.rounds(); round++) {
                runner.say("reads, round " + round + " of " + scale.rounds());
                readAll();
            }
            STORES_READ.forEach(contender -> Folders.delete(readFolder(contender)));
        }
        return new Report(comparisons(), alsoMeasured(), List.of(), parameters());
    }

    private List<Load> loads() {
        List<Load> loads = new ArrayList<>();
        if (parts.contains(Part.CHAT)) {
            loads.add(Load.CHAT);
        }
        if (parts.contains(Part.AGENT)) {
            loads.add(Load.AGENT);
        }
        return loads;
    }

    private int spansOf(Load load) {
        return load == Load.CHAT ? scale.chatSpans() : scale.agentSpans();
    }

    private void write(Load load) {
        Task task = new WriteTask(load, spansOf(load), scale.batchSize(), scale.warmUp(spansOf(load)), 1);
        for (Contenders contender : WRITERS) {
            Path fresh = Folders.createEmpty(folder.resolve("write-" + contender.name()));
            runner.measure(subject(load), task, contender, fresh);
            Folders.delete(fresh);
        }
    }

    private void fill(String size, int count) {
        Task task = new FillTask(Load.NARROW, count, scale.batchSize());
        for (Contenders contender : STORES_READ) {
            runner.measure("fill " + size, task, contender, Folders.createEmpty(readFolder(contender, size)));
        }
    }

    private void readAll() {
        for (Read read : READS) {
            Task task = new ReadTask(read, scale.warmUpMs(), scale.budgetMs());
            for (String size : List.of(SMALL, LARGE)) {
                // Statistics have no rows to make spans of.
                for (Contenders contender : read == Read.STATS ? STORES_READ : READERS) {
                    runner.measure(subject(read, size), task, contender, readFolder(contender, size));
                }
            }
        }
    }

    private Path readFolder(Contenders contender, String size) {
        return readFolder(contender).resolve(size);
    }

    private Path readFolder(Contenders contender) {
        Contenders owner = contender == Contenders.ORIGINAL_AS_SPANS ? Contenders.ORIGINAL : contender;
        return folder.resolve("read-" + owner.name());
    }

    private List<Comparison> comparisons() {
        List<Comparison> comparisons = new ArrayList<>();
        for (Load load : loads()) {
            String writes = load.text() + ": writes";
            comparisons.add(
                    compare(writes, subject(load), Metric.SPANS_PER_SECOND, Contenders.ONE_TABLE, atLeast(0.8)));
            comparisons.add(compare(writes, subject(load), Metric.SPANS_PER_SECOND, Contenders.ORIGINAL, atLeast(4)));
            Wanted size = atMost(load == Load.CHAT ? 0.5 : 0.25);
            comparisons.add(compare(
                    load.text() + ": size on disk", subject(load), Metric.BYTES_ON_DISK, Contenders.ORIGINAL, size));
        }
        if (parts.contains(Part.READS)) {
            for (Read read : READS) {
                comparisons.add(compareReads(read, SMALL, scale.smallStore()));
                comparisons.add(compareReads(read, LARGE, scale.largeStore()));
                comparisons.add(growth(read));
            }
        }
        return comparisons;
    }

    private Comparison compareReads(Read read, String size, int spans) {
        String measure = read.text() + ", " + Report.count(spans) + " spans";
        return compare(measure, subject(read, size), Metric.MEDIAN_MICROSECONDS, Contenders.ORIGINAL, atMost(1));
    }

    private Comparison compare(String measure, String subject, Metric metric, Contenders baseline, Wanted wanted) {
        return runner.compare(measure, subject, metric, Contenders.REPOSITORY, baseline, wanted);
    }

    private Comparison growth(Read read) {
        String measure = read.text() + ", growth to " + Report.count(scale.largeStore()) + " spans";
        return runner.growth(
                measure, subject(read, LARGE), subject(read, SMALL), scale.smallStore(), Contenders.REPOSITORY, 1.5);
    }

    private List<Report.Extra> alsoMeasured() {
        List<Report.Extra> extras = new ArrayList<>();
        for (Load load : loads()) {
            extras.add(runner.extra(
                    load.text() + ": text index caught up after the last write",
                    subject(load),
                    Metric.CATCH_UP_SECONDS,
                    Contenders.REPOSITORY));
            for (Contenders contender : WRITERS) {
                extras.add(runner.extra(
                        load.text() + ": heap of the writer above its input",
                        subject(load),
                        Metric.HEAP_BYTES,
                        contender));
            }
            for (Contenders contender : WRITERS) {
                extras.add(
                        runner.extra(load.text() + ": size on disk", subject(load), Metric.BYTES_ON_DISK, contender));
            }
        }
        if (parts.contains(Part.READS)) {
            for (Read read : List.of(Read.PAGE, Read.TRACE)) {
                extras.add(asSpans(read, SMALL, scale.smallStore()));
                extras.add(asSpans(read, LARGE, scale.largeStore()));
            }
            for (Contenders contender : STORES_READ) {
                extras.add(runner.extra(
                        "narrow: size of the larger store", "fill " + LARGE, Metric.BYTES_ON_DISK, contender));
            }
        }
        return extras;
    }

    private Report.Extra asSpans(Read read, String size, int spans) {
        return runner.extra(
                read.text() + ", " + Report.count(spans) + " spans",
                subject(read, size),
                Metric.MEDIAN_MICROSECONDS,
                Contenders.ORIGINAL_AS_SPANS);
    }

    private Map<String, String> parameters() {
        Map<String, String> parameters = new HashMap<>(runner.parameters());
        parameters.put("SQLite", SqliteFile.version());
        return parameters;
    }

    private static String subject(Load load) {
        return "write " + load.text();
    }

    private static String subject(Read read, String size) {
        return "read " + read.name() + " " + size;
    }
}
