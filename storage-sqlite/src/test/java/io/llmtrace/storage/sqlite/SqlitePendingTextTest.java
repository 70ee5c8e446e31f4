package io.llmtrace.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.filter.FilterExpression;
import io.llmtrace.storage.spi.ReadMemory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads of a file none of whose spans is in the text index, as after a migration, and no thread puts them there. */
class SqlitePendingTextTest {

    private static final UUID TENANT = UUID.randomUUID();
    private static final int SPANS = 7_000;
    private static final int EVERY = 1_000;

    /** What a row id of a pending span counts as. */
    private static final long ROW_BYTES = 100;

    /** What a page of outlines of {@link #SPANS} / {@link #EVERY} spans takes at most. */
    private static final long PAGE_BYTES = 50_000;

    @TempDir
    static Path folder;

    private static final List<TraceSpan> STORED = new ArrayList<>();

    @BeforeAll
    static void store() throws SQLException {
        Path file = folder.resolve("t.db");
        for (int i = 0; i < SPANS; i++) {
            boolean rare = i % EVERY == 0;
            STORED.add(TraceSpan.builder(TENANT, UUID.randomUUID(), UUID.randomUUID(), "chat", Instant.ofEpochSecond(i))
                    .sessionId(rare ? "rare" : "session " + i)
                    .prompt(rare ? "common rare" : "common")
                    .attributes(Map.of("tier", rare ? "rare" : "common"))
                    .build());
        }
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            repository.storeSpans(STORED);
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO text_index (text_index) VALUES ('delete-all')");
            statement.execute("UPDATE counters SET value = 0 WHERE name = 'text_indexed_block'");
        }
    }

    private static TraceRepository open() {
        return TraceRepositories.open("sqlite:" + folder.resolve("t.db") + "?mode=ro");
    }

    @Test
    void spansOfAllParts_areFound() {
        try (TraceRepository repository = open()) {
            assertThat(repository.check().details()).containsEntry("text_index_pending", Integer.toString(SPANS));
            List<UUID> rare = STORED.stream()
                    .filter(span -> "rare".equals(span.sessionId()))
                    .map(TraceSpan::spanId)
                    .toList();
            List<UUID> all = STORED.stream().map(TraceSpan::spanId).toList();
            TraceSpan last = STORED.get(SPANS - 1);

            assertThat(found(repository, query().text("rare"))).isEqualTo(rare);
            assertThat(found(repository, query().sessionId("rare"))).isEqualTo(rare);
            assertThat(found(repository, query().where(FilterExpression.parse("@tier:rare"))))
                    .isEqualTo(rare);
            assertThat(found(repository, query().where(FilterExpression.parse("@tier:*"))))
                    .isEqualTo(all);
            assertThat(found(repository, query().text("common"))).isEqualTo(all);
            assertThat(found(repository, query().text("rare").sessionId("session 1")))
                    .isEmpty();
            assertThat(repository.getSpan(TENANT, last.spanId())).contains(last);
        }
    }

    @Test
    void rowsOfPendingSpans_areReadInParts_andCounted() {
        try (TraceRepository repository = open()) {
            Counted bySession = new Counted();
            ReadMemory.within(bySession, () -> found(repository, query().sessionId("rare")));

            assertThat(bySession.sum).isGreaterThan(SPANS * ROW_BYTES);
            assertThat(bySession.peak).isLessThan(SPANS / 3 * ROW_BYTES + PAGE_BYTES);
        }
    }

    /** What is found stays in memory until the read ends, however short the page is. */
    @Test
    void rowsThatMatch_areCountedUntilTheReadEnds() {
        try (TraceRepository repository = open()) {
            Counted common = new Counted();
            ReadMemory.within(
                    common, () -> found(repository, query().text("common").limit(1)));
            Counted rare = new Counted();
            ReadMemory.within(rare, () -> found(repository, query().text("rare").limit(1)));

            // The peak is in the last part, before all of its rows are read.
            assertThat(common.peak - rare.peak).isBetween(SPANS * 2 / 3 * ROW_BYTES, SPANS * ROW_BYTES);
        }
    }

    private static TraceQuery.Builder query() {
        return TraceQuery.builder(TENANT).order(Order.OLDEST_FIRST).limit(TraceQuery.MAX_LIMIT);
    }

    private static List<UUID> found(TraceRepository repository, TraceQuery.Builder query) {
        return repository.querySpanOutlines(query.build()).items().stream()
                .map(SpanOutline::spanId)
                .toList();
    }

    private static final class Counted implements ReadMemory.Budget {
        private long taken;
        private long peak;
        private long sum;

        @Override
        public void reserve(long bytes) {
            sum += bytes;
            taken += bytes;
            peak = Math.max(peak, taken);
        }

        @Override
        public void release(long bytes) {
            taken -= bytes;
        }
    }
}
