package io.llmtrace.storage.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.llmtrace.dev.clickhouse.ClickHouseServer;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.testkit.NeedsClickHouse;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How many of a million rows the server reads for each call, according to its query log. */
@NeedsClickHouse
final class ReadRowsTest {

    private static final int SPANS = 1_000_000;
    private static final int SPANS_PER_TRACE = 8;
    /** A few blocks of each table that a call reads: 256 rows in the tables of locations, 2,048 in {@code spans}. */
    private static final long SOME_BLOCKS = 20_000;

    private static final UUID TENANT = UUID.fromString("11111111-2222-4333-8444-555555555555");
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    /** Spans every ten milliseconds, whose traces belong to two tenants in turn. */
    private static final String ROWS = """
            SELECT if(intDiv(number, %1$d) %% 2 = 0, toUUID('%2$s'), toUUID('22222222-2222-4333-8444-555555555555')) AS tenant_id,
                toInt32(intDiv(toUnixTimestamp64Nano(start_time), 3600000000000)) AS start_hour,
                reinterpretAsUUID(sipHash128(intDiv(number, %1$d))) AS trace_id,
                toDateTime64('2026-03-01 12:00:00', 9, 'UTC') + toIntervalMillisecond(10 * number) AS start_time,
                reinterpretAsUUID(sipHash128(number, 'span')) AS span_id,
                0 AS row_kind,
                toUInt64(1700000000000000000 + number) AS version""".formatted(SPANS_PER_TRACE, TENANT);

    private static ClickHouseServer server;
    private static ClickHouseTraceRepository repository;
    private static final String DATABASE = ClickHouseFixture.newDatabaseName();

    @BeforeAll
    static void fill() {
        server = ClickHouseFixture.server();
        repository = Failing.open(server.url(DATABASE));
        String rows = " FROM numbers(" + SPANS + ")";
        server.execute("INSERT INTO " + DATABASE + ".places " + ROWS + rows);
        server.execute(
                "INSERT INTO " + DATABASE + ".spans (tenant_id, start_hour, trace_id, start_time, span_id, row_kind,"
                        + " version, operation_name, kind, model_name, prompt, tags) " + ROWS
                        + ", 'chat', 'llm', if(number % 1000 = 0, 'rare', 'usual'), concat('What is ', toString(number), '?'),"
                        + " map('request', toString(number))" + rows);
    }

    @AfterAll
    static void drop() {
        repository.close();
        server.execute("DROP DATABASE " + DATABASE + " SYNC");
    }

    @Test
    void traceAndSpanById_readSomeBlocks() {
        TraceSpan span = repository
                .querySpans(TraceQuery.builder(TENANT)
                        .startTime(START.plusSeconds(5_000))
                        .limit(1)
                        .build())
                .items()
                .get(0);

        assertThat(repository.getTrace(TENANT, span.traceId()).orElseThrow().spans())
                .hasSize(SPANS_PER_TRACE);
        assertThat(repository.getSpan(TENANT, span.traceId(), span.spanId())).contains(span);
        assertThat(repository.getSpan(TENANT, span.spanId())).contains(span);

        assertThat(rowsReadBy("traces")).isBetween(1L, SOME_BLOCKS);
        assertThat(rowsReadBy("span")).isBetween(1L, SOME_BLOCKS);
        assertThat(rowsReadBy("spans")).isBetween(1L, SOME_BLOCKS);
    }

    @Test
    void newestPages_readSomeBlocks() {
        TraceQuery newest = TraceQuery.builder(TENANT).limit(50).build();

        assertThat(repository.queryTraceSummaries(newest).items()).hasSize(50);
        assertThat(repository.querySpans(newest).items()).hasSize(50);

        assertThat(rowsReadBy("page of traces")).isBetween(1L, SOME_BLOCKS);
        assertThat(rowsReadBy("summaries of traces")).isBetween(1L, 80 * 2_048L); // a block for each trace
        assertThat(rowsReadBy("page of spans")).isBetween(1L, 200_000L); // an hour of the tenant
    }

    @Test
    void outlines_areReadWithoutTexts() {
        TraceQuery newest = TraceQuery.builder(TENANT).limit(5).build();

        assertThat(repository.querySpanOutlines(newest).items()).hasSize(5);
        assertThat(columnsReadBy("spans")).contains("input_preview").doesNotContain("prompt", "response", "events");

        assertThat(repository.querySpans(newest).items()).hasSize(5);
        assertThat(columnsReadBy("spans")).contains("prompt", "response", "events");
    }

    @Test
    void spansOfATag_readSomeBlocks() {
        List<TraceSpan> found = repository
                .querySpans(TraceQuery.builder(TENANT)
                        .tag("request", "16")
                        .limit(10)
                        .build())
                .items();

        assertThat(found).extracting(TraceSpan::prompt).containsExactly("What is 16?");
        assertThat(rowsReadBy("page of spans")).isBetween(1L, 3 * SOME_BLOCKS);
    }

    @Test
    void spansWithAWord_readSomeBlocks() {
        List<TraceSpan> found = repository
                .querySpans(TraceQuery.builder(TENANT).text("999984").limit(10).build())
                .items();

        assertThat(found).extracting(TraceSpan::prompt).containsExactly("What is 999984?");
        assertThat(rowsReadBy("page of spans")).isBetween(1L, 3 * SOME_BLOCKS);
    }

    /** The tenant has 180,000 spans in that hour, of which one in 2,000 has that model. */
    @Test
    void tracesOfAModelWithinAnHourOfManySpans_areFoundByTheirOrder() {
        List<Instant> found = repository
                .queryTraceSummaries(TraceQuery.builder(TENANT)
                        .modelName("rare")
                        .startTime(START.plusSeconds(600))
                        .endTime(START.plusSeconds(3_010))
                        .limit(3)
                        .build())
                .items()
                .stream()
                .map(TraceSummary::createdAt)
                .toList();

        assertThat(found).containsExactly(START.plusSeconds(3_000), START.plusSeconds(2_980), START.plusSeconds(2_960));
        assertThat(rowsReadBy("count spans up to a few")).isBetween(100_000L, 200_000L);
        assertThat(rowsReadBy("page of traces")).isBetween(1L, SOME_BLOCKS);
    }

    /** Returns the columns of {@code spans} that the last statement with this name read. */
    private static List<String> columnsReadBy(String statement) {
        return List.of(lastOf(
                        statement,
                        "arrayStringConcat(arrayMap(c -> splitByChar('.', c)[3]," + " arrayFilter(c -> startsWith(c, '"
                                + DATABASE + ".spans.'), columns)), ',')")
                .split(","));
    }

    /** Returns the rows that the last statement with this name read. */
    private static long rowsReadBy(String statement) {
        return Long.parseLong(lastOf(statement, "read_rows"));
    }

    private static String lastOf(String statement, String expression) {
        // The server logs a statement after it has sent the answer.
        await().until(() -> server.execute(
                        "SELECT count() FROM system.processes WHERE current_database = '" + DATABASE + "'")
                .strip()
                .equals("0"));
        server.execute("SYSTEM FLUSH LOGS");
        return server.execute("SELECT " + expression + " FROM system.query_log WHERE type = 'QueryFinish'"
                        + " AND log_comment = 'llmtrace: " + statement + "' AND has(databases, '" + DATABASE
                        + "') ORDER BY event_time_microseconds DESC LIMIT 1")
                .strip();
    }
}
