package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.StorageStats;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.TraceSummary;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The base of all contract tests: a fresh store, fresh tenants, and assertions made before and after compaction. */
abstract class ContractTest {

    private static final int READ_ONE_BY_ONE = 20;

    /** The tenant of the test, or of the current case within {@link #verifyEach}. */
    UUID tenant = UUID.randomUUID();

    final UUID otherTenant = UUID.randomUUID();
    TraceRepository repository;

    private final RepositoryFixture store;

    ContractTest(RepositoryFixture store) {
        this.store = store;
    }

    @BeforeEach
    void openFreshStore() {
        repository = store.newRepository();
    }

    @AfterEach
    void clearStore() {
        store.clear(repository);
    }

    /** Makes the assertions on the store as written, and again after its engine has compacted it. */
    final void verify(Runnable assertions) {
        assertions.run();
        compact();
        try {
            assertions.run();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("holds before compact() but not after: " + e.getMessage(), e);
        }
    }

    /**
     * Verifies many cases in one store, each in a tenant of its own: a slow backend takes longer to open and to compact a store
     * than for the queries.
     *
     * @param storeCase stores the data of a case and returns its assertions; both run with the case's own {@link #tenant}
     */
    final <C> void verifyEach(List<C> cases, Function<C, Runnable> storeCase) {
        List<UUID> tenants = new ArrayList<>();
        List<Runnable> assertions = new ArrayList<>();
        for (C each : cases) {
            tenant = UUID.randomUUID();
            tenants.add(tenant);
            assertions.add(storeCase.apply(each));
        }
        verify(() -> {
            for (int i = 0; i < cases.size(); i++) {
                tenant = tenants.get(i);
                try {
                    assertions.get(i).run();
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError("case " + cases.get(i) + ": " + e.getMessage(), e);
                }
            }
        });
    }

    final void compact() {
        store.compact(repository);
    }

    final void restart() {
        repository = store.restart(repository);
    }

    final RepositoryFixture store() {
        return store;
    }

    final TraceQuery.Builder query() {
        return TraceQuery.builder(tenant);
    }

    final TraceQuery everything() {
        return query().limit(TraceQuery.MAX_LIMIT).build();
    }

    /** Returns a builder of a span without optional fields, in a trace of its own. */
    final TraceSpan.Builder span() {
        return Samples.span(tenant);
    }

    final void store(TraceSpan... spans) {
        repository.storeSpans(Arrays.asList(spans));
    }

    /** Asserts that the query returns exactly these spans, in this order. */
    final void assertSpans(TraceQuery query, TraceSpan... expected) {
        assertSpans(query, Arrays.asList(expected));
    }

    final void assertSpans(TraceQuery query, List<TraceSpan> expected) {
        ExactAssertions.assertExactly(
                "querySpans " + query, repository.querySpans(query).items(), expected);
    }

    /** Asserts that the query returns exactly the outlines of these spans, in this order. */
    final void assertOutlines(TraceQuery query, List<TraceSpan> expected) {
        ExactAssertions.assertExactly(
                "querySpanOutlines " + query,
                repository.querySpanOutlines(query).items(),
                expected.stream().map(SpanOutline::of).toList());
    }

    /** Asserts that the query returns exactly these traces, and their summaries, in this order. */
    final void assertTraces(TraceQuery query, TraceEvent... expected) {
        assertTraces(query, Arrays.asList(expected));
    }

    final void assertTraces(TraceQuery query, List<TraceEvent> expected) {
        ExactAssertions.assertExactly(
                "queryTraces " + query, repository.queryTraces(query).items(), expected);
        ExactAssertions.assertExactly(
                "queryTraceSummaries " + query,
                repository.queryTraceSummaries(query).items(),
                expected.stream().map(TraceSummary::of).toList());
    }

    /** Asserts that the trace and each of its spans are read back unchanged, by every method that takes their ids. */
    final void assertStored(TraceEvent expected) {
        UUID owner = expected.tenantId();
        ExactAssertions.assertSame("getTrace", repository.getTrace(owner, expected.traceId()), expected);
        TraceQuery byId = TraceQuery.builder(owner)
                .traceId(expected.traceId())
                .limit(TraceQuery.MAX_LIMIT)
                .build();
        assertTraces(byId, expected);
        TraceQuery oldestFirst = byId.toBuilder().order(Order.OLDEST_FIRST).build();
        assertSpans(oldestFirst, expected.spans());
        assertOutlines(oldestFirst, expected.spans());
        ExactAssertions.assertExactly("getSpans", repository.getSpans(owner, identities(expected)), expected.spans());
        expected.spans().stream()
                .limit(READ_ONE_BY_ONE)
                .forEach(span -> ExactAssertions.assertSame(
                        "getSpan", repository.getSpan(owner, span.traceId(), span.spanId()), span));
    }

    private static List<SpanIdentity> identities(TraceEvent trace) {
        return trace.spans().stream().map(SpanIdentity::of).toList();
    }

    /** Asserts that no method that takes an id returns anything of the trace. */
    final void assertAbsent(TraceEvent trace) {
        UUID owner = trace.tenantId();
        ExactAssertions.assertAbsent("getTrace", repository.getTrace(owner, trace.traceId()));
        TraceQuery byId = TraceQuery.builder(owner).traceId(trace.traceId()).build();
        assertTraces(byId);
        assertSpans(byId);
        assertOutlines(byId, List.of());
        assertThat(repository.getSpans(owner, identities(trace))).as("getSpans").isEmpty();
        for (TraceSpan span : trace.spans()) {
            ExactAssertions.assertAbsent("getSpan", repository.getSpan(owner, span.traceId(), span.spanId()));
        }
    }

    /** Returns the statistics without the size on disk, which differs between backends. */
    final StorageStats statsOf(UUID tenantId) {
        return repository.stats(tenantId).toBuilder().storageSizeBytes(0).build();
    }

    /** Returns statistics without a size on disk. */
    static StorageStats stats(long traces, long spans, @Nullable Instant oldest, @Nullable Instant newest) {
        return StorageStats.builder()
                .totalTraces(traces)
                .totalSpans(spans)
                .oldestTrace(oldest)
                .newestTrace(newest)
                .build();
    }

    /** Returns null where the types forbid it, for tests of refused arguments. */
    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    static <T> T missing() {
        return null;
    }
}
