package io.llmtrace.benchmarks.suites;

import static io.llmtrace.benchmarks.report.Comparison.Wanted.atLeast;

import io.llmtrace.benchmarks.contenders.Contenders;
import io.llmtrace.benchmarks.contenders.Metric;
import io.llmtrace.benchmarks.environment.ClickHouseDatabase;
import io.llmtrace.benchmarks.environment.Folders;
import io.llmtrace.benchmarks.load.Load;
import io.llmtrace.benchmarks.report.Comparison;
import io.llmtrace.benchmarks.report.Report;
import io.llmtrace.benchmarks.tasks.Scale;
import io.llmtrace.benchmarks.tasks.Task;
import io.llmtrace.benchmarks.tasks.WriteTask;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Measures spans per second, against rows that are ready before the clock starts and against an insert per trace. */
final class ClickHouseWrites implements ClickHousePart {

    private static final List<Load> LOADS = List.of(Load.CHAT, Load.AGENT);
    private static final int ONE = 1;
    private static final int SEVERAL = 4;
    /** The original design writes a fiftieth of the spans, since it takes more than a hundred times as long. */
    private static final int FEWER = 50;

    private final ClickHouseBench bench;
    private final Scale scale;

    ClickHouseWrites(ClickHouseBench bench) {
        this.bench = bench;
        this.scale = bench.scale();
    }

    @Override
    public void measure() {
        for (int round = 1; round <= scale.rounds(); round++) {
            for (Load load : LOADS) {
                bench.runner().say("writes of " + load.text() + " spans, round " + round + " of " + scale.rounds());
                for (int threads : List.of(ONE, SEVERAL)) {
                    write(load, threads, Contenders.CLICKHOUSE, bench.spansOf(load));
                    write(load, threads, Contenders.READY_MADE, bench.spansOf(load));
                }
                write(load, ONE, Contenders.CLICKHOUSE_ORIGINAL, originalSpans(load));
            }
        }
    }

    private int originalSpans(Load load) {
        return Math.max(100, bench.spansOf(load) / FEWER);
    }

    /** Returns the size of a batch, smaller where there is little to write, so that each thread has one. */
    private int batchSize(Load load) {
        return Math.min(scale.batchSize(), Math.max(1, bench.spansOf(load) / SEVERAL));
    }

    private void write(Load load, int threads, Contenders contender, int count) {
        int warmUp = Math.min(scale.warmUp(count), count);
        Task task = new WriteTask(load, count, batchSize(load), warmUp, threads);
        Path folder = bench.taskFolder("write", contender);
        ClickHouseDatabase database = bench.database(WriteTask.measuredOf(folder));
        database.drop();
        bench.runner().measure(subject(load, threads), task, contender, folder);
        database.drop();
        Folders.delete(folder);
    }

    @Override
    public List<Comparison> comparisons() {
        List<Comparison> comparisons = new ArrayList<>();
        for (Load load : LOADS) {
            for (int threads : List.of(ONE, SEVERAL)) {
                comparisons.add(compare(load, threads, Contenders.READY_MADE, 0.8));
            }
            comparisons.add(compare(load, ONE, Contenders.CLICKHOUSE_ORIGINAL, 300));
        }
        return comparisons;
    }

    private Comparison compare(Load load, int threads, Contenders baseline, double wanted) {
        return bench.runner()
                .compare(
                        load.text() + ": writes, " + threads + (threads == 1 ? " thread" : " threads"),
                        subject(load, threads),
                        Metric.SPANS_PER_SECOND,
                        Contenders.CLICKHOUSE,
                        baseline,
                        atLeast(wanted));
    }

    @Override
    public List<Report.Extra> extras() {
        List<Report.Extra> extras = new ArrayList<>();
        for (Load load : LOADS) {
            String measure = load.text() + ": heap of the writer above its input, " + ONE + " thread";
            for (Contenders contender : List.of(Contenders.CLICKHOUSE, Contenders.READY_MADE)) {
                extras.add(bench.runner().extra(measure, subject(load, ONE), Metric.HEAP_BYTES, contender));
            }
        }
        return extras;
    }

    @Override
    public List<Report.Table> tables() {
        return List.of();
    }

    private static String subject(Load load, int threads) {
        return "write " + load.text() + ", " + threads + " threads";
    }
}
