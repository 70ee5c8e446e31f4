package io.llmtrace.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqlitePhraseTest {

    private static final UUID TENANT = UUID.randomUUID();
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final int SPANS = 20_001;

    @TempDir
    Path folder;

    @Test
    void phraseOfWordsThatTooManySpansHave_isRefused_untilAFilterNarrowsThem() {
        try (TraceRepository repository = TraceRepositories.open("sqlite:" + folder.resolve("t.db"))) {
            repository.storeSpans(IntStream.range(0, SPANS)
                    .mapToObj(i -> TraceSpan.builder(
                                    TENANT, new UUID(1, i / 100), new UUID(0, i + 1), "chat", START.plusSeconds(i))
                            .prompt(i % 2 == 0 ? "late refund" : "refund late")
                            .build())
                    .toList());
            TraceQuery.Builder phrase =
                    TraceQuery.builder(TENANT).text("\"late refund\"").limit(10_000);

            assertThatExceptionOfType(OverloadedException.class)
                    .isThrownBy(() -> repository.querySpanOutlines(phrase.build()))
                    .withMessage(
                            "more than 20000 spans have the words of [late refund], and their texts must be read to find the"
                                    + " phrase: narrow the filters, as by start_time");
            assertThat(repository
                            .querySpanOutlines(
                                    phrase.startTime(START.plusSeconds(1)).build())
                            .items())
                    .hasSize(SPANS / 2);
        }
    }
}
