package io.llmtrace.storage.sqlite.internal.upkeep;

import io.llmtrace.model.Times;
import io.llmtrace.storage.GlobalStats;
import io.llmtrace.storage.StorageStats;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Statistics of the store. They read counts that each write updates, so their cost does not grow with the number of spans. */
public final class Stats {

    /**
     * An estimate of what a span takes in rows and indexes, scaled up to match bodies, which are counted before compression. It is
     * used only for the share of a tenant in the file.
     */
    private static final int BYTES_BESIDE_BODY = 1_000;

    private static final String WEIGHT = "(body_bytes + " + BYTES_BESIDE_BODY + " * (span_count + trace_count))";

    private Stats() {}

    /** Returns the statistics of a tenant, by its row id. */
    public static StorageStats ofTenant(SqliteConnection connection, long tenant) throws SQLException {
        long traces = connection.number("SELECT trace_count FROM tenants WHERE id = ?", tenant);
        if (traces == 0) {
            return StorageStats.EMPTY;
        }
        long spans = connection.number("SELECT span_count FROM tenants WHERE id = ?", tenant);
        double share = (double) connection.number("SELECT " + WEIGHT + " FROM tenants WHERE id = ?", tenant)
                / connection.number("SELECT sum(" + WEIGHT + ") FROM tenants");
        return StorageStats.builder()
                .totalTraces(traces)
                .totalSpans(spans)
                .storageSizeBytes(Math.round(sizeOnDisk(connection) * share))
                .oldestTrace(created(connection, "SELECT min(created_at) FROM traces WHERE tenant = ?", tenant))
                .newestTrace(created(connection, "SELECT max(created_at) FROM traces WHERE tenant = ?", tenant))
                .build();
    }

    /** Returns the statistics of all tenants. */
    public static GlobalStats ofAll(SqliteConnection connection) throws SQLException {
        return GlobalStats.builder()
                .tenants(connection.number("SELECT count(*) FROM tenants WHERE trace_count > 0"))
                .totalTraces(connection.number("SELECT coalesce(sum(trace_count), 0) FROM tenants"))
                .totalSpans(connection.number("SELECT coalesce(sum(span_count), 0) FROM tenants"))
                .storageSizeBytes(sizeOnDisk(connection))
                .oldestTrace(created(
                        connection,
                        "SELECT min((SELECT min(created_at) FROM traces WHERE tenant = tenants.id)) FROM tenants"))
                .newestTrace(created(
                        connection,
                        "SELECT max((SELECT max(created_at) FROM traces WHERE tenant = tenants.id)) FROM tenants"))
                .build();
    }

    /** Returns the size that the file has once its log is copied into it, in bytes. */
    private static long sizeOnDisk(SqliteConnection connection) throws SQLException {
        return connection.number("PRAGMA page_count") * connection.number("PRAGMA page_size");
    }

    private static @Nullable Instant created(SqliteConnection connection, String sql, Object... parameters)
            throws SQLException {
        Long nanos = connection.numberOrNull(sql, parameters);
        return nanos == null ? null : Times.ofNanos(nanos);
    }
}
