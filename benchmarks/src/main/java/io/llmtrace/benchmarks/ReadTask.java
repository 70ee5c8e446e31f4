package io.llmtrace.benchmarks;

import io.llmtrace.samples.SampleSpans;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/**
 * The same read again and again on a store that is there, from a warm page cache.
 *
 * @param warmUpMs how long to read before it counts
 * @param budgetMs how long to go on; slow reads get at least {@value #LEAST_CALLS} calls
 */
record ReadTask(Read read, int warmUpMs, int budgetMs) implements Task {

    private static final int LEAST_CALLS = 5;
    private static final int MOST_CALLS = 20_000;
    private static final int PAGE = 50;

    /** What is asked of the store. */
    enum Read {
        PAGE("page of 50 traces"),
        TRACE("trace by id"),
        STATS("statistics of a tenant");

        private final String text;

        Read(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    @Override
    public String id() {
        return "read " + read.name() + " " + warmUpMs + " " + budgetMs;
    }

    @Override
    public Map<Figure, Double> run(Contender contender, Path folder) {
        List<UUID> traceIds = new ArrayList<>(FillTask.notedTraces(folder));
        Collections.shuffle(traceIds, new Random(7));
        try (Store store = contender.open(FillTask.storeOf(folder))) {
            repeat(store, traceIds, warmUpMs, 2);
            List<Long> durations = repeat(store, traceIds, budgetMs, LEAST_CALLS);
            Collections.sort(durations);
            double median = durations.get(durations.size() / 2) / 1e3;
            return Map.of(Figure.MEDIAN_MICROSECONDS, median, Figure.CALLS, (double) durations.size());
        }
    }

    /** @return nanoseconds of each call */
    private List<Long> repeat(Store store, List<UUID> traceIds, int milliseconds, int leastCalls) {
        List<Long> durations = new ArrayList<>();
        long end = System.nanoTime() + milliseconds * 1_000_000L;
        while (durations.size() < leastCalls || (durations.size() < MOST_CALLS && System.nanoTime() < end)) {
            UUID traceId = traceIds.get(durations.size() % traceIds.size());
            long start = System.nanoTime();
            long found = call(store, traceId);
            durations.add(System.nanoTime() - start);
            if (found <= 0) {
                throw new IllegalStateException(read.text() + " found nothing, trace " + traceId);
            }
        }
        return durations;
    }

    private long call(Store store, UUID traceId) {
        return switch (read) {
            case PAGE -> store.page(SampleSpans.TENANT, PAGE);
            case TRACE -> store.trace(SampleSpans.TENANT, traceId);
            case STATS -> store.stats(SampleSpans.TENANT);
        };
    }
}
