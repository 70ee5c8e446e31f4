package io.llmtrace.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fills the text index of a file in which the blocks of some spans that wait for it are damaged. */
class SqliteDamagedPendingTextTest {

    private static final UUID TENANT = UUID.randomUUID();
    private static final int SPANS = 300;
    private static final int SPANS_A_WRITE = 10;

    @TempDir
    Path folder;

    private Path file = Path.of("");

    @BeforeEach
    void storeAndEmptyTheIndex() throws SQLException {
        file = folder.resolve("t.db");
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            for (int i = 0; i < SPANS; i += SPANS_A_WRITE) {
                repository.storeSpans(IntStream.range(i, i + SPANS_A_WRITE)
                        .mapToObj(SqliteDamagedPendingTextTest::span)
                        .toList());
            }
        }
        execute("INSERT INTO text_index (text_index) VALUES ('delete-all')");
        execute("UPDATE counters SET value = 0 WHERE name = 'text_indexed_block'");
    }

    private static TraceSpan span(int i) {
        byte[] noise = new byte[200]; // spreads the blocks over several pages
        new Random(i).nextBytes(noise);
        return TraceSpan.builder(TENANT, new UUID(1, i), new UUID(0, i + 1), "chat", Instant.ofEpochSecond(i))
                .sessionId("session " + i)
                .prompt("common")
                .response(HexFormat.of().formatHex(noise))
                .build();
    }

    @Test
    void damagedBodies_doNotKeepOtherSpansFromBeingIndexed_andTheirSpansAreFoundByValues() throws SQLException {
        String damaged =
                "block IN (SELECT block FROM spans WHERE start_time IN (50000000000, 51000000000, 200000000000))";
        List<Long> seconds = seconds("SELECT start_time FROM spans WHERE " + damaged);
        execute("UPDATE blocks SET data = x'00' WHERE id IN (SELECT block FROM spans WHERE " + damaged + ")");
        assertThat(seconds).contains(50L, 51L, 200L).hasSizeLessThan(SPANS);

        try (TraceRepository repository = SqliteTraceRepository.open(file)) {
            assertIndexedBut(seconds, repository);
            for (long second : seconds) {
                assertThat(found(repository, query().sessionId("session " + second)))
                        .containsExactly(second);
            }
        }
        try (TraceRepository repository = SqliteTraceRepository.open(file)) {
            assertThat(repository.check().details())
                    .containsEntry("text_index_damaged", Integer.toString(seconds.size()));
            repository.storeSpan(span(SPANS));
            assertThat(found(repository, query().text("common"))).hasSize(SPANS + 1 - seconds.size());
        }
    }

    @Test
    void pageOfBlocksThatIsDamaged_isPassed() throws Exception {
        long page = numbers("SELECT pageno FROM dbstat WHERE name = 'blocks' AND pagetype = 'leaf' ORDER BY path")
                .get(1);
        List<Long> all = numbers("SELECT id FROM blocks");
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek((page - 1) * 4096);
            bytes.write(new byte[4096]);
        }
        List<Long> seconds = new ArrayList<>();
        for (long block : all) {
            if (!isReadable(block)) {
                seconds.addAll(seconds("SELECT start_time FROM spans WHERE block = " + block));
            }
        }
        assertThat(seconds).isNotEmpty().hasSizeLessThan(SPANS);

        try (TraceRepository repository = SqliteTraceRepository.open(file)) {
            assertIndexedBut(seconds, repository);
        }
    }

    private static void assertIndexedBut(List<Long> damaged, TraceRepository repository) {
        await().until(() -> repository.check().details().get("text_index_pending"), "0"::equals);

        Map<String, String> details = repository.check().details();
        assertThat(details).containsEntry("text_index_damaged", Integer.toString(damaged.size()));
        assertThat(details.get(StoreHealth.DAMAGE_DETAIL)).contains("is damaged");
        List<Long> readable = new ArrayList<>();
        for (long i = 0; i < SPANS; i++) {
            if (!damaged.contains(i)) {
                readable.add(i);
            }
        }
        assertThat(found(repository, query().text("common"))).isEqualTo(readable);
    }

    private static TraceQuery.Builder query() {
        return TraceQuery.builder(TENANT).order(Order.OLDEST_FIRST).limit(TraceQuery.MAX_LIMIT);
    }

    /** Returns the second at which each span that is found starts. */
    private static List<Long> found(TraceRepository repository, TraceQuery.Builder query) {
        return repository.querySpanOutlines(query.build()).items().stream()
                .map(SpanOutline::startTime)
                .map(Instant::getEpochSecond)
                .toList();
    }

    private List<Long> seconds(String sql) throws SQLException {
        return numbers(sql).stream().map(nanos -> nanos / 1_000_000_000).toList();
    }

    private boolean isReadable(long block) {
        try {
            return !numbers("SELECT length(data) FROM blocks WHERE id = " + block)
                    .isEmpty();
        } catch (SQLException e) {
            return false;
        }
    }

    private List<Long> numbers(String sql) throws SQLException {
        List<Long> numbers = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                numbers.add(rows.getLong(1));
            }
        }
        return numbers;
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
