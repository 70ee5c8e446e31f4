package io.llmtrace.storage.clickhouse;

import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.ExpiredTraces;
import io.llmtrace.storage.GlobalStats;
import io.llmtrace.storage.OverloadedException;
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
import io.llmtrace.storage.UnavailableException;
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
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.engine.Layout;
import io.llmtrace.storage.clickhouse.internal.engine.Migrations;
import io.llmtrace.storage.clickhouse.internal.engine.RowInput;
import io.llmtrace.storage.clickhouse.internal.engine.Sql;
import io.llmtrace.storage.clickhouse.internal.engine.Versions;
import io.llmtrace.storage.clickhouse.internal.query.Analytics;
import io.llmtrace.storage.clickhouse.internal.query.Rankings;
import io.llmtrace.storage.clickhouse.internal.query.RewrittenSpans;
import io.llmtrace.storage.clickhouse.internal.query.SpanPages;
import io.llmtrace.storage.clickhouse.internal.query.TracePages;
import io.llmtrace.storage.clickhouse.internal.read.SpanReader;
import io.llmtrace.storage.clickhouse.internal.upkeep.Deletes;
import io.llmtrace.storage.clickhouse.internal.upkeep.Housekeeping;
import io.llmtrace.storage.clickhouse.internal.upkeep.OriginalImport;
import io.llmtrace.storage.clickhouse.internal.upkeep.PropertyTable;
import io.llmtrace.storage.clickhouse.internal.upkeep.Reindexing;
import io.llmtrace.storage.clickhouse.internal.upkeep.Retention;
import io.llmtrace.storage.clickhouse.internal.upkeep.Stats;
import io.llmtrace.storage.clickhouse.internal.write.EncodedRows;
import io.llmtrace.storage.clickhouse.internal.write.SpanWriter;
import io.llmtrace.storage.spi.AnalyticsArguments;
import io.llmtrace.storage.spi.RetentionScheduler;
import io.llmtrace.storage.spi.StoreProperties;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores traces on ClickHouse, on one server or a cluster. Any number of processes may write to one database. The clocks of their
 * machines must agree to some milliseconds, since the later write of a span is the one with the later time. See the module's
 * README for the layout, and for when space is freed.
 *
 * <p>Each call that stores something is one insert, and small inserts are expensive on ClickHouse. Programs that store single spans
 * from many threads should put {@code SpanIngest} of the module {@code ingest} in front, which groups them.
 */
public final class ClickHouseTraceRepository
        implements TraceRepository, TraceAnalytics, TraceRetention, StoreProperties {

    private static final Logger LOG = LoggerFactory.getLogger(ClickHouseTraceRepository.class);

    /** Another process may set a rule at any time, and reading the rules costs little. */
    private static final Duration LOOK_FOR_RULES_EVERY = Duration.ofSeconds(10);

    /** Long, since the parts that lose rows are rewritten after each deletion. */
    private static final Duration EXPIRY_EVERY = Duration.ofDays(1);

    private final Database database;
    private final Layout layout;
    private final Versions versions;
    private final SpanWriter writer;
    private final Deletes deletes;
    private final Retention retention;
    private final PropertyTable properties;
    private final Stats stats;
    private final RewrittenSpans rewrittenSpans;
    /** Why the last spans were refused, if the server's disk was full; null once something was stored or deleted. */
    private volatile @Nullable String diskFull;

    private final Housekeeping housekeeping;
    private final RetentionScheduler expiry;
    private final Reindexing reindexing;

    private ClickHouseTraceRepository(Database database) {
        this.database = database;
        this.layout = Migrations.run(database);
        this.versions = new Versions(database.number(Sql.of("last version", "SELECT max(version) FROM spans")));
        this.writer = new SpanWriter(database, versions);
        this.deletes = new Deletes(database, layout, writer);
        finishDeletes();
        this.retention = new Retention(database);
        this.properties = new PropertyTable(database);
        this.stats = new Stats(database, layout);
        this.rewrittenSpans = new RewrittenSpans(database);
        this.housekeeping = new Housekeeping(deletes);
        this.reindexing = new Reindexing(database, layout, properties);
        database.nodes().forEach(this::importOriginalTables);
        this.expiry = RetentionScheduler.builder(
                        "llmtrace-clickhouse-expiry", retention::all, () -> deleteExpired(Instant.now()))
                .firstLook(LOOK_FOR_RULES_EVERY) // a command that only reads is done before
                .lookEvery(LOOK_FOR_RULES_EVERY)
                .deleteEvery(EXPIRY_EVERY)
                .onFailure(failure ->
                        LOG.warn("expired traces are not deleted for now: {}", failure.getMessage(), failure))
                .start();
    }

    /**
     * Opens a store. It creates the database and its tables if they are missing, and migrates older ones to the newest schema.
     *
     * @throws io.llmtrace.storage.UnavailableException if the server cannot be reached
     * @throws io.llmtrace.storage.AccessRefusedException if it refuses the user
     * @throws io.llmtrace.storage.CorruptStoreException if the schema is newer than this program
     */
    public static ClickHouseTraceRepository open(ClickHouseSettings settings) {
        Database database = new Database(settings);
        try {
            ClickHouseTraceRepository repository = new ClickHouseTraceRepository(database);
            repository.housekeeping.start();
            repository.reindexing.start();
            return repository;
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    private void finishDeletes() {
        try {
            deletes.finishRequested(Long.MAX_VALUE);
        } catch (UnavailableException | OverloadedException e) {
            // The server may be busy with other changes of the same rows for long. Housekeeping tries again.
            LOG.warn("interrupted deletes are finished later: {}", e.getMessage());
        }
    }

    private void importOriginalTables(Database server) {
        try {
            new OriginalImport(server).run(rows -> writer.write(new EncodedRows(rows)));
        } catch (UnavailableException e) {
            if (!layout.isCluster()) {
                throw e;
            }
            // The migration has logged that this node is down. Its tables are imported at the next start.
        }
    }

    @Override
    public void storeTrace(TraceEvent trace) {
        Objects.requireNonNull(trace, "trace");
        write(EncodedRows.ofTrace(trace));
    }

    @Override
    public void storeSpan(TraceSpan span) {
        Objects.requireNonNull(span, "span");
        write(EncodedRows.ofSpans(List.of(span)));
    }

    @Override
    public void storeSpans(Collection<TraceSpan> spans) {
        List<TraceSpan> all = List.copyOf(Objects.requireNonNull(spans, "spans"));
        database.requireOpen();
        if (!all.isEmpty()) {
            write(EncodedRows.ofSpans(all));
        }
    }

    @Override
    public Page<TraceEvent> queryTraces(TraceQuery query) {
        Objects.requireNonNull(query, "query");
        return new TracePages(database, rewrittenSpans, query, versions.snapshot()).traces();
    }

    @Override
    public Page<TraceSummary> queryTraceSummaries(TraceQuery query) {
        Objects.requireNonNull(query, "query");
        return new TracePages(database, rewrittenSpans, query, versions.snapshot()).summaries();
    }

    @Override
    public Page<TraceSpan> querySpans(TraceQuery query) {
        Objects.requireNonNull(query, "query");
        return SpanPages.spans(database, rewrittenSpans, query, versions.snapshot());
    }

    @Override
    public Page<SpanOutline> querySpanOutlines(TraceQuery query) {
        Objects.requireNonNull(query, "query");
        return SpanPages.outlines(database, rewrittenSpans, query, versions.snapshot());
    }

    @Override
    public Timeline timeline(TraceQuery query, int buckets, @Nullable SpanField<?> groupBy, int groups) {
        AnalyticsArguments.checkTimeline(query, buckets, groupBy, groups);
        return new Analytics(database, rewrittenSpans, query).timeline(buckets, groupBy, groups);
    }

    @Override
    public List<ValueMeasures> top(TraceQuery query, SpanField<?> groupBy, Measure order) {
        AnalyticsArguments.checkTop(query, groupBy, order);
        return new Analytics(database, rewrittenSpans, query).top(groupBy, order);
    }

    @Override
    public List<ValueCount> values(TraceQuery query, SpanField<?> field, String prefix) {
        AnalyticsArguments.checkValues(query, field, prefix);
        return new Analytics(database, rewrittenSpans, query).values(field, prefix);
    }

    @Override
    public Slice<SessionSummary> sessions(TraceQuery query, SessionOrder order) {
        AnalyticsArguments.checkSlice(query, order);
        return new Analytics(database, rewrittenSpans, query).sessions(order);
    }

    @Override
    public List<FindingCount> findings(TraceQuery query) {
        AnalyticsArguments.checkList(query);
        return new Analytics(database, rewrittenSpans, query).findings();
    }

    @Override
    public List<ActionCount> actions(TraceQuery query) {
        AnalyticsArguments.checkList(query);
        return new Analytics(database, rewrittenSpans, query).actions();
    }

    @Override
    public Slice<TraceSummary> rankedTraces(TraceQuery query, Ranking by) {
        AnalyticsArguments.checkSlice(query, by);
        return new Rankings(database, rewrittenSpans, query).traces(by);
    }

    @Override
    public Slice<SpanOutline> rankedSpans(TraceQuery query, Ranking by) {
        AnalyticsArguments.checkSlice(query, by);
        return new Rankings(database, rewrittenSpans, query).spans(by);
    }

    @Override
    public TraceCount countTraces(TraceQuery query, long upTo) {
        AnalyticsArguments.checkCount(query, upTo);
        return new Analytics(database, rewrittenSpans, query).countTraces(upTo);
    }

    @Override
    public SpanCount countSpans(TraceQuery query, long upTo) {
        AnalyticsArguments.checkCount(query, upTo);
        return new Analytics(database, rewrittenSpans, query).countSpans(upTo);
    }

    @Override
    public TraceTimeline traceTimeline(TraceQuery query, int buckets) {
        AnalyticsArguments.checkTraceTimeline(query, buckets);
        return new Analytics(database, rewrittenSpans, query).traceTimeline(buckets);
    }

    @Override
    public Optional<TraceEvent> getTrace(UUID tenantId, UUID traceId) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(traceId, "traceId");
        return Optional.ofNullable(
                new SpanReader(database, tenantId).traces(Set.of(traceId)).get(traceId));
    }

    @Override
    public Optional<TraceSpan> getSpan(UUID tenantId, UUID traceId, UUID spanId) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(traceId, "traceId");
        Objects.requireNonNull(spanId, "spanId");
        return new SpanReader(database, tenantId).span(new SpanIdentity(traceId, spanId));
    }

    @Override
    public List<TraceSpan> getSpans(UUID tenantId, Collection<SpanIdentity> identities) {
        Objects.requireNonNull(tenantId, "tenantId");
        Set<SpanIdentity> wanted = new LinkedHashSet<>(List.copyOf(identities));
        database.requireOpen();
        return new SpanReader(database, tenantId).spans(wanted);
    }

    @Override
    public Optional<TraceSpan> getSpan(UUID tenantId, UUID spanId) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(spanId, "spanId");
        return new SpanReader(database, tenantId).span(spanId);
    }

    @Override
    public long deleteTracesBefore(UUID tenantId, Instant time) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(time, "time");
        database.requireOpen();
        long deleted = deletes.before(tenantId, time);
        diskFull = null;
        return deleted;
    }

    @Override
    public boolean deleteTrace(UUID tenantId, UUID traceId) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(traceId, "traceId");
        database.requireOpen();
        boolean deleted = deletes.trace(tenantId, traceId);
        diskFull = null;
        return deleted;
    }

    @Override
    public @Nullable RetentionRule retention(UUID tenantId) {
        Objects.requireNonNull(tenantId, "tenantId");
        return retention.of(tenantId);
    }

    @Override
    public void setRetention(UUID tenantId, @Nullable RetentionRule rule) {
        Objects.requireNonNull(tenantId, "tenantId");
        database.requireOpen();
        writer.exclusively(version -> {
            retention.set(tenantId, rule, version);
            return null;
        });
        expiry.wake();
    }

    @Override
    public ExpiredTraces countExpired(UUID tenantId, RetentionRule rule, Instant now) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(rule, "rule");
        Objects.requireNonNull(now, "now");
        return stats.countExpired(tenantId, rule, now);
    }

    @Override
    public long deleteExpired(Instant now) {
        Objects.requireNonNull(now, "now");
        return deletes.expired(retention.all(), now);
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
        database.requireOpen();
        writer.exclusively(version -> {
            properties.set(name, value, version);
            return null;
        });
    }

    @Override
    public StorageStats stats(UUID tenantId) {
        Objects.requireNonNull(tenantId, "tenantId");
        return stats.ofTenant(tenantId);
    }

    @Override
    public GlobalStats globalStats() {
        return stats.ofAll();
    }

    @Override
    public StoreHealth check() {
        database.requireOpen();
        Map<String, String> details = new LinkedHashMap<>();
        details.put("backend", "clickhouse");
        details.put("server", database.settings().displayUrl());
        try {
            details.put(
                    "server_version",
                    Objects.requireNonNullElse(
                            database.first(Sql.of("server version", "SELECT version()"), RowInput::readText), ""));
            details.put("schema_version", Long.toString(Migrations.newest()));
            details.put("deletes_pending", Long.toString(deletes.pending()));
            details.putAll(reindexing.details());
        } catch (StorageException e) {
            return StoreHealth.builder(StoreHealth.State.DOWN, message(e))
                    .details(details)
                    .build();
        }
        try {
            layout.requireWritable(database);
            // Only an insert proves that inserts work; an empty one leaves no part.
            database.execute(Sql.of("check writes", "INSERT INTO deletions SELECT * FROM deletions WHERE FALSE"));
            String full = diskFull;
            if (full != null) {
                details.put(StoreHealth.FULL_DETAIL, "disk");
                return StoreHealth.builder(StoreHealth.State.FULL, full)
                        .details(details)
                        .build();
            }
            return StoreHealth.builder(StoreHealth.State.OK, "reads and writes")
                    .details(details)
                    .build();
        } catch (StorageException e) {
            return StoreHealth.builder(StoreHealth.State.READ_ONLY, message(e))
                    .details(details)
                    .build();
        }
    }

    /** Merges all parts and frees the space of deleted traces immediately, which otherwise happens in the background. */
    public void compact() {
        writer.exclusively(version -> {
            deletes.erase(version);
            return null;
        });
        for (String table : List.of("spans", "trace_places", "trace_times", "span_places")) {
            layout.executeEverywhere(
                    database,
                    Sql.of(
                            "compact",
                            "OPTIMIZE TABLE " + table
                                    + "{local}{on_cluster} FINAL SETTINGS optimize_skip_merged_partitions = 1"));
        }
    }

    @Override
    public void close() {
        expiry.close();
        housekeeping.close();
        reindexing.close();
        database.close();
        writer.close();
    }

    @Override
    public String toString() {
        return "ClickHouseTraceRepository[" + database.settings().displayUrl() + "]";
    }

    private void write(EncodedRows rows) {
        try {
            writer.write(rows);
            diskFull = null;
        } catch (StorageException e) {
            diskFull = Database.isFull(e) ? message(e) : null;
            throw e;
        }
    }

    private static String message(StorageException e) {
        return Objects.requireNonNullElse(e.getMessage(), e.toString());
    }
}
