package io.llmtrace.cli.demo;

import io.llmtrace.model.TraceEvent;
import io.llmtrace.samples.SampleTraces;
import io.llmtrace.server.TenantResolver;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.Stream;

/**
 * The traces of one demo. They are generated again, with the same content, each time they are needed, so that they are never
 * all in memory.
 *
 * @param count number of traces
 * @param end when the last of them ends
 */
public record DemoData(int count, Instant end) {

    private static final long SEED = 20_260_101;

    /** The period over which the traces are spread. It ends now, so that views of the last hour are not empty. */
    private static final Duration SPAN = Duration.ofDays(3);

    public static DemoData of(int count) {
        return new DemoData(count, Instant.now().truncatedTo(ChronoUnit.SECONDS));
    }

    public Stream<TraceEvent> traces() {
        return SampleTraces.generate(SEED, count, TenantResolver.DEFAULT_TENANT, end, SPAN);
    }
}
