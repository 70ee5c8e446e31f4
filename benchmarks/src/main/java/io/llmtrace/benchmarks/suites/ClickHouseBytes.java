package io.llmtrace.benchmarks.suites;

import static io.llmtrace.benchmarks.report.Comparison.Wanted.atMost;

import io.llmtrace.benchmarks.contenders.Contenders;
import io.llmtrace.benchmarks.contenders.Metric;
import io.llmtrace.benchmarks.environment.ClickHouseDatabase;
import io.llmtrace.benchmarks.environment.Folders;
import io.llmtrace.benchmarks.environment.Sql;
import io.llmtrace.benchmarks.load.Load;
import io.llmtrace.benchmarks.report.Comparison;
import io.llmtrace.benchmarks.report.Report;
import io.llmtrace.benchmarks.tasks.FillTask;
import io.llmtrace.benchmarks.tasks.Task;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Measures the bytes on disk of the same spans after all merges, and their distribution. */
final class ClickHouseBytes implements ClickHousePart {

    private static final List<Load> LOADS = List.of(Load.CHAT, Load.AGENT);
    private static final List<Contenders> STORES = List.of(Contenders.CLICKHOUSE, Contenders.CLICKHOUSE_ORIGINAL);
    private static final List<String> HEAD = List.of("", "on disk", "before compression", "of the store");

    private final ClickHouseBench bench;
    private final List<Report.Table> tables = new ArrayList<>();

    ClickHouseBytes(ClickHouseBench bench) {
        this.bench = bench;
    }

    @Override
    public void measure() {
        for (Load load : LOADS) {
            bench.runner().say("bytes of " + load.text() + " spans");
            for (Contenders contender : STORES) {
                measure(load, contender);
            }
        }
    }

    private void measure(Load load, Contenders contender) {
        Path folder = bench.taskFolder("bytes-" + load.text(), contender);
        ClickHouseDatabase database = bench.database(FillTask.storeOf(folder));
        database.drop();
        Task task = new FillTask(load, bench.spansOf(load), bench.scale().batchSize());
        bench.runner().measure("fill " + load.text(), task, contender, folder);
        database.optimizeAll();
        database.awaitMerges();
        double bytes = database.bytesOnDisk();
        bench.runner().add(subject(load), contender, Map.of(Metric.BYTES_ON_DISK, bytes));
        tables.add(breakdown(load, contender, database, bytes));
        database.drop();
        Folders.delete(folder);
    }

    private Report.Table breakdown(Load load, Contenders contender, ClickHouseDatabase database, double bytes) {
        List<List<String>> rows = new ArrayList<>();
        for (List<String> row : database.rows(Sql.read("clickhouse_bytes.sql"))) {
            double onDisk = Double.parseDouble(row.get(1));
            rows.add(List.of(
                    row.get(0),
                    Metric.BYTES_ON_DISK.format(onDisk),
                    Metric.BYTES_ON_DISK.format(Double.parseDouble(row.get(2))),
                    String.format(Locale.ROOT, "%.1f %%", 100 * onDisk / bytes)));
        }
        String title = "What takes room: " + Report.count(bench.spansOf(load)) + " " + load.text() + " spans, "
                + contender.text();
        return new Report.Table(title, HEAD, rows);
    }

    @Override
    public List<Comparison> comparisons() {
        return LOADS.stream()
                .map(load -> bench.runner()
                        .compare(
                                load.text() + ": size on disk",
                                subject(load),
                                Metric.BYTES_ON_DISK,
                                Contenders.CLICKHOUSE,
                                Contenders.CLICKHOUSE_ORIGINAL,
                                atMost(load == Load.CHAT ? 0.76 : 0.22)))
                .toList();
    }

    @Override
    public List<Report.Extra> extras() {
        return List.of();
    }

    @Override
    public List<Report.Table> tables() {
        return tables;
    }

    private static String subject(Load load) {
        return "bytes " + load.text();
    }
}
