package io.llmtrace.storage;

import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
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
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A repository whose store is away: it is opened again and again on a thread of its own, until that succeeds. */
final class LateRepository implements TraceRepository, TraceAnalytics, TraceRetention {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final Supplier<TraceRepository> opener;
    private final Thread thread = new Thread(this::openAgainAndAgain, "llmtrace-open");

    private @Nullable TraceRepository opened;
    private StorageException failure;
    private boolean closed;

    LateRepository(Supplier<TraceRepository> opener, StorageException failure) {
        this.opener = opener;
        this.failure = failure;
        thread.setDaemon(true);
        thread.start();
    }

    private void openAgainAndAgain() {
        Duration pause = FIRST_PAUSE;
        while (pause(pause)) {
            try {
                use(opener.get());
                return;
            } catch (StorageException e) {
                noteFailure(e);
            }
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    /** Jittered, so that many processes do not come at once to a store that is back. @return whether to go on */
    private static boolean pause(Duration pause) {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(pause.toMillis() / 2, pause.toMillis() + 1));
            return true;
        } catch (InterruptedException e) {
            return false; // closed
        }
    }

    private synchronized void use(TraceRepository repository) {
        if (closed) {
            repository.close();
        } else {
            opened = repository;
        }
    }

    private synchronized void noteFailure(StorageException e) {
        failure = e;
    }

    private synchronized TraceRepository opened() {
        if (closed) {
            throw new IllegalStateException("repository is closed: its store could not be opened before");
        }
        if (opened == null) {
            // Of whatever kind the failure is: what is written now must wait, not be refused for good.
            throw new UnavailableException("the store is not open yet: " + failure.getMessage(), failure);
        }
        return opened;
    }

    @Override
    public void storeTrace(TraceEvent trace) {
        opened().storeTrace(trace);
    }

    @Override
    public void storeSpan(TraceSpan span) {
        opened().storeSpan(span);
    }

    @Override
    public void storeSpans(Collection<TraceSpan> spans) {
        opened().storeSpans(spans);
    }

    @Override
    public Page<TraceEvent> queryTraces(TraceQuery query) {
        return opened().queryTraces(query);
    }

    @Override
    public Page<TraceSummary> queryTraceSummaries(TraceQuery query) {
        return opened().queryTraceSummaries(query);
    }

    @Override
    public Page<TraceSpan> querySpans(TraceQuery query) {
        return opened().querySpans(query);
    }

    @Override
    public Page<SpanOutline> querySpanOutlines(TraceQuery query) {
        return opened().querySpanOutlines(query);
    }

    @Override
    public Optional<TraceEvent> getTrace(UUID tenantId, UUID traceId) {
        return opened().getTrace(tenantId, traceId);
    }

    @Override
    public Optional<TraceSpan> getSpan(UUID tenantId, UUID traceId, UUID spanId) {
        return opened().getSpan(tenantId, traceId, spanId);
    }

    @Override
    public List<TraceSpan> getSpans(UUID tenantId, Collection<SpanIdentity> identities) {
        return opened().getSpans(tenantId, identities);
    }

    @Override
    public Optional<TraceSpan> getSpan(UUID tenantId, UUID spanId) {
        return opened().getSpan(tenantId, spanId);
    }

    @Override
    public long deleteTracesBefore(UUID tenantId, Instant time) {
        return opened().deleteTracesBefore(tenantId, time);
    }

    @Override
    public boolean deleteTrace(UUID tenantId, UUID traceId) {
        return opened().deleteTrace(tenantId, traceId);
    }

    @Override
    public StorageStats stats(UUID tenantId) {
        return opened().stats(tenantId);
    }

    @Override
    public GlobalStats globalStats() {
        return opened().globalStats();
    }

    private TraceAnalytics analytics() {
        return TraceAnalytics.of(opened());
    }

    @Override
    public Timeline timeline(TraceQuery query, int buckets, @Nullable SpanField groupBy, int groups) {
        return analytics().timeline(query, buckets, groupBy, groups);
    }

    @Override
    public List<ValueMeasures> top(TraceQuery query, SpanField groupBy, Measure order) {
        return analytics().top(query, groupBy, order);
    }

    @Override
    public List<ValueCount> values(TraceQuery query, SpanField field, String prefix) {
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

    private TraceRetention retention() {
        return TraceRetention.of(opened());
    }

    @Override
    public @Nullable Integer retentionDays(UUID tenantId) {
        return retention().retentionDays(tenantId);
    }

    @Override
    public void setRetentionDays(UUID tenantId, @Nullable Integer days) {
        retention().setRetentionDays(tenantId, days);
    }

    @Override
    public long deleteExpired(Instant now) {
        return retention().deleteExpired(now);
    }

    @Override
    public StoreHealth check() {
        TraceRepository repository;
        try {
            repository = opened();
        } catch (UnavailableException e) {
            return new StoreHealth(StoreHealth.State.DOWN, String.valueOf(e.getMessage()), Map.of());
        }
        return repository.check();
    }

    @Override
    public void close() {
        TraceRepository repository;
        synchronized (this) {
            repository = opened;
            closed = repository == null;
        }
        thread.interrupt();
        if (repository != null) {
            repository.close();
        }
    }

    @Override
    public synchronized String toString() {
        return opened == null ? "LateRepository[not open yet]" : opened.toString();
    }
}
