package io.llmtrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.ingest.redaction.Detector;
import io.llmtrace.ingest.redaction.Redactor;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.ResultTooLargeException;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.UnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ingest with a store that is unavailable, slow, or refuses spans. */
@Timeout(60)
class SpanIngestSpoolTest {

    /** A text large enough that its request is worth a write of its own. */
    private static final String MIB = "x".repeat(1 << 20);

    private final UUID tenant = UUID.randomUUID();
    private final SwitchedStore store = new SwitchedStore();

    @TempDir
    Path folder;

    @Test
    void storeAway_spoolsAndDrainsInOrder() {
        UUID traceId = UUID.randomUUID();
        UUID spanId = UUID.randomUUID();
        try (SpanIngest ingest = open()) {
            store.failure = () -> new UnavailableException("away");
            for (int i = 0; i < 20; i++) {
                ingest.store(List.of(span(traceId, spanId, "version " + i)));
            }
            assertThat(ingest.state().spool().spans()).isEqualTo(20);
            assertThat(ingest.state().storeFailure()).isEqualTo("away");
            store.failure = null;
            awaitDrained(ingest);

            assertThat(store.stored
                            .getSpan(tenant, traceId, spanId)
                            .orElseThrow()
                            .prompt())
                    .isEqualTo("version 19");
            assertThat(ingest.state().storeFailure()).isEmpty();
            assertBalanced(ingest, 20);
        }
    }

    /**
     * Requests that arrive while the spool is not empty are appended to it. Otherwise an older version in the spool would
     * replace theirs later.
     */
    @Test
    void whatComesWhileTheSpoolIsDrained_staysBehindIt() {
        UUID traceId = UUID.randomUUID();
        UUID spanId = UUID.randomUUID();
        try (SpanIngest ingest = open()) {
            for (int round = 0; round < 30; round++) {
                store.failure = () -> new UnavailableException("away");
                ingest.store(List.of(span(traceId, spanId, "old")));
                store.failure = null;
                ingest.store(List.of(span(traceId, spanId, "new " + round)));
                awaitDrained(ingest);
                assertThat(promptOf(traceId, spanId)).isEqualTo("new " + round);
            }
        }
    }

    @Test
    void processEnds_nextOneDrains() {
        List<TraceSpan> spans = spans(50);
        store.failure = () -> new UnavailableException("away");
        try (SpanIngest ingest = open()) {
            spans.forEach(span -> ingest.store(List.of(span)));
        }
        store.failure = null;
        try (SpanIngest ingest = open()) {
            awaitDrained(ingest);
            assertThat(stored()).containsExactlyInAnyOrderElementsOf(spans);
            assertBalanced(ingest, 50);
        }
    }

    @Test
    void damageInTheSpool_doesNotBlockTheRest_andIsReported() throws IOException {
        List<TraceSpan> spans = spans(4);
        store.failure = () -> new UnavailableException("away");
        try (SpanIngest ingest = open()) {
            spans.forEach(span -> ingest.store(List.of(span)));
            assertThat(ingest.state().spool().damage()).isEmpty();
            Path file = folder.resolve("spool/00000000000000000001.spool");
            byte[] damaged = {(byte) (Files.readAllBytes(file)[40] ^ 1)};
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap(damaged), 40);
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> !ingest.state().spool().damage().isEmpty());
            store.failure = null;
            awaitDrained(ingest);

            assertThat(stored()).containsExactlyInAnyOrderElementsOf(spans.subList(1, 4));
            assertThat(ingest.state().spool().damage()).contains(file + " is damaged at byte 0");
            assertThat(ingest.state().spool().damagedSpans()).isEqualTo(1);
            Awaitility.await()
                    .untilAsserted(() -> assertThat(ingest.state().stored()).isEqualTo(3));
        }
    }

    @Test
    void storeFrozen_spoolsWhenItsPatienceEnds() {
        TraceSpan during = spans(1).get(0);
        try (SpanIngest ingest = open(IngestConfig.builder().patience(Duration.ofMillis(100)))) {
            store.frozen = new CountDownLatch(1);
            ingest.store(List.of(during));
            assertThat(ingest.state().spool().spans()).isEqualTo(1);
            assertThat(ingest.state().storeFailure()).contains("no answer within 100 ms");
            store.frozen.countDown();
            awaitDrained(ingest);
            assertThat(stored()).containsExactly(during);
        }
    }

    @Test
    void refusedSpan_isADeadLetter_andTheOthersAreStored() {
        List<TraceSpan> spans = spans(9);
        store.refused = spans.get(4)::equals;
        store.refusal = new InvalidRequestException("too large for me");
        try (SpanIngest ingest = open()) {
            ingest.store(spans);

            assertThat(stored()).hasSize(8).doesNotContain(spans.get(4));
            assertBalanced(ingest, 9);
            assertThat(ingest.state().deadLettered()).isEqualTo(1);
            DeadLetters.Letter letter = new DeadLetters(folder).list().get(0);
            assertThat(letter.reason()).isEqualTo("too large for me");
            assertThat(letter.tenantId()).isEqualTo(tenant.toString());
            assertThat(ingest.replayDeadLetters()).isZero();
            store.refused = span -> false;
            assertThat(ingest.replayDeadLetters()).isEqualTo(1);
            assertThat(new DeadLetters(folder).list()).isEmpty();
            assertThat(stored()).containsExactlyInAnyOrderElementsOf(spans);
        }
    }

    @Test
    void refusedSpanInTheSpool_doesNotBlockTheRest() {
        List<TraceSpan> spans = spans(9);
        store.failure = () -> new UnavailableException("away");
        try (SpanIngest ingest = open()) {
            ingest.store(spans);
            ingest.store(spans(1));
            store.refused = spans.get(4)::equals;
            store.refusal = new IllegalArgumentException("a fault of the store");
            store.failure = null;
            awaitDrained(ingest);

            assertThat(stored()).hasSize(9);
            assertThat(new DeadLetters(folder).list()).hasSize(1);
            assertBalanced(ingest, 10);
        }
    }

    @Test
    void storeThrowsWithoutMessage_theDeadLetterNamesTheClassAndTheCause() {
        List<TraceSpan> spans = spans(2);
        store.refused = spans.get(0)::equals;
        store.refusal = new NullPointerException();
        try (SpanIngest ingest = open()) {
            ingest.store(spans.subList(0, 1));
            store.refused = spans.get(1)::equals;
            store.refusal = new IllegalArgumentException("odd", new ArithmeticException("overflow"));
            ingest.store(spans.subList(1, 2));

            assertThat(new DeadLetters(folder).list())
                    .extracting(DeadLetters.Letter::reason)
                    .containsExactly(
                            "java.lang.NullPointerException",
                            "java.lang.IllegalArgumentException: odd, caused by java.lang.ArithmeticException: overflow");
        }
    }

    @Test
    void spoolFull_givesBack_andCountsIt() {
        store.failure = () -> new UnavailableException("away");
        try (SpanIngest ingest = open(IngestConfig.builder().maxSpoolBytes(300))) {
            ingest.store(spans(1));
            assertThatThrownBy(() -> ingest.store(spans(5)))
                    .isInstanceOf(OverloadedException.class)
                    .hasMessageContaining("spool is full");
            assertThat(ingest.state().rejected()).isEqualTo(5);
            assertBalanced(ingest, 6);
        }
    }

    @Test
    void tooMuchInFlight_isGivenBackAtOnce() throws Exception {
        store.frozen = new CountDownLatch(1);
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try (SpanIngest ingest = open(IngestConfig.builder().maxBytesInFlight(2_000))) {
            Future<?> waiting = executor.submit(() -> ingest.store(spans(2)));
            Awaitility.await().until(() -> ingest.state().bytesInFlight() > 0);
            assertThatThrownBy(() -> ingest.store(spans(5)))
                    .isInstanceOf(OverloadedException.class)
                    .hasMessageContaining("too many bytes wait to be stored");
            store.frozen.countDown();
            waiting.get();
            Awaitility.await().until(() -> ingest.state().bytesInFlight() == 0);
            ingest.store(spans(5));
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void withoutSpool_theCallerLearnsWhy() {
        try (SpanIngest ingest = new SpanIngest(store.repository, EventContent.NONE)) {
            store.failure = () -> new UnavailableException("away");
            assertThatThrownBy(() -> ingest.store(spans(1)))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessage("away");
            store.failure = null;
            store.refused = span -> true;
            store.refusal = new InvalidRequestException("never");
            assertThatThrownBy(() -> ingest.store(spans(1)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessage("never");
        }
    }

    @Test
    void manyCallers_shareWrites() throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(16);
        try (SpanIngest ingest = open()) {
            store.frozen = new CountDownLatch(1);
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                calls.add(executor.submit(() -> ingest.store(spans(1))));
            }
            Awaitility.await().until(() -> ingest.state().accepted() == 16);
            store.frozen.countDown();
            for (Future<?> call : calls) {
                call.get();
            }
            assertThat(store.writes).hasSizeLessThan(4);
            assertThat(stored()).hasSize(16);
        } finally {
            executor.shutdownNow();
        }
    }

    /** The hanging write may still complete, and must not replace newer versions from the spool. */
    @Test
    void storeFrozen_theSpoolIsDrainedBehindTheWriteThatHung() {
        UUID traceId = UUID.randomUUID();
        UUID spanId = UUID.randomUUID();
        try (SpanIngest ingest = open(IngestConfig.builder().patience(Duration.ofMillis(20)))) {
            store.frozen = new CountDownLatch(1);
            ingest.store(List.of(span(traceId, spanId, "old")));
            ingest.store(List.of(span(traceId, spanId, "new")));

            Awaitility.await().during(Duration.ofMillis(200)).until(() -> store.begun.get() == 1);
            store.frozen.countDown();
            awaitDrained(ingest);
            assertThat(promptOf(traceId, spanId)).isEqualTo("new");
        }
    }

    /** Same as before, but the spool has no room for the hanging write, so that the later version is not queued after it. */
    @Test
    void storeFrozen_withoutRoomInTheSpool_laterVersionWaitsForTheWriteThatHung() {
        UUID traceId = UUID.randomUUID();
        UUID spanId = UUID.randomUUID();
        TraceSpan later = span(traceId, spanId, "new");
        try (SpanIngest ingest =
                open(IngestConfig.builder().patience(Duration.ofMillis(20)).maxSpoolBytes(1))) {
            store.frozen = new CountDownLatch(1);
            assertThatThrownBy(() -> ingest.store(List.of(span(traceId, spanId, "old"))))
                    .isInstanceOf(OverloadedException.class);
            assertThatThrownBy(() -> ingest.store(List.of(later))).isInstanceOf(OverloadedException.class);
            assertThat(store.begun).hasValue(1);

            store.frozen.countDown();
            Awaitility.await()
                    .ignoreExceptionsInstanceOf(OverloadedException.class)
                    .untilAsserted(() -> ingest.store(List.of(later)));
            assertThat(promptOf(traceId, spanId)).isEqualTo("new");
        }
    }

    @Test
    void largeRequests_areStoredAtTheSameTime_butNotTwoOfOneSpan() throws Exception {
        UUID traceId = UUID.randomUUID();
        UUID spanId = UUID.randomUUID();
        TraceSpan old = span(traceId, spanId, "old" + MIB);
        TraceSpan other = span(UUID.randomUUID(), UUID.randomUUID(), "other" + MIB);
        TraceSpan later = span(traceId, spanId, "new" + MIB);
        ExecutorService executor = Executors.newCachedThreadPool();
        try (SpanIngest ingest = open(IngestConfig.builder().maxBytesInFlight(64 << 20))) {
            store.frozen = new CountDownLatch(1);
            List<Future<?>> calls = submitInOrder(ingest, executor, List.of(old, other, later));

            Awaitility.await().until(() -> store.begun.get() == 2);
            assertThat(ingest.state().accepted()).isEqualTo(3);
            store.frozen.countDown();
            for (Future<?> call : calls) {
                call.get();
            }
            assertThat(store.begun).hasValue(3);
            assertThat(stored()).containsExactlyInAnyOrder(later, other);
        } finally {
            executor.shutdownNow();
        }
    }

    /** Holds however requests are batched, whatever else is running, and whether or not they pass through the spool. */
    @Test
    void versionsOfSpans_endInTheOrderInWhichTheyCame() throws Exception {
        Random random = new Random(5);
        UUID traceId = UUID.randomUUID();
        List<UUID> ids = Stream.generate(UUID::randomUUID).limit(4).toList();
        ExecutorService executor = Executors.newCachedThreadPool();
        try (SpanIngest ingest = open(IngestConfig.builder().maxBytesInFlight(1 << 30))) {
            for (int round = 0; round < 20; round++) {
                store.failure = round % 3 == 2 ? () -> new UnavailableException("away") : null;
                List<TraceSpan> versions = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    String text = round + " " + i + (random.nextBoolean() ? MIB : "");
                    versions.add(span(traceId, ids.get(random.nextInt(ids.size())), text));
                }
                for (Future<?> call : submitInOrder(ingest, executor, versions)) {
                    call.get();
                }
                store.failure = null;
                awaitDrained(ingest);
                Map<UUID, TraceSpan> last = new HashMap<>();
                versions.forEach(version -> last.put(version.spanId(), version));
                last.forEach((id, version) -> assertThat(promptOf(traceId, id)).isEqualTo(version.prompt()));
            }
            assertBalanced(ingest, 400);
        } finally {
            executor.shutdownNow();
        }
    }

    /** As for events of a span whose stored version is too large to be read. */
    @Test
    void spanWhoseLookUpIsTooLarge_isADeadLetter_andTheSpoolIsDrained() {
        List<TraceSpan> spans = spans(9);
        store.refused = spans.get(4)::equals;
        store.refusal = new ResultTooLargeException("too large to be read");
        store.failure = () -> new UnavailableException("away");
        try (SpanIngest ingest = open()) {
            ingest.store(spans);
            ingest.store(spans(1));
            store.failure = null;
            awaitDrained(ingest);

            assertThat(stored()).hasSize(9).doesNotContain(spans.get(4));
            assertThat(ingest.state().deadLettered()).isEqualTo(1);
        }
    }

    /** An error that no store should throw, such as a lack of memory. */
    @Test
    void storeThrowsAnError_drainingGoesOn() {
        List<TraceSpan> spans = spans(3);
        AtomicInteger errors = new AtomicInteger();
        store.failure = () -> new UnavailableException("away");
        try (SpanIngest ingest = open()) {
            ingest.store(spans);
            store.refused = span -> {
                if (errors.getAndIncrement() == 0) {
                    throw new OutOfMemoryError("once");
                }
                return false;
            };
            store.failure = null;
            awaitDrained(ingest);

            assertThat(stored()).containsExactlyInAnyOrderElementsOf(spans);
            assertThat(errors).hasPositiveValue();
        }
    }

    @Test
    void close_takesNoMore_andKeepsWhatItTook() {
        List<TraceSpan> spans = spans(1);
        SpanIngest ingest = open();
        ingest.store(spans);
        ingest.close();

        assertThatThrownBy(() -> ingest.store(spans(1))).isInstanceOf(UnavailableException.class);
        assertThat(stored()).isEqualTo(spans);
    }

    @Test
    void redaction_happensBeforeAnythingIsWritten() throws IOException {
        store.failure = () -> new UnavailableException("away");
        Redactor redactor = new Redactor(List.of(Detector.EMAIL), List.of());
        try (SpanIngest ingest = open(IngestConfig.builder().processors(List.of(redactor)))) {
            ingest.store(List.of(span(UUID.randomUUID(), UUID.randomUUID(), "I am someone@example.org")));
            assertThat(ingest.state().spool().spans()).isEqualTo(1);
            store.failure = null;
            awaitDrained(ingest);
            assertThat(stored().get(0).prompt()).isEqualTo("I am [redacted:email]");
        }
    }

    @Test
    void processorThatFails_closedOrOpen() {
        SpanProcessor broken = span -> {
            throw new IllegalStateException("cannot");
        };
        try (SpanIngest closed = open(IngestConfig.builder().processors(List.of(broken)))) {
            assertThatThrownBy(() -> closed.store(spans(1)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("cannot be redacted");
            assertThat(stored()).isEmpty();
        }
        try (SpanIngest open = open(
                IngestConfig.builder().processors(List.of(broken, span -> null)).failOpen(true))) {
            open.store(spans(1));
            assertThat(stored()).isEmpty();
        }
        try (SpanIngest open =
                open(IngestConfig.builder().processors(List.of(broken)).failOpen(true))) {
            open.store(spans(1));
            assertThat(stored()).hasSize(1);
        }
    }

    @Test
    void nothingIsLeftOnDiskOnceAllIsStored() throws IOException {
        try (SpanIngest ingest = open()) {
            store.failure = () -> new UnavailableException("away");
            ingest.store(spans(10));
            store.failure = null;
            awaitDrained(ingest);
        }
        try (Stream<Path> files = Files.list(folder.resolve("spool"))) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("lock", "position", "reserve");
        }
    }

    private SpanIngest open() {
        return open(IngestConfig.builder());
    }

    private SpanIngest open(IngestConfig.Builder config) {
        return new SpanIngest(
                store.repository,
                EventContent.NONE,
                config.folder(folder).keepFreeBytes(0).build(),
                (spans, took) -> {});
    }

    /** Submits each span in its own request, without waiting for the previous one. */
    private static List<Future<?>> submitInOrder(SpanIngest ingest, ExecutorService executor, List<TraceSpan> spans) {
        List<Future<?>> calls = new ArrayList<>();
        for (TraceSpan span : spans) {
            long before = ingest.state().accepted();
            calls.add(executor.submit(() -> ingest.store(List.of(span))));
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> ingest.state().accepted() == before + 1);
        }
        return calls;
    }

    private String promptOf(UUID traceId, UUID spanId) {
        return store.stored.getSpan(tenant, traceId, spanId).orElseThrow().prompt();
    }

    private static void awaitDrained(SpanIngest ingest) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> ingest.state().spool().spans() == 0);
    }

    private static void assertBalanced(SpanIngest ingest, long accepted) {
        IngestState state = ingest.state();
        assertThat(state.accepted()).isEqualTo(accepted);
        assertThat(state.stored() + state.spool().spans() + state.deadLettered() + state.rejected())
                .isEqualTo(accepted);
        assertThat(state.bytesInFlight()).isZero();
    }

    private List<TraceSpan> stored() {
        return store.stored
                .querySpans(TraceQuery.builder(tenant).limit(1_000).build())
                .items();
    }

    private List<TraceSpan> spans(int count) {
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            spans.add(span(UUID.randomUUID(), UUID.randomUUID(), "What is " + i + "?"));
        }
        return spans;
    }

    private TraceSpan span(UUID traceId, UUID spanId, String prompt) {
        return TraceSpan.builder(tenant, traceId, spanId, "chat", Instant.EPOCH)
                .prompt(prompt)
                .build();
    }
}
