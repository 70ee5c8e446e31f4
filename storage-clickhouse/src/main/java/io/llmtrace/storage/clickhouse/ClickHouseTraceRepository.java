package io.llmtrace.storage.clickhouse;

import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.GlobalStats;
import io.llmtrace.storage.Page;
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
import io.llmtrace.storage.analytics.SpanField;
import io.llmtrace.storage.analytics.Timeline;
import io.llmtrace.storage.analytics.TraceAnalytics;
import io.llmtrace.storage.analytics.ValueCount;
import io.llmtrace.storage.analytics.ValueMeasures;
import io.llmtrace.storage.clickhouse.RowReader.Filtered;
import io.llmtrace.storage.spi.AnalyticsArguments;
import io.llmtrace.storage.spi.RetentionDays;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Traces on ClickHouse, one server or a cluster. Any number of processes may write to one database; the clocks of their
 * machines must agree to some milliseconds, since the later write of a span is the one with the later time. See the module's
 * README for the layout, and for when space is given back.
 */
public final class ClickHouseTraceRepository implements TraceRepository, TraceAnalytics, TraceRetention {

    private static final Condition ALL = Condition.of("TRUE");

    private final Database database;
    private final Layout layout;
    private final Versions versions;
    private final SpanWriter writer;
    private final Deletes deletes;
    private final Retention retention;
    private final Stats stats;
    private final WrittenAgain writtenAgain;
    private final Housekeeping housekeeping;

    private ClickHouseTraceRepository(Database database) {
        this.database = database;
        this.layout = Migrations.run(database);
        this.deletes = new Deletes(database, layout);
        deletes.finishRequested(Long.MAX_VALUE);
        this.versions = new Versions(database.number(Sql.of("last version", "SELECT max(version) FROM spans")));
        this.writer = new SpanWriter(database, versions);
        this.retention = new Retention(database);
        this.stats = new Stats(database, layout);
        this.writtenAgain = new WrittenAgain(database);
        this.housekeeping = new Housekeeping(deletes, () -> deleteExpired(Instant.now()));
        database.nodes().forEach(this::takeOverOriginal);
    }

    /**
     * Opens a store; makes the database and its tables when missing, and brings older ones to the newest schema.
     *
     * @throws io.llmtrace.storage.UnavailableException if the server cannot be reached, or refuses the user
     * @throws io.llmtrace.storage.CorruptStoreException if the schema is newer than this program
     */
    public static ClickHouseTraceRepository open(ClickHouseSettings settings) {
        Database database = new Database(settings);
        try {
            ClickHouseTraceRepository repository = new ClickHouseTraceRepository(database);
            repository.housekeeping.start();
            return repository;
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    private void takeOverOriginal(Database server) {
        try {
            new OriginalSchema(server).takeOver(rows -> writer.write(new Batch(rows)));
        } catch (UnavailableException e) {
            if (!layout.isCluster()) {
                throw e;
            }
            // Migrations have said so. A node that is away has its turn at the next start.
        }
    }

    @Override
    public void storeTrace(TraceEvent trace) {
        Objects.requireNonNull(trace, "trace");
        writer.write(new Batch(Row.of(trace)));
    }

    @Override
    public void storeSpan(TraceSpan span) {
        Objects.requireNonNull(span, "span");
        writer.write(Batch.ofSpans(List.of(span)));
    }

    @Override
    public void storeSpans(Collection<TraceSpan> spans) {
        List<TraceSpan> all = List.copyOf(Objects.requireNonNull(spans, "spans"));
        database.requireOpen();
        if (!all.isEmpty()) {
            writer.write(Batch.ofSpans(all));
        }
    }

    @Override
    public Page<TraceEvent> queryTraces(TraceQuery query) {
        Objects.requireNonNull(query, "query");
        return new TracePages(database, query, versions.snapshot()).traces();
    }

    @Override
    public Page<TraceSummary> queryTraceSummaries(TraceQuery query) {
        Objects.requireNonNull(query, "query");
        return new TracePages(database, query, versions.snapshot()).summaries();
    }

    @Override
    public Page<TraceSpan> querySpans(TraceQuery query) {
        Objects.requireNonNull(query, "query");
        return SpanPages.ofSpans(database, query, versions.snapshot()).page();
    }

    @Override
    public Page<SpanOutline> querySpanOutlines(TraceQuery query) {
        Objects.requireNonNull(query, "query");
        return SpanPages.ofOutlines(database, query, versions.snapshot()).page();
    }

    @Override
    public Timeline timeline(TraceQuery query, int buckets, @Nullable SpanField groupBy, int groups) {
        AnalyticsArguments.checkTimeline(query, buckets, groupBy, groups);
        return new Analytics(database, writtenAgain, query).timeline(buckets, groupBy, groups);
    }

    @Override
    public List<ValueMeasures> top(TraceQuery query, SpanField groupBy, Measure order) {
        AnalyticsArguments.checkTop(query, groupBy, order);
        return new Analytics(database, writtenAgain, query).top(groupBy, order);
    }

    @Override
    public List<ValueCount> values(TraceQuery query, SpanField field, String prefix) {
        AnalyticsArguments.checkValues(query, field, prefix);
        return new Analytics(database, writtenAgain, query).values(field, prefix);
    }

    @Override
    public Slice<SessionSummary> sessions(TraceQuery query, SessionOrder order) {
        AnalyticsArguments.checkSlice(query, order);
        return new Analytics(database, writtenAgain, query).sessions(order);
    }

    @Override
    public List<FindingCount> findings(TraceQuery query) {
        AnalyticsArguments.checkList(query);
        return new Analytics(database, writtenAgain, query).findings();
    }

    @Override
    public List<ActionCount> actions(TraceQuery query) {
        AnalyticsArguments.checkList(query);
        return new Analytics(database, writtenAgain, query).actions();
    }

    @Override
    public Slice<TraceSummary> rankedTraces(TraceQuery query, Ranking by) {
        AnalyticsArguments.checkSlice(query, by);
        return new Rankings(database, writtenAgain, query).traces(by);
    }

    @Override
    public Slice<SpanOutline> rankedSpans(TraceQuery query, Ranking by) {
        AnalyticsArguments.checkSlice(query, by);
        return new Rankings(database, writtenAgain, query).spans(by);
    }

    @Override
    public Optional<TraceEvent> getTrace(UUID tenantId, UUID traceId) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(traceId, "traceId");
        return Optional.ofNullable(new RowReader(database, tenantId)
                        .traces(Set.of(traceId))
                        .get(traceId))
                .map(trace -> TracePages.event(tenantId, traceId, trace));
    }

    @Override
    public Optional<TraceSpan> getSpan(UUID tenantId, UUID traceId, UUID spanId) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(traceId, "traceId");
        Objects.requireNonNull(spanId, "spanId");
        return new RowReader(database, tenantId)
                .span(traceId, spanId).stream().reduce(StoredTrace::later).map(StoredRow::content);
    }

    @Override
    public List<TraceSpan> getSpans(UUID tenantId, Collection<SpanIdentity> identities) {
        Objects.requireNonNull(tenantId, "tenantId");
        Set<SpanIdentity> wanted = new LinkedHashSet<>(List.copyOf(identities));
        database.requireOpen();
        RowReader reader = new RowReader(database, tenantId);
        Map<SpanIdentity, StoredRow<Filtered<TraceSpan>>> last = reader.lastOf(wanted, reader.whole(), ALL);
        return wanted.stream()
                .map(last::get)
                .filter(Objects::nonNull)
                .map(row -> row.content().content())
                .toList();
    }

    @Override
    public Optional<TraceSpan> getSpan(UUID tenantId, UUID spanId) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(spanId, "spanId");
        Map<UUID, StoredRow<Filtered<TraceSpan>>> ofTraces = new HashMap<>();
        RowReader reader = new RowReader(database, tenantId);
        reader.spans(Set.of(spanId), reader.whole(), ALL)
                .forEach(row -> ofTraces.merge(row.traceId(), row, StoredTrace::later));
        return ofTraces.values().stream()
                .max(Comparator.comparingLong((StoredRow<Filtered<TraceSpan>> row) -> row.startNanos())
                        .thenComparing(StoredRow::traceId, Ids.BYTE_ORDER))
                .map(row -> row.content().content());
    }

    @Override
    public long deleteTracesBefore(UUID tenantId, Instant time) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(time, "time");
        database.requireOpen();
        return writer.exclusively(version -> deletes.before(tenantId, time, version));
    }

    @Override
    public boolean deleteTrace(UUID tenantId, UUID traceId) {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(traceId, "traceId");
        database.requireOpen();
        return writer.exclusively(version -> deletes.trace(tenantId, traceId, version));
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
        database.requireOpen();
        writer.exclusively(version -> {
            retention.set(tenantId, days, version);
            return null;
        });
    }

    @Override
    public long deleteExpired(Instant now) {
        Objects.requireNonNull(now, "now");
        return RetentionDays.deleteExpired(this, retention.days(), now);
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
        } catch (StorageException e) {
            return new StoreHealth(StoreHealth.State.DOWN, message(e), details);
        }
        try {
            layout.requireWritable(database);
            // An insert is the only proof that inserts work; an empty one leaves nothing.
            database.execute(Sql.of("check writes", "INSERT INTO deletions SELECT * FROM deletions WHERE FALSE"));
            return new StoreHealth(StoreHealth.State.OK, "reads and writes", details);
        } catch (StorageException e) {
            return new StoreHealth(StoreHealth.State.READ_ONLY, message(e), details);
        }
    }

    /** Does now what the server does at some later time: merges all parts, and gives the space of what was deleted back. */
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
        housekeeping.close();
        database.close();
        writer.close();
    }

    @Override
    public String toString() {
        return "ClickHouseTraceRepository[" + database.settings().displayUrl() + "]";
    }

    private static String message(StorageException e) {
        return Objects.requireNonNullElse(e.getMessage(), e.toString());
    }
}
