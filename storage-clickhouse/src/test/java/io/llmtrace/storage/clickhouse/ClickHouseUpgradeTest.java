package io.llmtrace.storage.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.RetentionBasis;
import io.llmtrace.storage.RetentionRule;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.ActionCount;
import io.llmtrace.storage.analytics.FindingCount;
import io.llmtrace.storage.analytics.Percentiles;
import io.llmtrace.storage.clickhouse.internal.engine.Migrations;
import io.llmtrace.storage.filter.FilterExpression;
import io.llmtrace.storage.spi.StoreProperties;
import io.llmtrace.testkit.AddedFields;
import io.llmtrace.testkit.NeedsClickHouse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Opens databases that earlier versions wrote. */
@NeedsClickHouse
final class ClickHouseUpgradeTest {

    /** The last schema version before columns were added for fields of the list. */
    private static final int BEFORE_FIELDS = 4;

    private static final int BEFORE_WORDS = 14;

    private static final List<SpanField<?>> ADDED = AddedFields.since(ClickHouseTraceRepository.class, BEFORE_FIELDS);

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
        toVersion4();
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
                                FindingCount.builder("pii", Severity.HIGH, START)
                                        .findings(2)
                                        .spans(2)
                                        .build(),
                                FindingCount.builder("pii", Severity.LOW, START)
                                        .findings(4)
                                        .spans(2)
                                        .build());
                assertThat(repository.actions(all))
                        .containsExactly(ActionCount.builder(AgentActionType.TOOL_CALL, "sea\"rch")
                                .actions(6)
                                .requested(2)
                                .failures(2)
                                .spans(2)
                                .durationMs(new Percentiles(5, 7, 7))
                                .build());
            }
        }
    }

    /** A field that a later version added is absent in older spans, and stored and filtered by in newer ones. */
    @Test
    void tablesOfTheVersionBeforeFields_getTheirColumns() {
        TraceSpan old = TraceSpan.builder(TENANT, UUID.randomUUID(), UUID.randomUUID(), "old", START)
                .modelName("gpt-4o")
                .build();
        try (ClickHouseTraceRepository first = open()) {
            first.storeSpan(old);
        }
        toVersion4();

        try (ClickHouseTraceRepository repository = open()) {
            ADDED.forEach(field -> AddedFields.requireUsable(field, repository, old));
            repository.compact();
            assertThat(repository.getSpan(TENANT, old.traceId(), old.spanId())).contains(old);
        }
    }

    private static void toVersion4() {
        for (int version = (int) Migrations.newest(); version > BEFORE_FIELDS; version--) {
            dropVersion(version);
        }
        ADDED.forEach(field -> dropColumns(field.name()));
        dropAttributeTokens();
        dropProperties();
        ClickHouseFixture.server().execute("ALTER TABLE " + DATABASE + ".retention DROP COLUMN days_after_end");
    }

    /** Days that were set before there was a choice count from the start of a trace, as they did. */
    @Test
    void databaseFromBeforeRetentionBy_keepsCountingFromTheStart() {
        Instant now = Instant.now();
        TraceSpan old = TraceSpan.builder(
                        TENANT, UUID.randomUUID(), UUID.randomUUID(), "old", now.minus(Duration.ofDays(3)))
                .endTime(now)
                .build();
        try (ClickHouseTraceRepository first = open()) {
            first.storeSpan(old);
        }
        toVersion4();
        setDaysAsAnEarlierVersionDoes(2);

        try (ClickHouseTraceRepository repository = open()) {
            assertThat(repository.retention(TENANT)).isEqualTo(RetentionRule.of(2));
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> repository.getTrace(TENANT, old.traceId()).isEmpty());
        }
    }

    /** Such a process deletes by the start of a trace, so it must not see days that count from the end. */
    @Test
    void processOfAnEarlierVersion_doesNotSeeDaysByEnd_andSetsDaysByStart() {
        try (ClickHouseTraceRepository repository = open()) {
            repository.setRetention(TENANT, RetentionRule.of(2, RetentionBasis.END));
            assertThat(repository.retention(TENANT)).isEqualTo(RetentionRule.of(2, RetentionBasis.END));
            assertThat(ClickHouseFixture.server()
                            .execute("SELECT argMax(days, version) FROM " + DATABASE + ".retention")
                            .strip())
                    .isEqualTo("0");

            setDaysAsAnEarlierVersionDoes(3);
            assertThat(repository.retention(TENANT)).isEqualTo(RetentionRule.of(3));
        }
    }

    /** As another process would, of an earlier version or not. */
    @Test
    void ruleThatAnotherProcessSets_isAppliedByThisOne() {
        UUID other = UUID.randomUUID();
        TraceSpan old = TraceSpan.builder(
                        TENANT,
                        UUID.randomUUID(),
                        UUID.randomUUID(),
                        "old",
                        Instant.now().minus(Duration.ofDays(3)))
                .build();
        try (ClickHouseTraceRepository repository = open()) {
            repository.storeSpan(old);
            TraceSpan first = old.toBuilder().tenantId(other).build();
            repository.storeSpan(first);
            repository.setRetention(other, RetentionRule.of(1));
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> repository.getTrace(other, first.traceId()).isEmpty());
            assertThat(repository.getTrace(TENANT, old.traceId())).isPresent();

            setDaysAsAnEarlierVersionDoes(2);

            await().atMost(Duration.ofMinutes(1))
                    .until(() -> repository.getTrace(TENANT, old.traceId()).isEmpty());
        }
    }

    private static void setDaysAsAnEarlierVersionDoes(int days) {
        ClickHouseFixture.server()
                .execute("INSERT INTO " + DATABASE + ".retention (tenant_id, days, version) SELECT '" + TENANT + "', "
                        + days + ", " + (System.currentTimeMillis() + 60_000) * 1_000_000);
    }

    private static void dropProperties() {
        ClickHouseFixture.server().execute("DROP TABLE " + DATABASE + ".store_properties SYNC");
    }

    @Test
    void databaseWithSpansFromBeforeProperties_doesNotAnnounceSeparateEvents() {
        TraceSpan span = TraceSpan.builder(TENANT, UUID.randomUUID(), UUID.randomUUID(), "run", START)
                .build();
        try (ClickHouseTraceRepository repository = open()) {
            repository.storeSpan(span);
            assertThat(repository.property(StoreProperties.SEPARATE_EVENTS)).isEqualTo(StoreProperties.ANNOUNCED);
        }
        dropVersion((int) Migrations.newest());
        dropProperties();

        for (int opened = 0; opened < 2; opened++) {
            try (ClickHouseTraceRepository repository = open()) {
                assertThat(repository.property(StoreProperties.SEPARATE_EVENTS)).isNull();
                repository.deleteTrace(TENANT, span.traceId());
            }
        }
    }

    @Test
    void emptyDatabase_openedByTwoProcesses_announcesSeparateEventsToBoth() throws Exception {
        CompletableFuture<ClickHouseTraceRepository> opening = CompletableFuture.supplyAsync(() -> open());
        try (ClickHouseTraceRepository one = open();
                ClickHouseTraceRepository other = opening.get()) {
            assertThat(one.property(StoreProperties.SEPARATE_EVENTS)).isEqualTo(StoreProperties.ANNOUNCED);
            assertThat(other.property(StoreProperties.SEPARATE_EVENTS)).isEqualTo(StoreProperties.ANNOUNCED);

            one.setProperty("shared", "by one");
            assertThat(other.property("shared")).isEqualTo("by one");
            other.setProperty("shared", "by the other");
            assertThat(one.property("shared")).isEqualTo("by the other");
        }
    }

    /** An interrupted migration is repeated, and finds spans that its own version has stored since. */
    @Test
    void migrationIsRepeated_keepsProperties() {
        try (ClickHouseTraceRepository repository = open()) {
            repository.storeSpan(TraceSpan.builder(TENANT, UUID.randomUUID(), UUID.randomUUID(), "run", START)
                    .build());
            repository.setProperty("mine", "kept");
        }
        dropVersion((int) Migrations.newest());

        try (ClickHouseTraceRepository repository = open()) {
            assertThat(repository.property(StoreProperties.SEPARATE_EVENTS)).isEqualTo(StoreProperties.ANNOUNCED);
            assertThat(repository.property("mine")).isEqualTo("kept");
        }
    }

    /** Before the rows are indexed again, which another process has announced to do, and after. */
    @Test
    void rowsFromBeforeAttributesWereIndexed_areFoundByThem() {
        TraceSpan gold = span().attributes(Map.of("tier", "gold", "n", 3L)).build();
        TraceSpan silver = span().attributes(Map.of("tier", "silver", "n", 1L)).build();
        TraceSpan rewritten = span().attributes(Map.of("tier", "gold")).build();
        try (ClickHouseTraceRepository first = open()) {
            first.storeSpans(List.of(gold, silver, rewritten));
            first.storeSpan(gold.toBuilder().tenantId(UUID.randomUUID()).build());
        }
        ClickHouseFixture.server()
                .execute("ALTER TABLE " + DATABASE + ".spans UPDATE words_version = words_version - 1 WHERE TRUE"
                        + " SETTINGS mutations_sync = 2");
        dropAttributeTokens();
        dropVersion((int) Migrations.newest());
        String lease = DATABASE + ".store_properties VALUES ('reindexing', ";
        ClickHouseFixture.server().execute("INSERT INTO " + lease + "'test " + Long.MAX_VALUE + "', 1)");

        try (ClickHouseTraceRepository repository = open()) {
            repository.storeSpan(
                    rewritten.toBuilder().attributes(Map.of("tier", "new")).build());
            assertThat(repository.check().details()).containsEntry("text_index_pending", "4");
            assertFoundByAttributes(repository, gold, silver);
        }
        ClickHouseFixture.server().execute("INSERT INTO " + lease + "'test 0', 2)");
        try (ClickHouseTraceRepository repository = open()) {
            awaitIndexed(repository);
            assertFoundByAttributes(repository, gold, silver);
            repository.compact();
            assertFoundByAttributes(repository, gold, silver);
        }
    }

    private static void assertFoundByAttributes(
            ClickHouseTraceRepository repository, TraceSpan gold, TraceSpan silver) {
        assertThat(found(repository, "@tier:gold")).containsExactly(gold);
        assertThat(found(repository, "@n:>2")).containsExactly(gold);
        assertThat(found(repository, "@tier:* -@tier:(g*, n*)")).containsExactly(silver);
    }

    private static List<TraceSpan> found(ClickHouseTraceRepository repository, String expression) {
        return repository
                .querySpans(TraceQuery.builder(TENANT)
                        .where(FilterExpression.parse(expression))
                        .build())
                .items();
    }

    private static TraceSpan.Builder span() {
        return TraceSpan.builder(TENANT, UUID.randomUUID(), UUID.randomUUID(), "run", START);
    }

    /** Rows of spans, of a span that does not date its trace, and of a trace itself; in a merged part and in new ones. */
    @Test
    void oldWords_areReplacedInTheBackground() {
        List<TraceSpan> spans = new ArrayList<>(OldWords.spans(TENANT));
        UUID other = UUID.randomUUID();
        List<TraceSpan> ofOther = OldWords.spans(other);
        try (ClickHouseTraceRepository first = open()) {
            first.storeSpans(spans.subList(0, 4));
            first.storeSpans(ofOther);
            first.compact();
            first.storeSpans(spans.subList(4, spans.size()));
            TraceSpan early = spans.get(1).toBuilder()
                    .traceId(UUID.randomUUID())
                    .spanId(UUID.randomUUID())
                    .build();
            first.storeTrace(
                    TraceEvent.of(early.traceId(), TENANT, early.startTime().plusSeconds(1), List.of(early)));
            spans.add(early);
        }
        OldWords.makeOld(ClickHouseFixture.server(), DATABASE + ".spans");
        for (int version = BEFORE_WORDS + 1; version <= Migrations.newest(); version++) {
            dropVersion(version);
        }
        dropColumns("false_words", "words_version");
        dropAttributeTokens();

        try (ClickHouseTraceRepository repository = open()) {
            awaitIndexed(repository);
            for (boolean compacted : new boolean[] {false, true}) {
                if (compacted) {
                    repository.compact();
                }
                OldWords.assertFound(repository, TENANT, spans);
                OldWords.assertFound(repository, other, ofOther);
            }
            assertThat(repository.stats(TENANT).totalSpans()).isEqualTo(spans.size());
        }
        try (ClickHouseTraceRepository again = open()) {
            awaitIndexed(again);
            OldWords.assertFound(again, TENANT, spans);
        }
    }

    private static void awaitIndexed(ClickHouseTraceRepository repository) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> repository.check().details().get("text_index_pending"), "0"::equals);
    }

    private static void dropColumns(String... columns) {
        ClickHouseFixture.server()
                .execute("ALTER TABLE " + DATABASE + ".spans DROP COLUMN " + String.join(", DROP COLUMN ", columns)
                        + " SETTINGS mutations_sync = 2");
    }

    private static void dropAttributeTokens() {
        ClickHouseFixture.server()
                .execute("ALTER TABLE " + DATABASE + ".spans DROP INDEX attribute_values SETTINGS mutations_sync = 2");
        dropColumns("attribute_tokens");
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
