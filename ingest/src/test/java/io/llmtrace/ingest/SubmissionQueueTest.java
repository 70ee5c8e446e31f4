package io.llmtrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.ingest.SubmissionQueue.Waiting;
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

    private final SubmissionQueue queue = queue(IngestConfig.builder());

    @Test
    void next_whatWaits_isOneBatch_inItsOrder() throws Exception {
        Waiting first = added(queue, span("a"));
        Waiting second = added(queue, span("b"), span("a"));

        assertThat(queue.next()).containsExactly(first, second);
    }

    @Test
    void next_moreThanABatchMayHold_waitsForTheNext() throws Exception {
        SubmissionQueue ofTwo = queue(IngestConfig.builder().maxBatchSpans(2));
        Waiting first = added(ofTwo, span("a"));
        Waiting tooMany = added(ofTwo, span("b"), span("c"), span("d"));

        assertThat(ofTwo.next()).containsExactly(first);
        assertThat(ofTwo.next()).containsExactly(tooMany); // full: worth a write beside the first
    }

    @Test
    void next_littleWaits_isNotUnderWayBesideAnother() throws Exception {
        Waiting first = added(queue, span("a"));
        List<Waiting> batch = queue.next();
        Waiting second = added(queue, span("b"));
        CompletableFuture<List<Waiting>> next = nextOf(queue);

        assertThat(next).isNotDone();
        queue.left(batch);

        assertThat(batch).containsExactly(first);
        assertThat(next.get()).containsExactly(second);
    }

    @Test
    void next_muchWaits_isUnderWayBesideOthers_upToAFew() throws Exception {
        for (int i = 0; i < SubmissionQueue.MOST_AT_ONCE; i++) {
            Waiting large = added(queue, span("span " + i, MIB));
            assertThat(queue.next()).containsExactly(large);
        }
        added(queue, span("one more", MIB));

        CompletableFuture<List<Waiting>> next = nextOf(queue);
        assertThat(next).isNotDone();
        queue.close();
        queue.left(List.of());
        assertThat(next.get()).hasSize(1);
    }

    @Test
    void next_spanThatIsUnderWay_waits_andWithItAllThatCameLater() throws Exception {
        added(queue, span("a", MIB));
        List<Waiting> batch = queue.next();
        Waiting same = added(queue, span("a", MIB));
        Waiting other = added(queue, span("b", MIB));
        CompletableFuture<List<Waiting>> next = nextOf(queue);

        assertThat(next).isNotDone();
        queue.left(batch);

        assertThat(next.get()).containsExactly(same, other);
    }

    @Test
    void next_batchEndsBeforeASpanThatIsUnderWay() throws Exception {
        added(queue, span("a", MIB));
        List<Waiting> batch = queue.next();
        Waiting other = added(queue, span("b", MIB));
        Waiting same = added(queue, span("a", MIB));

        assertThat(queue.next()).containsExactly(other);
        queue.left(batch);
        assertThat(queue.next()).containsExactly(same);
    }

    @Test
    void next_lingers_unlessABatchIsFullOrItCloses() throws Exception {
        SubmissionQueue lingering =
                queue(IngestConfig.builder().maxBatchSpans(2).linger(Duration.ofDays(1)));
        Waiting first = added(lingering, span("a"));
        CompletableFuture<List<Waiting>> next = nextOf(lingering);

        assertThat(next).isNotDone();
        Waiting second = added(lingering, span("b"));
        assertThat(next.get()).containsExactly(first, second);

        lingering.left(next.get());
        Waiting last = added(lingering, span("c"));
        lingering.close();
        assertThat(lingering.next()).containsExactly(last);
    }

    @Test
    void add_tooMuchIsNotSettled_isRefused() throws Exception {
        SubmissionQueue small = queue(IngestConfig.builder().maxBytesInFlight(2_000));
        Waiting first = added(small, span("a"));
        small.next();

        assertThatThrownBy(() -> added(small, span("b", MIB))).isInstanceOf(OverloadedException.class);
        small.settled(first);
        added(small, span("b", MIB));
    }

    @Test
    void close_takesNoMore_andEndsWhenNothingWaits() throws Exception {
        Waiting first = added(queue, span("a"));
        queue.close();

        assertThatThrownBy(() -> added(queue, span("b"))).isInstanceOf(UnavailableException.class);
        List<Waiting> batch = queue.next();
        assertThat(batch).containsExactly(first);
        queue.left(batch);
        assertThat(queue.next()).isEmpty();
    }

    private static SubmissionQueue queue(IngestConfig.Builder config) {
        return new SubmissionQueue(config.build(), new IngestCounters());
    }

    private static Waiting added(SubmissionQueue to, TraceSpan... spans) {
        Waiting waiting = Waiting.of(new Submission.Spans(Arrays.asList(spans)));
        to.add(waiting);
        return waiting;
    }

    private static CompletableFuture<List<Waiting>> nextOf(SubmissionQueue queue) {
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
