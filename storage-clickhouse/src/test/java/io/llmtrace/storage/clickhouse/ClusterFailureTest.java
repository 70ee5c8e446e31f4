package io.llmtrace.storage.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.dev.clickhouse.ClickHouseCluster;
import io.llmtrace.dev.clickhouse.ClickHouseServer;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.testkit.NeedsClickHouse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Failures of a cluster of two shards with two replicas each: nodes are down, come back, or missed a statement. */
@NeedsClickHouse
@Tag("cluster")
@Timeout(180)
final class ClusterFailureTest {

    private static final int WRITERS = 3;
    private static final int SPANS_PER_CALL = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static ClickHouseCluster cluster;

    private final UUID tenant = UUID.randomUUID();
    private final String database = ClickHouseFixture.newDatabaseName();

    @BeforeAll
    static void start() {
        cluster = ClickHouseCluster.start(2, 2, Failing.options().build());
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @AfterEach
    void bringAllBack() {
        cluster.nodes().stream().filter(node -> !node.isRunning()).forEach(ClickHouseServer::restart);
    }

    /** Each node changes its own rows, so both copies of a shard have the new words. */
    @Test
    void oldWords_areReplacedOnEachNode() {
        List<TraceSpan> spans = OldWords.spans(tenant);
        try (ClickHouseTraceRepository repository = open()) {
            repository.storeSpans(spans);
        }
        cluster.nodes().forEach(node -> OldWords.makeOld(node, database + ".spans_local"));

        try (ClickHouseTraceRepository repository = open()) {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> cluster.nodes().stream()
                            .map(node -> node.execute(
                                    "SELECT count() FROM " + database + ".spans_local WHERE words_version = 0"))
                            .allMatch("0\n"::equals));
            OldWords.assertFound(repository, tenant, spans);
            assertThat(repository.check().details()).containsEntry("text_index_pending", "0");
            for (int shard = 1; shard <= 2; shard++) {
                assertThat(wordsOn(node(shard, 1))).isEqualTo(wordsOn(node(shard, 2)));
            }
        }
    }

    private String wordsOn(ClickHouseServer node) {
        return node.execute(
                "SELECT span_id, more_words, false_words FROM " + database + ".spans_local ORDER BY span_id");
    }

    @Test
    void copyKilledAmidWritesAndReads_losesAndDoublesNothing() throws Exception {
        Queue<List<TraceSpan>> acknowledged = new ConcurrentLinkedQueue<>();
        AtomicLong refused = new AtomicLong();
        AtomicLong reads = new AtomicLong();
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService executor = Executors.newFixedThreadPool(WRITERS + 1);
        try (ClickHouseTraceRepository repository = open()) {
            List<TraceSpan> before = Failing.spans(tenant, 3);
            repository.storeSpans(before);
            List<Future<?>> work = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                work.add(executor.submit(() -> writeUntil(done, repository, acknowledged, refused)));
            }
            work.add(executor.submit(() -> {
                while (!done.get()) {
                    assertThat(Failing.stored(repository, before)).isEqualTo(before);
                    assertThat(repository.querySpans(everything(50)).items()).isNotEmpty();
                    reads.incrementAndGet();
                }
            }));
            for (int copy = 1; copy <= 2; copy++) {
                ClickHouseServer killed = node(2, copy);
                await(acknowledged.size() + 5, acknowledged);
                killed.kill();
                long readsBefore = reads.get();
                long refusedBefore = refused.get();
                Awaitility.await().atMost(PATIENCE).until(() -> refused.get() > refusedBefore);
                Awaitility.await().atMost(PATIENCE).until(() -> reads.get() > readsBefore + 3);
                assertThat(repository.check().state()).isEqualTo(StoreHealth.State.READ_ONLY);
                assertThat(repository.check().message()).contains(killed.host() + ":" + killed.httpPort());
                killed.restart();
                await(acknowledged.size() + 5, acknowledged);
                assertThat(repository.check().state()).isEqualTo(StoreHealth.State.OK);
            }
            done.set(true);
            for (Future<?> each : work) {
                each.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
            acknowledged.add(before);

            assertHolds(repository, acknowledged);
            repository.compact();
            assertHolds(repository, acknowledged);
        } finally {
            done.set(true);
            executor.shutdownNow();
        }
    }

    /** Repeats each call until it succeeds, like a client that was told to try again. */
    private void writeUntil(
            AtomicBoolean done,
            ClickHouseTraceRepository repository,
            Queue<List<TraceSpan>> acknowledged,
            AtomicLong refused) {
        while (!done.get()) {
            List<TraceSpan> spans = Failing.spans(tenant, SPANS_PER_CALL);
            boolean taken = false;
            while (!taken) {
                try {
                    repository.storeSpans(spans);
                    taken = true;
                } catch (UnavailableException e) {
                    refused.incrementAndGet();
                }
            }
            acknowledged.add(spans);
        }
    }

    private static void await(int count, Queue<List<TraceSpan>> acknowledged) {
        Awaitility.await().atMost(PATIENCE).until(() -> acknowledged.size() >= count);
    }

    /** Asserts that the repository and each replica hold the spans of these calls and nothing else. */
    private void assertHolds(ClickHouseTraceRepository repository, Queue<List<TraceSpan>> calls) {
        long spans = calls.stream().mapToLong(List::size).sum();
        assertThat(repository.stats(tenant).totalTraces()).isEqualTo(calls.size());
        assertThat(repository.stats(tenant).totalSpans()).isEqualTo(spans);
        assertThat(calls)
                .allSatisfy(call -> assertThat(Failing.stored(repository, call)).isEqualTo(call));
        long onShards = 0;
        for (int shard = 1; shard <= 2; shard++) {
            String first = idsOn(node(shard, 1));
            assertThat(idsOn(node(shard, 2))).isEqualTo(first);
            onShards += first.lines().count();
        }
        assertThat(onShards).isEqualTo(spans);
    }

    private String idsOn(ClickHouseServer node) {
        return node.execute("SELECT trace_id, span_id, prompt FROM " + database
                + ".spans_local FINAL WHERE tenant_id = '" + tenant + "' ORDER BY trace_id, span_id");
    }

    @Test
    void nodeThatIsAsked_goneAway_theNextIsAsked() {
        try (ClickHouseTraceRepository repository = open()) {
            List<TraceSpan> spans = Failing.spans(tenant, 3);
            repository.storeSpans(spans);
            node(1, 1).kill();

            assertThat(Failing.stored(repository, spans)).isEqualTo(spans);
        }
    }

    @Test
    void open_copyAway_readsAndSaysWhatDoesNotWork() {
        List<TraceSpan> spans = Failing.spans(tenant, 3);
        try (ClickHouseTraceRepository repository = open()) {
            repository.storeSpans(spans);
        }
        node(1, 2).kill();
        try (ClickHouseTraceRepository repository = open()) {
            assertThat(Failing.stored(repository, spans)).isEqualTo(spans);
            assertThat(repository.stats(tenant).totalSpans()).isEqualTo(3);
            assertThat(repository.check().state()).isEqualTo(StoreHealth.State.READ_ONLY);
            Failing.assertFails(node(1, 1), UnavailableException.class, () -> repository.storeSpans(ofManyTraces()))
                    .contains("a node of the cluster cannot be reached. Try again when it is up");
        }
    }

    @Test
    void open_copyAwayAndTablesMissing_fails() {
        node(1, 2).kill();

        Failing.assertFails(node(1, 1), UnavailableException.class, this::open)
                .contains(node(1, 2).httpPort() + "/" + database + " cannot be reached");
    }

    @Test
    void open_nodeWithoutTables_getsThem() {
        List<TraceSpan> spans = Failing.spans(tenant, 3);
        open().close();
        node(2, 2).execute("DROP DATABASE " + database + " SYNC");
        try (ClickHouseTraceRepository repository = open()) {
            repository.storeSpans(spans);
            repository.storeSpans(ofManyTraces());

            assertThat(Failing.stored(repository, spans)).isEqualTo(spans);
            assertThat(idsOn(node(2, 2))).isEqualTo(idsOn(node(2, 1))).isNotEmpty();
        }
    }

    @Test
    void delete_copyAway_failsAndDeletesNothing() {
        List<TraceSpan> old = ofManyTraces();
        Instant afterAll = Instant.parse("2100-01-01T00:00:00Z");
        try (ClickHouseTraceRepository repository = open()) {
            repository.storeSpans(old);
            node(2, 2).kill();
            assertThatThrownBy(() -> repository.deleteTracesBefore(tenant, afterAll))
                    .isInstanceOf(UnavailableException.class);
            node(2, 2).restart();
            assertThat(repository.querySpans(everything(1_000)).items()).containsExactlyInAnyOrderElementsOf(old);

            assertThat(repository.deleteTracesBefore(tenant, afterAll)).isEqualTo(old.size());
            repository.compact();

            assertThat(repository.querySpans(everything(1_000)).items()).isEmpty();
            assertThat(cluster.nodes())
                    .allSatisfy(node -> assertThat(idsOn(node)).isEmpty());
        }
    }

    /** Leaves a delete as if the process had died between recording it and hiding its rows. */
    @Test
    void delete_cutOff_isFinishedOnAllNodesByTheNextToOpen() {
        List<TraceSpan> old = ofManyTraces();
        try (ClickHouseTraceRepository repository = open()) {
            repository.storeSpans(old);
        }
        String settings = " SETTINGS distributed_foreground_insert = 1, parallel_distributed_insert_select = 0";
        node(1, 1)
                .execute("INSERT INTO " + database + ".deleted_traces (tenant_id, version, trace_id)"
                        + " SELECT tenant_id, version + 1000000, trace_id FROM " + database + ".spans" + settings);
        node(1, 1)
                .execute("INSERT INTO " + database + ".deletions (tenant_id, version, step, traces)"
                        + " SELECT tenant_id, version, 1, 1 FROM " + database + ".deleted_traces" + settings);
        List<TraceSpan> later = Failing.spans(tenant, 3);
        try (ClickHouseTraceRepository repository = open()) {
            repository.storeSpans(later);

            assertThat(repository.querySpans(everything(1_000)).items()).containsExactlyInAnyOrderElementsOf(later);
            repository.compact();
            assertThat(repository.querySpans(everything(1_000)).items()).containsExactlyInAnyOrderElementsOf(later);
        }
    }

    @Test
    void trace_liesOnOneShard_andOnlyThatIsAsked() {
        try (ClickHouseTraceRepository repository = open()) {
            List<TraceSpan> spans = Failing.spans(tenant, 50);
            repository.storeSpans(spans);
            cluster.executeOnAll("SYSTEM FLUSH LOGS");

            assertThat(List.of(
                            idsOn(node(1, 1)).lines().count(),
                            idsOn(node(2, 1)).lines().count()))
                    .containsExactlyInAnyOrder(50L, 0L);
            assertThat(Failing.stored(repository, spans)).isEqualTo(spans);
            assertThat(repository.getSpan(
                            tenant, spans.get(0).traceId(), spans.get(0).spanId()))
                    .contains(spans.get(0));
            cluster.executeOnAll("SYSTEM FLUSH LOGS");
            long rowsOfOtherShard = cluster.nodes().stream()
                    .filter(node -> idsOn(node).isEmpty())
                    .mapToLong(node -> Long.parseLong(node.execute("SELECT count() FROM system.query_log"
                                    + " WHERE NOT is_initial_query AND type = 'QueryFinish' AND has(databases, '"
                                    + database + "') AND log_comment IN ('llmtrace: traces', 'llmtrace: span')")
                            .strip()))
                    .sum();
            assertThat(rowsOfOtherShard).isZero();
        }
    }

    @Test
    void open_clusterThatIsNotConfigured() {
        assertThatThrownBy(() -> Failing.open(cluster.url(database).replace("cluster=llmtrace", "cluster=other")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("knows no cluster 'other'");
    }

    @Test
    void open_notAllNodesNamed() {
        assertThatThrownBy(() -> Failing.open(node(1, 1).url(database) + "?cluster=llmtrace"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("names 1 hosts, and cluster 'llmtrace' has 4 nodes");
    }

    @Test
    void open_storeOfOneServerAsACluster_andTheOtherWayRound() {
        ClickHouseServer first = node(1, 1);
        Failing.open(first.url(database)).close();
        assertThatThrownBy(this::open)
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("was created on one server");
        first.execute("DROP DATABASE " + database + " SYNC");
        open().close();
        assertThatThrownBy(() -> Failing.open(first.url(database)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("add ?cluster=NAME");
    }

    private ClickHouseTraceRepository open() {
        return Failing.open(cluster.url(database));
    }

    private static ClickHouseServer node(int shard, int copy) {
        return cluster.nodes().get(2 * (shard - 1) + copy - 1);
    }

    private TraceQuery everything(int limit) {
        return TraceQuery.builder(tenant).limit(limit).build();
    }

    /** Returns calls with enough traces for each shard to have some. */
    private List<TraceSpan> ofManyTraces() {
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            spans.addAll(Failing.spans(tenant, 1));
        }
        return spans;
    }
}
