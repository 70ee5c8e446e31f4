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
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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

    @Test
    void rowsOfTheFirstVersion_haveTheirFindingsAndActionsCounted() {
        TraceSpan span = TraceSpan.builder(TENANT, UUID.randomUUID(), UUID.randomUUID(), "run", START)
                .securityFindings(List.of(
                        SecurityFinding.of(Severity.LOW, "pii", "\"quoted\"", START),
                        SecurityFinding.of(Severity.LOW, "pii", "", START),
                        SecurityFinding.of(Severity.HIGH, "pii", "", START)))
                .agentActions(List.of(
                        action("sea\"rch", 5L, false), action("sea\"rch", null, true), action("sea\"rch", 7L, true)))
                .build();
        try (ClickHouseTraceRepository first = open()) {
            first.storeSpan(span);
        }
        ClickHouseFixture.server()
                .execute("ALTER TABLE " + DATABASE + ".spans DROP COLUMN finding_severities,"
                        + " DROP COLUMN action_types, DROP COLUMN action_names, DROP COLUMN action_failures,"
                        + " DROP COLUMN action_durations SETTINGS mutations_sync = 2");
        for (int version : new int[] {2, 3}) {
            ClickHouseFixture.server().execute("DROP VIEW " + DATABASE + ".schema_version_" + version);
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
                                AgentActionType.TOOL_CALL, "sea\"rch", 6, 2, 2, new Percentiles(5, 7, 7)));
            }
        }
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
