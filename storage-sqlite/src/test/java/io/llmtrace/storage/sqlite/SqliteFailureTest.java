package io.llmtrace.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.NotSupportedException;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.RetentionRule;
import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.spi.PageCursor;
import io.llmtrace.storage.sqlite.internal.engine.Database;
import io.llmtrace.storage.sqlite.internal.upkeep.Backfills;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Breaks files in various ways, and checks the errors. */
final class SqliteFailureTest {

    private static final UUID TENANT = UUID.randomUUID();

    @TempDir
    private Path folder;

    @Test
    void secondWriter_isTurnedAway_andReadersAreNot() {
        Path file = folder.resolve("traces.db");
        try (SqliteTraceRepository first = SqliteTraceRepository.open(file)) {
            first.storeSpan(span(1));
            assertThatThrownBy(() -> SqliteTraceRepository.open(file))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessage(file + " is open for writing in process "
                            + ProcessHandle.current().pid()
                            + ": end it, reach the store through its server, or open it with ?mode=ro for reading");
            try (var reader = TraceRepositories.open("sqlite:" + file + "?mode=ro")) {
                first.storeSpan(span(2));
                assertThat(reader.stats(TENANT).totalSpans()).isEqualTo(2);
            }
        }
        SqliteTraceRepository.open(file).close();
    }

    @Test
    void lockOfAnotherProgram_isUnavailable_untilItIsGone() throws Exception {
        Path file = folder.resolve("traces.db");
        try (var repository = TraceRepositories.open("sqlite:" + file + "?busy_timeout_ms=50");
                Connection other = connect(file);
                Statement statement = other.createStatement()) {
            statement.executeUpdate("BEGIN IMMEDIATE");
            assertThatThrownBy(() -> repository.storeSpan(span(1)))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessage(file + " is locked by another process: end it, or raise busy_timeout_ms (now 50)");
            assertThat(repository.check().state()).isEqualTo(StoreHealth.State.READ_ONLY);
            statement.executeUpdate("ROLLBACK");
            repository.storeSpan(span(1));
            assertThat(repository.stats(TENANT).totalSpans()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "org.sqlite.tmpdir, native library of SQLite cannot be loaded from",
        "ZstdTempFolder,    native library of Zstandard cannot be loaded from",
    })
    void nativeLibrary_thatCannotBeUnpacked_isNamedWithTheWayOut(String property, String message) throws Exception {
        Path missing = folder.resolve("missing");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-D" + property + "=" + missing,
                        "-cp",
                        System.getProperty("java.class.path"),
                        OpenMain.class.getName(),
                        folder.resolve("traces.db").toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD) // the driver's own log
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();

        assertThat(out)
                .startsWith("UnavailableException")
                .contains(
                        message + " " + missing + ": start Java with -Djava.io.tmpdir=DIR, a folder that can be written"
                                + " and is not mounted noexec");
    }

    /** Opens a store, and prints why that fails. */
    static final class OpenMain {
        public static void main(String[] arguments) {
            try (SqliteTraceRepository repository = SqliteTraceRepository.open(Path.of(arguments[0]))) {
                System.out.println(repository.check());
            } catch (UnavailableException e) {
                System.out.println("UnavailableException " + e.getMessage());
            }
        }
    }

    @Test
    void readOnlyStore_reads_andRefusesWrites() {
        Path file = folder.resolve("traces.db");
        try (SqliteTraceRepository writer = SqliteTraceRepository.open(file)) {
            writer.storeSpan(span(1));
        }
        try (var reader = TraceRepositories.open("sqlite:" + file + "?mode=ro")) {
            assertThat(reader.getSpan(TENANT, span(1).spanId())).contains(span(1));
            assertThat(reader.check().state()).isEqualTo(StoreHealth.State.READ_ONLY);
            String message = file + " is open for reading only (mode=ro): open it without mode=ro to write";
            assertThatThrownBy(() -> reader.storeSpan(span(2)))
                    .isInstanceOf(NotSupportedException.class)
                    .hasMessage(message);
            assertThatThrownBy(() -> reader.deleteTracesBefore(TENANT, Instant.now()))
                    .isInstanceOf(NotSupportedException.class)
                    .hasMessage(message);
        }
    }

    @Test
    void missingFile_isNotMade_byAReader() {
        Path file = folder.resolve("typo.db");
        assertThatThrownBy(() -> TraceRepositories.open("sqlite:" + file + "?mode=ro"))
                .isInstanceOf(UnavailableException.class)
                .hasMessage(file + " does not exist: check the path, or store something first");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void folderThatIsAFile_isUnavailable() throws Exception {
        Path notAFolder = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> SqliteTraceRepository.open(notAFolder.resolve("traces.db")))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("folder of " + notAFolder.resolve("traces.db") + " cannot be created");
    }

    @Test
    void removedFile_takesNoMoreWrites() throws Exception {
        Path file = folder.resolve("traces.db");
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            repository.storeSpan(span(1));
            Files.delete(file);
            assertThatThrownBy(() -> repository.storeSpan(span(2)))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessage(file + " was removed or replaced while open: put it back, then start again");
            assertThat(repository.check().state()).isEqualTo(StoreHealth.State.DOWN);
        }
    }

    @Test
    void fullStore_refusesWhole_andKeepsWhatItHas() {
        Path file = folder.resolve("traces.db");
        try (var repository = TraceRepositories.open("sqlite:" + file + "?max_size_mb=1")) {
            int stored = fill(repository);
            assertThat(stored).isPositive();
            assertThatThrownBy(() -> repository.storeSpans(bigSpans(stored)))
                    .isInstanceOf(OverloadedException.class)
                    .hasMessage(file + " has reached max_size_mb (1, of which 131072 bytes are kept for deletes):"
                            + " delete old traces, or raise it; nothing of this call was stored");
            assertThat(repository.check())
                    .extracting(StoreHealth::state, health -> health.details().get("full"))
                    .containsExactly(StoreHealth.State.FULL, "quota");
            assertThat(repository.stats(TENANT).totalSpans()).isEqualTo(stored);
            TraceQuery all = TraceQuery.builder(TENANT).limit(10_000).build();
            assertThat(repository.querySpans(all).items()).hasSize(stored);
            assertThat(repository.deleteTracesBefore(TENANT, Instant.MAX)).isEqualTo(stored);
            repository.storeSpan(span(1));
        }
        try (SqliteTraceRepository again = SqliteTraceRepository.open(file)) {
            assertThat(again.stats(TENANT).totalSpans()).isEqualTo(1);
        }
    }

    @Test
    void fullStore_keepsRoomForCompactionAndRetention() throws Exception {
        Path file = folder.resolve("traces.db");
        try (SqliteTraceRepository repository =
                SqliteTraceRepository.open(SqliteSettings.parse("sqlite:" + file + "?max_size_mb=4"))) {
            int stored = fill(repository);
            repository.compact();
            assertThat(Files.size(file)).isLessThanOrEqualTo(4 << 20);
            assertThat(repository.check().state()).isEqualTo(StoreHealth.State.FULL);
            assertThat(repository.stats(TENANT).totalSpans()).isEqualTo(stored);

            repository.setRetention(TENANT, RetentionRule.of(1));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> repository.stats(TENANT).totalSpans() == 0);
            assertThat(repository.check().state()).isEqualTo(StoreHealth.State.OK);
            repository.storeSpans(bigSpans(stored));
        }
    }

    @Test
    void deleteThatFailsHalfway_givesItsSpaceBack() throws Exception {
        Path file = folder.resolve("traces.db");
        TraceSpan refused = span(1_000_000);
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            repository.storeSpan(refused);
            refuseDeleteOf(file, refused);
            // Twice, since the first one may profit from the look for free space that opening the store has asked for.
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < 300; i += 10) {
                    repository.storeSpans(bigSpans(round * 1_000 + i));
                }
                repository.compact();
                long pages = pagesOf(file);

                assertThatThrownBy(() -> repository.deleteTracesBefore(TENANT, Instant.MAX))
                        .isInstanceOf(UnavailableException.class);
                // Behind the text index, which rests between its steps.
                Awaitility.await()
                        .atMost(Duration.ofMinutes(2))
                        .untilAsserted(() -> assertThat(pagesOf(file)).isLessThan(pages));
            }
        }
    }

    @Test
    void expiredTracesOfOneTenantCannotBeDeleted_thoseOfOthersAre() throws Exception {
        UUID other = UUID.randomUUID();
        TraceSpan ours = span(1);
        TraceSpan theirs = span(2).toBuilder().tenantId(other).build();
        for (TraceSpan refused : List.of(ours, theirs)) { // in whatever order the tenants come
            Path file = folder.resolve(refused.tenantId() + ".db");
            try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
                refuseDeleteOf(file, refused);
                repository.setRetention(TENANT, RetentionRule.of(1));
                repository.setRetention(other, RetentionRule.of(1));
                repository.storeSpans(List.of(ours, theirs));

                assertThatThrownBy(() -> repository.deleteExpired(Instant.now()))
                        .isInstanceOf(UnavailableException.class);
                assertThat(repository.stats(TENANT).totalTraces()).isEqualTo(refused == ours ? 1 : 0);
                assertThat(repository.stats(other).totalTraces()).isEqualTo(refused == ours ? 0 : 1);
            }
        }
    }

    private static void refuseDeleteOf(Path file, TraceSpan span) throws Exception {
        String id = span.traceId().toString().replace("-", "");
        try (Connection connection = connect(file);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TRIGGER refused BEFORE DELETE ON traces WHEN OLD.trace_id = x'" + id
                    + "' BEGIN SELECT RAISE(ABORT, 'refused'); END");
        }
    }

    private static long pagesOf(Path file) throws Exception {
        try (Connection connection = connect(file);
                Statement statement = connection.createStatement();
                ResultSet pages = statement.executeQuery("PRAGMA page_count")) {
            return pages.getLong(1);
        }
    }

    @Test
    void reserveFile_growsWithTheStore_andComesBackWhenItIsRemoved() throws Exception {
        Path reserve = folder.resolve("traces.db-reserve");
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(folder.resolve("traces.db"))) {
            repository.storeSpan(span(1));
            assertThat(reserve).hasSize(1 << 20);
            for (int i = 0; i < 30; i++) {
                repository.storeSpans(bigSpans(10 * i));
            }
            repository.compact();
            assertThat(Files.size(reserve)).isEqualTo(Files.size(folder.resolve("traces.db")));
            Files.delete(reserve);
            repository.compact();
            assertThat(reserve).exists();
        }
    }

    @Test
    void fileThatIsNoDatabase_isCorrupt_andLeftAlone() throws Exception {
        Path file = folder.resolve("traces.db");
        String text = "my thesis, in plain text, longer than the header of a database".repeat(50);
        Files.writeString(file, text);
        assertThatThrownBy(() -> SqliteTraceRepository.open(file))
                .isInstanceOf(CorruptStoreException.class)
                .hasMessageStartingWith(file + " is damaged or not a SQLite database");
        assertThat(file).hasContent(text);
    }

    @Test
    void databaseOfAnotherProgram_isLeftAlone() throws Exception {
        Path file = folder.resolve("other.db");
        try (Connection other = connect(file);
                Statement statement = other.createStatement()) {
            statement.executeUpdate("CREATE TABLE recipes (name TEXT)");
        }
        assertThatThrownBy(() -> SqliteTraceRepository.open(file))
                .isInstanceOf(CorruptStoreException.class)
                .hasMessage(file + " is a SQLite database, but not one of llmtrace: choose another file");
    }

    @Test
    void damagedPages_areCorrupt_whenTheyAreRead() throws Exception {
        Path file = folder.resolve("traces.db");
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            for (int i = 0; i < 20; i++) {
                repository.storeSpans(bigSpans(i * 10));
            }
        }
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            byte[] noise = new byte[(int) bytes.length() - 200_000];
            new Random(1).nextBytes(noise);
            bytes.seek(200_000);
            bytes.write(noise);
        }
        try (var repository = TraceRepositories.open("sqlite:" + file + "?mode=ro")) {
            assertThatThrownBy(() -> repository.querySpans(
                            TraceQuery.builder(TENANT).limit(10_000).build()))
                    .isInstanceOf(CorruptStoreException.class);
        }
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void blockThatRefersToItself_isCorrupt_whenItIsRead() throws Exception {
        Path file = folder.resolve("traces.db");
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            repository.storeSpans(bigSpans(0));
        }
        try (Connection connection = connect(file);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE blocks SET base = id");
        }
        try (var repository = TraceRepositories.open("sqlite:" + file + "?mode=ro")) {
            assertThatThrownBy(() -> repository.getSpan(TENANT, span(1).spanId()))
                    .isInstanceOf(CorruptStoreException.class)
                    .hasMessageContaining("refers to the later block");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "UPDATE blocks SET data = x'010203',     a span's body is damaged: ",
        "UPDATE blocks SET members = x'',        block 1 lacks the span 2",
        "DELETE FROM blocks,                     a block of spans is missing: 1",
        "DELETE FROM names,                      a span refers to a name or a set of tags that is missing: ",
    })
    void damagedRow_isCorrupt_andTheMessageNamesTheFileAndWhatHelps(String damage, String part) throws Exception {
        Path file = folder.resolve("traces.db");
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            repository.storeSpans(bigSpans(0));
        }
        try (Connection connection = connect(file);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(damage);
        }
        try (var repository = TraceRepositories.open("sqlite:" + file + "?mode=ro")) {
            assertThatThrownBy(() -> repository.getSpan(TENANT, span(1).traceId(), span(1).spanId()))
                    .isInstanceOf(CorruptStoreException.class)
                    .hasMessageStartingWith(file + " is damaged: " + part)
                    .hasMessageEndingWith(
                            "; restore a copy, and check the disk. The other traces in it can still be read");
        }
    }

    @Test
    void cursorOfAnotherStore_isRefused() {
        TraceQuery all = TraceQuery.builder(TENANT).build();
        long nanosAsOnClickHouse = 1_800_000_000_000_000_000L;
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(folder.resolve("traces.db"))) {
            repository.storeSpans(bigSpans(0));
            TraceQuery next = all.toBuilder()
                    .cursor(PageCursor.ofTrace(nanosAsOnClickHouse, UUID.randomUUID(), nanosAsOnClickHouse)
                            .encode(all))
                    .build();

            assertThatThrownBy(() -> repository.queryTraces(next))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessage("cursor is not of this store: begin again without a cursor");
        }
    }

    @Test
    void slowQuery_isEnded_andTheNextIsNot() {
        Path file = folder.resolve("traces.db");
        try (SqliteTraceRepository writer = SqliteTraceRepository.open(file)) {
            for (int i = 0; i < 40; i++) {
                writer.storeSpans(bigSpans(i * 10));
            }
        }
        try (var repository = TraceRepositories.open("sqlite:" + file + "?mode=ro&query_timeout_ms=1")) {
            TraceQuery expensive =
                    TraceQuery.builder(TENANT).text("nothing").limit(10_000).build();
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1_000; i++) {
                            repository.querySpans(
                                    expensive.toBuilder().text(null).build());
                        }
                    })
                    .isInstanceOf(OverloadedException.class)
                    .hasMessageContaining("query_timeout_ms (1): narrow its time range or its filters");
        }
    }

    @Test
    void queryOfAnInterruptedThread_isEnded() throws Exception {
        SqliteSettings settings = SqliteSettings.parse("sqlite:" + folder.resolve("traces.db"));
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        try (Database database = Database.open(settings, Backfills.MIGRATIONS)) {
            Thread reader = new Thread(() -> {
                try {
                    database.read(connection -> {
                        begun.countDown();
                        return connection.number(
                                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n");
                    });
                } catch (RuntimeException e) {
                    ended.complete(e);
                }
            });
            reader.start();
            assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
            reader.interrupt();

            assertThat(ended.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessage("the query's thread was interrupted");
            assertThat(database.<Long>read(connection -> connection.number("SELECT 7")))
                    .isEqualTo(7);
        }
    }

    @Test
    void urls_areChecked() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TraceRepositories.open("sqlite:"))
                .withMessage("storage URL without a file, expected sqlite:FILE: 'sqlite:'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TraceRepositories.open("sqlite:a.db?mod=ro"))
                .withMessage("unknown parameter of a sqlite URL, known are"
                        + " [mode, synchronous, max_size_mb, busy_timeout_ms, query_timeout_ms, max_read_mb]: 'mod'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TraceRepositories.open("sqlite:a.db?mode=x"))
                .withMessage("mode not in [ro, rw]: 'x'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TraceRepositories.open("sqlite:a.db?synchronous=off"))
                .withMessage("synchronous not in [full, normal]: 'off'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TraceRepositories.open("sqlite:a.db?busy_timeout_ms=-1"))
                .withMessage("busy_timeout_ms not a whole number > 0: '-1'");
    }

    private static int fill(io.llmtrace.storage.TraceRepository repository) {
        int stored = 0;
        while (true) {
            try {
                repository.storeSpans(bigSpans(stored));
                stored += 10;
            } catch (OverloadedException e) {
                return stored;
            }
        }
    }

    /** Returns ten spans of about 8 KB that do not compress, each in a trace of its own. */
    private static List<TraceSpan> bigSpans(int first) {
        return IntStream.range(first, first + 10)
                .mapToObj(number -> {
                    byte[] noise = new byte[4000];
                    new Random(number).nextBytes(noise);
                    return span(number).toBuilder()
                            .prompt(new String(noise, StandardCharsets.ISO_8859_1))
                            .build();
                })
                .toList();
    }

    private static TraceSpan span(int number) {
        return TraceSpan.builder(
                        TENANT,
                        new UUID(1, number),
                        new UUID(0, number),
                        "chat",
                        Instant.parse("2026-01-01T00:00:00Z").plusMillis(number))
                .build();
    }

    private static Connection connect(Path file) throws Exception {
        return DriverManager.getConnection("jdbc:sqlite:" + file);
    }
}
