package io.llmtrace.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.ResultTooLargeException;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.spi.ReadMemory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much a read of many spans unpacks, and where it ends. */
class SqliteReadMemoryTest {

    private static final UUID TENANT = UUID.randomUUID();
    private static final UUID TRACE = UUID.randomUUID();
    private static final int CALLS = 60;
    private static final int SPANS_PER_CALL = 10;
    private static final int TEXT = 20_000;

    @TempDir
    Path folder;

    /** Span ids are random, so their order is not that of the blocks, of which far more are needed than are kept. */
    @Test
    void eachBlock_isUnpackedOnce_inWhateverOrderTheSpansAreWanted() {
        try (TraceRepository repository = SqliteTraceRepository.open(folder.resolve("t.db"))) {
            List<TraceSpan> spans = storeSpans(repository);
            long bodies = (long) spans.size() * TEXT;
            List<SpanIdentity> shuffled = new ArrayList<>(spans.stream()
                    .map(span -> new SpanIdentity(TRACE, span.spanId()))
                    .toList());
            Collections.shuffle(shuffled, new Random(1));
            TraceQuery page = TraceQuery.builder(TENANT)
                    .order(Order.OLDEST_FIRST)
                    .limit(TraceQuery.MAX_LIMIT)
                    .build();

            // Each body: in its block, four copies while it is decoded, and in the span.
            long once = 7 * bodies;
            assertThat(taken(() -> repository.getTrace(TENANT, TRACE))).isBetween(5 * bodies, once);
            assertThat(taken(() -> repository.getSpans(TENANT, shuffled))).isBetween(5 * bodies, once);
            assertThat(taken(() -> repository.querySpans(page))).isBetween(5 * bodies, once);

            assertThat(repository.getTrace(TENANT, TRACE).orElseThrow().spans()).isEqualTo(spans);
            assertThat(repository.querySpans(page).items()).isEqualTo(spans);
            assertThat(repository.getSpans(TENANT, shuffled).stream().map(TraceSpan::spanId))
                    .isEqualTo(shuffled.stream().map(SpanIdentity::spanId).toList());
        }
    }

    @Test
    void result_beyondTheLimitOfTheStoreIsRefused() {
        try (TraceRepository repository =
                TraceRepositories.open("sqlite:" + folder.resolve("t.db") + "?max_read_mb=8")) {
            storeSpans(repository);

            assertThatThrownBy(() -> repository.getTrace(TENANT, TRACE))
                    .isExactlyInstanceOf(ResultTooLargeException.class)
                    .hasMessage(
                            "the result takes more than 8388608 bytes of memory (max_read_mb); read less at a time, such as"
                                    + " a smaller page or outlines, or raise it");
            assertThat(repository
                            .querySpans(TraceQuery.builder(TENANT).limit(50).build())
                            .items())
                    .hasSize(50);
        }
    }

    /** Decoding a body takes five times its size, which is more than one read may take here. */
    @Test
    void spanTooLargeForARead_isIndexed_andStopsNeitherSearchNorRankings() {
        try (SqliteTraceRepository repository =
                (SqliteTraceRepository) TraceRepositories.open("sqlite:" + folder.resolve("t.db") + "?max_read_mb=8")) {
            TraceSpan large = span("large " + "x".repeat(4 << 20), 1);
            TraceSpan small = span("small", 2);
            repository.storeSpan(large);
            repository.storeSpan(small);
            repository.compact();

            assertThat(repository.check().details()).containsEntry("text_index_pending", "0");
            assertThat(found(repository, "small")).containsExactly(small.spanId());
            assertThat(found(repository, "large")).containsExactly(large.spanId());
        }
    }

    private static TraceSpan span(String prompt, int second) {
        return TraceSpan.builder(TENANT, UUID.randomUUID(), UUID.randomUUID(), "chat", Instant.ofEpochSecond(second))
                .prompt(prompt)
                .build();
    }

    private static List<UUID> found(TraceRepository repository, String text) {
        return repository
                .querySpanOutlines(
                        TraceQuery.builder(TENANT).text(text).limit(10).build())
                .items()
                .stream()
                .map(SpanOutline::spanId)
                .toList();
    }

    private static List<TraceSpan> storeSpans(TraceRepository repository) {
        Random random = new Random(7);
        List<TraceSpan> all = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            List<TraceSpan> spans = new ArrayList<>();
            for (int j = 0; j < SPANS_PER_CALL; j++) {
                byte[] noise = new byte[TEXT / 2];
                random.nextBytes(noise);
                spans.add(TraceSpan.builder(
                                TENANT, TRACE, new UUID(0, random.nextLong()), "chat", Instant.ofEpochSecond(i, j))
                        .prompt(HexFormat.of().formatHex(noise))
                        .build());
            }
            repository.storeSpans(spans);
            all.addAll(spans);
        }
        return all;
    }

    /** Returns the sum of what a read took, also of what it gave back. */
    private static long taken(Supplier<?> read) {
        long[] sum = {0};
        ReadMemory.within(
                new ReadMemory.Budget() {
                    @Override
                    public void reserve(long bytes) {
                        sum[0] += bytes;
                    }

                    @Override
                    public void release(long bytes) {
                        // only what was taken counts
                    }
                },
                read);
        return sum[0];
    }
}
