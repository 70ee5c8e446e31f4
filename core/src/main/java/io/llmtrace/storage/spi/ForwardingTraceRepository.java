package io.llmtrace.storage.spi;

import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.ExpiredTraces;
import io.llmtrace.storage.GlobalStats;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.RetentionRule;
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
import io.llmtrace.storage.analytics.SpanCount;
import io.llmtrace.storage.analytics.Timeline;
import io.llmtrace.storage.analytics.TraceAnalytics;
import io.llmtrace.storage.analytics.TraceCount;
import io.llmtrace.storage.analytics.TraceTimeline;
import io.llmtrace.storage.analytics.ValueCount;
import io.llmtrace.storage.analytics.ValueMeasures;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A repository that forwards every call to another one. A subclass overrides the calls that it changes. If the other repository
 * has no analytics or no retention, those calls throw the exceptions of {@link TraceAnalytics#of} and {@link TraceRetention#of}.
 * {@link StoreProperties#of} finds the properties of the other repository.
 */
public abstract class ForwardingTraceRepository implements TraceRepository, TraceAnalytics, TraceRetention {

    /** Returns the repository that receives the calls. It is called once for each of them. */
    protected abstract TraceRepository delegate();

    @Override
    public void storeTrace(TraceEvent trace) {
        delegate().storeTrace(trace);
    }

    @Override
    public void storeSpan(TraceSpan span) {
        delegate().storeSpan(span);
    }

    @Override
    public void storeSpans(Collection<TraceSpan> spans) {
        delegate().storeSpans(spans);
    }

    @Override
    public Page<TraceEvent> queryTraces(TraceQuery query) {
        return delegate().queryTraces(query);
    }

    @Override
    public Page<TraceSummary> queryTraceSummaries(TraceQuery query) {
        return delegate().queryTraceSummaries(query);
    }

    @Override
    public Page<TraceSpan> querySpans(TraceQuery query) {
        return delegate().querySpans(query);
    }

    @Override
    public Page<SpanOutline> querySpanOutlines(TraceQuery query) {
        return delegate().querySpanOutlines(query);
    }

    @Override
    public Optional<TraceEvent> getTrace(UUID tenantId, UUID traceId) {
        return delegate().getTrace(tenantId, traceId);
    }

    @Override
    public Optional<TraceSpan> getSpan(UUID tenantId, UUID traceId, UUID spanId) {
        return delegate().getSpan(tenantId, traceId, spanId);
    }

    @Override
    public List<TraceSpan> getSpans(UUID tenantId, Collection<SpanIdentity> identities) {
        return delegate().getSpans(tenantId, identities);
    }

    @Override
    public Optional<TraceSpan> getSpan(UUID tenantId, UUID spanId) {
        return delegate().getSpan(tenantId, spanId);
    }

    @Override
    public long deleteTracesBefore(UUID tenantId, Instant time) {
        return delegate().deleteTracesBefore(tenantId, time);
    }

    @Override
    public boolean deleteTrace(UUID tenantId, UUID traceId) {
        return delegate().deleteTrace(tenantId, traceId);
    }

    @Override
    public StorageStats stats(UUID tenantId) {
        return delegate().stats(tenantId);
    }

    @Override
    public GlobalStats globalStats() {
        return delegate().globalStats();
    }

    private TraceAnalytics analytics() {
        return TraceAnalytics.of(delegate());
    }

    @Override
    public Timeline timeline(TraceQuery query, int buckets, @Nullable SpanField<?> groupBy, int groups) {
        return analytics().timeline(query, buckets, groupBy, groups);
    }

    @Override
    public List<ValueMeasures> top(TraceQuery query, SpanField<?> groupBy, Measure order) {
        return analytics().top(query, groupBy, order);
    }

    @Override
    public List<ValueCount> values(TraceQuery query, SpanField<?> field, String prefix) {
        return analytics().values(query, field, prefix);
    }

    @Override
    public Slice<SessionSummary> sessions(TraceQuery query, SessionOrder order) {
        return analytics().sessions(query, order);
    }

    @Override
    public List<FindingCount> findings(TraceQuery query) {
        return analytics().findings(query);
    }

    @Override
    public List<ActionCount> actions(TraceQuery query) {
        return analytics().actions(query);
    }

    @Override
    public Slice<TraceSummary> rankedTraces(TraceQuery query, Ranking by) {
        return analytics().rankedTraces(query, by);
    }

    @Override
    public Slice<SpanOutline> rankedSpans(TraceQuery query, Ranking by) {
        return analytics().rankedSpans(query, by);
    }

    @Override
    public TraceCount countTraces(TraceQuery query, long upTo) {
        return analytics().countTraces(query, upTo);
    }

    @Override
    public SpanCount countSpans(TraceQuery query, long upTo) {
        return analytics().countSpans(query, upTo);
    }

    @Override
    public TraceTimeline traceTimeline(TraceQuery query, int buckets) {
        return analytics().traceTimeline(query, buckets);
    }

    private TraceRetention retention() {
        return TraceRetention.of(delegate());
    }

    @Override
    public @Nullable RetentionRule retention(UUID tenantId) {
        return retention().retention(tenantId);
    }

    @Override
    public void setRetention(UUID tenantId, @Nullable RetentionRule rule) {
        retention().setRetention(tenantId, rule);
    }

    @Override
    public ExpiredTraces countExpired(UUID tenantId, RetentionRule rule, Instant now) {
        return retention().countExpired(tenantId, rule, now);
    }

    @Override
    public long deleteExpired(Instant now) {
        return retention().deleteExpired(now);
    }

    @Override
    public StoreHealth check() {
        return delegate().check();
    }

    @Override
    public void close() {
        delegate().close();
    }

    @Override
    public String toString() {
        return delegate().toString();
    }
}
