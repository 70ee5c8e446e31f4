package io.llmtrace.storage.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.ActionCount;
import io.llmtrace.storage.analytics.FindingCount;
import io.llmtrace.storage.analytics.Percentiles;
import io.llmtrace.testkit.NeedsClickHouse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was stored by an earlier version is counted by this one. */
@NeedsClickHouse
final class ClickHouseUpgradeTest {

    private static final UUID TENANT = UUID.randomUUID();
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final String DATABASE = ClickHouseFixture.newDatabaseName();

    @AfterEach
    void drop() {
        ClickHouseFixture.server().execute("DROP DATABASE " + DATABASE + " SYNC");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void rowsOfAnEarlierVersion_haveTheirFindingsAndActionsCounted(int version) {
        TraceSpan span = TraceSpan.builder(TENANT, UUID.randomUUID(), UUID.randomUUID(), "run", START)
                .securityFindings(List.of(
                        SecurityFinding.of(Severity.LOW, "pii", "\"quoted\"", START),
                        SecurityFinding.of(Severity.LOW, "pii", "", START),
                        SecurityFinding.of(Severity.HIGH, "pii", "", START)))
                .agentActions(List.of(
                        action("sea\"rch", 5L, false),
                        action("sea\"rch", null, true),
                        action("sea\"rch", 7L, true),
                        AgentAction.builder(AgentActionType.TOOL_CALL, "sea\"rch", START)
                                .metadata(Map.of("a\"b", "[", AgentAction.ORIGIN, AgentAction.REQUESTED))
                                .build()))
                .build();
        try (ClickHouseTraceRepository first = open()) {
            first.storeSpan(span);
        }
        dropVersion(4);
        dropColumns("action_requests");
        dropVersion(3);
        if (version == 1) {
            dropColumns("finding_severities", "action_types", "action_names", "action_failures", "action_durations");
            dropVersion(2);
        }

        try (ClickHouseTraceRepository repository = open()) {
            repository.storeSpan(span.toBuilder().traceId(UUID.randomUUID()).build());
            for (boolean compacted : new boolean[] {false, true}) {
                if (compacted) {
                    repository.compact();
                }
                TraceQuery all = TraceQuery.builder(TENANT).build();
                assertThat(repository.findings(all))
                        .containsExactly(
                                new FindingCount("pii", Severity.HIGH, 2, 2, START),
                                new FindingCount("pii", Severity.LOW, 4, 2, START));
                assertThat(repository.actions(all))
                        .containsExactly(new ActionCount(
                                AgentActionType.TOOL_CALL, "sea\"rch", 6, 2, 2, 2, new Percentiles(5, 7, 7)));
            }
        }
    }

    private static void dropColumns(String... columns) {
        ClickHouseFixture.server()
                .execute("ALTER TABLE " + DATABASE + ".spans DROP COLUMN " + String.join(", DROP COLUMN ", columns)
                        + " SETTINGS mutations_sync = 2");
    }

    private static void dropVersion(int version) {
        ClickHouseFixture.server().execute("DROP VIEW " + DATABASE + ".schema_version_" + version);
    }

    private static AgentAction action(String name, @Nullable Long durationMs, boolean success) {
        return AgentAction.builder(AgentActionType.TOOL_CALL, name, START)
                .durationMs(durationMs)
                .success(success)
                .build();
    }

    private static ClickHouseTraceRepository open() {
        return Failing.open(ClickHouseFixture.server().url(DATABASE));
    }
}
