package io.llmtrace.storage.sqlite;

import io.llmtrace.model.Times;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Removes traces with all that belongs to them. */
final class Deletes {

    /** In one transaction: writers wait no longer than this takes. */
    private static final int TRACES_AT_ONCE = 200;

    private static final String TENANT = "SELECT id FROM tenants WHERE tenant_id = ?";
    private static final String SPANS = "(SELECT id FROM spans WHERE trace = ?)";

    private static final String UNUSED_NAMES = "DELETE FROM names WHERE id NOT IN ("
            + "SELECT operation FROM spans"
            + " UNION SELECT provider FROM spans WHERE provider IS NOT NULL"
            + " UNION SELECT model FROM spans WHERE model IS NOT NULL"
            + " UNION SELECT service FROM spans WHERE service IS NOT NULL"
            + " UNION SELECT finish_reason FROM spans WHERE finish_reason IS NOT NULL"
            + " UNION SELECT finding_type FROM findings"
            + " UNION SELECT name FROM actions)";

    private final Database database;
    private final SpanWriter writer;

    Deletes(Database database, SpanWriter writer) {
        this.database = database;
        this.writer = writer;
    }

    long before(UUID tenantId, Instant time) {
        long removed = 0;
        long last = -1;
        while (last != 0) {
            last = remove(
                    tenantId,
                    "SELECT id FROM traces WHERE tenant = ? AND created_at < ? LIMIT " + TRACES_AT_ONCE,
                    nanosOrNever(time));
            removed += last;
        }
        return removed;
    }

    boolean trace(UUID tenantId, UUID traceId) {
        return remove(tenantId, "SELECT id FROM traces WHERE tenant = ? AND trace_id = ?", traceId) == 1;
    }

    /** Names are few, so nobody counts who uses them; looking for the unused reads all spans. */
    void removeUnusedNames() {
        database.actOnWriter(session -> {
            int removed = session.transaction("BEGIN IMMEDIATE", s -> s.update(UNUSED_NAMES));
            if (removed > 0) {
                writer.forgetRows();
            }
        });
    }

    /** A time behind all that can be stored lies behind the latest of it, too. */
    private static Object nanosOrNever(Instant time) {
        return time.isAfter(Times.LATEST) ? (Object) Double.valueOf(1e19) : Long.valueOf(Times.toNanos(time));
    }

    private int remove(UUID tenantId, String select, Object parameter) {
        return database.onWriter(session -> {
            int removed = session.transaction("BEGIN IMMEDIATE", s -> {
                Long tenant = s.first(TENANT, row -> row.getLong(1), tenantId);
                if (tenant == null) {
                    return 0;
                }
                List<Long> traces = new ArrayList<>();
                s.each(select, row -> traces.add(row.getLong(1)), tenant, parameter);
                removeAll(s, tenant, traces);
                return traces.size();
            });
            if (removed > 0) {
                writer.forgetRows();
            }
            return removed;
        });
    }

    private void removeAll(Session session, long tenant, List<Long> traces) throws SQLException {
        Set<Long> tagSets = new HashSet<>();
        for (Map.Entry<Long, Set<Long>> shared :
                Blocks.sharedBlocksOf(session, traces).entrySet()) {
            writer.blocks().remove(session, shared.getKey(), shared.getValue());
        }
        for (long trace : traces) {
            session.each(
                    "SELECT DISTINCT tag_set FROM spans WHERE trace = ? AND tag_set IS NOT NULL",
                    row -> tagSets.add(row.getLong(1)),
                    trace);
            removeOne(session, tenant, trace);
        }
        for (long tagSet : tagSets) {
            removeTagSetIfUnused(session, tagSet);
        }
    }

    private static void removeOne(Session session, long tenant, long trace) throws SQLException {
        long bytes = session.number("SELECT coalesce(sum(body_size), 0) FROM spans WHERE trace = ?", trace);
        session.update("DELETE FROM text_index WHERE rowid IN " + SPANS, trace);
        session.update("DELETE FROM findings WHERE span IN " + SPANS, trace);
        session.update("DELETE FROM actions WHERE span IN " + SPANS, trace);
        session.update("DELETE FROM span_moves WHERE item IN " + SPANS, trace);
        session.update("DELETE FROM trace_moves WHERE item = ?", trace);
        session.update("DELETE FROM blocks WHERE trace = ?", trace);
        int spans = session.update("DELETE FROM spans WHERE trace = ?", trace);
        TraceFigures.remove(session, trace);
        session.update("DELETE FROM traces WHERE id = ?", trace);
        session.update(
                "UPDATE tenants SET trace_count = trace_count - 1, span_count = span_count - ?, body_bytes = body_bytes - ?"
                        + " WHERE id = ?",
                spans,
                bytes,
                tenant);
    }

    private static void removeTagSetIfUnused(Session session, long tagSet) throws SQLException {
        if (session.number("SELECT EXISTS (SELECT 1 FROM spans WHERE tag_set = ?)", tagSet) == 1) {
            return;
        }
        TagSet tags = session.first(
                "SELECT tenant, tags FROM tag_sets WHERE id = ?",
                row -> new TagSet(row.getLong(1), TagJson.read(row.getString(2))),
                tagSet);
        if (tags == null) {
            return;
        }
        for (Map.Entry<String, String> tag : tags.tags.entrySet()) {
            session.update(
                    "DELETE FROM tags WHERE tenant = ? AND key = ? AND value = ? AND tag_set = ?",
                    tags.tenant,
                    tag.getKey(),
                    tag.getValue(),
                    tagSet);
        }
        session.update("DELETE FROM tag_sets WHERE id = ?", tagSet);
    }

    private record TagSet(long tenant, Map<String, String> tags) {}
}
