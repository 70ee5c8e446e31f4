package io.llmtrace.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.ActionCount;
import io.llmtrace.storage.analytics.FindingCount;
import io.llmtrace.storage.analytics.Percentiles;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was stored by an earlier version is counted by this one. */
final class SqliteUpgradeTest {

    private static final UUID TENANT = UUID.randomUUID();
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir
    private Path folder;

    /** What makes a file of today one of version 2. */
    private static final List<String> TO_VERSION_2 = List.of(
            "ALTER TABLE spans DROP COLUMN error_preview",
            "DROP INDEX actions_by_name",
            "DROP TABLE trace_figures",
            "ALTER TABLE tenants DROP COLUMN retention_days",
            "ALTER TABLE actions DROP COLUMN requested",
            "PRAGMA user_version = 2");

    /** What makes a file of version 2 one of version 1. */
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
        execute(file, TO_VERSION_2);
        if (version == 1) {
            execute(file, TO_VERSION_1);
        }

        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            TraceQuery all = TraceQuery.builder(TENANT).build();
            assertThat(repository.findings(all))
                    .containsExactly(
                            new FindingCount("pii", Severity.HIGH, 1, 1, START),
                            new FindingCount("pii", Severity.LOW, 2, 1, START));
            assertThat(repository.actions(all))
                    .containsExactly(
                            new ActionCount(AgentActionType.TOOL_CALL, "search", 1, 1, 1, 1, new Percentiles(5, 5, 5)));
            assertThat(repository
                            .querySpans(all.toBuilder().findingType("pii").build())
                            .items())
                    .containsExactly(span);
            assertThat(repository.querySpanOutlines(all).items()).containsExactly(SpanOutline.of(span));
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
