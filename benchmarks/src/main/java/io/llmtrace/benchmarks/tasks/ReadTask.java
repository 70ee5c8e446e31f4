package io.llmtrace.benchmarks.tasks;

import io.llmtrace.benchmarks.contenders.Contender;
import io.llmtrace.benchmarks.contenders.Metric;
import io.llmtrace.benchmarks.contenders.Store;
import io.llmtrace.benchmarks.load.NotedSpans;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.samples.SampleSpans;
import io.llmtrace.storage.TraceQuery;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/**
 * Repeats the same read of a filled store, from a warm page cache, each time for another span.
 *
 * @param warmUpMs the duration of reads that are not counted
 * @param budgetMs the duration of the measurement; slow reads get at least {@value #LEAST_CALLS} calls
 */
public record ReadTask(Read read, int warmUpMs, int budgetMs) implements Task {

    private static final int LEAST_CALLS = 5;
    private static final int MOST_CALLS = 20_000;
    private static final int PAGE = 50;
    private static final Duration HALF_AN_HOUR = Duration.ofMinutes(30);

    /** The measured calls. */
    public enum Read {
        PAGE("page of 50 traces"),
        PAGE_OF_MODEL("page of a model's traces in an hour"),
        PAGE_OF_TAG("page of a tag's traces"),
        PAGE_OF_WORD("page of traces with a word"),
        PAGE_OF_WORDS("page of traces with all words of a prompt"),
        TRACE("trace by id"),
        SPAN("span by id"),
        STATS("statistics of a tenant");

        private final String text;

        Read(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    @Override
    public String id() {
        return "read " + read.name() + " " + warmUpMs + " " + budgetMs;
    }

    @Override
    public Map<Metric, Double> run(Contender contender, Path folder) {
        List<TraceSpan> spans = new ArrayList<>(NotedSpans.read(folder));
        Collections.shuffle(spans, new Random(7));
        Targets targets = new Targets(spans);
        try (Store store = contender.open(FillTask.storeOf(folder))) {
            // The time to connect and to load classes is not part of the first call.
            store.trace(SampleSpans.TENANT, targets.next().traceId());
            long first = timed(store, targets.next());
            repeat(store, targets, warmUpMs, 2);
            List<Long> durations = repeat(store, targets, budgetMs, LEAST_CALLS);
            Collections.sort(durations);
            return Map.of(
                    Metric.MEDIAN_MICROSECONDS,
                    durations.get(durations.size() / 2) / 1e3,
                    Metric.FIRST_CALL_MICROSECONDS,
                    first / 1e3,
                    Metric.CALLS,
                    (double) durations.size());
        }
    }

    /** Returns one span after the other, and starts over after the last. */
    private static final class Targets {
        private final List<TraceSpan> spans;
        private int given;

        Targets(List<TraceSpan> spans) {
            this.spans = spans;
        }

        TraceSpan next() {
            return spans.get(given++ % spans.size());
        }
    }

    /** Returns the duration of each call in nanoseconds. */
    private List<Long> repeat(Store store, Targets targets, int milliseconds, int leastCalls) {
        List<Long> durations = new ArrayList<>();
        long end = System.nanoTime() + milliseconds * 1_000_000L;
        while (durations.size() < leastCalls || (durations.size() < MOST_CALLS && System.nanoTime() < end)) {
            durations.add(timed(store, targets.next()));
        }
        return durations;
    }

    private long timed(Store store, TraceSpan target) {
        long start = System.nanoTime();
        long found = call(store, target);
        long taken = System.nanoTime() - start;
        if (found <= 0) {
            throw new IllegalStateException(
                    read.text() + " found nothing, span " + target.spanId() + " of trace " + target.traceId());
        }
        return taken;
    }

    private long call(Store store, TraceSpan target) {
        UUID tenant = SampleSpans.TENANT;
        TraceQuery.Builder query = TraceQuery.builder(tenant).limit(PAGE);
        return switch (read) {
            case PAGE -> store.page(query.build());
            case PAGE_OF_MODEL ->
                store.page(query.modelName(target.modelName())
                        .startTime(target.startTime().minus(HALF_AN_HOUR))
                        .endTime(target.startTime().plus(HALF_AN_HOUR))
                        .build());
            case PAGE_OF_TAG -> store.page(query.tags(someTag(target)).build());
            case PAGE_OF_WORD ->
                store.page(query.text(NotedSpans.longestWord(target)).build());
            case PAGE_OF_WORDS ->
                store.page(
                        query.text(String.join(" ", NotedSpans.words(target))).build());
            case TRACE -> store.trace(tenant, target.traceId());
            case SPAN -> store.span(tenant, target.spanId());
            case STATS -> store.stats(tenant);
        };
    }

    /** Returns a value that is sometimes frequent and sometimes rare, but the same for every contender. */
    private static Map<String, String> someTag(TraceSpan span) {
        List<String> keys = span.tags().keySet().stream().sorted().toList();
        String key = keys.get(Math.floorMod(span.spanId().hashCode(), keys.size()));
        return Map.of(key, span.tags().getOrDefault(key, ""));
    }
}
