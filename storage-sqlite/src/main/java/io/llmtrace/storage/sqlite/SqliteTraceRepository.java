package io.llmtrace.storage.sqlite;

import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.ExpiredTraces;
import io.llmtrace.storage.GlobalStats;
import io.llmtrace.storage.NotSupportedException;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.RetentionRule;
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
import io.llmtrace.storage.analytics.SpanCount;
import io.llmtrace.storage.analytics.Timeline;
import io.llmtrace.storage.analytics.TraceAnalytics;
import io.llmtrace.storage.analytics.TraceCount;
import io.llmtrace.storage.analytics.TraceTimeline;
import io.llmtrace.storage.analytics.ValueCount;
import io.llmtrace.storage.analytics.ValueMeasures;
import io.llmtrace.storage.spi.AnalyticsArguments;
import io.llmtrace.storage.spi.PageCursor;
import io.llmtrace.storage.spi.ReadableTrace;
import io.llmtrace.storage.spi.RetentionScheduler;
import io.llmtrace.storage.spi.StoreIntegrity;
import io.llmtrace.storage.spi.StoreProperties;
import io.llmtrace.storage.spi.TraceTimelineCounts;
import io.llmtrace.storage.sqlite.internal.engine.Database;
import io.llmtrace.storage.sqlite.internal.engine.LackOfRoom;
import io.llmtrace.storage.sqlite.internal.engine.MetDamage;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import io.llmtrace.storage.sqlite.internal.engine.WriteKind;
import io.llmtrace.storage.sqlite.internal.format.BodyCompression;
import io.llmtrace.storage.sqlite.internal.query.Analytics;
import io.llmtrace.storage.sqlite.internal.query.Rankings;
import io.llmtrace.storage.sqlite.internal.query.Sessions;
import io.llmtrace.storage.sqlite.internal.query.TextIndex;
import io.llmtrace.storage.sqlite.internal.query.TraceFilter;
import io.llmtrace.storage.sqlite.internal.query.TracePages;
import io.llmtrace.storage.sqlite.internal.query.TraceTimes;
import io.llmtrace.storage.sqlite.internal.read.DamagedTraceReader;
import io.llmtrace.storage.sqlite.internal.read.SpanReader;
import io.llmtrace.storage.sqlite.internal.upkeep.Backfills;
import io.llmtrace.storage.sqlite.internal.upkeep.Deletes;
import io.llmtrace.storage.sqlite.internal.upkeep.Housekeeping;
import io.llmtrace.storage.sqlite.internal.upkeep.PropertyTable;
import io.llmtrace.storage.sqlite.internal.upkeep.Retention;
import io.llmtrace.storage.sqlite.internal.upkeep.Stats;
import io.llmtrace.storage.sqlite.internal.write.SpanWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A repository in one SQLite file. One process writes to it; others may read it at the same time. The module's README describes
 * the layout, and when space is given back to the file system.
 */
public final class SqliteTraceRepository
        implements TraceRepository, TraceAnalytics, TraceRetention, StoreProperties, StoreIntegrity {

    private static final Logger LOG = LoggerFactory.getLogger(SqliteTraceRepository.class);

    private static final int MAX_CACHED_TENANTS = 10_000;
    /** Not more often, since deleted tokens are merged out of the text index after each deletion. */
    private static final Duration EXPIRY_EVERY = Duration.ofHours(1);

    private final Database database;
    /** The row ids of tenants that were read; rows of tenants are never removed. */
    private final Map<UUID, Long> tenants = new ConcurrentHashMap<>();

    private final Retention retention;
    private final PropertyTable properties;
    private final @Nullable SpanWriter writer;
    private final @Nullable Housekeeping housekeeping;
    private final @Nullable RetentionScheduler expiry;

    private SqliteTraceRepository(Database database) {
        this.database = database;
        this.retention = new Retention(database);
        this.properties = new PropertyTable(database);
        if (database.readOnly()) {
            this.writer = null;
            this.housekeeping = null;
            this.expiry = null;
            return;
        }
        this.writer = SpanWriter.open(database);
        this.housekeeping = new Housekeeping(database);
        housekeeping.start();
        this.expiry = RetentionScheduler.builder(
                        "llmtrace-sqlite-expiry", retention::all, () -> deleteExpired(Instant.now()))
                .lookEvery(EXPIRY_EVERY)
                .deleteEvery(EXPIRY_EVERY)
                .onFailure(failure ->
                        LOG.warn("expired traces are not deleted for now: {}", failure.getMessage(), failure))
                .start();
    }

    /**
     * Opens a store for writing. Creates the file if there is none, and brings an older one to the newest schema.
     *
     * @throws io.llmtrace.storage.UnavailableException if the file is locked or not accessible
     * @throws io.llmtrace.storage.CorruptStoreException if it is damaged, not one of llmtrace, or newer than this program
     */
    public static SqliteTraceRepository open(Path file) {
        return open(SqliteSettings.of(file));
    }

    /**
     * Opens a store.
     *
     * @throws io.llmtrace.storage.UnavailableException if the file is locked, not accessible, or missing when opened for reading
     * @throws io.llmtrace.storage.CorruptStoreException if it is damaged, not one of llmtrace, or newer than this program; or
     *     older, when opened for reading
     */
    public static SqliteTraceRepository open(SqliteSettings settings) {
        BodyCompression.requireLibrary();
        return new SqliteTraceRepository(Database.open(settings, Backfills.MIGRATIONS));
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
    public Page<UUID> queryTraceIds(TraceQuery query) {
        return pages(query, PageCursor.Items.TRACES, TracePages::ids);
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
    public Timeline timeline(TraceQuery query, int buckets, @Nullable SpanField<?> groupBy, int groups) {
        AnalyticsArguments.checkTimeline(query, buckets, groupBy, groups);
        return analytics(query, analytics -> analytics.timeline(buckets, groupBy, groups))
                .orElseGet(() -> Analytics.emptyTimeline(query, buckets));
    }

    @Override
    public List<ValueMeasures> top(TraceQuery query, SpanField<?> groupBy, Measure order) {
        AnalyticsArguments.checkTop(query, groupBy, order);
        return analytics(query, analytics -> analytics.top(groupBy, order)).orElse(List.of());
    }

    @Override
    public List<ValueCount> values(TraceQuery query, SpanField<?> field, String prefix) {
        AnalyticsArguments.checkValues(query, field, prefix);
        return analytics(query, analytics -> analytics.values(field, prefix)).orElse(List.of());
    }

    @Override
    public Slice<SessionSummary> sessions(TraceQuery query, SessionOrder order) {
        AnalyticsArguments.checkSlice(query, order);
        return ofTenant(query.tenantId(), (connection, tenant) -> new Sessions(connection, query, tenant).page(order))
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
        return ofTenant(query.tenantId(), (connection, tenant) -> new Rankings(connection, query, tenant).traces(by))
                .orElse(new Slice<>(List.of(), null));
    }

    @Override
    public Slice<SpanOutline> rankedSpans(TraceQuery query, Ranking by) {
        AnalyticsArguments.checkSlice(query, by);
        return ofTenant(query.tenantId(), (connection, tenant) -> new Rankings(connection, query, tenant).spans(by))
                .orElse(new Slice<>(List.of(), null));
    }

    @Override
    public TraceCount countTraces(TraceQuery query, long upTo) {
        AnalyticsArguments.checkCount(query, upTo);
        return ofTenant(
                        query.tenantId(),
                        (connection, tenant) -> new TraceFilter(connection, query, tenant).count(upTo))
                .orElse(TraceCount.of(0, upTo));
    }

    @Override
    public SpanCount countSpans(TraceQuery query, long upTo) {
        AnalyticsArguments.checkCount(query, upTo);
        return analytics(query, analytics -> analytics.countSpans(upTo)).orElse(SpanCount.of(0, upTo));
    }

    @Override
    public TraceTimeline traceTimeline(TraceQuery query, int buckets) {
        AnalyticsArguments.checkTraceTimeline(query, buckets);
        return ofTenant(
                        query.tenantId(),
                        (connection, tenant) -> new TraceTimes(connection, query, tenant).timeline(buckets))
                .orElseGet(() -> TraceTimelineCounts.none(query, buckets));
    }

    @Override
    public Optional<TraceEvent> getTrace(UUID tenantId, UUID traceId) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(traceId, "traceId");
        return ofTenant(tenantId, (connection, tenant) -> new SpanReader(connection).trace(tenantId, tenant, traceId));
    }

    @Override
    public Optional<TraceSpan> getSpan(UUID tenantId, UUID traceId, UUID spanId) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(traceId, "traceId");
        Objects.requireNonNull(spanId, "spanId");
        return ofTenant(
                tenantId,
                (connection, tenant) -> new SpanReader(connection).byIdentity(tenantId, tenant, traceId, spanId));
    }

    @Override
    public List<TraceSpan> getSpans(UUID tenantId, Collection<SpanIdentity> identities) {
        Objects.requireNonNull(tenantId, "tenantId");
        Set<SpanIdentity> wanted = new LinkedHashSet<>(List.copyOf(identities));
        return ofTenant(
                        tenantId,
                        (connection, tenant) -> new SpanReader(connection).byIdentities(tenantId, tenant, wanted))
                .orElse(List.of());
    }

    @Override
    public Optional<TraceSpan> getSpan(UUID tenantId, UUID spanId) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(spanId, "spanId");
        return ofTenant(
                tenantId,
                (connection, tenant) ->
                        new SpanReader(connection).latest(tenantId, TextIndex.withSpanId(connection, tenant, spanId)));
    }

    @Override
    public long deleteTracesBefore(UUID tenantId, Instant time) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(time, "time");
        Deletes deletes = new Deletes(database, writer());
        try {
            return deletes.before(tenantId, time);
        } finally {
            housekeeping().afterDelete(); // a delete that fails has removed some, too
        }
    }

    @Override
    public boolean deleteTrace(UUID tenantId, UUID traceId) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(traceId, "traceId");
        Deletes deletes = new Deletes(database, writer());
        try {
            return deletes.trace(tenantId, traceId);
        } finally {
            housekeeping().afterDelete();
        }
    }

    @Override
    public @Nullable RetentionRule retention(UUID tenantId) {
        Objects.requireNonNull(tenantId, "tenantId");
        return retention.of(tenantId);
    }

    @Override
    public void setRetention(UUID tenantId, @Nullable RetentionRule rule) {
        Objects.requireNonNull(tenantId, "tenantId");
        if (expiry == null) {
            throw readOnly();
        }
        retention.set(tenantId, rule);
        expiry.wake();
    }

    @Override
    public ExpiredTraces countExpired(UUID tenantId, RetentionRule rule, Instant now) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(rule, "rule");
        Objects.requireNonNull(now, "now");
        return ofTenant(tenantId, (connection, tenant) -> Retention.countExpired(connection, tenant, rule, now))
                .orElse(ExpiredTraces.NONE);
    }

    @Override
    public long deleteExpired(Instant now) {
        Objects.requireNonNull(now, "now");
        Deletes deletes = new Deletes(database, writer());
        long removed = 0;
        StorageException failure = null;
        for (Map.Entry<UUID, RetentionRule> of : retention.all().entrySet()) {
            try {
                removed += deletes.expired(of.getKey(), of.getValue(), now);
            } catch (StorageException e) { // the traces of other tenants expire all the same
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (removed > 0 || failure != null) {
            housekeeping().afterDelete();
        }
        if (failure != null) {
            throw failure;
        }
        return removed;
    }

    @Override
    public @Nullable String property(String name) {
        Objects.requireNonNull(name, "name");
        return properties.get(name);
    }

    @Override
    public void setProperty(String name, String value) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(value, "value");
        if (database.readOnly()) {
            throw readOnly();
        }
        properties.set(name, value);
    }

    @Override
    public StorageStats stats(UUID tenantId) {
        Objects.requireNonNull(tenantId, "tenantId");
        return ofTenant(tenantId, (connection, tenant) -> Stats.ofTenant(connection, tenant))
                .orElse(StorageStats.EMPTY);
    }

    @Override
    public GlobalStats globalStats() {
        return database.read(Stats::ofAll);
    }

    @Override
    public List<String> findDamage(int max) {
        return database.findDamage(max);
    }

    @Override
    public Optional<ReadableTrace> readableTrace(UUID tenantId, UUID traceId) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(traceId, "traceId");
        return DamagedTraceReader.read(database, tenantId, traceId);
    }

    @Override
    public StoreHealth check() {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("backend", "sqlite");
        details.put("file", database.settings().file().toString());
        try {
            details.put(
                    "schema_version",
                    Long.toString(database.read(connection -> connection.number("PRAGMA user_version"))));
            details.put("text_index_pending", Long.toString(database.read(TextIndex::pending)));
            long damaged = database.read(TextIndex::damaged);
            if (damaged > 0) {
                details.put("text_index_damaged", Long.toString(damaged));
            }
        } catch (CorruptStoreException e) {
            if (!details.containsKey("schema_version")) {
                return health(StoreHealth.State.DOWN, message(e), details);
            }
            // Other calls work; the damage is among the details.
        } catch (StorageException e) {
            return health(StoreHealth.State.DOWN, message(e), details);
        }
        if (database.readOnly()) {
            return health(StoreHealth.State.READ_ONLY, "opened for reading only (mode=ro)", details);
        }
        try {
            Optional<LackOfRoom> lack = database.lackOfRoom();
            if (lack.isPresent()) {
                details.put(StoreHealth.FULL_DETAIL, lack.get().what().name().toLowerCase(Locale.ROOT));
                return health(StoreHealth.State.FULL, lack.get().message(), details);
            }
            // Only a commit proves that the file takes writes.
            database.write(
                    WriteKind.UPKEEP,
                    connection -> connection.update("UPDATE counters SET value = value WHERE name = 'writes'"));
            return health(StoreHealth.State.OK, "reads and writes", details);
        } catch (StorageException e) {
            return health(StoreHealth.State.READ_ONLY, message(e), details);
        }
    }

    private StoreHealth health(StoreHealth.State state, String message, Map<String, String> details) {
        MetDamage damage = database.damage();
        if (damage.count() > 0) {
            details.put(StoreHealth.DAMAGE_DETAIL, damage.last());
            details.put(StoreHealth.DAMAGE_COUNT_DETAIL, Long.toString(damage.count()));
        }
        return StoreHealth.builder(state, message).details(details).build();
    }

    /**
     * Does the pending background work before it returns: completes the text index and the aggregates of traces, and gives the
     * space of deleted and replaced spans back to the file system. Also removes the names of operations, models and the like that
     * no span has any more, which the background thread does not. In a store that is full it does what there is room for, and
     * the background thread goes on when there is more.
     *
     * @throws NotSupportedException if the store is open for reading only
     */
    public void compact() {
        new Deletes(database, writer()).removeUnusedNames();
        housekeeping().finish();
    }

    @Override
    public void close() {
        if (expiry != null) {
            expiry.close();
        }
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

    private interface Aggregation<T> {
        T of(Analytics analytics) throws SQLException;
    }

    private <T> Optional<T> analytics(TraceQuery query, Aggregation<T> aggregation) {
        return ofTenant(
                query.tenantId(), (connection, tenant) -> aggregation.of(new Analytics(connection, query, tenant)));
    }

    private interface TenantWork<T> {
        @Nullable
        T run(SqliteConnection connection, long tenant) throws SQLException;
    }

    private <T> Page<T> pages(TraceQuery query, PageCursor.Items items, Paging<T> paging) {
        Objects.requireNonNull(query, "query");
        // Decoded here, so that a wrong cursor is refused for a tenant without data as well.
        PageCursor after = query.cursor() == null ? null : PageCursor.decode(query, items);
        return ofTenant(
                        query.tenantId(),
                        (connection, tenant) -> paging.page(new TracePages(connection, query, after, tenant)))
                .orElse(Page.empty());
    }

    /** Runs work with the row id of a tenant; the result is empty for a tenant that has never stored anything. */
    private <T> Optional<T> ofTenant(UUID tenantId, TenantWork<T> work) {
        return database.read(connection -> {
            Long tenant = tenants.get(tenantId);
            if (tenant == null) {
                tenant = connection.numberOrNull("SELECT id FROM tenants WHERE tenant_id = ?", tenantId);
                cache(tenantId, tenant);
            }
            return tenant == null ? Optional.<T>empty() : Optional.ofNullable(work.run(connection, tenant));
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
