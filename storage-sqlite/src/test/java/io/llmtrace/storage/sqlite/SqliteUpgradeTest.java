package io.llmtrace.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.RetentionBasis;
import io.llmtrace.storage.RetentionRule;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.ActionCount;
import io.llmtrace.storage.analytics.FindingCount;
import io.llmtrace.storage.analytics.Percentiles;
import io.llmtrace.storage.filter.FilterExpression;
import io.llmtrace.storage.spi.StoreProperties;
import io.llmtrace.testkit.AddedFields;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Opens files that earlier versions wrote. */
final class SqliteUpgradeTest {

    private static final UUID TENANT = UUID.randomUUID();
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir
    private Path folder;

    /** The last schema version before columns were added for fields of the list. */
    private static final int BEFORE_FIELDS = 6;

    private static final List<SpanField<?>> ADDED = AddedFields.since(SqliteTraceRepository.class, BEFORE_FIELDS);

    /** Turns a file of version 6 into one of version 2. */
    private static final List<String> TO_VERSION_2 = List.of(
            "ALTER TABLE spans DROP COLUMN error_preview",
            "DROP INDEX actions_by_name",
            "DROP TABLE trace_figures",
            "ALTER TABLE tenants DROP COLUMN retention_days",
            "ALTER TABLE actions DROP COLUMN requested",
            "PRAGMA user_version = 2");

    /** Turns a file of version 2 into one of version 1. */
    private static final List<String> TO_VERSION_1 = List.of(
            "DROP TABLE actions",
            "DROP INDEX spans_with_actions",
            "ALTER TABLE spans DROP COLUMN action_count",
            "CREATE TABLE first (span INTEGER NOT NULL, finding_type INTEGER NOT NULL,"
                    + " PRIMARY KEY (span, finding_type)) WITHOUT ROWID",
            "INSERT OR IGNORE INTO first SELECT span, finding_type FROM findings",
            "DROP TABLE findings",
            "ALTER TABLE first RENAME TO findings",
            "CREATE INDEX findings_by_type ON findings (finding_type, span)",
            "PRAGMA user_version = 1");

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void fileOfAnEarlierVersion_getsItsFindingsAndActionsCounted_andItsErrorsPreviewed(int version)
            throws SQLException {
        Path file = folder.resolve("t.db");
        TraceSpan span = TraceSpan.builder(TENANT, UUID.randomUUID(), UUID.randomUUID(), "run", START)
                .errorMessage("too many\nrequests")
                .securityFindings(List.of(
                        SecurityFinding.of(Severity.LOW, "pii", "", START),
                        SecurityFinding.of(Severity.LOW, "pii", "", START),
                        SecurityFinding.of(Severity.HIGH, "pii", "", START)))
                .agentActions(List.of(
                        AgentAction.builder(AgentActionType.TOOL_CALL, "search", START)
                                .durationMs(5L)
                                .success(false)
                                .build(),
                        AgentAction.builder(AgentActionType.TOOL_CALL, "search", START)
                                .metadata(Map.of(AgentAction.ORIGIN, AgentAction.REQUESTED))
                                .build()))
                .build();
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            repository.storeSpan(span);
        }
        execute(file, toVersion6());
        execute(file, TO_VERSION_2);
        if (version == 1) {
            execute(file, TO_VERSION_1);
        }

        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            TraceQuery all = TraceQuery.builder(TENANT).build();
            assertThat(repository.findings(all))
                    .containsExactly(
                            FindingCount.builder("pii", Severity.HIGH, START)
                                    .findings(1)
                                    .spans(1)
                                    .build(),
                            FindingCount.builder("pii", Severity.LOW, START)
                                    .findings(2)
                                    .spans(1)
                                    .build());
            assertThat(repository.actions(all))
                    .containsExactly(ActionCount.builder(AgentActionType.TOOL_CALL, "search")
                            .actions(1)
                            .requested(1)
                            .failures(1)
                            .spans(1)
                            .durationMs(new Percentiles(5, 5, 5))
                            .build());
            assertThat(repository
                            .querySpans(all.toBuilder().findingType("pii").build())
                            .items())
                    .containsExactly(span);
            assertThat(repository.querySpanOutlines(all).items()).containsExactly(SpanOutline.of(span));
        }
    }

    /** A field that a later version added is absent in older spans, and stored and filtered by in newer ones. */
    @Test
    void fileOfTheVersionBeforeFields_getsTheirColumns() throws SQLException {
        Path file = folder.resolve("t.db");
        TraceSpan old = TraceSpan.builder(TENANT, UUID.randomUUID(), UUID.randomUUID(), "old", START)
                .modelName("gpt-4o")
                .build();
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            repository.storeSpan(old);
        }
        execute(file, toVersion6());

        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            TraceQuery all = TraceQuery.builder(TENANT).build();
            assertThat(repository.querySpans(all).items()).containsExactly(old);
            ADDED.forEach(field -> AddedFields.requireUsable(field, repository, old));
        }
    }

    /** Turns a file of the newest version into one of version 6. */
    private static List<String> toVersion6() {
        List<String> statements = new ArrayList<>();
        ADDED.forEach(field -> statements.add("ALTER TABLE spans DROP COLUMN " + field.name()));
        statements.add("DROP TABLE text_index_terms");
        statements.add("DROP TABLE store_properties");
        statements.add("ALTER TABLE tenants DROP COLUMN retention_by");
        statements.add("PRAGMA user_version = " + BEFORE_FIELDS);
        return statements;
    }

    /** Before the spans are indexed again, and after. */
    @Test
    void fileFromBeforeAttributesWereIndexed_findsSpansByThem() throws SQLException {
        Path file = folder.resolve("t.db");
        TraceSpan gold = TraceSpan.builder(TENANT, UUID.randomUUID(), UUID.randomUUID(), "run", START)
                .attributes(Map.of("tier", "gold", "n", 3L))
                .build();
        TraceSpan silver = TraceSpan.builder(TENANT, UUID.randomUUID(), UUID.randomUUID(), "run", START)
                .attributes(Map.of("tier", "silver", "n", 1L))
                .build();
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            repository.storeSpans(List.of(gold, silver));
            awaitIndexed(repository);
        }
        execute(
                file,
                List.of(
                        "DROP TABLE text_index_terms",
                        "INSERT INTO text_index (text_index) VALUES ('delete-all')",
                        "INSERT INTO text_index (rowid, words) SELECT id, 'run' FROM spans",
                        "PRAGMA user_version = 18"));

        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            for (boolean indexed : new boolean[] {false, true}) {
                if (indexed) {
                    awaitIndexed(repository);
                }
                assertThat(found(repository, "@tier:gold")).containsExactly(gold);
                assertThat(found(repository, "@n:>2")).containsExactly(gold);
                assertThat(found(repository, "-@tier:g*")).containsExactly(silver);
            }
        }
    }

    private static List<TraceSpan> found(SqliteTraceRepository repository, String expression) {
        return repository
                .querySpans(TraceQuery.builder(TENANT)
                        .where(FilterExpression.parse(expression))
                        .build())
                .items();
    }

    private static void awaitIndexed(SqliteTraceRepository repository) {
        await().atMost(Duration.ofMinutes(1))
                .until(() -> repository.check().details().get("text_index_pending"), "0"::equals);
    }

    /** Days that were set before there was a choice count from the start of a trace, as they did. */
    @Test
    void fileFromBeforeRetentionBy_keepsCountingFromTheStart() throws SQLException {
        Path file = folder.resolve("t.db");
        Instant now = Instant.now();
        TraceSpan old = TraceSpan.builder(
                        TENANT, UUID.randomUUID(), UUID.randomUUID(), "old", now.minus(Duration.ofDays(3)))
                .endTime(now)
                .build();
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            repository.storeSpan(old);
            repository.setRetention(TENANT, RetentionRule.of(30));
        }
        execute(file, toVersion6());
        execute(file, List.of("UPDATE tenants SET retention_days = 2"));

        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            assertThat(repository.retention(TENANT)).isEqualTo(RetentionRule.of(2));
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> repository.getTrace(TENANT, old.traceId()).isEmpty());
            repository.setRetention(TENANT, RetentionRule.of(2, RetentionBasis.END));
            assertThat(repository.retention(TENANT)).isEqualTo(RetentionRule.of(2, RetentionBasis.END));
        }
    }

    @Test
    void fileWithSpansFromBeforeProperties_doesNotAnnounceSeparateEvents() throws SQLException {
        Path file = folder.resolve("t.db");
        TraceSpan span = TraceSpan.builder(TENANT, UUID.randomUUID(), UUID.randomUUID(), "run", START)
                .build();
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            repository.storeSpan(span);
            assertThat(repository.property(StoreProperties.SEPARATE_EVENTS)).isEqualTo(StoreProperties.ANNOUNCED);
        }
        execute(file, toVersion6());

        for (int opened = 0; opened < 2; opened++) {
            try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
                assertThat(repository.property(StoreProperties.SEPARATE_EVENTS)).isNull();
                repository.deleteTrace(TENANT, span.traceId());
            }
        }
    }

    @Test
    void emptyFileFromBeforeProperties_announcesSeparateEvents() throws SQLException {
        Path file = folder.resolve("t.db");
        SqliteTraceRepository.open(file).close();
        execute(file, toVersion6());

        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            assertThat(repository.property(StoreProperties.SEPARATE_EVENTS)).isEqualTo(StoreProperties.ANNOUNCED);
        }
    }

    private static void execute(Path file, List<String> statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.executeUpdate(sql);
            }
        }
    }
}
