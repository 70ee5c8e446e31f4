package io.llmtrace.storage.sqlite.internal.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.analytics.Ranking;
import io.llmtrace.storage.sqlite.SqliteSettings;
import io.llmtrace.storage.sqlite.SqliteTraceRepository;
import io.llmtrace.storage.sqlite.internal.engine.Database;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ranks traces by values that were aggregated before and after their spans changed. */
final class TraceAggregatesTest {

    private static final UUID TENANT = UUID.randomUUID();
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final String FRESH = "SELECT count(*) FROM trace_figures WHERE stale = 0";

    @TempDir
    private Path folder;

    private SqliteTraceRepository repository;

    @BeforeEach
    void open() {
        repository = SqliteTraceRepository.open(file());
    }

    @AfterEach
    void close() {
        repository.close();
    }

    @Test
    void trace_changedAfterItWasAggregated_isRankedByItsPresentValues() {
        repository.storeSpans(List.of(span(1, 1, 100), span(2, 1, 200), span(3, 1, 300)));
        assertRanked(3, 2, 1);

        repository.storeSpan(span(1, 2, 250));
        assertRanked(1, 3, 2);

        repository.storeSpan(span(3, 1, 100));
        assertRanked(1, 2, 3);

        repository.deleteTrace(TENANT, traceId(2));
        repository.storeSpan(span(2, 1, 500));
        assertRanked(2, 1, 3);

        repository.deleteTrace(TENANT, traceId(3));
        assertRanked(2, 1);
    }

    @Test
    void traces_areAggregatedInTheBackground_exceptTheNewest() {
        List<TraceSpan> spans = new ArrayList<>();
        for (int trace = 1; trace <= 1_500; trace++) {
            spans.add(span(trace, 1, trace));
        }
        repository.storeSpans(spans);
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(number(FRESH)).isEqualTo(400)); // two transactions of 200

        repository.storeSpan(span(7, 2, 5_000));
        assertThat(number(FRESH)).isEqualTo(399);
        assertThat(ranked(2)).containsExactly(traceId(7), traceId(1_500));

        repository.compact();
        assertThat(number(FRESH)).isEqualTo(1_500);
        assertThat(ranked(2)).containsExactly(traceId(7), traceId(1_500));
    }

    /** Asserts an order before and after all traces are aggregated. */
    private void assertRanked(int... traces) {
        List<UUID> ids = new ArrayList<>();
        for (int trace : traces) {
            ids.add(traceId(trace));
        }
        assertThat(ranked(10)).isEqualTo(ids);
        repository.compact();
        assertThat(number(FRESH)).isEqualTo(traces.length);
        assertThat(ranked(10)).isEqualTo(ids);
    }

    private List<UUID> ranked(int limit) {
        TraceQuery query = TraceQuery.builder(TENANT).limit(limit).build();
        return repository.rankedTraces(query, Ranking.TOKENS).items().stream()
                .map(TraceSummary::traceId)
                .toList();
    }

    private long number(String sql) {
        SqliteSettings settings = SqliteSettings.of(file()).withReadOnly();
        try (Database database = Database.open(settings, Backfills.MIGRATIONS)) {
            return database.<Long>read(connection -> connection.number(sql));
        }
    }

    private Path file() {
        return folder.resolve("traces.db");
    }

    private static TraceSpan span(int trace, int span, long tokens) {
        return TraceSpan.builder(TENANT, traceId(trace), new UUID(trace, span), "chat", START)
                .totalTokens(tokens)
                .build();
    }

    private static UUID traceId(int trace) {
        return new UUID(1, trace);
    }
}
