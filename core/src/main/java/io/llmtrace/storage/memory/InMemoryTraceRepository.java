package io.llmtrace.storage.memory;

import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.ExpiredTraces;
import io.llmtrace.storage.GlobalStats;
import io.llmtrace.storage.Order;
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
import io.llmtrace.storage.spi.AnalyticsArguments;
import io.llmtrace.storage.spi.PageCursor;
import io.llmtrace.storage.spi.RetentionScheduler;
import io.llmtrace.storage.spi.StoreProperties;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A repository on the heap that scans everything for each query. It is simple enough to be obviously correct, and therefore the
 * reference for all other backends; it also suits tests of applications. Its data is lost when it is closed.
 */
public final class InMemoryTraceRepository implements TraceRepository, TraceAnalytics, TraceRetention, StoreProperties {

    private static final Comparator<PageCursor> SORT_KEY_ORDER = Comparator.comparingLong(PageCursor::timeNanos)
            .thenComparing(PageCursor::traceId, Ids.BYTE_ORDER)
            .thenComparing(PageCursor::spanId, Ids.BYTE_ORDER);

    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final Map<UUID, Map<UUID, StoredTrace>> tenants = new HashMap<>();
    private final Map<UUID, RetentionRule> retention = new HashMap<>();
    private final Map<String, String> properties = new HashMap<>(Map.of(SEPARATE_EVENTS, ANNOUNCED));
    private long writes;
    private @Nullable RetentionScheduler expiry;
    private boolean closed;

    @Override
    public void storeTrace(TraceEvent trace) {
        Objects.requireNonNull(trace, "trace");
        writing(() -> {
            writes++;
            StoredTrace stored = traceOf(trace.tenantId(), trace.traceId(), trace.createdAt());
            trace.spans().forEach(span -> stored.put(span, writes));
            return null;
        });
    }

    @Override
    public void storeSpan(TraceSpan span) {
        Objects.requireNonNull(span, "span");
        storeSpans(List.of(span));
    }

    @Override
    public void storeSpans(Collection<TraceSpan> spans) {
        List<TraceSpan> all = List.copyOf(Objects.requireNonNull(spans, "spans"));
        writing(() -> {
            writes++;
            all.forEach(span ->
                    traceOf(span.tenantId(), span.traceId(), span.startTime()).put(span, writes));
            return null;
        });
    }

    @Override
    public Page<TraceEvent> queryTraces(TraceQuery query) {
        Objects.requireNonNull(query, "query");
        return reading(() -> {
            long snapshot = snapshotOf(query, PageCursor.Items.TRACES);
            Stream<Keyed<TraceEvent>> matching = tracesOf(query.tenantId())
                    .map(stored -> stored.keyed(snapshot))
                    .filter(keyed -> query.matches(keyed.item()));
            return page(matching, query, PageCursor.Items.TRACES);
        });
    }

    @Override
    public Page<TraceSummary> queryTraceSummaries(TraceQuery query) {
        return queryTraces(query).map(TraceSummary::of);
    }

    @Override
    public Page<TraceSpan> querySpans(TraceQuery query) {
        Objects.requireNonNull(query, "query");
        return reading(() -> {
            long snapshot = snapshotOf(query, PageCursor.Items.SPANS);
            Stream<Keyed<TraceSpan>> matching = tracesOf(query.tenantId())
                    .flatMap(trace -> trace.matching(query))
                    .map(stored -> stored.keyed(snapshot));
            return page(matching, query, PageCursor.Items.SPANS);
        });
    }

    @Override
    public Page<SpanOutline> querySpanOutlines(TraceQuery query) {
        return querySpans(query).map(SpanOutline::of);
    }

    @Override
    public Optional<TraceEvent> getTrace(UUID tenantId, UUID traceId) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(traceId, "traceId");
        return reading(() -> findTrace(tenantId, traceId).map(StoredTrace::event));
    }

    @Override
    public Optional<TraceSpan> getSpan(UUID tenantId, UUID traceId, UUID spanId) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(traceId, "traceId");
        Objects.requireNonNull(spanId, "spanId");
        return reading(() -> findSpan(tenantId, new SpanIdentity(traceId, spanId)));
    }

    @Override
    public List<TraceSpan> getSpans(UUID tenantId, Collection<SpanIdentity> identities) {
        Objects.requireNonNull(tenantId, "tenantId");
        Set<SpanIdentity> wanted = new LinkedHashSet<>(List.copyOf(identities));
        return reading(() -> wanted.stream()
                .map(identity -> findSpan(tenantId, identity))
                .flatMap(Optional::stream)
                .toList());
    }

    @Override
    public Optional<TraceSpan> getSpan(UUID tenantId, UUID spanId) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(spanId, "spanId");
        return reading(() -> tracesOf(tenantId)
                .map(stored -> stored.spans.get(spanId))
                .filter(Objects::nonNull)
                .max(Comparator.comparing((StoredSpan stored) -> stored.span.startTime())
                        .thenComparing(stored -> stored.span.traceId(), Ids.BYTE_ORDER))
                .map(stored -> stored.span));
    }

    @Override
    public long deleteTracesBefore(UUID tenantId, Instant time) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(time, "time");
        return writing(() -> {
            Map<UUID, StoredTrace> traces = tenants.getOrDefault(tenantId, new HashMap<>());
            long before = traces.size();
            traces.values().removeIf(stored -> stored.createdAt.value.isBefore(time));
            return before - traces.size();
        });
    }

    @Override
    public boolean deleteTrace(UUID tenantId, UUID traceId) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(traceId, "traceId");
        return writing(() -> tenants.getOrDefault(tenantId, new HashMap<>()).remove(traceId) != null);
    }

    @Override
    public StorageStats stats(UUID tenantId) {
        Objects.requireNonNull(tenantId, "tenantId");
        return reading(() -> {
            List<StoredTrace> traces = tracesOf(tenantId).toList();
            return StorageStats.builder()
                    .totalTraces(traces.size())
                    .totalSpans(traces.stream()
                            .mapToLong(stored -> stored.spans.size())
                            .sum())
                    .storageSizeBytes(0) // nothing is on disk
                    .oldestTrace(oldest(traces))
                    .newestTrace(newest(traces))
                    .build();
        });
    }

    @Override
    public GlobalStats globalStats() {
        return reading(() -> {
            List<StoredTrace> traces =
                    tenants.values().stream().flatMap(t -> t.values().stream()).toList();
            return GlobalStats.builder()
                    .tenants(tenants.values().stream().filter(t -> !t.isEmpty()).count())
                    .totalTraces(traces.size())
                    .totalSpans(traces.stream()
                            .mapToLong(stored -> stored.spans.size())
                            .sum())
                    .oldestTrace(oldest(traces))
                    .newestTrace(newest(traces))
                    .build();
        });
    }

    @Override
    public StoreHealth check() {
        return reading(() -> StoreHealth.builder(StoreHealth.State.OK, "in memory: nothing outlives this process")
                .details(Map.of("backend", "memory"))
                .build());
    }

    @Override
    public Timeline timeline(TraceQuery query, int buckets, @Nullable SpanField<?> groupBy, int groups) {
        AnalyticsArguments.checkTimeline(query, buckets, groupBy, groups);
        return reading(() -> analytics(query).timeline(buckets, groupBy, groups));
    }

    @Override
    public List<ValueMeasures> top(TraceQuery query, SpanField<?> groupBy, Measure order) {
        AnalyticsArguments.checkTop(query, groupBy, order);
        return reading(() -> analytics(query).top(groupBy, order));
    }

    @Override
    public List<ValueCount> values(TraceQuery query, SpanField<?> field, String prefix) {
        AnalyticsArguments.checkValues(query, field, prefix);
        return reading(() -> analytics(query).values(field, prefix));
    }

    @Override
    public Slice<SessionSummary> sessions(TraceQuery query, SessionOrder order) {
        AnalyticsArguments.checkSlice(query, order);
        return reading(() -> analytics(query).sessions(order));
    }

    @Override
    public List<FindingCount> findings(TraceQuery query) {
        AnalyticsArguments.checkList(query);
        return reading(() -> analytics(query).findings());
    }

    @Override
    public List<ActionCount> actions(TraceQuery query) {
        AnalyticsArguments.checkList(query);
        return reading(() -> analytics(query).actions());
    }

    @Override
    public Slice<TraceSummary> rankedTraces(TraceQuery query, Ranking by) {
        AnalyticsArguments.checkSlice(query, by);
        return reading(() -> {
            Stream<TraceEvent> traces =
                    tracesOf(query.tenantId()).map(StoredTrace::event).filter(query::matches);
            return new SpanAnalytics(query, List.of()).ranked(traces, by);
        });
    }

    @Override
    public Slice<SpanOutline> rankedSpans(TraceQuery query, Ranking by) {
        AnalyticsArguments.checkSlice(query, by);
        return reading(() -> analytics(query).ranked(by).map(SpanOutline::of));
    }

    @Override
    public TraceCount countTraces(TraceQuery query, long upTo) {
        AnalyticsArguments.checkCount(query, upTo);
        return reading(() -> {
            Stream<TraceEvent> traces =
                    tracesOf(query.tenantId()).map(StoredTrace::event).filter(query::matches);
            return TraceCount.of(traces.count(), upTo);
        });
    }

    @Override
    public SpanCount countSpans(TraceQuery query, long upTo) {
        AnalyticsArguments.checkCount(query, upTo);
        return reading(() -> SpanCount.of(
                tracesOf(query.tenantId())
                        .flatMap(trace -> trace.matching(query))
                        .count(),
                upTo));
    }

    @Override
    public TraceTimeline traceTimeline(TraceQuery query, int buckets) {
        AnalyticsArguments.checkTraceTimeline(query, buckets);
        return reading(() -> {
            Stream<TraceEvent> traces =
                    tracesOf(query.tenantId()).map(StoredTrace::event).filter(query::matches);
            return new SpanAnalytics(query, List.of()).timeline(traces.toList(), buckets);
        });
    }

    @Override
    public @Nullable RetentionRule retention(UUID tenantId) {
        Objects.requireNonNull(tenantId, "tenantId");
        return reading(() -> Optional.ofNullable(retention.get(tenantId))).orElse(null);
    }

    @Override
    public void setRetention(UUID tenantId, @Nullable RetentionRule rule) {
        Objects.requireNonNull(tenantId, "tenantId");
        writing(() -> {
            if (rule == null) {
                return retention.remove(tenantId);
            }
            startedExpiry().wake();
            return retention.put(tenantId, rule);
        });
    }

    /** Returns the thread that deletes expired traces; there is none until a rule is set. */
    private RetentionScheduler startedExpiry() {
        if (expiry == null) {
            expiry = RetentionScheduler.builder(
                            "llmtrace-memory-expiry",
                            () -> reading(() -> Map.copyOf(retention)),
                            () -> deleteExpired(Instant.now()))
                    .start();
        }
        return expiry;
    }

    @Override
    public ExpiredTraces countExpired(UUID tenantId, RetentionRule rule, Instant now) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(rule, "rule");
        Objects.requireNonNull(now, "now");
        return reading(() -> {
            List<StoredTrace> traces = tracesOf(tenantId)
                    .filter(stored -> rule.isExpired(stored.event(), now))
                    .toList();
            return ExpiredTraces.builder()
                    .traces(traces.size())
                    .spans(traces.stream()
                            .mapToLong(stored -> stored.spans.size())
                            .sum())
                    .oldestTrace(oldest(traces))
                    .newestTrace(newest(traces))
                    .build();
        });
    }

    @Override
    public long deleteExpired(Instant now) {
        Objects.requireNonNull(now, "now");
        return writing(() -> {
            long deleted = 0;
            for (Map.Entry<UUID, RetentionRule> of : retention.entrySet()) {
                Map<UUID, StoredTrace> traces = tenants.getOrDefault(of.getKey(), new HashMap<>());
                long before = traces.size();
                traces.values().removeIf(stored -> of.getValue().isExpired(stored.event(), now));
                deleted += before - traces.size();
            }
            return deleted;
        });
    }

    @Override
    public @Nullable String property(String name) {
        Objects.requireNonNull(name, "name");
        return reading(() -> Optional.ofNullable(properties.get(name))).orElse(null);
    }

    @Override
    public void setProperty(String name, String value) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(value, "value");
        writing(() -> properties.put(name, value));
    }

    private SpanAnalytics analytics(TraceQuery query) {
        List<TraceSpan> spans = tracesOf(query.tenantId())
                .flatMap(trace -> trace.matching(query))
                .map(stored -> stored.span)
                .toList();
        return new SpanAnalytics(query, spans);
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            closed = true;
            if (expiry != null) {
                expiry.close();
            }
            tenants.clear();
            retention.clear();
            properties.clear();
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public String toString() {
        return "InMemoryTraceRepository";
    }

    private StoredTrace traceOf(UUID tenantId, UUID traceId, Instant createdAt) {
        StoredTrace stored = tenants.computeIfAbsent(tenantId, id -> new HashMap<>())
                .computeIfAbsent(traceId, id -> new StoredTrace(tenantId, traceId, createdAt));
        if (createdAt.isBefore(stored.createdAt.value)) {
            stored.createdAt.change(createdAt, writes);
        }
        return stored;
    }

    private Optional<TraceSpan> findSpan(UUID tenantId, SpanIdentity identity) {
        return findTrace(tenantId, identity.traceId())
                .map(stored -> stored.spans.get(identity.spanId()))
                .map(stored -> stored.span);
    }

    private Optional<StoredTrace> findTrace(UUID tenantId, UUID traceId) {
        return Optional.ofNullable(tenants.getOrDefault(tenantId, Map.of()).get(traceId));
    }

    private Stream<StoredTrace> tracesOf(UUID tenantId) {
        return tenants.getOrDefault(tenantId, Map.of()).values().stream();
    }

    private long snapshotOf(TraceQuery query, PageCursor.Items items) {
        return query.cursor() == null ? writes : PageCursor.decode(query, items).snapshot();
    }

    private static <T> Page<T> page(Stream<Keyed<T>> matching, TraceQuery query, PageCursor.Items kind) {
        Comparator<PageCursor> order = query.order() == Order.NEWEST_FIRST ? SORT_KEY_ORDER.reversed() : SORT_KEY_ORDER;
        Stream<Keyed<T>> ordered = matching.sorted(Comparator.comparing(Keyed::sortKey, order));
        if (query.cursor() != null) {
            PageCursor after = PageCursor.decode(query, kind);
            ordered = ordered.filter(keyed -> order.compare(keyed.sortKey(), after) > 0);
        }
        List<Keyed<T>> found =
                ordered.skip(query.offset()).limit(query.limit() + 1L).toList();
        if (found.size() <= query.limit()) {
            return new Page<>(found.stream().map(Keyed::item).toList(), null);
        }
        List<Keyed<T>> items = found.subList(0, query.limit());
        String next = items.get(items.size() - 1).sortKey().encode(query);
        return new Page<>(items.stream().map(Keyed::item).toList(), next);
    }

    private static @Nullable Instant oldest(List<StoredTrace> traces) {
        return traces.stream()
                .map(s -> s.createdAt.value)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    private static @Nullable Instant newest(List<StoredTrace> traces) {
        return traces.stream()
                .map(s -> s.createdAt.value)
                .max(Comparator.naturalOrder())
                .orElse(null);
    }

    private <T extends @Nullable Object> T reading(Supplier<T> work) {
        lock.readLock().lock();
        try {
            requireOpen();
            return work.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    private <T extends @Nullable Object> T writing(Supplier<T> work) {
        lock.writeLock().lock();
        try {
            requireOpen();
            return work.get();
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("repository is closed: memory:");
        }
    }

    private record Keyed<T>(T item, PageCursor sortKey) {}

    private static final class StoredTrace {
        private final UUID tenantId;
        private final UUID traceId;
        private final VersionedTime createdAt;
        private final Map<UUID, StoredSpan> spans = new HashMap<>();

        StoredTrace(UUID tenantId, UUID traceId, Instant createdAt) {
            this.tenantId = tenantId;
            this.traceId = traceId;
            this.createdAt = new VersionedTime(createdAt);
        }

        void put(TraceSpan span, long write) {
            StoredSpan before = spans.get(span.spanId());
            if (before == null) {
                spans.put(span.spanId(), new StoredSpan(span));
            } else {
                before.replace(span, write);
            }
        }

        Stream<StoredSpan> matching(TraceQuery query) {
            List<TraceSpan> all = all();
            return spans.values().stream().filter(stored -> query.matches(stored.span, all));
        }

        TraceEvent event() {
            return TraceEvent.of(traceId, tenantId, createdAt.value, all());
        }

        private List<TraceSpan> all() {
            return spans.values().stream().map(stored -> stored.span).toList();
        }

        Keyed<TraceEvent> keyed(long snapshot) {
            long time = Times.toNanos(createdAt.asOf(snapshot));
            return new Keyed<>(event(), PageCursor.ofTrace(time, traceId, snapshot));
        }
    }

    private static final class StoredSpan {
        private TraceSpan span;
        private final VersionedTime startTime;

        StoredSpan(TraceSpan span) {
            this.span = span;
            this.startTime = new VersionedTime(span.startTime());
        }

        void replace(TraceSpan by, long write) {
            span = by;
            startTime.change(by.startTime(), write);
        }

        Keyed<TraceSpan> keyed(long snapshot) {
            long time = Times.toNanos(startTime.asOf(snapshot));
            return new Keyed<>(span, PageCursor.ofSpan(time, span.traceId(), span.spanId(), snapshot));
        }
    }
}
