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
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the tests of all concerns share: a fresh store, fresh tenants, and assertions made before and after compaction. */
abstract class ContractTest {

    private static final int ASKED_FOR_ONE_BY_ONE = 20;

    final UUID tenant = UUID.randomUUID();
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

    /** Makes the assertions on the store as it was written, and again after its engine has compacted it. */
    final void verify(Runnable assertions) {
        assertions.run();
        compact();
        try {
            assertions.run();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("holds before compact() but not after: " + e.getMessage(), e);
        }
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

    /** A builder of a span with nothing optional, in a trace of its own. */
    final TraceSpan.Builder span() {
        return Samples.span(tenant);
    }

    final void store(TraceSpan... spans) {
        repository.storeSpans(Arrays.asList(spans));
    }

    /** The query gives these spans, in this order. */
    final void assertSpans(TraceQuery query, TraceSpan... expected) {
        assertSpans(query, Arrays.asList(expected));
    }

    final void assertSpans(TraceQuery query, List<TraceSpan> expected) {
        Same.assertExactly("querySpans " + query, repository.querySpans(query).items(), expected);
    }

    /** The query gives the outlines of these spans, in this order. */
    final void assertOutlines(TraceQuery query, List<TraceSpan> expected) {
        Same.assertExactly(
                "querySpanOutlines " + query,
                repository.querySpanOutlines(query).items(),
                expected.stream().map(SpanOutline::of).toList());
    }

    /** The query gives these traces, in this order, and the summaries that belong to them. */
    final void assertTraces(TraceQuery query, TraceEvent... expected) {
        assertTraces(query, Arrays.asList(expected));
    }

    final void assertTraces(TraceQuery query, List<TraceEvent> expected) {
        Same.assertExactly("queryTraces " + query, repository.queryTraces(query).items(), expected);
        Same.assertExactly(
                "queryTraceSummaries " + query,
                repository.queryTraceSummaries(query).items(),
                expected.stream().map(TraceSummary::of).toList());
    }

    /** The trace reads as this by its id, as the only one with that id, and so does each of its spans. */
    final void assertStored(TraceEvent expected) {
        UUID owner = expected.tenantId();
        Same.assertSame("getTrace", repository.getTrace(owner, expected.traceId()), expected);
        TraceQuery byId = TraceQuery.builder(owner)
                .traceId(expected.traceId())
                .limit(TraceQuery.MAX_LIMIT)
                .build();
        assertTraces(byId, expected);
        TraceQuery oldestFirst = byId.toBuilder().order(Order.OLDEST_FIRST).build();
        assertSpans(oldestFirst, expected.spans());
        assertOutlines(oldestFirst, expected.spans());
        Same.assertExactly("getSpans", repository.getSpans(owner, identities(expected)), expected.spans());
        expected.spans().stream()
                .limit(ASKED_FOR_ONE_BY_ONE)
                .forEach(span ->
                        Same.assertSame("getSpan", repository.getSpan(owner, span.traceId(), span.spanId()), span));
    }

    private static List<SpanIdentity> identities(TraceEvent trace) {
        return trace.spans().stream().map(SpanIdentity::of).toList();
    }

    /** The store shows nothing of that trace, whichever way one asks. */
    final void assertAbsent(TraceEvent trace) {
        UUID owner = trace.tenantId();
        Same.assertAbsent("getTrace", repository.getTrace(owner, trace.traceId()));
        TraceQuery byId = TraceQuery.builder(owner).traceId(trace.traceId()).build();
        assertTraces(byId);
        assertSpans(byId);
        assertOutlines(byId, List.of());
        assertThat(repository.getSpans(owner, identities(trace))).as("getSpans").isEmpty();
        for (TraceSpan span : trace.spans()) {
            Same.assertAbsent("getSpan", repository.getSpan(owner, span.traceId(), span.spanId()));
        }
    }

    /** Without the size on disk, which is the backend's own. */
    final StorageStats statsOf(UUID tenantId) {
        StorageStats stats = repository.stats(tenantId);
        return new StorageStats(stats.totalTraces(), stats.totalSpans(), 0, stats.oldestTrace(), stats.newestTrace());
    }

    /** A null where the types forbid one: the tests of refused arguments need it. */
    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    static <T> T missing() {
        return null;
    }
}
