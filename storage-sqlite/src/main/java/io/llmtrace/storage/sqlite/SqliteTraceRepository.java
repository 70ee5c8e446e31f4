package io.llmtrace.storage.sqlite;

import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.GlobalStats;
import io.llmtrace.storage.NotSupportedException;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.StorageException;
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
import io.llmtrace.storage.spi.AnalyticsArguments;
import io.llmtrace.storage.spi.PageCursor;
import io.llmtrace.storage.spi.RetentionDays;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Traces in one SQLite file. One process writes to it; others may read it at the same time. See the module's README for the
 * layout, and for when space is given back.
 */
public final class SqliteTraceRepository implements TraceRepository, TraceAnalytics, TraceRetention {

    private static final int MAX_CACHED_TENANTS = 10_000;

    private final Database database;
    /** Rows of tenants, once they were seen: they are never removed. */
    private final Map<UUID, Long> tenants = new ConcurrentHashMap<>();

    private final TextIndex text = new TextIndex();
    private final Retention retention;
    private final @Nullable SpanWriter writer;
    private final @Nullable Housekeeping housekeeping;

    private SqliteTraceRepository(Database database) {
        this.database = database;
        this.retention = new Retention(database);
        if (database.readOnly()) {
            this.writer = null;
            this.housekeeping = null;
            return;
        }
        this.writer = SpanWriter.open(database);
        this.housekeeping = new Housekeeping(database, text, () -> deleteExpired(Instant.now()));
        housekeeping.start();
    }

    /** Opens a store for writing; makes the file when there is none, and brings an older one to the newest schema. */
    public static SqliteTraceRepository open(Path file) {
        return open(SqliteSettings.of(file));
    }

    /**
     * @throws io.llmtrace.storage.UnavailableException if the file is locked, missing (read-only), or not accessible
     * @throws io.llmtrace.storage.CorruptStoreException if it is damaged, not of llmtrace, or newer than this program
     */
    public static SqliteTraceRepository open(SqliteSettings settings) {
        return new SqliteTraceRepository(Database.open(settings, Migrations.ALL));
    }

    @Override
    public void storeTrace(TraceEvent trace) {
        Objects.requireNonNull(trace, "trace");
        long start = System.nanoTime();
        writer().store(trace);
        housekeeping().afterWrite(Duration.ofNanos(System.nanoTime() - start));
    }

    @Override
    public void storeSpan(TraceSpan span) {
        Objects.requireNonNull(span, "span");
        storeSpans(List.of(span));
    }

    @Override
    public void storeSpans(Collection<TraceSpan> spans) {
        List<TraceSpan> all = List.copyOf(Objects.requireNonNull(spans, "spans"));
        long start = System.nanoTime();
        writer().store(all);
        housekeeping().afterWrite(Duration.ofNanos(System.nanoTime() - start));
    }

    @Override
    public Page<TraceEvent> queryTraces(TraceQuery query) {
        return pages(query, PageCursor.Items.TRACES, TracePages::traces);
    }

    @Override
    public Page<TraceSummary> queryTraceSummaries(TraceQuery query) {
        return pages(query, PageCursor.Items.TRACES, TracePages::summaries);
    }

    @Override
    public Page<TraceSpan> querySpans(TraceQuery query) {
        return pages(query, PageCursor.Items.SPANS, TracePages::spans);
    }

    @Override
    public Page<SpanOutline> querySpanOutlines(TraceQuery query) {
        return pages(query, PageCursor.Items.SPANS, TracePages::outlines);
    }

    @Override
    public Timeline timeline(TraceQuery query, int buckets, @Nullable SpanField groupBy, int groups) {
        AnalyticsArguments.checkTimeline(query, buckets, groupBy, groups);
        return analytics(query, analytics -> analytics.timeline(buckets, groupBy, groups))
                .orElseGet(() -> Analytics.emptyTimeline(query, buckets));
    }

    @Override
    public List<ValueMeasures> top(TraceQuery query, SpanField groupBy, Measure order) {
        AnalyticsArguments.checkTop(query, groupBy, order);
        return analytics(query, analytics -> analytics.top(groupBy, order)).orElse(List.of());
    }

    @Override
    public List<ValueCount> values(TraceQuery query, SpanField field, String prefix) {
        AnalyticsArguments.checkValues(query, field, prefix);
        return analytics(query, analytics -> analytics.values(field, prefix)).orElse(List.of());
    }

    @Override
    public Slice<SessionSummary> sessions(TraceQuery query, SessionOrder order) {
        AnalyticsArguments.checkSlice(query, order);
        return ofTenant(query.tenantId(), (session, tenant) -> new Sessions(session, text, query, tenant).page(order))
                .orElse(new Slice<>(List.of(), null));
    }

    @Override
    public List<FindingCount> findings(TraceQuery query) {
        AnalyticsArguments.checkList(query);
        return analytics(query, Analytics::findings).orElse(List.of());
    }

    @Override
    public List<ActionCount> actions(TraceQuery query) {
        AnalyticsArguments.checkList(query);
        return analytics(query, Analytics::actions).orElse(List.of());
    }

    @Override
    public Slice<TraceSummary> rankedTraces(TraceQuery query, Ranking by) {
        AnalyticsArguments.checkSlice(query, by);
        return ofTenant(query.tenantId(), (session, tenant) -> new Rankings(session, text, query, tenant).traces(by))
                .orElse(new Slice<>(List.of(), null));
    }

    @Override
    public Slice<SpanOutline> rankedSpans(TraceQuery query, Ranking by) {
        AnalyticsArguments.checkSlice(query, by);
        return ofTenant(query.tenantId(), (session, tenant) -> new Rankings(session, text, query, tenant).spans(by))
                .orElse(new Slice<>(List.of(), null));
    }

    @Override
    public Optional<TraceEvent> getTrace(UUID tenantId, UUID traceId) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(traceId, "traceId");
        return ofTenant(tenantId, (session, tenant) -> {
            long[] row = session.first(
                    "SELECT id, created_at FROM traces WHERE trace_id = ? AND tenant = ?",
                    found -> new long[] {found.getLong(1), found.getLong(2)},
                    traceId,
                    tenant);
            return row == null ? null : new SpanReader(session).trace(row[0], traceId, tenantId, Times.ofNanos(row[1]));
        });
    }

    @Override
    public Optional<TraceSpan> getSpan(UUID tenantId, UUID traceId, UUID spanId) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(traceId, "traceId");
        Objects.requireNonNull(spanId, "spanId");
        return ofTenant(
                tenantId, (session, tenant) -> new SpanReader(session).byIdentity(tenantId, tenant, traceId, spanId));
    }

    @Override
    public List<TraceSpan> getSpans(UUID tenantId, Collection<SpanIdentity> identities) {
        Objects.requireNonNull(tenantId, "tenantId");
        Set<SpanIdentity> wanted = new LinkedHashSet<>(List.copyOf(identities));
        return ofTenant(tenantId, (session, tenant) -> {
                    SpanReader reader = new SpanReader(session);
                    List<TraceSpan> spans = new ArrayList<>();
                    for (SpanIdentity identity : wanted) {
                        TraceSpan span = reader.byIdentity(tenantId, tenant, identity.traceId(), identity.spanId());
                        if (span != null) {
                            spans.add(span);
                        }
                    }
                    return spans;
                })
                .orElse(List.of());
    }

    @Override
    public Optional<TraceSpan> getSpan(UUID tenantId, UUID spanId) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(spanId, "spanId");
        return ofTenant(tenantId, (session, tenant) -> {
            Condition exact = Condition.of("s.span_id = ?", spanId);
            String word = ValueWords.of(tenant, ValueWords.Field.SPAN_ID, spanId.toString());
            Condition rows = text.rowsWith(session, word, exact);
            Condition ofTenant = Condition.of(rows == null ? "s.tenant = ?" : "+s.tenant = ?", tenant);
            Condition all = ofTenant.and(exact);
            return new SpanReader(session).latest(tenantId, rows == null ? all : rows.and(all));
        });
    }

    @Override
    public long deleteTracesBefore(UUID tenantId, Instant time) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(time, "time");
        long removed = new Deletes(database, writer()).before(tenantId, time);
        housekeeping().afterDelete();
        return removed;
    }

    @Override
    public boolean deleteTrace(UUID tenantId, UUID traceId) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(traceId, "traceId");
        boolean removed = new Deletes(database, writer()).trace(tenantId, traceId);
        housekeeping().afterDelete();
        return removed;
    }

    @Override
    public @Nullable Integer retentionDays(UUID tenantId) {
        Objects.requireNonNull(tenantId, "tenantId");
        return retention.daysOf(tenantId);
    }

    @Override
    public void setRetentionDays(UUID tenantId, @Nullable Integer days) {
        Objects.requireNonNull(tenantId, "tenantId");
        RetentionDays.check(days);
        if (database.readOnly()) {
            throw readOnly();
        }
        retention.set(tenantId, days);
    }

    @Override
    public long deleteExpired(Instant now) {
        Objects.requireNonNull(now, "now");
        return RetentionDays.deleteExpired(this, retention.days(), now);
    }

    @Override
    public StorageStats stats(UUID tenantId) {
        Objects.requireNonNull(tenantId, "tenantId");
        return ofTenant(tenantId, (session, tenant) -> Stats.ofTenant(session, tenant))
                .orElse(StorageStats.EMPTY);
    }

    @Override
    public GlobalStats globalStats() {
        return database.read(session -> Stats.ofAll(session));
    }

    @Override
    public StoreHealth check() {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("backend", "sqlite");
        details.put("file", database.settings().file().toString());
        try {
            details.putAll(database.read(session -> Map.of(
                    "schema_version", Long.toString(session.number("PRAGMA user_version")),
                    "text_index_pending", Long.toString(text.pending(session)))));
        } catch (StorageException e) {
            return new StoreHealth(StoreHealth.State.DOWN, message(e), details);
        }
        if (database.readOnly()) {
            return new StoreHealth(StoreHealth.State.READ_ONLY, "opened for reading only (mode=ro)", details);
        }
        try {
            // A commit is the only proof that commits work.
            database.write(session -> session.update("UPDATE counters SET value = value WHERE name = 'writes'"));
            return new StoreHealth(StoreHealth.State.OK, "reads and writes", details);
        } catch (StorageException e) {
            return new StoreHealth(StoreHealth.State.READ_ONLY, message(e), details);
        }
    }

    /**
     * Does now what is otherwise done behind the writes: completes the text index, and gives the space of deleted and
     * replaced spans back to the file system. Also removes the names of operations, models and the like that no span has any
     * more, which nothing else does.
     */
    public void compact() {
        new Deletes(database, writer()).removeUnusedNames();
        housekeeping().finish();
    }

    @Override
    public void close() {
        if (housekeeping != null) {
            housekeeping.close();
        }
        database.close();
        if (writer != null) {
            writer.close();
        }
    }

    @Override
    public String toString() {
        return "SqliteTraceRepository[" + database.settings().file() + "]";
    }

    private interface Paging<T> {
        Page<T> page(TracePages pages) throws SQLException;
    }

    private interface Figures<T> {
        T of(Analytics analytics) throws SQLException;
    }

    private <T> Optional<T> analytics(TraceQuery query, Figures<T> figures) {
        return ofTenant(query.tenantId(), (session, tenant) -> figures.of(new Analytics(session, text, query, tenant)));
    }

    private interface TenantWork<T> {
        @Nullable
        T run(Session session, long tenant) throws SQLException;
    }

    private <T> Page<T> pages(TraceQuery query, PageCursor.Items items, Paging<T> paging) {
        Objects.requireNonNull(query, "query");
        if (query.cursor() != null) {
            PageCursor.decode(query, items); // refuses a wrong one of a tenant without data, too
        }
        return ofTenant(
                        query.tenantId(),
                        (session, tenant) -> paging.page(new TracePages(session, text, query, tenant)))
                .orElse(Page.empty());
    }

    /** Empty for a tenant that is not known. */
    private <T> Optional<T> ofTenant(UUID tenantId, TenantWork<T> work) {
        return database.read(session -> {
            Long tenant = tenants.get(tenantId);
            if (tenant == null) {
                tenant = session.first("SELECT id FROM tenants WHERE tenant_id = ?", row -> row.getLong(1), tenantId);
                cache(tenantId, tenant);
            }
            return tenant == null ? Optional.<T>empty() : Optional.ofNullable(work.run(session, tenant));
        });
    }

    private void cache(UUID tenantId, @Nullable Long tenant) {
        if (tenant == null) {
            return;
        }
        if (tenants.size() >= MAX_CACHED_TENANTS) {
            tenants.clear();
        }
        tenants.put(tenantId, tenant);
    }

    private SpanWriter writer() {
        if (writer == null) {
            throw readOnly();
        }
        return writer;
    }

    private Housekeeping housekeeping() {
        if (housekeeping == null) {
            throw readOnly();
        }
        return housekeeping;
    }

    private NotSupportedException readOnly() {
        return new NotSupportedException(
                database.settings().file() + " is open for reading only (mode=ro): open it without mode=ro to write");
    }

    private static String message(StorageException e) {
        return Objects.requireNonNullElse(e.getMessage(), e.toString());
    }
}
