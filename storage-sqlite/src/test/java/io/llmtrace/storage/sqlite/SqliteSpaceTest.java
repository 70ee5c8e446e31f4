package io.llmtrace.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.StorageStats;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.sqlite.internal.engine.Database;
import io.llmtrace.storage.sqlite.internal.upkeep.Backfills;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks how much space a store takes on disk. */
final class SqliteSpaceTest {

    private static final UUID TENANT = UUID.randomUUID();
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    private Path folder;

    @Test
    void historyThatIsSentAgain_isNotStoredAgain() throws Exception {
        Path file = folder.resolve("traces.db");
        long sent = 0;
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            StringBuilder history = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                history.append("\nturn ").append(i).append(": ").append(unlikelyText(i));
                sent += history.length();
                repository.storeSpan(span(1, i, history.toString()));
            }
            assertThat(repository
                            .getTrace(TENANT, new UUID(1, 1))
                            .orElseThrow()
                            .spans()
                            .get(199)
                            .prompt())
                    .isEqualTo(history.toString());
        }
        try (Database database = Database.open(SqliteSettings.of(file), Backfills.MIGRATIONS)) {
            assertThat(database.<Long>read(connection -> connection.number("SELECT sum(length(data)) FROM blocks")))
                    .isLessThan(sent / 20);
        }
    }

    @Test
    void deletedTraces_giveTheirSpaceBack_byThemselves() throws Exception {
        Path file = folder.resolve("traces.db");
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            repository.storeSpan(span(0, 0, "first"));
            repository.compact();
            long empty = Files.size(file);
            for (int trace = 1; trace <= 300; trace++) {
                List<TraceSpan> spans = new ArrayList<>();
                for (int i = 0; i < 5; i++) {
                    spans.add(span(trace, i, unlikelyText(trace * 10 + i)));
                }
                repository.storeSpans(spans);
            }
            repository.compact();
            long full = Files.size(file);
            assertThat(full).isGreaterThan(empty + 300_000);
            assertThat(repository.deleteTracesBefore(TENANT, START.plusSeconds(301)))
                    .isEqualTo(301);
            Awaitility.await().untilAsserted(() -> assertThat(Files.size(file)).isLessThanOrEqualTo(empty));
            assertThat(repository.stats(TENANT)).isEqualTo(StorageStats.EMPTY);
        }
    }

    /** A reader keeps the log from being truncated, and the file with it; nothing else is written later. */
    @Test
    void spaceOfADelete_isGivenBackAfterAReaderHasEnded() throws Exception {
        Path file = folder.resolve("traces.db");
        try (TraceRepository repository = TraceRepositories.open("sqlite:" + file + "?busy_timeout_ms=50")) {
            for (int trace = 1; trace <= 300; trace++) {
                repository.storeSpan(span(trace, 0, unlikelyText(trace)));
            }
            ((SqliteTraceRepository) repository).compact();
            long full = Files.size(file);
            try (Connection reader = DriverManager.getConnection("jdbc:sqlite:" + file);
                    Statement statement = reader.createStatement()) {
                reader.setAutoCommit(false);
                statement.executeQuery("SELECT count(*) FROM spans").close();
                assertThat(repository.deleteTracesBefore(TENANT, Instant.MAX)).isEqualTo(300);
                Awaitility.await().pollDelay(Duration.ofSeconds(2)).until(() -> Files.size(file) == full);
            }
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> Files.size(file) < full / 2);
        }
    }

    @Test
    void erasedText_leavesTheFile() throws Exception {
        Path file = folder.resolve("traces.db");
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            repository.storeSpan(span(1, 1, "the word is xylophonequark").toBuilder()
                    .operationName("operation xylophonequark")
                    .modelName("xylophonequark-1")
                    .sessionId("session-xylophonequark")
                    .tags(Map.of("xylophonequark", "yes"))
                    .build());
            for (int i = 2; i < 300; i++) {
                repository.storeSpan(span(i, 1, unlikelyText(i)));
            }
            repository.compact();
            assertThat(bytesOf(file)).contains("xylophonequark");
            repository.deleteTrace(TENANT, new UUID(1, 1));
            repository.compact();
        }
        assertThat(bytesOf(file)).doesNotContain("xylophonequark");
    }

    @Test
    void replacedBodies_thatOthersBuildOn_goWithTheirTrace() throws Exception {
        Path file = folder.resolve("traces.db");
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            String history = unlikelyText(1).repeat(3);
            for (int i = 0; i < 30; i++) {
                repository.storeSpan(span(1, i, history + i));
            }
            for (int i = 0; i < 30; i++) {
                repository.storeSpan(span(1, i, "new " + i));
            }
            for (int i = 0; i < 30; i++) {
                assertThat(repository
                                .getSpan(TENANT, new UUID(1, 1), new UUID(0, i))
                                .orElseThrow()
                                .prompt())
                        .isEqualTo("new " + i);
            }
            repository.deleteTrace(TENANT, new UUID(1, 1));
        }
        try (Database database = Database.open(SqliteSettings.of(file), Backfills.MIGRATIONS)) {
            for (String table : List.of("blocks", "spans", "traces", "span_moves", "trace_moves")) {
                assertThat(database.<Long>read(connection -> connection.number("SELECT count(*) FROM " + table)))
                        .as(table)
                        .isZero();
            }
        }
    }

    @Test
    void sizeOfATenant_isItsShareOfTheFile() throws Exception {
        Path file = folder.resolve("traces.db");
        UUID other = UUID.randomUUID();
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            for (int i = 0; i < 100; i++) {
                repository.storeSpan(span(i, 1, unlikelyText(i)));
                repository.storeSpan(
                        span(i, 1, unlikelyText(i)).toBuilder().tenantId(other).build());
                repository.storeSpan(span(1000 + i, 1, unlikelyText(1000 + i)).toBuilder()
                        .tenantId(other)
                        .build());
            }
            repository.compact();
            long size = repository.globalStats().storageSizeBytes();
            assertThat(size).isEqualTo(Files.size(file));
            long ours = repository.stats(TENANT).storageSizeBytes();
            long theirs = repository.stats(other).storageSizeBytes();
            assertThat(ours + theirs).isBetween(size - 1, size + 1);
            assertThat((double) theirs / ours).isBetween(1.9, 2.1);
        }
    }

    private static TraceSpan span(int trace, int number, String prompt) {
        return TraceSpan.builder(TENANT, new UUID(1, trace), new UUID(0, number), "step", START.plusSeconds(trace))
                .prompt(prompt)
                .build();
    }

    /** Returns some 600 characters that have little in common with those of another seed. */
    private static String unlikelyText(int seed) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 10; i++) {
            text.append(UUID.nameUUIDFromBytes((seed + "/" + i).getBytes(StandardCharsets.UTF_8)))
                    .append(" words between ");
        }
        return text.toString();
    }

    private static String bytesOf(Path file) throws Exception {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }
}
