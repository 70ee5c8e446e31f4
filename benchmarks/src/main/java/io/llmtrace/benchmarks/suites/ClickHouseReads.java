package io.llmtrace.benchmarks.suites;

import static io.llmtrace.benchmarks.report.Comparison.Wanted.atMost;

import io.llmtrace.benchmarks.contenders.ClickHouseOriginalContender;
import io.llmtrace.benchmarks.contenders.Contenders;
import io.llmtrace.benchmarks.contenders.Metric;
import io.llmtrace.benchmarks.environment.ClickHouseDatabase;
import io.llmtrace.benchmarks.environment.Folders;
import io.llmtrace.benchmarks.environment.Sql;
import io.llmtrace.benchmarks.load.Load;
import io.llmtrace.benchmarks.load.NotedSpans;
import io.llmtrace.benchmarks.report.Comparison;
import io.llmtrace.benchmarks.report.Comparison.Wanted;
import io.llmtrace.benchmarks.report.Report;
import io.llmtrace.benchmarks.tasks.FillTask;
import io.llmtrace.benchmarks.tasks.ReadTask;
import io.llmtrace.benchmarks.tasks.ReadTask.Read;
import io.llmtrace.benchmarks.tasks.Scale;
import io.llmtrace.benchmarks.tasks.Task;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Measures the same reads in two sizes of store, and the statements that they send. */
final class ClickHouseReads implements ClickHousePart {

    private static final String SMALL = "small";
    private static final String LARGE = "large";
    private static final List<String> SIZES = List.of(SMALL, LARGE);
    private static final List<Contenders> STORES = List.of(Contenders.CLICKHOUSE, Contenders.CLICKHOUSE_ORIGINAL);

    private static final Wanted FIVE_TIMES_FASTER_OR_10_MS = atMost(0.2, 10_000);

    private final ClickHouseBench bench;
    private final Scale scale;
    private final List<List<String>> statements = new ArrayList<>();

    ClickHouseReads(ClickHouseBench bench) {
        this.bench = bench;
        this.scale = bench.scale();
    }

    @Override
    public void measure() {
        SIZES.forEach(this::fill);
        for (int round = 1; round <= scale.rounds(); round++) {
            bench.runner().say("reads, round " + round + " of " + scale.rounds());
            for (Read read : Read.values()) {
                for (String size : SIZES) {
                    for (Contenders contender : STORES) {
                        read(read, size, contender, round == scale.rounds());
                    }
                }
            }
        }
        for (String size : SIZES) {
            for (Contenders contender : STORES) {
                database(size, contender).drop();
                Folders.delete(folder(size, contender));
            }
        }
    }

    /** Fills the stores. The server copies the original design's rows from llmtrace's, which saves hours for the same spans. */
    private void fill(String size) {
        bench.runner().say("fills the " + size + " stores");
        STORES.forEach(contender -> {
            Folders.createEmpty(folder(size, contender));
            database(size, contender).drop();
        });
        Path ourFolder = folder(size, Contenders.CLICKHOUSE);
        Task task = new FillTask(Load.NARROW, spansOf(size), scale.batchSize());
        bench.runner().measure(filled(size), task, Contenders.CLICKHOUSE, ourFolder);
        ClickHouseDatabase ours = database(size, Contenders.CLICKHOUSE);
        ClickHouseDatabase original =
                ClickHouseOriginalContender.create(database(size, Contenders.CLICKHOUSE_ORIGINAL));
        original.executeAll(Sql.read("clickhouse_original_copy.sql").replace("${source}", ours.name()));
        NotedSpans.copy(ourFolder, folder(size, Contenders.CLICKHOUSE_ORIGINAL));
        ours.awaitMerges();
        original.awaitMerges();
    }

    private void read(Read read, String size, Contenders contender, boolean last) {
        ClickHouseDatabase database = database(size, contender);
        String from = database.rows("SELECT now64(6)").get(0).get(0);
        Task task = new ReadTask(read, scale.warmUpMs(), scale.budgetMs());
        bench.runner().measure(subject(read, size), task, contender, folder(size, contender));
        if (last && size.equals(LARGE)) {
            database.execute("SYSTEM FLUSH LOGS");
            String sql = Sql.read("clickhouse_statements.sql").replace("${from}", from);
            for (List<String> row : database.rows(sql)) {
                List<String> cells = new ArrayList<>(List.of(read.text()));
                cells.addAll(row);
                statements.add(cells);
            }
        }
    }

    @Override
    public List<Comparison> comparisons() {
        List<Comparison> comparisons = new ArrayList<>();
        for (Read read : Read.values()) {
            for (String size : SIZES) {
                comparisons.add(compare(read, size, "", Metric.MEDIAN_MICROSECONDS));
                if (read == Read.STATS) {
                    comparisons.add(compare(read, size, ", first call", Metric.FIRST_CALL_MICROSECONDS));
                }
            }
            comparisons.add(bench.runner()
                    .growth(
                            read.text() + ", growth to " + Report.count(scale.largeStore()) + " spans",
                            subject(read, LARGE),
                            subject(read, SMALL),
                            scale.smallStore(),
                            Contenders.CLICKHOUSE,
                            2));
        }
        return comparisons;
    }

    private Comparison compare(Read read, String size, String what, Metric metric) {
        String measure = read.text() + what + ", " + Report.count(spansOf(size)) + " spans";
        return bench.runner()
                .compare(
                        measure,
                        subject(read, size),
                        metric,
                        Contenders.CLICKHOUSE,
                        Contenders.CLICKHOUSE_ORIGINAL,
                        FIVE_TIMES_FASTER_OR_10_MS);
    }

    @Override
    public List<Report.Extra> extras() {
        List<Report.Extra> extras = new ArrayList<>();
        for (String size : SIZES) {
            String measure = "narrow: time to store " + Report.count(spansOf(size)) + " spans";
            extras.add(bench.runner().extra(measure, filled(size), Metric.FILL_SECONDS, Contenders.CLICKHOUSE));
        }
        return extras;
    }

    @Override
    public List<Report.Table> tables() {
        String title =
                "Statements of the reads of " + Report.count(scale.largeStore()) + " spans, as the server logged them";
        List<String> head = List.of("read", "statement", "calls", "median ms", "rows read", "MB read", "MB of memory");
        return List.of(new Report.Table(title, head, statements));
    }

    private int spansOf(String size) {
        return size.equals(SMALL) ? scale.smallStore() : scale.largeStore();
    }

    private Path folder(String size, Contenders contender) {
        return bench.folder().resolve("read-" + size + "-" + contender.name());
    }

    private ClickHouseDatabase database(String size, Contenders contender) {
        return bench.database(FillTask.storeOf(folder(size, contender)));
    }

    private static String filled(String size) {
        return "fill " + size;
    }

    private static String subject(Read read, String size) {
        return "read " + read.name() + " " + size;
    }
}
