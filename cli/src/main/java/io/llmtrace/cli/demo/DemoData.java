package io.llmtrace.cli.demo;

import io.llmtrace.model.TraceEvent;
import io.llmtrace.samples.SampleTraces;
import io.llmtrace.server.TenantResolver;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.Stream;

/**
 * The traces of one demo, made anew each time they are asked for: the same ones, and never all of them in memory.
 *
 * @param end when the last of them ends
 */
public record DemoData(int count, Instant end) {

    private static final long SEED = 20_260_101;

    /** They end just now, so that the last hour of the pages has something to show. */
    private static final Duration SPAN = Duration.ofDays(3);

    public static DemoData of(int count) {
        return new DemoData(count, Instant.now().truncatedTo(ChronoUnit.SECONDS));
    }

    public Stream<TraceEvent> traces() {
        return SampleTraces.generate(SEED, count, TenantResolver.DEFAULT_TENANT, end, SPAN);
    }
}
