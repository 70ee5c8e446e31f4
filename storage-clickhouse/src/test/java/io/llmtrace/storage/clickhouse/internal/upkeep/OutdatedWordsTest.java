package io.llmtrace.storage.clickhouse.internal.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.dev.clickhouse.ClickHouseServer;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.clickhouse.ClickHouseFixture;
import io.llmtrace.storage.clickhouse.ClickHouseSettings;
import io.llmtrace.storage.clickhouse.ClickHouseTraceRepository;
import io.llmtrace.storage.clickhouse.Failing;
import io.llmtrace.storage.clickhouse.OldWords;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.engine.Migrations;
import io.llmtrace.testkit.NeedsClickHouse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Old rows get new words, whatever happens meanwhile. */
@NeedsClickHouse
@Timeout(180)
final class OutdatedWordsTest {

    private static final long ALL = Long.MAX_VALUE;
    /** Enough for about three rows. */
    private static final long FEW = 600;

    private final ClickHouseServer server = ClickHouseFixture.server();
    private final String name = ClickHouseFixture.newDatabaseName();
    private final UUID tenant = UUID.randomUUID();
    private final List<TraceSpan> spans = new ArrayList<>(OldWords.spans(tenant));
    private final TraceEvent traceWithOwnTime =
            TraceEvent.of(UUID.randomUUID(), tenant, Instant.parse("2026-03-01T12:30:00Z"), List.of());
    private ClickHouseTraceRepository repository;
    private Database database;

    /** Stores old rows in a store whose own background work is kept from them. */
    @BeforeEach
    void storeOldRows() {
        ClickHouseSettings settings = ClickHouseSettings.parse(server.url(name));
        database = new Database(settings);
        Migrations.run(database);
        keepFromRepositories(server, name);
        try (ClickHouseTraceRepository first = ClickHouseTraceRepository.open(settings)) {
            first.storeSpans(spans.subList(0, 3));
            first.compact();
            first.storeSpans(spans.subList(3, spans.size()));
            first.storeTrace(traceWithOwnTime);
        }
        OldWords.makeOld(server, name + ".spans");
        repository = ClickHouseTraceRepository.open(settings);
    }

    private static void keepFromRepositories(ClickHouseServer server, String name) {
        server.execute(
                "INSERT INTO " + name + ".store_properties VALUES ('reindexing', 'test " + Long.MAX_VALUE + "', 1)");
    }

    @AfterEach
    void drop() {
        repository.close();
        database.close();
        server.execute("DROP DATABASE " + name + " SYNC");
    }

    private OutdatedWords words(long maxBytes) {
        return new OutdatedWords(database, "spans", maxBytes);
    }

    /** Runs something before a step, or ends the work there. */
    private static final class Script implements OutdatedWords.Steps {
        private final int endsAt;
        private final Runnable between;
        private int asked;

        /** @param endsAt how many steps are allowed */
        Script(int endsAt, Runnable between) {
            this.endsAt = endsAt;
            this.between = between;
        }

        static Script toTheEnd() {
            return endingAt(Integer.MAX_VALUE);
        }

        static Script endingAt(int step) {
            return new Script(step, () -> {});
        }

        @Override
        public boolean mayContinue() {
            between.run();
            return ++asked <= endsAt;
        }

        @Override
        public boolean mayContinueAfter(Duration pause) {
            Awaitility.await().pollDelay(Duration.ofMillis(20)).until(() -> true); // in place of a longer pause
            return mayContinue();
        }
    }

    @Test
    void update_givesOldRowsTheirWords() {
        assertThat(repository.check().details()).containsEntry("text_index_pending", "8");

        words(ALL).update(Script.toTheEnd());

        assertUpToDate();
        assertThat(repository.check().details()).containsEntry("text_index_pending", "0");
        assertThat(repository.getTrace(tenant, traceWithOwnTime.traceId())).contains(traceWithOwnTime);
        repository.compact();
        assertUpToDate();
    }

    @Test
    void update_rowWithAnUnreadableValue_getsTheWordsOfTheOthers() {
        TraceSpan json = spans.get(1);
        server.execute("ALTER TABLE " + name + ".spans UPDATE attributes = '{\"cut' WHERE span_id = '" + json.spanId()
                + "' SETTINGS mutations_sync = 2");

        words(ALL).update(Script.toTheEnd());

        assertThat(repository.check().details()).containsEntry("text_index_pending", "0");
        assertThat(repository
                        .querySpanOutlines(
                                TraceQuery.builder(tenant).text("return menu").build())
                        .items())
                .extracting(SpanOutline::spanId)
                .containsExactly(json.spanId());
    }

    @Test
    void update_endedAtEachStep_isResumed() {
        int step = 0;
        while (words(FEW).exist()) {
            words(FEW).update(Script.endingAt(++step));
            assertThat(server.execute("SELECT count() FROM " + name
                            + ".spans WHERE (words_version = 0) != (more_words = 'stale')"))
                    .isEqualTo("0\n");
            assertThat(step).isLessThan(100);
        }

        assertThat(step).isGreaterThan(5);
        assertUpToDate();
    }

    /** Between steps another span is deleted or replaced, and at times the parts are merged. */
    @Test
    void update_deletesAndRewritesMeanwhile_win() {
        List<TraceSpan> victims = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            victims.addAll(OldWords.spans(tenant).subList(1, 3));
        }
        repository.storeSpans(victims);
        spans.addAll(victims);
        OldWords.makeOld(server, name + ".spans");
        Iterator<TraceSpan> next = victims.iterator();
        AtomicInteger steps = new AtomicInteger();

        words(FEW).update(new Script(Integer.MAX_VALUE, () -> {
            int step = steps.incrementAndGet();
            if (next.hasNext()) {
                change(next.next(), step % 2 == 0);
            }
            if (step % 10 == 0) {
                repository.compact();
            }
        }));

        assertThat(next).isExhausted();
        words(ALL).update(Script.toTheEnd());
        assertUpToDate();
        repository.compact();
        assertUpToDate();
    }

    private void change(TraceSpan span, boolean delete) {
        spans.remove(span);
        if (delete) {
            assertThat(repository.deleteTrace(tenant, span.traceId())).isTrue();
            return;
        }
        TraceSpan newer = span.toBuilder().prompt("[\"replaced\\nBy this\"]").build();
        repository.storeSpan(newer);
        spans.add(newer);
    }

    @Test
    void update_byTwoAtTheSameTime_isDoneOnce() {
        CompletableFuture<Void> one =
                CompletableFuture.runAsync(() -> words(FEW).update(Script.toTheEnd()));
        CompletableFuture<Void> other =
                CompletableFuture.runAsync(() -> words(ALL).update(Script.toTheEnd()));
        one.handle((done, failure) -> done).join();
        other.handle((done, failure) -> done).join();

        words(ALL).update(Script.toTheEnd());
        assertUpToDate();
    }

    /** A process ends while its mutation waits, and the mutation fails later. */
    @Test
    void update_mutationThatFails_isEndedAndTriedAgain() {
        server.execute("SYSTEM STOP MERGES " + name + ".spans");
        words(ALL).update(Script.endingAt(spans.size() + 2));
        String table = server.execute("SELECT name FROM system.tables WHERE database = '" + name
                        + "' AND startsWith(name, 'reindexed_')")
                .strip();
        assertThat(table).isNotEmpty();
        server.execute("DROP TABLE " + name + "." + table + " SYNC");
        server.execute("SYSTEM START MERGES " + name + ".spans");

        assertThatThrownBy(() -> words(ALL).update(Script.toTheEnd()))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("failed to index rows again: Code: 60");
        assertThat(repository.deleteTrace(tenant, spans.remove(0).traceId())).isTrue();
        words(ALL).update(Script.toTheEnd());

        assertUpToDate();
    }

    /** The server is killed before it has begun with the mutation of a process that is gone. */
    @Test
    void update_serverAndProcessKilled_isCompletedByTheNext() {
        try (ClickHouseServer mine = Failing.startServer();
                Database at = new Database(ClickHouseSettings.parse(mine.url(Failing.DATABASE)))) {
            Migrations.run(at);
            keepFromRepositories(mine, Failing.DATABASE);
            try (ClickHouseTraceRepository other = Failing.open(mine, "")) {
                other.storeSpans(spans);
                OldWords.makeOld(mine, Failing.DATABASE + ".spans");
                mine.execute("SYSTEM STOP MERGES " + Failing.DATABASE + ".spans");
                new OutdatedWords(at, "spans", ALL).update(Script.endingAt(spans.size() + 1));
                assertThat(mine.execute("SELECT count() FROM system.mutations WHERE NOT is_done"))
                        .isEqualTo("1\n");
                mine.kill();
                mine.restart();

                OutdatedWords words = new OutdatedWords(at, "spans", ALL);
                assertThat(words.exist()).isTrue();
                words.update(Script.toTheEnd());

                assertThat(words.exist()).isFalse();
                OldWords.assertFound(other, tenant, spans);
            }
        }
    }

    private void assertUpToDate() {
        assertThat(words(ALL).exist()).isFalse();
        assertThat(server.execute(
                        "SELECT count() FROM system.mutations WHERE database = '" + name + "' AND NOT is_done"))
                .isEqualTo("0\n");
        OldWords.assertFound(repository, tenant, spans);
    }
}
