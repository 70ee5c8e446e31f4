package io.llmtrace.storage.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.llmtrace.dev.clickhouse.ClickHouseServer;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.RetentionRule;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.testkit.NeedsClickHouse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Deletes that have to wait while the server changes the same rows otherwise, as when spans are indexed again. */
@NeedsClickHouse
@Timeout(180)
final class DeletesDuringMutationsTest {

    private final ClickHouseServer server = ClickHouseFixture.server();
    private final String database = ClickHouseFixture.newDatabaseName();
    private final UUID tenant = UUID.randomUUID();

    @AfterEach
    void drop() {
        server.execute("DROP DATABASE IF EXISTS " + database + " SYNC");
    }

    private void stopMutations() {
        server.execute("SYSTEM STOP MERGES " + database + ".spans");
    }

    private void goOn() {
        server.execute("SYSTEM START MERGES " + database + ".spans");
    }

    private ClickHouseTraceRepository open(String parameters) {
        return Failing.open(server.url(database) + parameters);
    }

    private void awaitDeletes(int count) {
        await().atMost(Duration.ofSeconds(60)).until(() -> deletes() == count);
    }

    private int deletes() {
        return Integer.parseInt(server.execute("SELECT uniqExact(version) FROM " + database + ".deletions")
                .strip());
    }

    @Test
    void spans_areStoredWhileADeleteWaits() {
        try (ClickHouseTraceRepository repository = open("")) {
            List<TraceSpan> deleted = Failing.spans(tenant, 2);
            repository.storeSpans(deleted);
            stopMutations();
            CompletableFuture<Boolean> delete = CompletableFuture.supplyAsync(
                    () -> repository.deleteTrace(tenant, deleted.get(0).traceId()));
            awaitDeletes(1);

            TraceSpan again = deleted.get(1).toBuilder().prompt("again").build();
            List<TraceSpan> others = Failing.spans(tenant, 2);
            repository.storeSpans(List.of(again));
            repository.storeSpans(others);
            assertThat(delete).isNotDone();
            goOn();

            assertThat(delete.join()).isTrue();
            assertThat(Failing.stored(repository, deleted)).containsExactly(again);
            assertThat(Failing.stored(repository, others)).isEqualTo(others);
            assertThat(repository.querySpans(TraceQuery.builder(tenant).build()).items())
                    .hasSize(3);
        }
    }

    @Test
    void deletesOfOneTraceAtTheSameTime_countItOnce() {
        try (ClickHouseTraceRepository repository = open("")) {
            List<TraceSpan> deleted = Failing.spans(tenant, 1);
            repository.storeSpans(deleted);
            stopMutations();
            CompletableFuture<Boolean> one = CompletableFuture.supplyAsync(
                    () -> repository.deleteTrace(tenant, deleted.get(0).traceId()));
            awaitDeletes(1);
            CompletableFuture<Boolean> other = CompletableFuture.supplyAsync(
                    () -> repository.deleteTrace(tenant, deleted.get(0).traceId()));
            goOn();

            assertThat(one.join()).isTrue();
            assertThat(other.join()).isFalse();
        }
    }

    @Test
    void expiry_thatTheServerHasNotFinished_isNotAskedForAgain() {
        List<TraceSpan> spans = Failing.spans(tenant, 2);
        try (ClickHouseTraceRepository repository = open("?write_timeout_ms=2000")) {
            repository.storeSpans(spans);
            stopMutations();
            repository.setRetention(tenant, RetentionRule.of(1)); // deletes in the background
            awaitDeletes(1);
            Instant later = spans.get(1).startTime().plus(Duration.ofDays(100));

            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> repository.deleteExpired(later))
                        .isInstanceOf(UnavailableException.class)
                        .hasMessageContaining("has not finished earlier deletes of 1 tenants");
            }

            assertThat(deletes()).isEqualTo(1);
            goOn();
            await().untilAsserted(
                            () -> assertThat(Failing.stored(repository, spans)).isEmpty());
        }
    }

    @Test
    void open_whileADeleteCannotBeFinished() {
        List<TraceSpan> deleted = Failing.spans(tenant, 2);
        try (ClickHouseTraceRepository repository = open("?write_timeout_ms=1000")) {
            repository.storeSpans(deleted);
            stopMutations();
            assertThatThrownBy(
                    () -> repository.deleteTrace(tenant, deleted.get(0).traceId()));
        }

        try (ClickHouseTraceRepository repository = open("?write_timeout_ms=1000")) {
            List<TraceSpan> others = Failing.spans(tenant, 2);
            repository.storeSpans(others);
            assertThat(Failing.stored(repository, others)).isEqualTo(others);
        }
        goOn();
        try (ClickHouseTraceRepository repository = open("")) {
            assertThat(Failing.stored(repository, deleted)).isEmpty();
        }
    }
}
