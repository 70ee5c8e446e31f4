package io.llmtrace.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.Ids;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.spi.ReadableTrace;
import io.llmtrace.storage.spi.StoreIntegrity;
import io.llmtrace.storage.spi.TracePager;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Overwrites pages of a file, and reads what is left. */
class SqliteDamageTest {

    private static final UUID TENANT = UUID.randomUUID();
    private static final int TRACES = 200;
    private static final int PAGE = 4096;
    private static final TraceQuery ALL =
            TraceQuery.builder(TENANT).order(Order.OLDEST_FIRST).build();

    @TempDir
    Path folder;

    private final Map<UUID, TraceSpan> stored = new Random(5)
            .ints(TRACES)
            .mapToObj(SqliteDamageTest::span)
            .collect(Collectors.toMap(TraceSpan::traceId, Function.identity()));

    private Path file = Path.of("");

    private static TraceSpan span(int seed) {
        byte[] noise = new byte[10_000];
        new Random(seed).nextBytes(noise);
        return TraceSpan.builder(
                        TENANT, new UUID(1, seed), new UUID(2, seed), "chat", Instant.ofEpochSecond(seed & 0xffff))
                .prompt(HexFormat.of().formatHex(noise))
                .build();
    }

    @BeforeEach
    void store() {
        file = folder.resolve("t.db");
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            stored.values().forEach(repository::storeSpan);
            repository.compact();
        }
    }

    private TraceRepository open() {
        return TraceRepositories.open("sqlite:" + file + "?mode=ro");
    }

    @Test
    void healthyFile_hasNoDamage() {
        try (TraceRepository repository = open()) {
            assertThat(integrity(repository).findDamage(100)).isEmpty();
            assertThat(repository.check().details())
                    .doesNotContainKeys(StoreHealth.DAMAGE_DETAIL, StoreHealth.DAMAGE_COUNT_DETAIL);
        }
    }

    @Test
    void ids_areThoseOfTheTraces_pageByPage() {
        try (TraceRepository repository = open()) {
            TraceQuery query = ALL.toBuilder().limit(70).build();
            List<UUID> ids = new ArrayList<>();
            for (TraceQuery next = query; next != null; ) {
                var page = integrity(repository).queryTraceIds(next);
                assertThat(page.items())
                        .isEqualTo(repository.queryTraces(next).items().stream()
                                .map(TraceEvent::traceId)
                                .toList());
                ids.addAll(page.items());
                next = next.next(page).orElse(null);
            }
            assertThat(ids).hasSameSizeAs(stored.keySet()).containsAll(stored.keySet());
        }
    }

    /** Most pages hold bodies. */
    @Test
    void scan_leavesOutTheTracesOnDamagedPages_andReadsTheOthers() throws IOException {
        overwrite(150, 300, 301, 450);
        try (TraceRepository repository = open()) {
            TracePager scan = new TracePager(repository, ALL);
            Set<UUID> read = new HashSet<>();
            for (List<TraceEvent> page = scan.next(); !page.isEmpty(); page = scan.next()) {
                for (TraceEvent trace : page) {
                    assertThat(trace.spans()).containsExactly(stored.get(trace.traceId()));
                    assertThat(read.add(trace.traceId())).isTrue();
                }
            }

            Set<UUID> expected = new HashSet<>(stored.keySet());
            expected.removeAll(read);
            assertThat(scan.damaged().count()).isBetween(1L, 4L).isEqualTo(expected.size());
            assertThat(scan.damaged().first()).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(scan.damaged().reason()).startsWith(file + " is damaged");
            Map<String, String> details = repository.check().details();
            assertThat(details.get(StoreHealth.DAMAGE_DETAIL)).startsWith(file + " is damaged");
            assertThat(Long.parseLong(details.get(StoreHealth.DAMAGE_COUNT_DETAIL)))
                    .isGreaterThanOrEqualTo(expected.size());
        }
    }

    /** Each span is in a block of its own. */
    @Test
    void traceWithDamagedSpans_isReadWithoutThem_andTheyAreNamed() throws SQLException {
        UUID trace = UUID.randomUUID();
        List<TraceSpan> spans = new ArrayList<>();
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            for (int i = 0; i < 300; i++) {
                TraceSpan span = span(i).toBuilder()
                        .traceId(trace)
                        .spanId(new UUID(0, 1_000 - i))
                        .startTime(Instant.ofEpochSecond(i))
                        .build();
                spans.add(span);
                repository.storeSpan(span);
            }
        }
        List<TraceSpan> damaged = List.of(spans.get(17), spans.get(18), spans.get(290));
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            for (TraceSpan span : damaged) {
                String id = HexFormat.of().formatHex(Ids.toBytes(span.spanId()));
                assertThat(statement.executeUpdate("UPDATE blocks SET data = x'00' WHERE id ="
                                + " (SELECT block FROM spans WHERE span_id = x'" + id + "')"))
                        .isEqualTo(1);
            }
        }
        try (TraceRepository repository = open()) {
            ReadableTrace found =
                    integrity(repository).readableTrace(TENANT, trace).orElseThrow();

            assertThat(found.unreadable())
                    .containsAll(damaged.stream().map(TraceSpan::spanId).toList());
            // A block may be compressed against a damaged one.
            assertThat(found.unreadable()).hasSizeLessThan(200);
            assertThat(found.reason()).startsWith(file + " is damaged");
            List<TraceSpan> readable = spans.stream()
                    .filter(span -> !found.unreadable().contains(span.spanId()))
                    .toList();
            assertThat(found.trace().spans()).containsExactlyInAnyOrderElementsOf(readable);
            assertThat(found.trace().traceId()).isEqualTo(trace);
            assertThat(integrity(repository).readableTrace(TENANT, UUID.randomUUID()))
                    .isEmpty();
            assertThat(integrity(repository).readableTrace(UUID.randomUUID(), trace))
                    .isEmpty();
        }
    }

    /** Not even summaries can be read then. */
    @Test
    void scan_namesAllTraces_whenNoSpanCanBeFound() throws Exception {
        overwrite(rootOf("spans"));
        try (TraceRepository repository = open()) {
            TracePager scan = new TracePager(repository, ALL);

            assertThat(scan.next()).isEmpty();
            assertThat(scan.damaged().count()).isEqualTo(TRACES);
            assertThat(integrity(repository).findDamage(100)).isNotEmpty();
            assertThat(integrity(repository).findDamage(1)).hasSize(1);
        }
    }

    @Test
    void storeWhoseBodiesCannotBeFound_isNotDown() throws Exception {
        overwrite(rootOf("blocks"));
        try (TraceRepository repository = open()) {
            StoreHealth health = repository.check();

            assertThat(health.state()).isEqualTo(StoreHealth.State.READ_ONLY);
            assertThat(health.details())
                    .containsKeys("schema_version", StoreHealth.DAMAGE_DETAIL)
                    .doesNotContainKey("text_index_pending");
            assertThat(repository.stats(TENANT).totalTraces()).isEqualTo(TRACES);
        }
    }

    private static StoreIntegrity integrity(TraceRepository repository) {
        return StoreIntegrity.of(repository).orElseThrow();
    }

    private int rootOf(String table) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT rootpage FROM sqlite_schema WHERE name = '" + table + "'")) {
            assertThat(row.next()).isTrue();
            return row.getInt(1) - 1;
        }
    }

    /** Overwrites pages, which count from 0. */
    private void overwrite(int... pages) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            for (int page : pages) {
                bytes.seek((long) page * PAGE);
                bytes.write(new byte[PAGE]);
            }
        }
    }
}
