package io.llmtrace.server.internal.http;

import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.GlobalStats;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.StorageStats;
import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.TraceSummary;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A store whose methods all throw the exception of the test. */
final class FailingRepository implements TraceRepository {

    private final RuntimeException failure;

    FailingRepository(RuntimeException failure) {
        this.failure = failure;
    }

    @Override
    public void storeTrace(TraceEvent trace) {
        throw failure;
    }

    @Override
    public void storeSpan(TraceSpan span) {
        throw failure;
    }

    @Override
    public void storeSpans(Collection<TraceSpan> spans) {
        throw failure;
    }

    @Override
    public Page<TraceEvent> queryTraces(TraceQuery query) {
        throw failure;
    }

    @Override
    public Page<TraceSummary> queryTraceSummaries(TraceQuery query) {
        throw failure;
    }

    @Override
    public Page<TraceSpan> querySpans(TraceQuery query) {
        throw failure;
    }

    @Override
    public Page<SpanOutline> querySpanOutlines(TraceQuery query) {
        throw failure;
    }

    @Override
    public Optional<TraceEvent> getTrace(UUID tenantId, UUID traceId) {
        throw failure;
    }

    @Override
    public Optional<TraceSpan> getSpan(UUID tenantId, UUID traceId, UUID spanId) {
        throw failure;
    }

    @Override
    public List<TraceSpan> getSpans(UUID tenantId, Collection<SpanIdentity> identities) {
        throw failure;
    }

    @Override
    public Optional<TraceSpan> getSpan(UUID tenantId, UUID spanId) {
        throw failure;
    }

    @Override
    public long deleteTracesBefore(UUID tenantId, Instant time) {
        throw failure;
    }

    @Override
    public boolean deleteTrace(UUID tenantId, UUID traceId) {
        throw failure;
    }

    @Override
    public StorageStats stats(UUID tenantId) {
        throw failure;
    }

    @Override
    public GlobalStats globalStats() {
        throw failure;
    }

    @Override
    public StoreHealth check() {
        return StoreHealth.builder(StoreHealth.State.DOWN, String.valueOf(failure.getMessage()))
                .build();
    }

    @Override
    public void close() {}
}
