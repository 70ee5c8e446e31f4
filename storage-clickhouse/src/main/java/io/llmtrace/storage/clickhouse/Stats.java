package io.llmtrace.storage.clickhouse;

import io.llmtrace.model.Times;
import io.llmtrace.storage.GlobalStats;
import io.llmtrace.storage.StorageStats;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Exact counts, and bytes on disk. */
final class Stats {

    /** One row for each trace: rows of replaced versions count once, and those of traces themselves for no span. */
    private static final String TRACES = """
            SELECT tenant_id, trace_id, minIf(start_time, row_kind != 1) AS created_at,
                uniqExactIf(span_id, row_kind != 2) AS spans
            FROM spans %s
            GROUP BY tenant_id, trace_id""";

    private static final int BYTES_BESIDE_TEXT = 300;
    private static final int MOST_REMEMBERED = 1_000;

    private static final String COUNTS = "count(), sum(spans), min(created_at), max(created_at)";

    private final Database database;
    private final Layout layout;
    private final Map<UUID, Remembered> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Remembered> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    Stats(Database database, Layout layout) {
        this.database = database;
        this.layout = layout;
    }

    /**
     * Statistics of a tenant, good for as long as the table consists of these parts: each write, merge and delete makes parts
     * with new names.
     */
    private record Remembered(long parts, StorageStats stats) {}

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

    StorageStats ofTenant(UUID tenantId) {
        long parts =
                database.number(onNodes("parts", """
                SELECT sipHash64(arraySort(groupArray((%s, name)))) FROM %s
                WHERE database = {database:String} AND table = {spans:String} AND active""".formatted(Layout.NODE, layout.onEachNode("system", "parts"))));
        synchronized (remembered) {
            Remembered known = remembered.get(tenantId);
            if (known != null && known.parts == parts) {
                return known.stats;
            }
        }
        StorageStats stats = count(tenantId);
        synchronized (remembered) {
            remembered.put(tenantId, new Remembered(parts, stats));
        }
        return stats;
    }

    private StorageStats count(UUID tenantId) {
        Counts counts = counts(Sql.of(
                        "statistics",
                        "SELECT toUInt64(1), " + COUNTS + " FROM ("
                                + TRACES.formatted("WHERE tenant_id = {tenant:UUID}") + ")")
                .with("tenant", tenantId));
        return new StorageStats(counts.traces, counts.spans, bytesOf(tenantId), counts.oldest(), counts.newest());
    }

    GlobalStats ofAll() {
        Counts counts = counts(Sql.of(
                "statistics of all",
                "SELECT uniqExact(tenant_id), " + COUNTS + " FROM (" + TRACES.formatted("") + ")"));
        return new GlobalStats(
                counts.tenants, counts.traces, counts.spans, bytesOfAll(), counts.oldest(), counts.newest());
    }

    private Counts counts(Sql sql) {
        Counts counts = database.first(
                sql, row -> new Counts(row.readLong(), row.readLong(), row.readLong(), row.readLong(), row.readLong()));
        return counts == null ? new Counts(0, 0, 0, 0, 0) : counts;
    }

    /**
     * The tenant's share of each part's bytes on disk, by the length of its texts and {@value #BYTES_BESIDE_TEXT} for the rest
     * of each row; the tables of places are shared out in the same way. In a cluster, of all copies.
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

    /** About the nodes that are up. */
    private Sql onNodes(String name, String text) {
        Sql sql = Sql.of(name, text + (layout.isCluster() ? " SETTINGS skip_unavailable_shards = 1" : ""))
                .with("database", database.settings().database());
        return text.contains("{spans:") ? sql.with("spans", layout.local("spans")) : sql;
    }
}
