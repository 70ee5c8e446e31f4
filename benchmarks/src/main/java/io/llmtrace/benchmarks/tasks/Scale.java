package io.llmtrace.benchmarks.tasks;

import java.util.List;

/**
 * The amount of data and time of a measurement.
 *
 * @param batchSize spans per write
 * @param smallStore spans of the small store for reads
 * @param largeStore spans of the large store for reads
 * @param warmUpMs duration of reads before the measurement
 * @param budgetMs duration of the measured reads
 * @param jvmFlags flags of each child process
 */
public record Scale(
        int rounds,
        int chatSpans,
        int agentSpans,
        int batchSize,
        int smallStore,
        int largeStore,
        int warmUpMs,
        int budgetMs,
        List<String> jvmFlags) {

    public static final Scale FULL =
            new Scale(3, 100_000, 20_000, 500, 100_000, 1_000_000, 3_000, 5_000, List.of("-Xms3g", "-Xmx3g"));

    public static final Scale FULL_CLICKHOUSE =
            new Scale(3, 200_000, 40_000, 5_000, 1_000_000, 10_000_000, 2_000, 5_000, List.of("-Xms4g", "-Xmx4g"));

    /** A smoke test with 1,000 spans in all, whose numbers mean nothing. */
    public static final Scale QUICK = new Scale(
            1, 300, 100, 100, 100, 500, 50, 100, List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));

    /** Returns whether this is the smoke test. */
    boolean meansNothing() {
        return equals(QUICK);
    }

    /** Returns the number of spans to write before the measurement of {@code count} spans. */
    public int warmUp(int count) {
        return Math.max(batchSize, count / 20);
    }

    public Scale withRounds(int value) {
        return new Scale(value, chatSpans, agentSpans, batchSize, smallStore, largeStore, warmUpMs, budgetMs, jvmFlags);
    }

    /** Returns this scale with a percentage of the spans, but at least one batch. */
    public Scale withPercent(int percent) {
        return new Scale(
                rounds,
                part(chatSpans, percent),
                part(agentSpans, percent),
                batchSize,
                part(smallStore, percent),
                part(largeStore, percent),
                warmUpMs,
                budgetMs,
                jvmFlags);
    }

    private int part(int spans, int percent) {
        return Math.max(batchSize, (int) ((long) spans * percent / 100));
    }
}
