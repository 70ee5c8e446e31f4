package io.llmtrace.storage.sqlite;

import io.llmtrace.model.Times;
import io.llmtrace.storage.GlobalStats;
import io.llmtrace.storage.StorageStats;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Statistics from the counts that writes keep, so that they cost the same however much is stored. */
final class Stats {

    /**
     * What a span takes beside its body, in rows and indexes, roughly, and blown up as a body is before it is compressed:
     * only the share of a tenant in the file goes by it.
     */
    private static final int BYTES_BESIDE_BODY = 1_000;

    private static final String WEIGHT = "(body_bytes + " + BYTES_BESIDE_BODY + " * (span_count + trace_count))";

    private Stats() {}

    static StorageStats ofTenant(Session session, long tenant) throws SQLException {
        long traces = session.number("SELECT trace_count FROM tenants WHERE id = ?", tenant);
        if (traces == 0) {
            return StorageStats.EMPTY;
        }
        long spans = session.number("SELECT span_count FROM tenants WHERE id = ?", tenant);
        double share = (double) session.number("SELECT " + WEIGHT + " FROM tenants WHERE id = ?", tenant)
                / session.number("SELECT sum(" + WEIGHT + ") FROM tenants");
        return new StorageStats(
                traces,
                spans,
                Math.round(sizeOnDisk(session) * share),
                created(session, "SELECT min(created_at) FROM traces WHERE tenant = ?", tenant),
                created(session, "SELECT max(created_at) FROM traces WHERE tenant = ?", tenant));
    }

    static GlobalStats ofAll(Session session) throws SQLException {
        return new GlobalStats(
                session.number("SELECT count(*) FROM tenants WHERE trace_count > 0"),
                session.number("SELECT coalesce(sum(trace_count), 0) FROM tenants"),
                session.number("SELECT coalesce(sum(span_count), 0) FROM tenants"),
                sizeOnDisk(session),
                created(
                        session,
                        "SELECT min((SELECT min(created_at) FROM traces WHERE tenant = tenants.id)) FROM tenants"),
                created(
                        session,
                        "SELECT max((SELECT max(created_at) FROM traces WHERE tenant = tenants.id)) FROM tenants"));
    }

    /** Of the file as it is once its log has been copied into it. */
    private static long sizeOnDisk(Session session) throws SQLException {
        return session.number("PRAGMA page_count") * session.number("PRAGMA page_size");
    }

    private static @Nullable Instant created(Session session, String sql, Object... parameters) throws SQLException {
        Long nanos = session.first(sql, row -> SpanRow.longOrNull(row, 1), parameters);
        return nanos == null ? null : Times.ofNanos(nanos);
    }
}
