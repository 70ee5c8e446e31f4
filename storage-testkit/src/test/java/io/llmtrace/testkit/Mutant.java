package io.llmtrace.testkit;

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
import io.llmtrace.storage.TraceRetention;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.analytics.ActionCount;
import io.llmtrace.storage.analytics.FindingCount;
import io.llmtrace.storage.analytics.Measure;
import io.llmtrace.storage.analytics.Ranking;
import io.llmtrace.storage.analytics.SessionOrder;
import io.llmtrace.storage.analytics.SessionSummary;
import io.llmtrace.storage.analytics.Slice;
import io.llmtrace.storage.analytics.SpanField;
import io.llmtrace.storage.analytics.Timeline;
import io.llmtrace.storage.analytics.TraceAnalytics;
import io.llmtrace.storage.analytics.ValueCount;
import io.llmtrace.storage.analytics.ValueMeasures;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The reference, passed through: a mutant overrides what it breaks. */
class Mutant implements TraceRepository, TraceAnalytics, TraceRetention {

    final InMemoryTraceRepository right = new InMemoryTraceRepository();

    @Override
    public void storeTrace(TraceEvent trace) {
        right.storeTrace(trace);
    }

    @Override
    public void storeSpan(TraceSpan span) {
        right.storeSpan(span);
    }

    @Override
    public void storeSpans(Collection<TraceSpan> spans) {
        right.storeSpans(spans);
    }

    @Override
    public Page<TraceEvent> queryTraces(TraceQuery query) {
        return right.queryTraces(query);
    }

    @Override
    public Page<TraceSummary> queryTraceSummaries(TraceQuery query) {
        return queryTraces(query).map(TraceSummary::of);
    }

    @Override
    public Page<TraceSpan> querySpans(TraceQuery query) {
        return right.querySpans(query);
    }

    @Override
    public Page<SpanOutline> querySpanOutlines(TraceQuery query) {
        return querySpans(query).map(SpanOutline::of);
    }

    @Override
    public Optional<TraceEvent> getTrace(UUID tenantId, UUID traceId) {
        return right.getTrace(tenantId, traceId);
    }

    @Override
    public Optional<TraceSpan> getSpan(UUID tenantId, UUID traceId, UUID spanId) {
        return right.getSpan(tenantId, traceId, spanId);
    }

    @Override
    public List<TraceSpan> getSpans(UUID tenantId, Collection<SpanIdentity> identities) {
        return right.getSpans(tenantId, identities);
    }

    @Override
    public Optional<TraceSpan> getSpan(UUID tenantId, UUID spanId) {
        return right.getSpan(tenantId, spanId);
    }

    @Override
    public long deleteTracesBefore(UUID tenantId, Instant time) {
        return right.deleteTracesBefore(tenantId, time);
    }

    @Override
    public boolean deleteTrace(UUID tenantId, UUID traceId) {
        return right.deleteTrace(tenantId, traceId);
    }

    @Override
    public StorageStats stats(UUID tenantId) {
        return right.stats(tenantId);
    }

    @Override
    public GlobalStats globalStats() {
        return right.globalStats();
    }

    @Override
    public StoreHealth check() {
        return right.check();
    }

    @Override
    public Timeline timeline(TraceQuery query, int buckets, @Nullable SpanField groupBy, int groups) {
        return right.timeline(query, buckets, groupBy, groups);
    }

    @Override
    public List<ValueMeasures> top(TraceQuery query, SpanField groupBy, Measure order) {
        return right.top(query, groupBy, order);
    }

    @Override
    public List<ValueCount> values(TraceQuery query, SpanField field, String prefix) {
        return right.values(query, field, prefix);
    }

    @Override
    public Slice<SessionSummary> sessions(TraceQuery query, SessionOrder order) {
        return right.sessions(query, order);
    }

    @Override
    public List<FindingCount> findings(TraceQuery query) {
        return right.findings(query);
    }

    @Override
    public List<ActionCount> actions(TraceQuery query) {
        return right.actions(query);
    }

    @Override
    public Slice<TraceSummary> rankedTraces(TraceQuery query, Ranking by) {
        return right.rankedTraces(query, by);
    }

    @Override
    public Slice<SpanOutline> rankedSpans(TraceQuery query, Ranking by) {
        return right.rankedSpans(query, by);
    }

    @Override
    public @Nullable Integer retentionDays(UUID tenantId) {
        return right.retentionDays(tenantId);
    }

    @Override
    public void setRetentionDays(UUID tenantId, @Nullable Integer days) {
        right.setRetentionDays(tenantId, days);
    }

    @Override
    public long deleteExpired(Instant now) {
        return right.deleteExpired(now);
    }

    /** What the engine would do later; nothing unless the mutant breaks there. */
    void compact() {}

    @Override
    public void close() {
        right.close();
    }
}
