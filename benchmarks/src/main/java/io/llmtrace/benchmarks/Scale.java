package io.llmtrace.benchmarks;

import java.util.List;

/**
 * How much is measured.
 *
 * @param batchSize spans of one write
 * @param smallStore spans of the smaller store that is read
 * @param largeStore spans of the larger one
 * @param warmUpMs of reads
 * @param budgetMs of reads
 * @param jvmFlags of each child process
 */
record Scale(
        int rounds,
        int chatSpans,
        int agentSpans,
        int batchSize,
        int smallStore,
        int largeStore,
        int warmUpMs,
        int budgetMs,
        List<String> jvmFlags) {

    static final Scale FULL =
            new Scale(3, 100_000, 20_000, 500, 100_000, 1_000_000, 3_000, 5_000, List.of("-Xms3g", "-Xmx3g"));

    static final Scale FULL_CLICKHOUSE =
            new Scale(3, 200_000, 40_000, 5_000, 1_000_000, 10_000_000, 2_000, 5_000, List.of("-Xms4g", "-Xmx4g"));

    /** To see that everything works: 1,000 spans in all, most time goes into starting processes. */
    static final Scale QUICK = new Scale(
            1, 300, 100, 100, 100, 500, 50, 100, List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));

    /** Whether it only shows that everything works. */
    boolean meansNothing() {
        return equals(QUICK);
    }

    /** Spans that are written before those that count. */
    int warmUp(int count) {
        return Math.max(batchSize, count / 20);
    }

    Scale withRounds(int value) {
        return new Scale(value, chatSpans, agentSpans, batchSize, smallStore, largeStore, warmUpMs, budgetMs, jvmFlags);
    }

    /** With so many percent of the spans, at least one batch of them. */
    Scale withPercent(int percent) {
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
