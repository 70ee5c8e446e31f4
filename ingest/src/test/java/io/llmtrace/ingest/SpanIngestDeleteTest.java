package io.llmtrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.RetentionBasis;
import io.llmtrace.storage.RetentionRule;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Deletes while spans wait in the spool, of a store that is full: reads and deletes work, and writes do not. */
@Timeout(120)
class SpanIngestDeleteTest {

    private static final UUID TENANT = new UUID(0, 1);
    private static final UUID OTHER_TENANT = new UUID(0, 2);

    private final SwitchedStore store = new SwitchedStore();

    @TempDir
    Path folder;

    @Test
    void deleteBefore_reachesWhatWaits_andTheTraceAsAWhole() {
        UUID waiting = UUID.randomUUID();
        UUID half = UUID.randomUUID();
        UUID earlierInSpool = UUID.randomUUID();
        UUID young = UUID.randomUUID();
        try (SpanIngest ingest = open()) {
            ingest.store(List.of(span(half, 10), span(earlierInSpool, 60)));
            full();
            ingest.store(List.of(span(waiting, 20), span(half, 70), span(earlierInSpool, 30), span(young, 50)));
            ingest.store(List.of(span(OTHER_TENANT, waiting, 1)));

            assertThat(ingest.deleteTracesBefore(TENANT, at(50))).isEqualTo(3);
            assertThat(ingest.deleteTracesBefore(TENANT, at(50))).isZero();
            assertThat(ingest.deleteTrace(TENANT, waiting)).isFalse();
            ingest.store(List.of(span(half, 80))); // a new write of a deleted trace
            drain(ingest);

            assertThat(ids(TENANT)).containsExactlyInAnyOrder(young, half);
            assertThat(store.stored.getTrace(TENANT, half).orElseThrow().spans())
                    .extracting(TraceSpan::startTime)
                    .containsExactly(at(80));
            assertThat(ids(OTHER_TENANT)).containsExactly(waiting);
            Awaitility.await()
                    .untilAsserted(() -> assertThat(ingest.state().stored())
                            .isEqualTo(ingest.state().accepted()));
        }
    }

    @Test
    void whatHasWaitedAndIsTooOld_isDeletedWhenTheSpoolIsDrained_byTheRuleOfItsTenant() {
        UUID old = UUID.randomUUID();
        UUID endedNow = UUID.randomUUID();
        store.stored.setRetention(TENANT, RetentionRule.of(1, RetentionBasis.END));
        store.stored.setRetention(OTHER_TENANT, RetentionRule.of(1));
        full();
        try (SpanIngest ingest = open()) {
            ingest.store(List.of(span(old, 1), endingNow(TENANT, endedNow), endingNow(OTHER_TENANT, endedNow)));
            drain(ingest);

            Awaitility.await().until(() -> ids(TENANT).equals(List.of(endedNow)));
            Awaitility.await().until(() -> ids(OTHER_TENANT).isEmpty());
        }
    }

    private static TraceSpan endingNow(UUID tenant, UUID trace) {
        return span(tenant, trace, 1).toBuilder().endTime(Instant.now()).build();
    }

    @Test
    void deleteTrace_reachesWhatWaits_alsoAfterARestart() {
        UUID deleted = UUID.randomUUID();
        UUID kept = UUID.randomUUID();
        full();
        try (SpanIngest ingest = open()) {
            ingest.store(List.of(span(deleted, 1), span(kept, 2)));
            ingest.storeTraces(List.of(TraceEvent.of(deleted, TENANT, at(0), List.of())));
            assertThat(ingest.deleteTrace(TENANT, deleted)).isTrue();
            assertThat(ingest.deleteTrace(TENANT, deleted)).isFalse();
        }
        try (SpanIngest ingest = open()) {
            assertThat(ingest.deleteTrace(TENANT, deleted)).isFalse();
            drain(ingest);
            assertThat(ids(TENANT)).containsExactly(kept);
        }
    }

    @Test
    void spoolFull_deletesWork_andMakeRoom() {
        full();
        try (SpanIngest ingest = open(1)) {
            int waiting = fill(ingest);
            assertThat(ingest.state().spool().full()).startsWith("spool is full: ");
            assertThatThrownBy(() -> ingest.store(List.of(noise(60_000))))
                    .isInstanceOf(OverloadedException.class)
                    .hasMessageStartingWith("spool is full: ")
                    .hasMessageContaining(" (spool-max-mb); let the store take spans again, or raise the limit")
                    .hasMessageEndingWith(". The store: full");
            assertThat(ingest.deleteTracesBefore(TENANT, at(1_000_000))).isEqualTo(waiting);
            drain(ingest);
            assertThat(ids(TENANT)).isEmpty();
            ingest.store(List.of(noise(60_000)));
            assertThat(ingest.state().spool().full()).isEmpty();
        }
    }

    @Test
    void storeAway_deleteFails_andDeletesNothing() {
        UUID trace = UUID.randomUUID();
        store.failure = () -> new UnavailableException("away");
        try (SpanIngest ingest = open()) {
            ingest.store(List.of(span(trace, 1)));
            assertThatThrownBy(() -> ingest.deleteTrace(TENANT, trace)).isInstanceOf(UnavailableException.class);
            assertThatThrownBy(() -> ingest.deleteTracesBefore(TENANT, at(9))).isInstanceOf(UnavailableException.class);
            drain(ingest);
            assertThat(ids(TENANT)).containsExactly(trace);
        }
    }

    @Test
    void storeRefusesTheDelete_whatWaitsStays() {
        UUID trace = UUID.randomUUID();
        full();
        store.deleteFailure = () -> new OverloadedException("no room for a delete");
        try (SpanIngest ingest = open()) {
            ingest.store(List.of(span(trace, 1)));
            assertThatThrownBy(() -> ingest.deleteTrace(TENANT, trace)).hasMessage("no room for a delete");
            assertThatThrownBy(() -> ingest.deleteTracesBefore(TENANT, at(9))).hasMessage("no room for a delete");
            drain(ingest);
            assertThat(ids(TENANT)).containsExactly(trace);
        }
    }

    @Test
    void tracesThatOnlyWait_areNotDeletedInTheStoreOneByOne() {
        try (SpanIngest ingest = open()) {
            ingest.store(List.of(span(UUID.randomUUID(), 50)));
            full();
            for (int i = 0; i < 20; i++) {
                ingest.store(List.of(span(UUID.randomUUID(), i)));
            }

            assertThat(ingest.deleteTracesBefore(TENANT, at(30))).isEqualTo(20);
            assertThat(store.calls).contains("deleteTracesBefore").doesNotContain("deleteTrace");
            store.calls.clear();
            ingest.deleteTrace(TENANT, UUID.randomUUID());
            assertThat(store.calls).contains("deleteTrace").doesNotContain("stats");
        }
    }

    @Test
    void deletingThreadIsInterrupted_spoolIsDrainedAllTheSame() throws Exception {
        UUID deleted = UUID.randomUUID();
        UUID kept = UUID.randomUUID();
        full();
        try (SpanIngest ingest = open()) {
            ingest.store(List.of(span(deleted, 1), span(kept, 2)));
            Thread caller = new Thread(() -> {
                try {
                    ingest.deleteTrace(TENANT, deleted);
                } catch (UnavailableException e) {
                    // interrupted: the delete goes on, or not
                }
            });
            store.onDelete = caller::interrupt;
            caller.start();
            caller.join();
            drain(ingest);

            assertThat(ids(TENANT)).contains(kept);
        }
    }

    @Test
    void expiredTracesAreBeingDeleted_deletesNeedNotWait() {
        CountDownLatch expiring = new CountDownLatch(1);
        CountDownLatch waited = new CountDownLatch(1);
        UUID deleted = UUID.randomUUID();
        full();
        store.onDelete = () -> {
            if (Thread.currentThread().getName().equals("llmtrace-ingest-drain")) {
                expiring.countDown();
                awaitUninterruptibly(waited);
            }
        };
        try (SpanIngest ingest = open()) {
            ingest.store(List.of(span(UUID.randomUUID(), 1)));
            store.writeFailure = null;
            awaitUninterruptibly(expiring);
            full();
            ingest.store(List.of(span(deleted, 2)));

            assertThat(ingest.deleteTrace(TENANT, deleted)).isTrue();
            waited.countDown();
        } finally {
            waited.countDown();
        }
    }

    @Test
    void storeDoesNotEndAWrite_deleteWaitsLongerThanSpansDo() {
        full();
        try (SpanIngest ingest = open(store, folder, 64, Duration.ofMillis(50))) {
            ingest.store(List.of(span(UUID.randomUUID(), 1)));
            int begun = store.begun.get();
            store.frozen = new CountDownLatch(1);
            Awaitility.await().until(() -> store.begun.get() > begun);

            assertThatThrownBy(() -> ingest.deleteTrace(TENANT, UUID.randomUUID()))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessage("the store has not ended what it is writing within 200 ms"
                            + " (4 times store-patience-ms); try again later");
            store.frozen.countDown();
        }
    }

    @Test
    void deletedTraces_doNotComeBackFromDeadLetters() throws Exception {
        UUID deleted = UUID.randomUUID();
        UUID old = UUID.randomUUID();
        UUID storedEarlier = UUID.randomUUID();
        UUID kept = UUID.randomUUID();
        store.refusal = new InvalidRequestException("not this one");
        try (SpanIngest ingest = open()) {
            ingest.store(List.of(span(storedEarlier, 5)));
            store.refused = span -> true;
            ingest.store(List.of(span(deleted, 100), span(kept, 100)));
            ingest.store(List.of(span(old, 10), span(storedEarlier, 100)));
            Files.writeString(
                    folder.resolve("dead-letters.ndjson"),
                    "{\"at\":\"" + at(100) + "\",\"tenant_id\":\"" + TENANT
                            + "\",\"reason\":\"\",\"kind\":\"traces\",\"items\":["
                            + TraceJson.write(TraceEvent.of(old, TENANT, at(10), List.of(span(old, 110)))) + "]}\n",
                    StandardOpenOption.APPEND);
            ingest.store(List.of(span(OTHER_TENANT, deleted, 1)));

            assertThat(ingest.deleteTrace(TENANT, deleted)).isFalse();
            assertThat(ingest.deleteTracesBefore(TENANT, at(50))).isEqualTo(1);

            store.refused = span -> false;
            assertThat(ingest.replayDeadLetters()).isEqualTo(2);
            assertThat(ids(TENANT)).containsExactly(kept);
            assertThat(ids(OTHER_TENANT)).containsExactly(deleted);
        }
    }

    @Test
    void deleteOfTracesBeforeATime_asksAStoreWithoutSuchTracesForNoneOfTheDeadLetters() {
        store.refusal = new InvalidRequestException("not this one");
        try (SpanIngest ingest = open()) {
            ingest.store(List.of(span(UUID.randomUUID(), 60)));
            store.refused = span -> true;
            for (int i = 0; i < 50; i++) {
                ingest.store(List.of(span(UUID.randomUUID(), i < 20 ? 10 : 100)));
            }
            store.calls.clear();

            assertThat(ingest.deleteTracesBefore(TENANT, at(50))).isZero();

            assertThat(store.calls).contains("stats").doesNotContain("queryTraceSummaries");
            assertThat(new DeadLetters(folder).list()).hasSize(30);
        }
    }

    @Test
    void deleteOfATrace_leavesLettersAloneThatItIsNotIn() throws Exception {
        store.refusal = new InvalidRequestException("not this one");
        store.refused = span -> true;
        try (SpanIngest ingest = open()) {
            ingest.store(List.of(span(UUID.randomUUID(), 1)));
            Files.writeString(folder.resolve("dead-letters.ndjson"), "{no letter}\n", StandardOpenOption.APPEND);

            assertThat(ingest.deleteTrace(TENANT, UUID.randomUUID())).isFalse();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean done = false;
        while (!done) {
            try {
                latch.await();
                done = true;
            } catch (InterruptedException e) {
                // goes on waiting
            }
        }
    }

    /** The outcome and the counts are those of a store that takes everything at once. */
    @Test
    void anyHistory_endsAsIfEverythingHadBeenStoredAtOnce() throws Exception {
        long seed = Long.getLong("llmtrace.seed", System.nanoTime());
        for (int round = 0; round < 20; round++) {
            Random random = new Random(seed + round);
            Path data = Files.createDirectories(folder.resolve("round-" + round));
            try (InMemoryTraceRepository expected = new InMemoryTraceRepository()) {
                history(random, data, expected, "seed " + (seed + round));
            }
        }
    }

    private void history(Random random, Path data, InMemoryTraceRepository expected, String label) {
        SwitchedStore real = new SwitchedStore();
        List<UUID> traces = List.of(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());
        SpanIngest ingest = open(real, data, 64);
        try {
            for (int step = 0; step < 40; step++) {
                UUID trace = traces.get(random.nextInt(traces.size()));
                switch (random.nextInt(8)) {
                    case 0 -> real.writeFailure = () -> new OverloadedException("full");
                    case 1 -> real.writeFailure = null;
                    case 2 ->
                        assertThat(ingest.deleteTrace(TENANT, trace))
                                .as(label)
                                .isEqualTo(expected.deleteTrace(TENANT, trace));
                    case 3 -> {
                        Instant before = at(random.nextInt(100));
                        assertThat(ingest.deleteTracesBefore(TENANT, before))
                                .as(label)
                                .isEqualTo(expected.deleteTracesBefore(TENANT, before));
                    }
                    case 4 -> {
                        TraceEvent written = TraceEvent.of(
                                trace, TENANT, at(random.nextInt(100)), List.of(span(trace, random.nextInt(100))));
                        ingest.storeTraces(List.of(written));
                        expected.storeTrace(written);
                    }
                    case 5 -> {
                        ingest.close();
                        ingest = open(real, data, 64);
                    }
                    default -> {
                        List<TraceSpan> spans = new ArrayList<>();
                        for (int i = random.nextInt(3); i >= 0; i--) {
                            spans.add(span(traces.get(random.nextInt(traces.size())), random.nextInt(100)));
                        }
                        ingest.store(spans);
                        expected.storeSpans(spans);
                    }
                }
            }
            real.writeFailure = null;
            drain(ingest);
        } finally {
            ingest.close();
        }
        for (UUID trace : traces) {
            assertThat(real.stored.getTrace(TENANT, trace)).as(label).isEqualTo(expected.getTrace(TENANT, trace));
        }
    }

    private void full() {
        store.writeFailure = () -> new OverloadedException("full");
    }

    private SpanIngest open() {
        return open(64);
    }

    private SpanIngest open(int spoolMaxMb) {
        return open(store, folder, spoolMaxMb);
    }

    private static SpanIngest open(SwitchedStore store, Path folder, int spoolMaxMb) {
        return open(store, folder, spoolMaxMb, Duration.ofSeconds(10));
    }

    private static SpanIngest open(SwitchedStore store, Path folder, int spoolMaxMb, Duration patience) {
        return new SpanIngest(
                store.repository,
                EventContent.NONE,
                IngestConfig.builder()
                        .folder(folder)
                        .keepFreeBytes(0)
                        .patience(patience)
                        .maxSpoolBytes((long) spoolMaxMb << 20)
                        .build(),
                (spans, took) -> {});
    }

    private static int fill(SpanIngest ingest) {
        int spans = 0;
        while (true) {
            try {
                ingest.store(List.of(noise(60_000)));
                spans++;
            } catch (OverloadedException e) {
                return spans;
            }
        }
    }

    private void drain(SpanIngest ingest) {
        store.failure = null;
        store.writeFailure = null;
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> ingest.state().spool().submissions() == 0);
    }

    private List<UUID> ids(UUID tenant) {
        return store
                .stored
                .queryTraceSummaries(TraceQuery.builder(tenant).limit(100).build())
                .items()
                .stream()
                .map(trace -> trace.traceId())
                .toList();
    }

    private static TraceSpan noise(int characters) {
        StringBuilder text = new StringBuilder();
        new Random().ints(characters, '0', 'z').forEach(c -> text.append((char) c));
        return span(UUID.randomUUID(), 5).toBuilder().prompt(text.toString()).build();
    }

    private static TraceSpan span(UUID trace, int second) {
        return span(TENANT, trace, second);
    }

    private static TraceSpan span(UUID tenant, UUID trace, int second) {
        return TraceSpan.builder(tenant, trace, UUID.randomUUID(), "chat", at(second))
                .build();
    }

    private static Instant at(int second) {
        return Instant.ofEpochSecond(second);
    }
}
