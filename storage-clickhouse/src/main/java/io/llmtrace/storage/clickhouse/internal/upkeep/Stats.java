package io.llmtrace.storage.clickhouse.internal.upkeep;

import io.llmtrace.model.Times;
import io.llmtrace.storage.ExpiredTraces;
import io.llmtrace.storage.GlobalStats;
import io.llmtrace.storage.RetentionRule;
import io.llmtrace.storage.StorageStats;
import io.llmtrace.storage.clickhouse.internal.engine.Condition;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.engine.Layout;
import io.llmtrace.storage.clickhouse.internal.engine.Sql;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Counts traces and spans exactly, and estimates bytes on disk. */
public final class Stats {

    /** Selects one row for each trace. All versions of a span count as one span; the row of a trace itself counts as none. */
    private static final String TRACES = """
            SELECT tenant_id, trace_id, minIf(start_time, row_kind != 1) AS created_at,
                uniqExactIf(span_id, row_kind != 2) AS spans
            FROM spans %s
            GROUP BY tenant_id, trace_id""";

    /** The assumed size of a row without its prompt and response, for a tenant's share of a part. */
    private static final int BYTES_BESIDE_TEXT = 300;

    private static final int MAX_CACHED = 1_000;

    private static final String COUNTS = "count(), sum(spans), min(created_at), max(created_at)";

    private final Database database;
    private final Layout layout;
    private final Map<UUID, Cached> cache = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Cached> eldest) {
            return size() > MAX_CACHED;
        }
    };

    public Stats(Database database, Layout layout) {
        this.database = database;
        this.layout = layout;
    }

    /**
     * The statistics of a tenant. They are valid as long as the tables consist of the same parts: each write, merge and delete
     * creates parts with new names.
     *
     * @param parts hash of the names of all parts
     */
    private record Cached(long parts, StorageStats stats) {}

    private record Counts(long tenants, long traces, long spans, long oldestNanos, long newestNanos) {
        @Nullable
        Instant oldest() {
            return traces == 0 ? null : Times.ofNanos(oldestNanos);
        }

        @Nullable
        Instant newest() {
            return traces == 0 ? null : Times.ofNanos(newestNanos);
        }
    }

    /** Returns the statistics of a tenant; they are counted again only if the parts of the tables have changed. */
    public StorageStats ofTenant(UUID tenantId) {
        long parts =
                database.number(onNodes("parts", """
                SELECT sipHash64(arraySort(groupArray((%s, name)))) FROM %s
                WHERE database = {database:String} AND table = {spans:String} AND active""".formatted(Layout.NODE, layout.onEachNode("system", "parts"))));
        synchronized (cache) {
            Cached cached = cache.get(tenantId);
            if (cached != null && cached.parts == parts) {
                return cached.stats;
            }
        }
        StorageStats stats = count(tenantId);
        synchronized (cache) {
            cache.put(tenantId, new Cached(parts, stats));
        }
        return stats;
    }

    private StorageStats count(UUID tenantId) {
        Counts counts = counts(Sql.of(
                        "statistics",
                        "SELECT toUInt64(1), " + COUNTS + " FROM ("
                                + TRACES.formatted("WHERE tenant_id = {tenant:UUID}") + ")")
                .with("tenant", tenantId));
        return StorageStats.builder()
                .totalTraces(counts.traces)
                .totalSpans(counts.spans)
                .storageSizeBytes(bytesOf(tenantId))
                .oldestTrace(counts.oldest())
                .newestTrace(counts.newest())
                .build();
    }

    /** Counts the traces of a tenant that a rule would delete. */
    public ExpiredTraces countExpired(UUID tenantId, RetentionRule rule, Instant now) {
        if (!rule.cutoff(now).isAfter(Times.EARLIEST)) {
            return ExpiredTraces.NONE;
        }
        Condition rows = Deletes.expired(rule, now);
        String traces = "SELECT trace_id FROM spans WHERE tenant_id = {tenant:UUID} AND " + rows.sql();
        Counts counts = counts(Sql.of(
                        "traces that would expire",
                        "SELECT toUInt64(1), " + COUNTS + " FROM ("
                                + TRACES.formatted("WHERE tenant_id = {tenant:UUID} AND trace_id IN (" + traces
                                        + ") AND start_hour IN (SELECT start_hour FROM trace_places"
                                        + " WHERE tenant_id = {tenant:UUID} AND trace_id IN (" + traces + "))")
                                + ")")
                .with(rows)
                .with("tenant", tenantId));
        return ExpiredTraces.builder()
                .traces(counts.traces)
                .spans(counts.spans)
                .oldestTrace(counts.oldest())
                .newestTrace(counts.newest())
                .build();
    }

    /** Returns the statistics of all tenants together. */
    public GlobalStats ofAll() {
        Counts counts = counts(Sql.of(
                "statistics of all",
                "SELECT uniqExact(tenant_id), " + COUNTS + " FROM (" + TRACES.formatted("") + ")"));
        return GlobalStats.builder()
                .tenants(counts.tenants)
                .totalTraces(counts.traces)
                .totalSpans(counts.spans)
                .storageSizeBytes(bytesOfAll())
                .oldestTrace(counts.oldest())
                .newestTrace(counts.newest())
                .build();
    }

    private Counts counts(Sql sql) {
        Counts counts = database.first(
                sql, row -> new Counts(row.readLong(), row.readLong(), row.readLong(), row.readLong(), row.readLong()));
        return counts == null ? new Counts(0, 0, 0, 0, 0) : counts;
    }

    /**
     * Returns the tenant's share of the bytes on disk. Each part of {@code spans} is divided among its tenants by the length of
     * their texts plus {@value #BYTES_BESIDE_TEXT} for each row, and all other tables in the same proportion. In a cluster, all
     * replicas count.
     */
    private long bytesOf(UUID tenantId) {
        return database.number(onNodes("bytes on disk", """
                        WITH parts AS (
                            SELECT %1$s AS node, name, table, bytes_on_disk FROM %2$s
                            WHERE database = {database:String} AND active AND table NOT LIKE 'original\\_%%'
                        ), shares AS (
                            SELECT %1$s AS node, _part AS name, sum(text_bytes + %4$d) AS whole,
                                sumIf(text_bytes + %4$d, tenant_id = {tenant:UUID}) AS mine
                            FROM %3$s GROUP BY node, name
                        )
                        SELECT toUInt64(coalesce(sum(parts.bytes_on_disk * shares.mine / shares.whole)
                            * (SELECT sum(bytes_on_disk) FROM parts)
                            / (SELECT greatest(sum(bytes_on_disk), 1) FROM parts WHERE table = {spans:String}), 0))
                        FROM shares INNER JOIN parts ON parts.node = shares.node AND parts.name = shares.name
                        WHERE parts.table = {spans:String}""".formatted(
                                Layout.NODE,
                                layout.onEachNode("system", "parts"),
                                layout.onEachNode(database.settings().database(), layout.local("spans")),
                                BYTES_BESIDE_TEXT))
                .with("tenant", tenantId));
    }

    private long bytesOfAll() {
        return database.number(onNodes(
                "bytes on disk of all",
                "SELECT toUInt64(sum(bytes_on_disk)) FROM " + layout.onEachNode("system", "parts")
                        + " WHERE database = {database:String} AND active AND table NOT LIKE 'original\\_%'"));
    }

    /** Returns a statement about all nodes that are up. */
    private Sql onNodes(String name, String text) {
        Sql sql = Sql.of(name, text + (layout.isCluster() ? " SETTINGS skip_unavailable_shards = 1" : ""))
                .with("database", database.settings().database());
        return text.contains("{spans:") ? sql.with("spans", layout.local("spans")) : sql;
    }
}
