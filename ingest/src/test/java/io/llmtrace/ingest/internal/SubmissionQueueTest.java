package io.llmtrace.ingest.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.ingest.internal.SubmissionQueue.Pending;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class SubmissionQueueTest {

    private static final UUID TENANT = UUID.randomUUID();
    private static final UUID TRACE = UUID.randomUUID();
    private static final String MIB = "x".repeat(1 << 20);

    private final SubmissionQueue queue = queue(5_000, Duration.ZERO, 128 << 20);

    @Test
    void next_everythingWaiting_isOneBatch_inOrder() throws Exception {
        Pending first = added(queue, span("a"));
        Pending second = added(queue, span("b"), span("a"));

        assertThat(queue.next()).containsExactly(first, second);
    }

    @Test
    void next_moreThanABatchHolds_waitsForTheNext() throws Exception {
        SubmissionQueue ofTwo = queue(2, Duration.ZERO, 128 << 20);
        Pending first = added(ofTwo, span("a"));
        Pending tooMany = added(ofTwo, span("b"), span("c"), span("d"));

        assertThat(ofTwo.next()).containsExactly(first);
        assertThat(ofTwo.next())
                .containsExactly(tooMany); // the batch is full, so it starts while the first is in flight
    }

    @Test
    void next_littleWaits_doesNotStartBesideAnother() throws Exception {
        Pending first = added(queue, span("a"));
        List<Pending> batch = queue.next();
        Pending second = added(queue, span("b"));
        CompletableFuture<List<Pending>> next = nextOf(queue);

        assertThat(next).isNotDone();
        queue.batchEnded(batch);

        assertThat(batch).containsExactly(first);
        assertThat(next.get()).containsExactly(second);
    }

    @Test
    void next_muchWaits_startsBesideOthers_upToAFew() throws Exception {
        for (int i = 0; i < SubmissionQueue.MAX_CONCURRENT_BATCHES; i++) {
            Pending large = added(queue, span("span " + i, MIB));
            assertThat(queue.next()).containsExactly(large);
        }
        added(queue, span("one more", MIB));

        CompletableFuture<List<Pending>> next = nextOf(queue);
        assertThat(next).isNotDone();
        queue.close();
        queue.batchEnded(List.of());
        assertThat(next.get()).hasSize(1);
    }

    @Test
    void next_spanInFlight_waits_andSoDoesEverythingAfterIt() throws Exception {
        added(queue, span("a", MIB));
        List<Pending> batch = queue.next();
        Pending same = added(queue, span("a", MIB));
        Pending other = added(queue, span("b", MIB));
        CompletableFuture<List<Pending>> next = nextOf(queue);

        assertThat(next).isNotDone();
        queue.batchEnded(batch);

        assertThat(next.get()).containsExactly(same, other);
    }

    @Test
    void next_batchEndsBeforeASpanInFlight() throws Exception {
        added(queue, span("a", MIB));
        List<Pending> batch = queue.next();
        Pending other = added(queue, span("b", MIB));
        Pending same = added(queue, span("a", MIB));

        assertThat(queue.next()).containsExactly(other);
        queue.batchEnded(batch);
        assertThat(queue.next()).containsExactly(same);
    }

    @Test
    void next_lingers_unlessABatchIsFullOrItCloses() throws Exception {
        SubmissionQueue lingering = queue(2, Duration.ofDays(1), 128 << 20);
        Pending first = added(lingering, span("a"));
        CompletableFuture<List<Pending>> next = nextOf(lingering);

        assertThat(next).isNotDone();
        Pending second = added(lingering, span("b"));
        assertThat(next.get()).containsExactly(first, second);

        lingering.batchEnded(next.get());
        Pending last = added(lingering, span("c"));
        lingering.close();
        assertThat(lingering.next()).containsExactly(last);
    }

    @Test
    void add_tooMuchInFlight_isRefused() throws Exception {
        SubmissionQueue small = queue(5_000, Duration.ZERO, 2_000);
        Pending first = added(small, span("a"));
        small.next();

        assertThatThrownBy(() -> added(small, span("b", MIB))).isInstanceOf(OverloadedException.class);
        small.settled(first);
        added(small, span("b", MIB));
    }

    @Test
    void close_refusesFurther_andEndsWhenNothingWaits() throws Exception {
        Pending first = added(queue, span("a"));
        queue.close();

        assertThatThrownBy(() -> added(queue, span("b"))).isInstanceOf(UnavailableException.class);
        List<Pending> batch = queue.next();
        assertThat(batch).containsExactly(first);
        queue.batchEnded(batch);
        assertThat(queue.next()).isEmpty();
    }

    private static SubmissionQueue queue(int maxSpans, Duration linger, long maxBytesInFlight) {
        return new SubmissionQueue(new BatchLimits(maxSpans, 32 << 20, linger, maxBytesInFlight), new IngestCounters());
    }

    private static Pending added(SubmissionQueue to, TraceSpan... spans) {
        Pending pending = Pending.of(new Submission.Spans(Arrays.asList(spans)));
        to.add(pending);
        return pending;
    }

    private static CompletableFuture<List<Pending>> nextOf(SubmissionQueue queue) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return queue.next();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static TraceSpan span(String name) {
        return span(name, "");
    }

    private static TraceSpan span(String name, String prompt) {
        UUID spanId = UUID.nameUUIDFromBytes(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return TraceSpan.builder(TENANT, TRACE, spanId, name, Instant.EPOCH)
                .prompt(prompt)
                .build();
    }
}
