package io.llmtrace.storage.clickhouse.internal.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.llmtrace.dev.clickhouse.ClickHouseServer;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.clickhouse.ClickHouseFixture;
import io.llmtrace.storage.clickhouse.ClickHouseSettings;
import io.llmtrace.storage.clickhouse.ClickHouseTraceRepository;
import io.llmtrace.storage.clickhouse.OldWords;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.engine.Layout;
import io.llmtrace.storage.clickhouse.internal.engine.Migrations;
import io.llmtrace.testkit.NeedsClickHouse;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@NeedsClickHouse
final class ReindexingTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ClickHouseServer server = ClickHouseFixture.server();
    private final String name = ClickHouseFixture.newDatabaseName();
    private final Database database = new Database(ClickHouseSettings.parse(server.url(name)));

    @AfterEach
    void drop() {
        database.close();
        server.execute("DROP DATABASE " + name + " SYNC");
    }

    @Test
    void start_afterAnError_triesAgain() {
        Layout layout = Migrations.run(database);
        UUID tenant = UUID.randomUUID();
        List<TraceSpan> spans = OldWords.spans(tenant);
        AtomicInteger reads = new AtomicInteger();
        PropertyTable failing = new PropertyTable(database) {
            @Override
            public @Nullable String get(String property) {
                if (reads.incrementAndGet() <= 2) {
                    throw new NoClassDefFoundError("lost");
                }
                return super.get(property);
            }
        };
        try (ClickHouseTraceRepository repository =
                        ClickHouseTraceRepository.open(ClickHouseSettings.parse(server.url(name)));
                Reindexing reindexing = new Reindexing(database, layout, failing, Duration.ofMillis(20), PATIENCE)) {
            repository.storeSpans(spans);
            OldWords.makeOld(server, name + ".spans");

            reindexing.start();

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(reindexing.details()).containsEntry("text_index_pending", "0"));
            assertThat(reads).hasValueGreaterThan(2);
            OldWords.assertFound(repository, tenant, spans);
        }
    }

    /** With the wait of an hour for a statement at hand, closing returns only if it does not wait for the next look. */
    @Test
    void close_whileNothingRuns_returns() {
        Layout layout = Migrations.run(database);
        PropertyTable properties = new PropertyTable(database);
        Reindexing reindexing = new Reindexing(database, layout, properties, Duration.ofHours(1), Duration.ofHours(1));
        reindexing.start();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(reindexing.details()).containsEntry("text_index_pending", "0"));

        reindexing.close();
    }
}
