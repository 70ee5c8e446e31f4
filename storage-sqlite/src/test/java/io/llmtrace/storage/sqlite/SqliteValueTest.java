package io.llmtrace.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finds values by the text index while few spans have them, and by a scan from the newest span on otherwise. */
final class SqliteValueTest {

    private static final UUID TENANT = UUID.randomUUID();
    private static final UUID SPAN = new UUID(0, 7);
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    /** More spans than are looked up by row id. */
    private static final int MANY = 20_100;

    @TempDir
    private Path folder;

    @Test
    void valuesOfManySpansAndOfOne_areFound_beforeAndAfterTheIndexHasThem() {
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(folder.resolve("traces.db"))) {
            repository.storeSpans(
                    IntStream.range(0, MANY).mapToObj(i -> span(i, "all")).toList());
            TraceSpan rare = span(MANY, "one");
            repository.storeSpan(rare);
            for (int run = 0; run < 2; run++) {
                assertThat(sessions(repository, "all", 2))
                        .containsExactly(span(MANY - 1, "all"), span(MANY - 2, "all"));
                assertThat(sessions(repository, "one", 2)).containsExactly(rare);
                assertThat(sessions(repository, "On", 2)).isEmpty();
                assertThat(repository.getSpan(TENANT, SPAN)).contains(rare);
                assertThat(repository.getSpan(UUID.randomUUID(), SPAN)).isEmpty();
                repository.compact();
            }
        }
    }

    @Test
    void replacedSpan_isFoundByItsNewValueOnly() {
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(folder.resolve("traces.db"))) {
            repository.storeSpan(span(1, "before"));
            repository.compact();
            repository.storeSpan(span(1, "after"));
            for (int run = 0; run < 2; run++) {
                assertThat(sessions(repository, "before", 2)).isEmpty();
                assertThat(sessions(repository, "after", 2)).containsExactly(span(1, "after"));
                assertThat(repository.getSpan(TENANT, SPAN)).contains(span(1, "after"));
                repository.compact();
            }
        }
    }

    private static List<TraceSpan> sessions(SqliteTraceRepository repository, String session, int limit) {
        return repository
                .querySpans(TraceQuery.builder(TENANT)
                        .sessionId(session)
                        .limit(limit)
                        .build())
                .items();
    }

    private static TraceSpan span(int number, String session) {
        return TraceSpan.builder(TENANT, new UUID(1, number), SPAN, "step", START.plusSeconds(number))
                .sessionId(session)
                .build();
    }
}
